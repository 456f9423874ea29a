"""A physical assumption that several walls make has one default: without it two pages disagree before anything is
typed."""

import pytest

from mlsysweb.pages.geography.question import GEOGRAPHY
from solvers.fields import Input
from solvers.registry import solvers

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
