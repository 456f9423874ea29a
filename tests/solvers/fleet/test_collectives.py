from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import parallelism, serving, shipped
from solvers.errors import InputErrors
from solvers.fleet.collectives import AllReduceAlgorithm, collectives
from solvers.laws.collectives import (
    NetworkLink,
    RankGroup,
    all_to_all,
    hierarchical_all_gather,
    hierarchical_all_reduce,
    point_to_point,
    rank_group,
    ring_all_gather,
    ring_all_reduce,
    slowest_link,
    tree_all_reduce,
)
from solvers.laws.kernels import all_reduce_time
from solvers.laws.model_decoder import kernel_device
from solvers.specs import Accelerator, Model, Node, Precision
from tests.solvers.sentences import says

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"message": "0", "devices": "2"},
    {"message": "450000", "devices": "256", "devices_per_node": "256"},
    {"devices": "1"},
    {"devices_per_node": "42", "devices": "576"},
    {"devices_per_node": "72", "devices": "576", "intra_latency": "0", "inter_latency": "0", "message": "0"},
]

messages = st.floats(1e3, 1e12)
counts = st.integers(2, 5000)
powers = st.sampled_from([1, 2, 4, 8, 16, 32, 64])
bandwidths = st.floats(1e9, 1e12)
latencies = st.floats(0, 1e-4)
few = settings(max_examples=25)
links = st.builds(NetworkLink, bandwidths, latencies)


def exact(value):
    return pytest.approx(value, rel=1e-12)


def bytes_sent_by_each_in_a_ring(devices, message):
    """Return the bytes each device sends: in two rounds of n − 1 steps, one of n parts per step."""
    return sum(message / devices for _round in range(2) for _step in range(devices - 1))


@few
@given(n=st.integers(2, 64), message=messages, link=links)
def test_a_ring_takes_what_its_steps_take_one_by_one(n, message, link):
    steps = bytes_sent_by_each_in_a_ring(n, message) / link.bandwidth + 2 * (n - 1) * link.latency
    assert float(ring_all_reduce(message, n, link.bandwidth, link.latency)) == pytest.approx(steps)


@few
@given(n=counts, message=messages, link=links)
def test_a_ring_all_reduce_is_a_reduce_scatter_and_an_all_gather(n, message, link):
    half = ring_all_gather(message, n, link.bandwidth, link.latency)
    assert float(ring_all_reduce(message, n, link.bandwidth, link.latency)) == exact(2 * float(half))


@few
@given(n=counts, message=messages, bandwidth=bandwidths)
def test_without_latency_a_ring_never_needs_twice_the_time_to_send_the_message(n, message, bandwidth):
    once = message / bandwidth
    assert once <= float(ring_all_reduce(message, n, bandwidth, 0)) < 2 * once


@few
@given(levels=st.integers(1, 16), message=messages, link=links)
def test_a_tree_passes_the_whole_message_up_and_down_each_level(levels, message, link):
    a_message = float(point_to_point(message, link))
    assert float(tree_all_reduce(message, 2**levels, link.bandwidth, link.latency)) == exact(2 * levels * a_message)


def test_one_device_more_than_a_full_tree_adds_a_level():
    assert float(tree_all_reduce(0, 9, 1, 1)) == 8
    assert float(tree_all_reduce(0, 8, 1, 1)) == 6


@few
@given(n=counts, message=messages, link=links)
def test_in_an_all_to_all_each_sends_every_other_its_part(n, message, link):
    parts = (n - 1) * float(point_to_point(message / n, link))
    assert float(all_to_all(message, n, link.bandwidth, link.latency)) == pytest.approx(parts)


@few
@given(message=messages, link=links)
def test_a_message_to_a_neighbour_takes_a_start_and_its_bytes(message, link):
    assert float(point_to_point(message, link)) - link.latency == pytest.approx(message / link.bandwidth)
    assert float(point_to_point(0, link)) == link.latency


@few
@given(local=powers, nodes=powers, message=messages, intra=links, inter=links)
def test_two_levels_are_a_ring_inside_and_a_ring_of_the_share_between(local, nodes, message, intra, inter):
    group = RankGroup(local * nodes, local, nodes)
    inside = ring_all_reduce(message, local, intra.bandwidth, intra.latency)
    between = ring_all_reduce(message / local, nodes, inter.bandwidth, inter.latency)
    assert float(hierarchical_all_reduce(message, group, intra, inter)) == pytest.approx(float(inside + between))


