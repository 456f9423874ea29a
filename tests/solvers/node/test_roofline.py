from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers import roofline
from solvers.laws.memory import Tier
from solvers.laws.step_time import Bound
from solvers.specs import peak_rate
from tests.solvers.sentences import says
from tests.solvers.systems import (
    A100,
    DEEPSEEK_V3,
    ESP32,
    H100,
    KEYWORDS,
    LLAMA_8B,
    MAMBA,
    MIXTRAL,
    RESNET_50,
    with_figure,
)

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    # Compute-bound only above the largest batch that fits.
    {"context_length": "100", "accelerator.memory_capacity": "18 GB"},
    {"model": "mlperf-tiny-kws-dscnn", "accelerator": "nrf52840", "precision": "int4", "batch_size": "600"},
]


def llama_on_h100(**inputs):
    return roofline(model=LLAMA_8B, accelerator=H100, **inputs)


def test_decode_of_llama_on_an_h100_takes_5_124_ms():
    assert llama_on_h100().latency == pytest.approx(5.124e-3, rel=1e-4)


@pytest.mark.parametrize(("batch", "bound"), [(147, Bound.MEMORY), (148, Bound.COMPUTE)])
def test_decode_stays_memory_bound_until_batch_148(batch, bound):
    assert llama_on_h100(batch_size=batch).bottleneck == bound


def test_it_names_the_batch_at_which_it_turns():
    assert llama_on_h100().compute_bound_batch_size == 148


def test_with_8k_of_context_no_batch_is_compute_bound():
    assert np.isinf(llama_on_h100(context_length=8192).compute_bound_batch_size)


@given(st.integers(1, 4096), st.integers(0, 800))
def test_the_turning_batch_is_where_the_bottleneck_turns(batch, context):
    found = llama_on_h100(batch_size=batch, context_length=context)
    assert (found.bottleneck == Bound.COMPUTE) == (batch >= found.compute_bound_batch_size)


@given(st.integers(1, 20000), st.integers(0, 60))
def test_the_turning_batch_holds_for_a_mixture_of_experts_too(batch, context):
    found = roofline(model=MIXTRAL, accelerator=H100, batch_size=batch, context_length=context)
    assert (found.bottleneck == Bound.COMPUTE) == (batch >= found.compute_bound_batch_size)


@given(st.floats(1.0, 100.0), st.integers(1, 512), st.integers(0, 32768))
def test_more_bandwidth_is_never_slower(factor, batch, context):
    faster = with_figure(H100, memory_bandwidth=H100.memory_bandwidth * factor)
    ask = {"model": LLAMA_8B, "batch_size": batch, "context_length": context}
    assert roofline(accelerator=faster, **ask).latency <= roofline(accelerator=H100, **ask).latency


@given(st.integers(1, 1000), st.integers(0, 32768))
def test_one_more_sequence_is_never_faster_and_never_less_throughput(batch, context):
    one, more = (llama_on_h100(batch_size=b, context_length=context) for b in (batch, batch + 1))
    assert more.latency >= one.latency
    assert more.throughput >= one.throughput * (1 - 1e-12)


def test_prefill_counts_only_pairs_a_causal_mask_leaves():
    one = llama_on_h100(phase="prefill", prompt_length=2048)
    pairs = 4 * 32 * 32 * 128 * 2048 * 2049 / 2
    assert one.flop == pytest.approx(2 * 8.03e9 * 2048 + pairs, rel=1e-12)


def test_grouped_query_attention_moves_the_keys_and_values_of_its_kv_heads():
    grown = llama_on_h100(context_length=1000).moved - llama_on_h100().moved
    assert grown == pytest.approx(1000 * 2 * 32 * 8 * 128 * 2, rel=1e-12)


def test_latent_attention_moves_576_numbers_a_token_and_layer():
    ask = {"model": DEEPSEEK_V3, "accelerator": H100, "precision": "fp8"}
    grown = roofline(context_length=1000, **ask).moved - roofline(**ask).moved
    assert grown == pytest.approx(1000 * 61 * 576, rel=1e-9)


def test_the_state_of_a_state_space_model_does_not_grow_with_context():
    one, other = (roofline(model=MAMBA, accelerator=H100, context_length=s).moved for s in (0, 100_000))
    assert one == other == pytest.approx(2 * (2.8e9 + 64 * 5120 * 16), rel=1e-12)


def test_one_token_of_a_mixture_reads_its_active_experts_and_many_read_all():
    one, many = (roofline(model=MIXTRAL, accelerator=H100, batch_size=b).moved for b in (1, 4096))
    assert one == pytest.approx(2 * (46.7e9 - 45.1e9 * 0.75), rel=1e-12)
    assert many == pytest.approx(2 * 46.7e9, rel=1e-12)


def test_fp8_on_an_a100_runs_at_its_fp16_rate_with_weights_of_one_byte():
    found = roofline(model=LLAMA_8B, accelerator=A100, precision="fp8")
    assert (found.peak, found.moved) == (312e12, pytest.approx(8.03e9))


def test_fp64_has_no_wider_format_to_run_in():
    assert np.isnan(peak_rate(H100, 0))


@pytest.mark.parametrize(
    ("model", "tier", "feasible"),
    [
        (KEYWORDS, Tier.SRAM, True),
        (with_figure(KEYWORDS, parameters=1e6), Tier.FLASH, True),
        (RESNET_50, Tier.FLASH, False),
    ],
)
def test_a_microcontroller_runs_from_sram_then_flash_then_not_at_all(model, tier, feasible):
    found = roofline(model=model, accelerator=ESP32, precision="int8")
    assert (found.memory_tier, found.feasible) == (tier, feasible)


