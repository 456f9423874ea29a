"""A physical assumption that several walls make has one default: without it two pages disagree before anything is
typed."""

import pytest

from mlsysweb.pages.geography.question import GEOGRAPHY
from solvers.fields import Input
from solvers.registry import solvers
from solvers.specs import Precision

QUESTIONS = {**solvers(), "geography": GEOGRAPHY}  # the capstone has a brief of its own
# Assumptions about sites, chips and prices; what a question is about (batch size, devices, duration) differs by wall.
ASSUMED = (
    "pue",
    "electricity_price",
    "idle_fraction",
    "host_power",
    "memory_reserve",
    "memory_utilization",
    "device_mtbf",
    "infrastructure_multiplier",
    "amortization",
    "interconnect_latency",
    "intra_latency",
    "inter_bandwidth",
    "inter_latency",
)


@pytest.mark.parametrize("name", ASSUMED)
def test_an_assumption_has_one_default_on_every_page(name):
    defaults = {
        page: question.inputs[name].default
        for page, question in QUESTIONS.items()
        if isinstance(question.inputs.get(name), Input)
    }
    assert defaults and len(set(defaults.values())) == 1, defaults


def test_the_iron_law_begins_with_a_run_as_the_walls_of_its_factors_have_it():
    """The MFU that cost and carbon begin with, the scaling of the parallelism wall's own example, and the 90 % of
    effective training time of Llama 3 (Dubey et al. 2024, arXiv:2407.21783, section 3.3.4). The product is no better
    than that run: 38 to 43 % MFU, table 4, at 90 %."""
    law, walls = solvers()["iron_law"](), solvers()
    assert {walls[name].inputs["mfu"].default for name in ("iron_law", "tco", "sustainability")} == {0.45}
    assert law.scaling_factor == pytest.approx(walls["parallelism"]().scaling_efficiency, rel=0.05)
    assert law.goodput_factor == 0.9
    assert 0.25 < law.overall_efficiency < 0.38 * 0.9


CACHED = [name for name, question in QUESTIONS.items() if "kv_precision" in question.inputs]


def test_the_kv_cache_has_one_default_format_on_every_wall():
    """Batching follows the format of the weights, as its reference cases do (tests/golden); theirs is 16 bits, too."""
    defaults = {name: QUESTIONS[name].inputs["kv_precision"].default.name for name in CACHED}
    assert defaults.pop("batching") == "AS_WEIGHTS" and QUESTIONS["batching"].inputs["precision"].default.name == "FP16"
    assert len(defaults) >= 3 and set(defaults.values()) == {"FP16"}, defaults


@pytest.mark.parametrize("name", CACHED)
def test_every_wall_takes_the_cache_formats_of_every_other(name):
    """A link from one wall to another carries the format, so none may be refused there."""
    assert {each.name for each in Precision} <= {each.name for each in QUESTIONS[name].inputs["kv_precision"].kind}
