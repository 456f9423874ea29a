import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers import roofline, serving
from tests.solvers.systems import A100, DEEPSEEK_V3, H100, LLAMA_8B, with_figure

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"model": "llama-3-70b", "tensor_parallel": "4", "precision": "fp64"},
]

SMALL = with_figure(LLAMA_8B, name="draft", parameters=1e9, layers=16, hidden_size=2048)


def serve(model=LLAMA_8B, accelerator=H100, **inputs):
    return serving(model=model, accelerator=accelerator, **inputs)


def test_both_phases_are_the_roofline_of_their_step():
    eta = {"efficiency": 0.5, "bandwidth_efficiency": 0.8, "layer_overhead": 1e-5}
    found = serve(prompt_length=512, output_length=100, batch_size=4, **eta)
    ask = {"model": LLAMA_8B, "accelerator": H100, "batch_size": 4, **eta}
    assert found.ttft == pytest.approx(float(roofline(phase="prefill", prompt_length=512, **ask).latency), rel=1e-12)
    assert found.itl == pytest.approx(float(roofline(phase="decode", context_length=562, **ask).latency), rel=1e-12)


def test_a_request_lasts_the_first_token_and_a_latency_for_each_further_one():
    found = serve(output_length=101)
    assert found.end_to_end_latency == pytest.approx(float(found.ttft + 100 * found.itl), rel=1e-12)


def test_the_kv_cache_of_llama_405b_is_516_kb_a_token():
    """DeepSeek-V3 at ISCA 2025, table 1 (arXiv:2505.09343): 516.096 kB at bf16."""
    geometry = with_figure(LLAMA_8B, layers=126, kv_heads=8, head_dim=128)
    assert serve(geometry).kv_cache_per_token == 516096


def test_the_kv_cache_of_deepseek_v3_is_70_kb_a_token():
    """DeepSeek-V3 at ISCA 2025, table 1 (arXiv:2505.09343): 70.272 kB at bf16."""
    assert serve(DEEPSEEK_V3).kv_cache_per_token == 70272


def test_a_cached_prefix_leaves_only_the_new_tokens_to_compute():
    cold, warm = (serve(prompt_length=8192, cached_prefix_length=c) for c in (0, 8191))
    assert warm.prefill_flop < cold.prefill_flop / 4000
    assert warm.kv_cache == cold.kv_cache


def test_split_over_one_device_adds_no_all_reduce():
    found = serve(tensor_parallel=1)
    assert found.prefill_network_time == found.decode_network_time == 0


@given(st.integers(2, 64))
def test_splitting_divides_arithmetic_and_memory_evenly(t):
    one, split = serve(), serve(tensor_parallel=t)
    assert split.decode_compute_time * t == pytest.approx(float(one.decode_compute_time), rel=1e-12)
    assert split.memory_per_device * t == pytest.approx(float(one.memory_per_device), rel=1e-12)
    assert split.decode_network_time > 0


def test_two_all_reduces_a_layer_carry_16_bit_activations():
    found = serve(tensor_parallel=2, batch_size=3, interconnect_bandwidth=1e9, interconnect_latency=0)
    assert found.decode_network_time == pytest.approx(32 * 2 * 3 * 4096 * 2 / 1e9, rel=1e-12)


def test_speculation_yields_the_geometric_series_of_its_acceptance():
    """Leviathan et al. 2023 (arXiv:2211.17192), equation 1."""
    found = serve(draft_model=SMALL, acceptance=0.8, draft_tokens=3)
    assert found.tokens_per_step == pytest.approx(1 + 0.8 + 0.64 + 0.512, rel=1e-12)
    assert found.itl == pytest.approx(
        float((3 * found.draft_step_time + found.decode_step_time) / found.tokens_per_step)
    )


@pytest.mark.parametrize(("acceptance", "tokens"), [(0.0, 1.0), (1.0, 5.0)])
def test_speculation_at_its_ends(acceptance, tokens):
    assert serve(draft_model=SMALL, acceptance=acceptance, draft_tokens=4).tokens_per_step == tokens


def test_a_draft_that_is_never_right_makes_tokens_slower():
    assert serve(draft_model=SMALL, acceptance=0.0).itl > serve().itl


def test_decode_chips_of_their_own_set_the_inter_token_latency_and_cost_a_transfer():
    apart, together = serve(accelerator=A100, decode_accelerator=H100), serve()
    assert apart.itl == together.itl
    assert apart.kv_transfer_time == pytest.approx(8 * 131072 * 1024 / 50e9, rel=1e-12)


@given(st.integers(1, 512))
def test_a_larger_batch_never_lowers_throughput_nor_the_inter_token_latency(batch):
    one, more = serve(batch_size=batch), serve(batch_size=batch + 1)
    assert more.decode_throughput >= one.decode_throughput * (1 - 1e-12)
    assert more.itl >= one.itl


def test_the_largest_batch_is_the_last_that_fits():
    limit = float(serve().largest_batch_size)
    assert serve(batch_size=limit).feasible and not serve(batch_size=limit + 1).feasible


def test_what_does_not_fit_says_over_how_many_devices_it_would():
    found = serve(DEEPSEEK_V3, precision="fp8", batch_size=1)
    assert (
        not found.feasible
        and serve(DEEPSEEK_V3, precision="fp8", batch_size=1, tensor_parallel=float(found.devices_needed)).feasible
    )


def test_a_sweep_over_batches_equals_each_batch_alone():
    swept = serve(batch_size=np.array([1.0, 7.0, 300.0]))
    assert swept.itl.tolist() == [float(serve(batch_size=b).itl) for b in (1, 7, 300)]
