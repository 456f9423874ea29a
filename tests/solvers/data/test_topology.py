from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.data.topology import NetworkKind, topology
from solvers.pipeline.wiring import wired
from solvers.registry import solvers
from tests.solvers.sentences import says

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"kind": "torus_3d", "nodes": "8192", "message": "0"},
    {"kind": "torus_3d", "nodes": "65536", "oversubscription": "1.3"},
    {"kind": "torus_3d", "nodes": "2"},
    {"kind": "fat_tree", "routing": "ecmp"},
    {"kind": "dragonfly", "routing": "ecmp"},
]

kinds = st.sampled_from(NetworkKind)
clusters = st.integers(2, 100_000)
LINK = 10e9


def around(k, a, b):
    return min((a - b) % k, (b - a) % k)


def mean_hops_counted(k, dimensions):
    """Return the mean hops from one node of a torus with k nodes per side to every node, itself included."""
    ways = [sum(around(k, 0, c) for c in node) for node in product(range(k), repeat=dimensions)]
    return sum(ways) / len(ways)


@pytest.mark.parametrize("k", [2, 4, 6, 8])
def test_mean_hops_of_a_ring_and_a_torus_are_those_counted_on_one(k):
    assert float(topology(kind="ring", nodes=k).mean_hops) == pytest.approx(mean_hops_counted(k, 1))
    assert float(topology(kind="torus_3d", nodes=k**3).mean_hops) == pytest.approx(mean_hops_counted(k, 3))


@pytest.mark.parametrize(
    ("kind", "side", "cut"), [("ring", 12, 2), ("torus_3d", 4, 2 * 4**2), ("torus_3d", 6, 2 * 6**2)]
)
def test_the_bisection_is_what_the_cut_links_carry(kind, side, cut):
    # A cut crosses two planes of links; a link carries half of what a node sends in one dimension.
    nodes = side if kind == "ring" else side**3
    o = topology(kind=kind, nodes=nodes, link_bandwidth=LINK)
    assert float(o.bisection_bandwidth) == pytest.approx(cut * LINK / 2)


@pytest.mark.parametrize(("kind", "side", "dimensions"), [("ring", 8, 1), ("torus_3d", 4, 3), ("torus_3d", 6, 3)])
def test_the_links_cut_are_those_counted_between_two_halves_and_each_carries_its_bandwidth_one_way(
    kind, side, dimensions
):
    nodes = list(product(range(side), repeat=dimensions))
    crossing = sum(
        (node[0] < side // 2) != ((node[0] + 1) % side < side // 2) for node in nodes
    )  # a link from each node to the next along the first dimension, and around
    o = topology(kind=kind, nodes=len(nodes), link_bandwidth=LINK, link_meaning="link")
    assert float(o.cut_links) == pytest.approx(crossing)
    assert float(o.bisection_bandwidth) == pytest.approx(crossing * LINK)
    halved = topology(kind=kind, nodes=len(nodes), link_bandwidth=LINK)
    assert float(halved.bisection_bandwidth) == pytest.approx(crossing * LINK / 2)


def test_a_switched_network_does_not_care_what_a_link_of_a_ring_is():
    for kind in ("fat_tree", "dragonfly"):
        one, other = (topology(kind=kind, link_meaning=meaning) for meaning in ("dimension", "link"))
        assert float(one.effective_bandwidth) == float(other.effective_bandwidth)
        assert np.isnan(one.cut_links)


@given(nodes=clusters, over=st.floats(1, 32), kind=kinds)
def test_oversubscription_divides_and_leaves_the_paths_alone(nodes, over, kind):
    full, saved = (topology(kind=kind, nodes=nodes, oversubscription=o) for o in (1.0, over))
    assert float(full.effective_bandwidth / saved.effective_bandwidth) == pytest.approx(over)
    assert saved.mean_hops == full.mean_hops


@given(nodes=clusters)
def test_a_fat_tree_s_middle_grows_with_its_nodes_and_a_ring_s_does_not(nodes):
    small, large = (
        topology(kind=[NetworkKind.FAT_TREE, NetworkKind.RING], nodes=n).bisection_bandwidth for n in (nodes, 2 * nodes)
    )
    assert (large / small).tolist() == pytest.approx([2, 1])


@given(nodes=clusters, kind=kinds)
def test_the_bar_of_a_topology_is_what_choosing_it_gives(nodes, kind):
    o = topology(kind=kind, nodes=nodes, link_bandwidth=LINK, oversubscription=2)
    bars = (o.fat_tree_bandwidth, o.dragonfly_bandwidth, o.ring_bandwidth, o.torus_bandwidth)
    assert float(bars[kind]) == pytest.approx(float(o.effective_bandwidth))


def test_an_exchange_is_its_bytes_over_the_middle_and_its_hops():
    o = topology(kind="ring", nodes=16, link_bandwidth=LINK, message=1e9, hop_latency=1e-3)
    assert float(o.exchange_time) == pytest.approx(1e9 / (LINK / 8) + 4e-3)


@pytest.mark.parametrize("meaning", ["dimension", "link"])
@given(nodes=st.integers(2, 10_000))
def test_no_node_keeps_more_than_its_link(meaning, nodes):
    for kind in ("ring", "torus_3d"):
        o = topology(kind=kind, nodes=nodes, link_bandwidth=LINK, link_meaning=meaning)
        assert float(o.effective_bandwidth) <= LINK
        assert float(o.torus_bandwidth) <= LINK and float(o.ring_bandwidth) <= LINK


def test_a_small_torus_says_that_its_links_limit_it():
    assert "their own links limit them" in says(topology, kind="torus_3d", nodes=4, link_bandwidth=LINK)
    assert "their own links limit them" not in says(topology, kind="torus_3d", nodes=64, link_bandwidth=LINK)


def test_hashed_flows_wait_for_the_busiest_path_of_a_fat_tree():
    even, hashed = (topology(link_bandwidth=LINK, routing=routing) for routing in ("even", "ecmp"))
    assert float(even.contention_factor) == 1
    assert float(hashed.contention_factor) == pytest.approx(3.063, rel=1e-3)  # 16 flows on 16 paths
    for name in ("effective_bandwidth", "fat_tree_bandwidth", "bisection_bandwidth", "without_oversubscription"):
        assert getattr(even, name) / getattr(hashed, name) == pytest.approx(float(hashed.contention_factor))


def test_more_flows_per_path_even_out_what_a_hash_does():
    factors = topology(routing="ecmp", flows_per_path=[1, 4, 16, 256]).contention_factor
    assert (np.diff(factors) < 0).all() and 1 < factors[-1] < 1.2


@given(kind=st.sampled_from([kind for kind in NetworkKind if kind != NetworkKind.FAT_TREE]), nodes=clusters)
def test_collisions_are_those_of_a_fat_tree_alone(kind, nodes):
    even, hashed = (topology(kind=kind, nodes=nodes, routing=routing) for routing in ("even", "ecmp"))
    assert even.effective_bandwidth == hashed.effective_bandwidth
    assert "in a fat tree only" in says(topology, kind=kind, nodes=nodes, routing="ecmp")


def test_a_training_step_takes_the_contention_of_the_network():
    stages = [solvers()["topology"], solvers()["parallelism"]]
    _, wires = wired(stages, {"parallelism.congestion_factor": "topology.contention_factor"})
    assert str(wires["parallelism", "congestion_factor"]) == "topology.contention_factor"
