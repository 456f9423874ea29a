"""The communication of a training step, with each group placed by hand on nodes of eight."""

import pytest

from solvers.laws.collectives import NetworkLink, ring_all_gather, ring_all_reduce
from solvers.laws.training_step import (
    Network,
    ParallelLayout,
    context_time,
    data_time,
    expert_time,
    exposed_time,
    stage_time,
    tensor_time,
)
from solvers.laws.training_traffic import activation_bytes, expert_dispatch_bytes, kv_bytes
from tests.solvers.systems import LLAMA_8B, MIXTRAL

INSIDE, BETWEEN = NetworkLink(100e9, 1e-6), NetworkLink(10e9, 1e-5)
NETWORK = Network(8, INSIDE, BETWEEN, 3.0)
M = 1e6


def split(tensor=1, context=1, data=1, expert=1, pipeline=1, virtual=1):
    return ParallelLayout(tensor, context, data, expert, pipeline, virtual)


def gathered(message, local, nodes):
    """Return the time of an all-gather in two levels, written out."""
    inside = (local - 1) / local * message / 100e9 + (local - 1) * 1e-6
    return inside + (nodes - 1) / nodes * message / local / 10e9 + (nodes - 1) * 1e-5


def test_devices_are_the_product_of_all_dimensions_but_the_experts():
    assert float(split(2, 3, 4, 2, 5, 6).devices) == 2 * 3 * 4 * 5


def test_two_all_reduces_a_layer_and_pass():
    assert float(tensor_time(M, 5, 2.0, split(tensor=4), NETWORK)) == pytest.approx(
        3 * 2 * 2 * 5 * float(ring_all_reduce(M, 4, 100e9, 1e-6))
    )


def test_keys_and_values_are_gathered_once_forward_and_twice_backward():
    once = float(ring_all_gather(M, 4, 100e9, 1e-6))
    assert float(context_time(M, 5, 2.0, split(tensor=2, context=4), NETWORK)) == pytest.approx(3 * 3 * 5 * once)
    assert float(context_time(M, 5, 3.0, split(tensor=2, context=4), NETWORK)) == pytest.approx(3 * 4 * 5 * once)
    across = gathered(M, 2, 2)  # four devices, four places apart: two of them to a node
    assert float(context_time(M, 1, 0.0, split(tensor=4, context=4), NETWORK)) == pytest.approx(3 * across)


def test_tokens_go_to_experts_and_back_over_the_slowest_link():
    inside = 3 / 4 * M / 100e9 + 3 * 1e-6
    outside = 3 / 4 * M / 10e9 + 3 * 1e-5
    assert float(expert_time(M, 5, 2.0, split(tensor=2, data=8, expert=4), NETWORK)) == pytest.approx(
        3 * 2 * 2 * 5 * inside
    )
    assert float(expert_time(M, 5, 2.0, split(2, 2, 8, 4), NETWORK)) == pytest.approx(3 * 2 * 2 * 5 * outside)


@pytest.mark.parametrize(
    ("tensor", "data", "bandwidth", "latency"),
    [(2, 2, 100e9, 1e-6), (4, 2, 10e9, 1e-5), (1, 4, 100e9, 1e-6), (1, 5, 10e9, 1e-5)],
)
def test_the_next_stage_is_in_the_node_when_two_stages_fit_into_one(tensor, data, bandwidth, latency):
    layout = split(tensor=tensor, data=data, pipeline=3, virtual=2)
    assert float(stage_time(M, 7, layout, NETWORK)) == pytest.approx(3 * 2 * 7 * 2 * (M / bandwidth + latency))


def test_context_counts_in_the_distance_to_the_next_stage_and_one_stage_has_none():
    near, far = split(tensor=2, context=2, pipeline=2), split(tensor=2, context=4, pipeline=2)
    assert float(stage_time(M, 1, near, NETWORK)) == pytest.approx(3 * 2 * (M / 100e9 + 1e-6))
    assert float(stage_time(M, 1, far, NETWORK)) == pytest.approx(3 * 2 * (M / 10e9 + 1e-5))
    assert float(stage_time(M, 7, split(tensor=8), NETWORK)) == 0


def test_copies_exchange_dense_weights_over_all_and_experts_over_those_that_hold_the_same():
    layout = split(tensor=2, context=2, data=4, expert=2)
    dense = gathered(M, 4, 2)  # eight copies two places apart
    same = gathered(2 * M, 2, 2)  # four of them hold the same experts, four places apart
    assert float(data_time(M, 2 * M, 1, 9, layout, NETWORK)) == pytest.approx(3 * 2 * (dense + same))
    assert float(data_time(M, 2 * M, 3, 9, layout, NETWORK)) == pytest.approx(3 * (1 + 2 * 9) * (dense + same))


@pytest.mark.parametrize(
    ("zero", "overlap", "exposed"),
    [(0, 0.0, 10.0), (2, 0.5, 8.0), (2, 0.1, 9.0), (3, 0.5, 5.0), (3, 1.0, 2.0)],
)
def test_an_exchange_hides_behind_two_thirds_of_a_microbatch_or_of_all(zero, overlap, exposed):
    # A microbatch of 3 s has a backward pass of 2 s; four of them 8 s.
    assert float(exposed_time(10.0, overlap, 3.0, 4, zero)) == pytest.approx(exposed)


def test_messages_are_sixteen_bit_numbers_of_the_tokens_a_device_has():
    assert float(activation_bytes(LLAMA_8B, 3, 8192, 4)) == 3 * 2048 * 4096 * 2
    assert float(kv_bytes(LLAMA_8B, 3, 8192, 4)) == 3 * 8192 * 2 * 8 * 128 / 4 * 2
    assert float(expert_dispatch_bytes(MIXTRAL, M)) == 2 * M and float(expert_dispatch_bytes(LLAMA_8B, M)) == 0
