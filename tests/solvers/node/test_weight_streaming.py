import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.node.weight_streaming import StreamingBottleneck, weight_streaming
from solvers.specs import Precision, stack, take
from tests.solvers.sentences import says
from tests.solvers.systems import LLAMA_8B, MAMBA, RESNET_50

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"sram_capacity": "1e8"},
    {"batch_size": "1", "context_length": "8"},
    {"sram_capacity": "1e8", "batch_size": "1", "model": "deepseek-v3"},
]

batches = st.integers(1, 100_000)
streams = st.floats(1e9, 1e14)


def llama(**inputs):
    return weight_streaming(model=LLAMA_8B, **inputs)


@given(batch=batches, stream=streams)
def test_the_bottleneck_turns_at_the_balanced_batch(batch, stream):
    o = llama(batch_size=batch, injection_bandwidth=stream)
    assert (o.bottleneck == StreamingBottleneck.COMPUTE) == (batch > o.balanced_batch_size)


@given(batch=batches, stream=streams)
def test_a_step_moves_every_weight_at_most_as_fast_as_the_stream(batch, stream):
    o = llama(batch_size=batch, injection_bandwidth=stream)
    assert float(o.step_time) >= float(o.weights) / stream * (1 - 1e-12)


@given(batch=st.integers(1, 20_000))
def test_requests_are_free_until_the_balance_and_cost_in_proportion_after_it(batch):
    one, two = llama(batch_size=batch), llama(batch_size=2 * batch)
    slower = float(two.step_time / one.step_time)
    assert slower == pytest.approx(min(max(2 * batch / float(one.balanced_batch_size), 1), 2))


@given(batch=batches, eta=st.floats(0.05, 1))
def test_the_stream_it_names_balances_both_times_and_reaches_what_kernels_can(batch, eta):
    needed = float(llama(batch_size=batch, efficiency=eta).injection_bandwidth_needed)
    o = llama(batch_size=batch, efficiency=eta, injection_bandwidth=needed)
    assert float(o.layer_injection_time) == pytest.approx(float(o.layer_compute_time))
    assert float(o.mfu) == pytest.approx(eta)
    assert float(o.balanced_batch_size) == pytest.approx(batch)


@given(context=st.integers(1, 100_000))
def test_the_largest_batch_fits_and_one_more_does_not(context):
    largest = int(llama(context_length=context).largest_batch_size)
    assert largest == 0 or llama(context_length=context, batch_size=largest).feasible
    assert not llama(context_length=context, batch_size=largest + 1).feasible


def test_half_as_many_bits_stream_in_half_the_time():
    wide, narrow = llama(precision=Precision.FP16), llama(precision=Precision.FP8)
    assert float(wide.step_time / narrow.step_time) == pytest.approx(2)
    assert float(wide.balanced_batch_size / narrow.balanced_batch_size) == pytest.approx(2)


def test_a_state_space_model_keeps_its_state_on_the_chip_however_long_the_context():
    short, long = (weight_streaming(model=MAMBA, context_length=s).sram_required for s in (1, 100_000))
    assert short == long > 0


def test_in_a_sweep_a_network_that_makes_no_tokens_is_unknown():
    o = weight_streaming(model=take(stack([LLAMA_8B, RESNET_50]), np.array([0, 1])))
    assert np.isnan(o.step_time).tolist() == [False, True]


def test_the_balanced_batch_is_advised_where_it_fits_and_a_narrower_stream_where_it_does_not():
    balanced = float(llama(context_length=1).balanced_batch_size)
    o = llama(context_length=100_000)
    assert o.largest_batch_size < balanced and float(llama(context_length=1).largest_batch_size) > balanced
    assert "and it fits" in says(weight_streaming, model=LLAMA_8B, batch_size=1, context_length=1)
    assert "Balance needs" in says(weight_streaming, model=LLAMA_8B, batch_size=1, context_length=100_000)
