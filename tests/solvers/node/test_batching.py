import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers import serving
from solvers.node.batching import KvPrecision, Limit, batching
from solvers.plan import sweep_values
from solvers.specs import Model, Precision, stack, take
from tests.solvers.systems import DEEPSEEK_V3, H100, LLAMA_8B, MAMBA, RESNET_50, with_figure

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"model": "mamba-2.8b"},
    {"context_length": "75000"},
]

contexts = st.integers(1, 16384)
page_sizes = st.integers(1, 1024)

OPT_13B = Model(
    name="OPT-13B", parameters=13e9, layers=40, hidden_size=5120, attention_heads=40, kv_heads=40, head_dim=128
)


def llama_on_h100(**inputs):
    return batching(model=LLAMA_8B, accelerator=H100, **inputs)


def test_a_token_of_opt_13b_takes_800_kb_and_a_full_request_1_6_gb():
    # Kwon et al. 2023, section 3: 2 · 5120 · 40 · 2 bytes a token, up to 1.6 GB for 2048 tokens.
    o = batching(model=OPT_13B, accelerator=H100, context_length=2048)
    assert float(o.kv_cache_per_token) == 800 * 1024
    assert float(o.kv_cache_per_request) == pytest.approx(1.6e9, rel=0.05)


def test_pages_of_16_tokens_leave_less_than_4_percent_empty():
    # Kwon et al. 2023, figure 2: 96.3 % of the KV memory holds tokens. Requests of 200 to 2048 tokens, evenly.
    o = llama_on_h100(context_length=np.arange(200.0, 2049), page_size=16)
    assert 0.003 < float(np.mean(o.internal_fragmentation)) < 0.037


@given(context=contexts, page=page_sizes)
def test_waste_stays_below_one_page(context, page):
    o = llama_on_h100(context_length=context, page_size=page)
    empty = float(o.kv_cache_per_request) - context * float(o.kv_cache_per_token)
    assert 0 <= empty < page * float(o.kv_cache_per_token)
    assert float(o.internal_fragmentation * o.kv_cache_per_request) == pytest.approx(empty, abs=1)


@given(context=contexts, page=page_sizes, reserve=st.floats(0, 0.5))
def test_the_largest_batch_fits_and_one_more_does_not(context, page, reserve):
    o = llama_on_h100(context_length=context, page_size=page, memory_reserve=reserve)
    room = H100.memory_capacity * (1 - reserve) - float(o.weights)
    fitting, each = float(o.max_concurrent_requests), float(o.kv_cache_per_request)
    assert fitting * each <= room * (1 + 1e-12) and (fitting + 1) * each > room * (1 - 1e-12)


@given(context=contexts, longest=contexts)
def test_pages_of_one_token_never_hold_fewer_than_reservations(context, longest):
    o = llama_on_h100(context_length=context, max_length=longest, page_size=1)
    assert o.max_concurrent_requests >= o.static_max_concurrent_requests
    assert o.decode_throughput >= o.static_decode_throughput * (1 - 1e-12)


@given(context=st.integers(128, 16384))
def test_requests_as_long_as_reserved_gain_nothing(context):
    o = llama_on_h100(context_length=context, max_length=context, page_size=1)
    assert float(o.throughput_gain) == 1


@given(allowed=st.integers(1, 2000))
def test_the_scheduler_or_the_memory_stops_the_batch(allowed):
    o = llama_on_h100(max_batch_size=allowed)
    stopped_at = allowed if o.limit == Limit.SCHEDULER else o.max_concurrent_requests
    assert o.active_requests == stopped_at <= allowed


@given(context=contexts)
def test_more_requests_make_more_tokens_and_each_waits_longer(context):
    allowed = np.arange(1.0, 300)
    o = llama_on_h100(context_length=context, max_batch_size=allowed)
    assert np.all(np.diff(o.decode_throughput) >= -1e-9) and np.all(np.diff(o.itl) >= -1e-15)