def test_what_does_not_fit_says_how_much_is_missing_and_how_many_devices_would_hold_it():
    found = roofline(model=DEEPSEEK_V3, accelerator=H100, precision="fp8")
    assert found.memory_shortfall == pytest.approx(671e9 - 0.9 * 80e9)
    assert found.devices_needed == 10
    assert roofline(model=DEEPSEEK_V3, accelerator=H100, precision="fp8", memory_reserve=0).devices_needed == 9
    assert found.largest_batch_size == 0


def test_the_largest_batch_is_the_last_that_fits():
    limit = float(llama_on_h100(context_length=8192).largest_batch_size)
    assert llama_on_h100(context_length=8192, batch_size=limit).feasible
    assert not llama_on_h100(context_length=8192, batch_size=limit + 1).feasible


def test_busiest_power_exceeds_mfu_power_where_the_memory_works_and_the_cores_wait():
    busy, idle = (llama_on_h100(utilization=u).power for u in ("busiest", "mfu"))
    assert 0.9 * 700 < busy < 700 and idle < 0.35 * 700


def test_a_sweep_over_phases_equals_each_phase_alone():
    codes = np.array([1, 2, 1])
    swept = llama_on_h100(phase=codes, prompt_length=512).latency
    alone = [llama_on_h100(phase=p, prompt_length=512).latency for p in ("decode", "prefill", "decode")]
    assert swept == pytest.approx(alone, rel=1e-15)


def test_a_network_that_does_not_generate_has_no_decode():
    phases = np.array([1, 2, 3])
    found = roofline(model=KEYWORDS, accelerator=H100, phase=phases)
    assert np.isnan(found.latency).tolist() == [True, True, False]


def test_a_step_of_training_takes_three_forward_passes_and_keeps_the_optimizer():
    prefill = roofline(model=LLAMA_8B, accelerator=H100, phase="prefill", prompt_length=512)
    training = roofline(model=LLAMA_8B, accelerator=H100, phase="training", prompt_length=512)
    assert float(training.flop) == pytest.approx(3 * float(prefill.flop))
    # 2 + 2 + 12 bytes a parameter, and 34 bytes a token, layer and unit of width (Korthikanti et al. 2023).
    assert float(training.memory_footprint) == pytest.approx(16 * 8.03e9 + 34 * 512 * 4096 * 32)
    assert not training.feasible and float(training.largest_batch_size) == 0
    fixed = roofline(model=RESNET_50, accelerator=H100, phase="training", batch_size=64)
    assert float(fixed.flop) == pytest.approx(3 * 64 * 8.2e9)


def test_the_batch_that_turns_training_compute_bound_is_where_the_roofs_cross():
    width = {"model": LLAMA_8B, "accelerator": H100, "phase": "training", "prompt_length": 32}
    batch = float(roofline(**width).compute_bound_batch_size)
    below, above = roofline(**width, batch_size=batch - 1), roofline(**width, batch_size=batch)
    assert float(below.memory_time) >= float(below.compute_time) and float(above.memory_time) < float(
        above.compute_time
    )


def test_no_question_at_all_has_no_answer_and_is_no_error():
    nobody = np.array([], dtype=int)
    assert roofline(model=LLAMA_8B, accelerator=H100, phase=nobody, precision=nobody).latency.shape == (0,)


def test_a_step_of_training_moves_what_the_optimizer_reads_and_writes():
    # Adam in mixed precision: 28 to 30 bytes a parameter, 67 to 72 ms of an H100's bandwidth for Llama 3 8B.
    asked = {"model": LLAMA_8B, "accelerator": H100, "phase": "training", "prompt_length": 128}
    step = roofline(**asked)
    weights_and_activations = 3 * 2 * 8.03e9 + 2 * 34 * 128 * 4096 * 32
    assert float(step.moved) == pytest.approx(weights_and_activations + 30 * 8.03e9)
    # A larger batch shares the update: it moves no more for it.
    assert float(roofline(**asked, batch_size=2).moved) == pytest.approx(float(step.moved) + 2 * 34 * 128 * 4096 * 32)


@pytest.mark.parametrize(("phase", "batch"), [("forward", 256), ("training", 100_000)])
def test_without_a_known_activation_size_no_bandwidth_is_ruled_out_and_no_batch_is_unlimited(phase, batch):
    found = roofline.solve(model=RESNET_50, accelerator=H100, phase=phase, batch_size=batch)
    assert not found["activations_known"] and np.isnan(found["largest_batch_size"])
    assert "would not help" not in found.verdict and "bandwidth may limit too" in found.verdict
    sized = replace(RESNET_50, activation_bytes=6.4e6)
    known = roofline.solve(model=sized, accelerator=H100, phase=phase, batch_size=batch)
    assert known["activations_known"] and known["moved"] > found["moved"] + batch * 6e6
    assert np.isfinite(known["largest_batch_size"])


def test_an_overhead_that_binds_and_was_not_measured_is_said_to_be_an_assumption():
    assumed = "The overhead is an assumption"
    assert assumed in says(roofline, model=KEYWORDS, accelerator=H100)
    measured = with_figure(H100, measured_layer_overhead=10e-6)
    assert assumed not in says(roofline, model=KEYWORDS, accelerator=measured)
    assert assumed not in says(roofline, model=LLAMA_8B, accelerator=H100)
