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


CACHED = [name for name, question in QUESTIONS.items() if "kv_precision" in question.inputs]


def test_the_kv_cache_has_one_default_format_on_every_wall():
    defaults = {name: QUESTIONS[name].inputs["kv_precision"].default.name for name in CACHED}
    assert len(defaults) >= 4 and set(defaults.values()) == {"FP16"}, defaults


@pytest.mark.parametrize("name", CACHED)
def test_every_wall_takes_the_cache_formats_of_every_other(name):
    """A link from one wall to another carries the format, so none may be refused there."""
    assert {each.name for each in Precision} <= {each.name for each in QUESTIONS[name].inputs["kv_precision"].kind}
