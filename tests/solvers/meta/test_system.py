"""The description of a system; how the other walls take its figures is tested in `tests/solvers/test_system.py`."""

import dataclasses

import pytest

from solvers.meta.system import system
from solvers.specs import Grid
from tests.solvers.sentences import says
from tests.solvers.systems import H100, LLAMA_8B

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [{"pipeline_parallel": "10000"}]

PLACE = Grid(name="Somewhere", carbon_intensity=1e-7, electricity_price=3e-8, water_intensity=5e-7)
SYSTEM = {"model": LLAMA_8B, "accelerator": dataclasses.replace(H100, unit_price=25_000), "grid": PLACE}


@pytest.mark.parametrize(
    ("devices", "splits", "left_over"), [(64, True, 0), (80, True, 16), (16, False, 16)], ids=["even", "odd", "few"]
)
def test_devices_that_no_copy_uses_are_left_over_and_noted(devices, splits, left_over):
    question = {**SYSTEM, "pipeline_parallel": 4, "devices": devices}
    o = system(**question)
    assert (bool(o.splits), float(o.idle_devices)) == (splits, left_over)
    told = says(system, **question)
    assert ("Too few training devices" in told) is not splits
    assert ("devices idle" in told) is (splits and left_over > 0)