def test_keys_and_values_have_a_format_of_their_own():
    asked = np.array([KvPrecision.AS_WEIGHTS, KvPrecision.FP8, KvPrecision.INT4])
    o = llama_on_h100(kv_precision=asked, precision=np.full(3, Precision.FP16))
    assert (o.kv_cache_per_token / o.kv_cache_per_token[0]).tolist() == [1, 0.5, 0.25]


def test_keys_and_values_follow_the_weights_unless_told_otherwise():
    wide, narrow = (llama_on_h100(precision=each).kv_cache_per_token for each in (Precision.FP16, Precision.FP8))
    told = llama_on_h100(precision=Precision.FP8, kv_precision=KvPrecision.FP16).kv_cache_per_token
    assert told == wide == 2 * narrow


def test_what_does_not_fit_says_how_much_is_missing_and_fits_with_just_that():
    o = batching(model=DEEPSEEK_V3, accelerator=H100, precision=Precision.FP8)
    assert not o.feasible and np.isnan(o.itl) and o.max_concurrent_requests == 0
    larger = with_figure(H100, memory_capacity=H100.memory_capacity + (float(o.memory_shortfall) + 1) / 0.9)
    assert batching(model=DEEPSEEK_V3, accelerator=larger, precision=Precision.FP8).max_concurrent_requests == 1


def test_a_state_of_fixed_size_needs_no_pages():
    short, long = (batching(model=MAMBA, accelerator=H100, context_length=s) for s in (100, 100_000))
    assert short.max_concurrent_requests == long.max_concurrent_requests == short.static_max_concurrent_requests


@given(context=contexts, longest=contexts)
def test_a_reservation_is_either_used_or_empty(context, longest):
    o = llama_on_h100(context_length=context, max_length=longest)
    used = float(o.static_kv_cache_per_request) * (1 - float(o.static_fragmentation))
    assert used == pytest.approx(context * float(o.kv_cache_per_token))


def test_weights_of_half_the_bytes_leave_that_much_more_room():
    wide, narrow = (llama_on_h100(precision=p) for p in (Precision.FP16, Precision.FP8))
    assert float(narrow.kv_pool - wide.kv_pool) == pytest.approx(LLAMA_8B.parameters)


def test_in_a_sweep_a_network_that_makes_no_tokens_is_unknown():
    o = batching(model=take(stack([LLAMA_8B, RESNET_50]), np.array([0, 1])), accelerator=H100)
    assert np.isnan(o.max_concurrent_requests).tolist() == [False, True] and o.feasible.tolist() == [True, False]


@given(batch=st.integers(1, 300), context=contexts, precision=st.sampled_from(["fp16", "fp8"]))
def test_a_step_is_the_serving_walls_own(batch, context, precision):
    """One question, one number: the same requests at the same context."""
    ours = llama_on_h100(context_length=context, max_batch_size=batch, precision=precision)
    if float(ours.active_requests) == batch:
        # The mean context of an answer of two tokens is the prompt and one.
        theirs = serving(
            model=LLAMA_8B,
            accelerator=H100,
            prompt_length=context,
            output_length=2,
            batch_size=batch,
            precision=precision,
            kv_precision=precision,
        )
        longer = llama_on_h100(context_length=context + 1, max_batch_size=batch, precision=precision)
        if float(longer.active_requests) == batch:
            assert float(theirs.itl) == pytest.approx(float(longer.itl), rel=1e-9)


def test_a_step_is_the_sum_of_its_kernels_unless_the_roofline_is_asked_for():
    o = llama_on_h100(max_batch_size=64)
    parts = ("products", "attention", "experts", "small", "head")
    assert float(o.itl) == pytest.approx(sum(float(getattr(o, f"{name}_time")) for name in parts))
    textbook = llama_on_h100(max_batch_size=64, timing="roofline")
    busy = max(float(textbook.compute_time), float(textbook.memory_time))
    assert float(textbook.itl) == pytest.approx(busy + float(textbook.overhead_time))
    assert np.isnan(textbook.products_time)


def test_a_chart_runs_along_block_sizes_that_are_powers_of_two_and_the_one_asked():
    sizes = sweep_values(batching.inputs["page_size"], 24)
    assert sizes.tolist() == sorted([*(2.0**n for n in range(11)), 24.0])
