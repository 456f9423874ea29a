import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.laws.losses import efficiency_factors
from solvers.laws.operators import class_time, operator_work
from solvers.laws.transformer import decode_work, prefill_work
from solvers.specs import Precision
from tests.solvers.systems import DEEPSEEK_V3, KEYWORDS, LLAMA_8B, MAMBA, MIXTRAL, RESNET_50

generating = st.sampled_from([LLAMA_8B, MIXTRAL, MAMBA, DEEPSEEK_V3])
batches = st.integers(1, 256)
lengths = st.integers(1, 32768)


def pass_of(model, decodes, batch, length):
    return operator_work(model, decodes, batch, length, Precision.FP16, 20.0)


@given(model=generating, batch=batches, length=lengths)
def test_the_classes_share_out_the_arithmetic_of_a_step_and_no_more(model, batch, length):
    for decodes, work in (
        (False, prefill_work(model, batch, length, 0.0, Precision.FP16, Precision.FP16)),
        (True, decode_work(model, batch, length, Precision.FP16, Precision.FP16)),
    ):
        o = pass_of(model, decodes, batch, length)
        assert float(o.gemm_flop + o.attention_flop + o.convolution_flop) == pytest.approx(float(work.flop))


@given(model=generating, batch=batches, length=lengths)
def test_the_classes_move_at_least_the_weights_and_the_cache_of_a_step(model, batch, length):
    o, work = pass_of(model, True, batch, length), decode_work(model, batch, length, Precision.FP16, Precision.FP16)
    assert float(o.gemm_moved + o.attention_moved) >= float(work.moved) * (1 - 1e-12)


@given(batch=batches, length=lengths)
def test_scores_grow_with_the_square_of_the_sequence_and_the_rest_in_proportion(batch, length):
    one, two = (pass_of(LLAMA_8B, False, batch, n) for n in (length, 2 * length))
    assert float(two.scores_moved / one.scores_moved) == pytest.approx(4)
    assert float(two.attention_moved / one.attention_moved) == pytest.approx(2)
    assert float(two.elementwise_moved / one.elementwise_moved) == pytest.approx(2)


def test_matrix_products_read_and_write_each_token_s_activations_beside_the_weights():
    # Per layer: QKV 4096 in, 6144 out; output 4096 and 4096; up and gate 4096 in, 28672 out; down 14336 in, 4096 out.
    by_hand = 2 * 32 * (4096 + 6144 + 4096 + 4096 + 4096 + 28672 + 14336 + 4096)
    one, two = (pass_of(LLAMA_8B, False, batch, 1) for batch in (1, 2))
    # The rest are the two embeddings of 128256 words, which the parameters include.
    assert float(two.gemm_moved - one.gemm_moved) == pytest.approx(by_hand + 2 * 2 * 128256, rel=0.01)


def test_a_sample_of_fixed_size_brings_its_activations_and_shares_the_weights():
    one, three = (pass_of(KEYWORDS, False, batch, 1) for batch in (1, 3))
    assert float(one.convolution_moved) == 2 * KEYWORDS.parameters + KEYWORDS.activation_bytes
    assert float(three.convolution_moved - one.convolution_moved) == 2 * KEYWORDS.activation_bytes


@given(batch=batches)
def test_a_network_of_fixed_size_is_all_convolution_whatever_the_sequence(batch):
    o = pass_of(RESNET_50, False, batch, 777)
    assert float(o.convolution_flop) == batch * RESNET_50.inference_flop
    assert o.tokens == batch and o.gemm_flop == o.attention_flop == o.scores_moved == 0


@given(flop=st.floats(1, 1e18), moved=st.floats(1, 1e15), eta=st.floats(0.01, 1))
def test_a_class_takes_as_long_as_the_slower_of_its_two_roofs(flop, moved, eta):
    found = class_time(flop, moved, 1e15, eta, 1e12)
    assert float(found.total) == pytest.approx(max(flop / (1e15 * eta), moved / 1e12))


@given(ledger=st.lists(st.floats(1e-6, 1e6), min_size=2, max_size=12))
def test_factors_multiply_to_the_useful_share(ledger):
    assert float(np.prod(efficiency_factors(np.array(ledger)))) == pytest.approx(ledger[0] / sum(ledger))
