import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.laws.memory import MEMORY_RESERVE
from solvers.laws.phase import Phase
from solvers.meta.synthesis import Inputs, rank, synthesis
from solvers.node.roofline import roofline
from solvers.specs import Accelerator, Precision, stack, table
from tests.solvers.systems import A100, ESP32, H100, KEYWORDS, LLAMA_8B, MIXTRAL

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"accelerator": "none"},
    {"model": "mlperf-tiny-kws-dscnn", "accelerator": "nrf52840", "precision": "int8", "target_latency": "0.0001"},
]

models = st.sampled_from([LLAMA_8B, MIXTRAL, KEYWORDS])
batches = st.integers(1, 512).map(float)
targets = st.floats(1e-4, 10)
CATALOG = [replace(H100, unit_price=30e3), replace(A100, unit_price=15e3), ESP32, replace(H100, name="no price")]


def made_to_measure(o, overhead=0.0):
    return Accelerator(
        name="made to measure",
        peak=table({"fp16": float(o.required_rate)}),
        memory_capacity=float(o.required_memory) / (1 - MEMORY_RESERVE),
        memory_bandwidth=float(o.required_bandwidth),
        dispatch_overhead=0.0,
    )


@given(model=models, batch=batches, target=targets, launch=st.floats(0, 1e-6))
def test_a_chip_made_to_measure_takes_exactly_the_target(model, batch, target, launch):
    question = {
        "model": model,
        "batch_size": batch,
        "efficiency": 0.4,
        "bandwidth_efficiency": 0.8,
        "layer_overhead": launch,
    }
    chip = made_to_measure(synthesis(**question, target_latency=target))
    assert float(roofline(**question, accelerator=chip).latency) == pytest.approx(target)
    again = synthesis(**question, target_latency=target, accelerator=chip)
    assert again.meets_alone and again.devices_needed == 1


@given(model=models, batch=batches, target=targets)
def test_a_chip_meets_the_target_alone_exactly_when_its_roofline_says_so(model, batch, target):
    asked = synthesis.accept({"model": model, "batch_size": batch, "target_latency": target, "accelerator": None})
    met = rank(asked, stack(CATALOG)).outputs.meets_alone
    for chip, meets in zip(CATALOG, met, strict=True):
        o = roofline(model=model, accelerator=chip, batch_size=batch, layer_overhead=0.0)
        assert meets == (o.feasible and o.latency <= target)


@given(batch=batches, target=targets, chip=st.sampled_from(CATALOG))
def test_half_the_time_takes_twice_the_chip_and_never_fewer_of_them(batch, target, chip):
    slow, fast = (
        synthesis(model=LLAMA_8B, batch_size=batch, target_latency=t, accelerator=chip) for t in (target, target / 2)
    )
    assert fast.required_bandwidth == pytest.approx(2 * slow.required_bandwidth)
    assert fast.required_rate == pytest.approx(2 * slow.required_rate)
    assert fast.required_memory == slow.required_memory
    assert fast.devices_needed >= slow.devices_needed


def test_llama_8b_in_50_ms_needs_a_tenth_of_an_h100s_bandwidth():
    # Tutorial part 8, inverse roofline: 16.06 GB in 50 ms.
    o = synthesis(model=LLAMA_8B, target_latency=50e-3, accelerator=H100)
    assert o.required_bandwidth == pytest.approx(3.212e11)
    assert o.required_rate == pytest.approx(6.424e11)
    assert o.meets_alone


def test_what_a_70b_model_lacks_on_one_h100_is_room_first():
    big = replace(LLAMA_8B, parameters=70.6e9, layers=80.0)
    o = synthesis(model=big, target_latency=0.1, accelerator=H100)
    assert (float(o.devices_needed), float(o.devices_for_memory)) == (2, 2)
    assert float(o.devices_for_bandwidth) == 1


def test_overhead_longer_than_the_target_is_out_of_reach_of_any_chip():
    o = synthesis(model=LLAMA_8B, target_latency=1e-3, layer_overhead=45e-6, accelerator=H100)
    assert not o.reachable and not o.meets_alone
    assert np.isinf([o.required_bandwidth, o.required_rate, o.devices_needed]).all()


def test_without_a_chip_the_requirement_is_the_same_and_no_count_is_claimed():
    alone, beside = (synthesis(model=LLAMA_8B, accelerator=chip) for chip in (None, H100))
    assert alone.required_bandwidth == beside.required_bandwidth
    assert math.isnan(alone.devices_needed) and not alone.meets_alone


def test_rank_puts_the_fewest_first_then_the_cheapest_then_the_unpriced_and_the_unknown_last():
    blank = replace(H100, name="blank", peak=table({}))
    asked = Inputs(model=LLAMA_8B, target_latency=50e-3, precision=Precision.INT8, phase=Phase.DECODE)
    slow = replace(A100, name="two slow ones", memory_bandwidth=100e9, unit_price=100.0)
    chips = [blank, slow, *CATALOG]
    ranking = rank(asked, stack(chips))
    names = [chips[k].name for k in ranking.order]
    assert names == ["A100", "H100", "no price", "two slow ones", "ESP32-S3", "blank"]
    assert math.isnan(ranking.outputs.devices_needed[0])