@few
@given(local=powers, nodes=powers, message=messages, link=links)
def test_two_levels_of_like_links_move_the_bytes_of_one_ring_in_fewer_starts(local, nodes, message, link):
    n, free = local * nodes, NetworkLink(link.bandwidth, 0.0)
    group = RankGroup(n, local, nodes)
    flat = ring_all_gather(message, n, link.bandwidth, 0.0)
    assert float(hierarchical_all_gather(message, group, free, free)) == pytest.approx(float(flat))
    starts = float(hierarchical_all_gather(0.0, group, link, link))
    assert starts <= float(ring_all_gather(0.0, n, link.bandwidth, link.latency)) * (1 + 1e-12)


@few
@given(size=st.integers(1, 512), stride=powers, per_node=powers)
def test_a_group_stands_where_its_places_are(size, stride, per_node):
    homes = [place * stride // per_node for place in range(size)]
    group = rank_group(size, stride, per_node)
    assert float(group.nodes) == len(set(homes))
    assert float(group.local) == max(homes.count(home) for home in set(homes))


@few
@given(size=st.integers(1, 512), stride=st.integers(1, 100), per_node=st.integers(1, 100))
def test_strides_that_do_not_fit_a_node_never_make_a_group_seem_closer_than_it_is(size, stride, per_node):
    homes = {place * stride // per_node for place in range(size)}
    assert float(rank_group(size, stride, per_node).nodes) >= len(homes)


def test_a_flat_operation_waits_for_the_network_as_soon_as_it_leaves_the_node():
    intra, inter = NetworkLink(450e9, 1e-6), NetworkLink(50e9, 5e-6)
    assert float(slowest_link(rank_group(8, 1, 8), intra, inter).bandwidth) == 450e9
    assert float(slowest_link(rank_group(9, 1, 8), intra, inter).bandwidth) == 50e9
    assert float(slowest_link(rank_group(9, 1, 8), intra, inter).latency) == 5e-6


@few
@given(n=counts, per_node=powers, message=messages, intra=bandwidths, inter=bandwidths)
def test_the_fastest_way_is_named_and_is_no_slower_than_any(n, per_node, message, intra, inter):
    o = collectives(devices=n, devices_per_node=per_node, message=message, intra_bandwidth=intra, inter_bandwidth=inter)
    ways = {
        AllReduceAlgorithm.RING: o.ring,
        AllReduceAlgorithm.TREE: o.tree,
        AllReduceAlgorithm.HIERARCHICAL: o.hierarchical,
    }
    assert (
        float(o.best_time) == float(ways[AllReduceAlgorithm(int(o.best))]) == min(float(time) for time in ways.values())
    )
    assert float(o.best_start_time) <= float(o.best_time) * (1 + 1e-12)


@pytest.mark.parametrize(
    ("way", "other"),
    [
        (AllReduceAlgorithm.RING, {"devices": 8}),
        (AllReduceAlgorithm.TREE, {"devices": 1024, "devices_per_node": 1, "message": 1e3}),
        (AllReduceAlgorithm.HIERARCHICAL, {}),
    ],
)
def test_starts_of_the_fastest_way_are_the_time_of_an_empty_message(way, other):
    o = collectives(**other)
    empty = collectives(**{**other, "message": 0})
    assert AllReduceAlgorithm(int(o.best)) is way
    assert float(o.best_start_time) == exact(float((empty.ring, empty.tree, empty.hierarchical)[way]))


@few
@given(n=st.integers(4, 5000), bandwidth=bandwidths, latency=st.floats(1e-7, 1e-4))
def test_below_the_even_message_a_tree_beats_a_ring_and_above_it_does_not(n, bandwidth, latency):
    links = {"devices": n, "devices_per_node": 1, "inter_bandwidth": bandwidth, "inter_latency": latency}
    even = float(collectives(**links).tree_best_below)
    below, above = collectives(**links, message=0.99 * even), collectives(**links, message=1.01 * even)
    assert float(below.tree) < float(below.ring)
    assert float(above.tree) > float(above.ring)


def test_a_tree_of_two_or_three_never_beats_a_ring():
    assert np.all(collectives(devices=[2, 3], devices_per_node=1).tree_best_below == 0)


# NVIDIA nccl-tests, doc/PERFORMANCE.md: the bus bandwidth 2(n−1)/n·M/t of an all-reduce bound by bytes is that of the
# hardware, whatever the number of ranks.
@few
@given(n=st.integers(2, 64), bandwidth=bandwidths)
def test_the_bus_bandwidth_of_a_ring_without_latency_is_the_links_own(n, bandwidth):
    o = collectives(devices=n, devices_per_node=64, intra_bandwidth=bandwidth, intra_latency=0)
    assert float(o.bus_bandwidth) == exact(bandwidth)


def test_one_device_exchanges_nothing():
    o = collectives(devices=1)
    for time in (o.ring, o.tree, o.hierarchical, o.all_to_all, o.all_gather, o.best_time, o.best_start_time):
        assert float(time) == 0
    assert np.isnan(o.bus_bandwidth) and np.isnan(o.tree_best_below)


def said(**asked):
    return says(collectives, **asked)


@pytest.mark.parametrize(
    ("asked", "binding"),
    [
        # Latency dominates a flat ring of 1024; in two levels bandwidth does, for 200 MB.
        ({"devices": 1024, "message": 200e6}, "Inter-node links are the limit"),
        # A tree can be fastest and still be limited by bandwidth.
        ({"devices": 1024, "devices_per_node": 1, "message": 10e6}, "Inter-node links are the limit"),
        ({"devices": 1024, "message": 16e3}, "Message latency is the limit"),
        ({"devices": 8}, "Intra-node links are the limit; more devices"),
        ({"intra_bandwidth": 200e9}, "Intra-node links are the limit, "),
        ({"devices": 1}, "No communication"),
        ({"message": 0, "intra_latency": 0, "inter_latency": 0}, "No time needed"),
    ],
)
def test_the_verdict_names_what_binds_the_fastest_way(asked, binding):
    assert binding in said(**asked)


@given(message=messages, devices=st.integers(2, 8))
def test_in_a_node_the_measured_time_is_that_of_the_kernels_of_the_chip(message, devices):
    for chip in ("h100-sxm5-80gb", "a100-sxm4-80gb", "l40s"):
        found = collectives(message=message, devices=devices, accelerator=chip)
        spec = shipped.find(Accelerator, chip)
        device = kernel_device(spec, Precision.FP16, spec.interconnect_bandwidth)
        assert float(found.measured_time) == float(all_reduce_time(message, devices, device))
        assert found.measured_time > found.best_time * 0.8
        assert float(found.measured_ratio) == pytest.approx(float(found.measured_time / found.best_time))


def test_serving_waits_for_the_all_reduces_that_the_collectives_wall_shows():
    served = serving(tensor_parallel=8, model="llama-3-70b", batch_size=16)
    message = 16 * 8192 * 2
    once = collectives(message=message, devices=8).measured_time
    assert float(served.decode_network_time) == pytest.approx((2 * 80 + 1) * float(once))


def test_copies_exchange_gradients_as_the_collectives_wall_measures_over_several_nodes():
    split = {"tensor_parallel": 1, "pipeline_parallel": 1, "zero_stage": "0", "congestion_factor": 1}
    run = parallelism(data_parallel=64, model="llama-3-8b", **split)
    found = collectives(message=2 * shipped.find(Model, "llama-3-8b").parameters, devices=64)
    assert float(run.exchange_time) == pytest.approx(float(found.measured_time), rel=1e-9)


def test_the_measured_time_follows_the_chip_and_the_bus_of_the_node():
    node = shipped.find(Node, "dgx-h100")
    bus = replace(node, fabric=replace(node.fabric, shared_bus=1.0))
    own, shared = (collectives(node=each, devices=8) for each in (node, bus))
    assert shared.measured_time > 2 * own.measured_time and shared.ring == own.ring
    assert float(collectives(devices=1).measured_time) == 0


def test_a_link_without_a_figure_is_asked_for():
    with pytest.raises(InputErrors, match="MI300A"):
        collectives(accelerator="mi300a", devices=4)
