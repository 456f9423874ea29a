import dataclasses
import math

import pytest

from solvers import remarks
from solvers.calibration import SILICON
from solvers.laws.language_pass import Timing
from solvers.laws.power import ARITHMETIC_SHARE, MEMORY_SHARE
from solvers.shipped import find
from solvers.specs import Accelerator, Precision
from tests.solvers.systems import H100, LLAMA_8B


@pytest.mark.parametrize(
    ("precision", "noted"), [(Precision.FP16, False), (Precision.INT4, True), (Precision.FP64, False)]
)
def test_a_format_the_chip_does_not_compute_in_is_noted(precision, noted):
    told = list(remarks.precision_fallback(H100, precision))
    assert bool(told) is noted and all("INT4" in each and "INT8" in each for each in told)


def test_each_missing_figure_of_a_chip_is_named():
    bare = dataclasses.replace(H100, tdp=math.nan, memory_capacity=math.nan)
    assert [each.split(" of ")[0] for each in remarks.missing_figures(bare)] == [
        "TDP",
        "Memory capacity",
    ]
    assert not list(remarks.missing_figures(H100))


def test_sequences_longer_than_the_context_are_noted():
    model = dataclasses.replace(LLAMA_8B, context_length=8192)
    assert not list(remarks.beyond_context_length(model, 8192))
    (told,) = remarks.beyond_context_length(model, 8193)
    assert "8,192 tokens" in told


@pytest.mark.parametrize(
    ("zero", "pipeline", "virtual", "noted"),
    [(1, 4, 2, 0), (2, 4, 1, 1), (2, 1, 1, 0), (0, 1, 2, 1), (3, 4, 2, 1)],
)
def test_unusual_parallelism_is_noted(zero, pipeline, virtual, noted):
    assert len(list(remarks.unusual_parallelism(zero, pipeline, virtual))) == noted


def test_a_model_whose_number_of_layers_is_unknown_is_noted():
    assert not list(remarks.unknown_layers(LLAMA_8B))
    (told,) = remarks.unknown_layers(dataclasses.replace(LLAMA_8B, name="Detector", layers=0.0))
    assert "Number of layers of Detector unknown" in told


def test_constants_of_the_roofline_that_are_an_h100s_are_named_as_such():
    used = (SILICON.efficiency, SILICON.bandwidth_efficiency, SILICON.layer_overhead)
    (told,) = remarks.stand_in_roofline(find(Accelerator, "t4"), Timing.ROOFLINE, *used)
    assert "NVIDIA T4: compute efficiency, bandwidth efficiency and overhead per layer" in told and "H100" in told
    (told,) = remarks.stand_in_roofline(find(Accelerator, "t4"), Timing.ROOFLINE, 0.4, *used[1:])
    assert "compute efficiency" not in told
    assert not list(remarks.stand_in_roofline(find(Accelerator, "t4"), Timing.AUTO, *used))
    assert not list(remarks.stand_in_roofline(find(Accelerator, "h100-sxm5-80gb"), Timing.ROOFLINE, *used))


def test_power_constants_that_are_an_h100s_are_said_to_be():
    h100, t4, m4 = (find(Accelerator, slug) for slug in ("h100-sxm5-80gb", "t4", "apple-m4-max"))
    fitted = ARITHMETIC_SHARE, MEMORY_SHARE
    (told,) = remarks.assumed_power(t4, *fitted)
    assert "NVIDIA T4 has no power constants of its own" in told and "H100" in told
    assert not list(remarks.assumed_power(h100, *fitted))
    assert not list(remarks.assumed_power(m4, *fitted))  # without a TDP there is no power
    assert not list(remarks.assumed_power(t4, 1.0, 0.65))
