"""Time of collective operations over the links inside a node and between nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array

# Seconds that a message between nodes takes to start, unless said.
NETWORK_LATENCY = 5e-6


@dataclass(frozen=True)
class NetworkLink:
    """The link a device sends over: one-way `bandwidth` (β, byte/s) and `latency` (α, s) to start a message."""

    bandwidth: Array
    latency: Array


# Seconds to start a message over a link inside a node, of a roofline whose question gives no other.
LINK_LATENCY = 0.5e-6


@dataclass(frozen=True)
class RankGroup:
    """The devices that take part in a collective: how many (`size`, n), how many of them share a node (`local`, g) and
    over how many `nodes` (k) they are spread."""

    size: Array
    local: Array
    nodes: Array


def rank_group(size: Array, stride: Array, devices_per_node: Array) -> RankGroup:
    """How a group of n devices (`size`) lies on the nodes, as counts, when its members are `stride` ranks apart and
    nodes are filled one after the other with `devices_per_node` devices. Arrays broadcast. Derived: g = min(n, devices
    per node / stride) rounded down, k = n/g rounded up. A partly filled last node counts as a full one. Exact where one
    of `stride` and `devices_per_node` divides the other; elsewhere an upper limit of the nodes."""
    local = np.clip(np.floor(np.asarray(devices_per_node, dtype=float) / stride), 1, size)
    return RankGroup(np.asarray(size, dtype=float), local, np.ceil(size / local))


def slowest_link(group: RankGroup, intra: NetworkLink, inter: NetworkLink) -> NetworkLink:
    """The link (byte/s and seconds) that a flat collective of the `group` waits for: `inter`, between nodes, where the
    group spans more than one node, else `intra`. Arrays broadcast. Derived: a ring is as fast as its slowest link."""
    crosses = group.nodes > 1
    return NetworkLink(
        np.where(crosses, inter.bandwidth, intra.bandwidth),
        np.where(crosses, inter.latency, intra.latency),
    )


def ring_all_gather(message: Array, devices: Array, bandwidth: Array, latency: Array) -> Array:
    """Seconds until each of n `devices` in a ring holds all `message` bytes (M), of which it held its n-th part:
    (n−1)/n·M/β + (n−1)α, with one-way `bandwidth` β in byte/s and `latency` α in seconds; a reduce-scatter takes as
    long. 0 for one device. Arrays broadcast. Patarasuk and Yuan 2009, doi:10.1016/j.jpdc.2008.09.002. Links
    are used in one direction, by this operation alone."""
    steps = np.asarray(devices, dtype=float) - 1
    # One device sends nothing, over a link that may be unknown.
    return np.where(steps > 0, steps / devices * message / bandwidth + steps * latency, 0.0)


def ring_all_reduce(message: Array, devices: Array, bandwidth: Array, latency: Array) -> Array:
    """Seconds to sum `message` bytes (M) over n `devices` in a ring: 2(n−1)/n·M/β + 2(n−1)α, with one-way `bandwidth` β
    in byte/s and `latency` α in seconds; 0 for one device. Arrays broadcast. Patarasuk and Yuan 2009,
    doi:10.1016/j.jpdc.2008.09.002: a reduce-scatter and an all-gather. No all-reduce moves fewer bytes."""
    return 2 * ring_all_gather(message, devices, bandwidth, latency)


def tree_depth(devices: Array) -> Array:
    """Levels of a binary tree over n `devices`, a dimensionless count: ⌈log2 n⌉. Arrays broadcast. Derived: each level
    doubles the devices reached."""
    return np.asarray(np.ceil(np.log2(np.asarray(devices, dtype=float))))


def tree_all_reduce(message: Array, devices: Array, bandwidth: Array, latency: Array) -> Array:
    """Seconds to sum `message` bytes (M) over n `devices` up a binary tree and to send the sum down again:
    2⌈log2 n⌉(M/β + α), with one-way `bandwidth` β in byte/s and `latency` α in seconds; 0 for one device. Arrays
    broadcast. Thakur, Rabenseifner and Gropp 2005, doi:10.1177/1094342005051521, section 4. Whole messages, not
    pipelined in chunks."""
    depth = tree_depth(devices)
    return np.where(depth > 0, 2 * depth * (message / np.asarray(bandwidth) + latency), 0.0)


def tree_ring_crossover(devices: Array, bandwidth: Array, latency: Array) -> Array:
    """Message size in bytes at which tree and ring all-reduce of n `devices` take equally long, below which the tree is
    faster: ((n−1) − d)·α·β/(d − (n−1)/n), with d the depth of the tree, one-way `bandwidth` β in byte/s and `latency` α
    in seconds; unknown for one device. Arrays broadcast. Derived: `ring_all_reduce` equal to `tree_all_reduce`."""
    n, depth = np.asarray(devices, dtype=float), tree_depth(devices)
    size = (n - 1 - depth) * latency * bandwidth / np.where(n > 1, depth - (n - 1) / n, 1)
    return np.where(n > 1, size, np.nan)


def all_to_all(message: Array, devices: Array, bandwidth: Array, latency: Array) -> Array:
    """Seconds in which each of n `devices` sends every other an n-th part of its `message` bytes (M):
    (n−1)/n·M/β + (n−1)α, with one-way `bandwidth` β in byte/s and `latency` α in seconds; 0 for one device. Arrays
    broadcast. Thakur, Rabenseifner and Gropp 2005, doi:10.1177/1094342005051521, section 4.4 (pairwise exchange). The
    network carries all pairs at the same time without contention."""
    return ring_all_gather(message, devices, bandwidth, latency)


def hierarchical_all_to_all(message: Array, group: RankGroup, intra: NetworkLink, inter: NetworkLink) -> Array:
    """Seconds in which each of the n devices of a `group` sends every other an n-th part of its `message` bytes (M):
    (g−1)/n·M/β + (g−1)α to the others of its node over `intra`, and at the same time (n−g)/n·M/β + (n−g)α to the other
    nodes over `inter`, with the bandwidth β in byte/s and the latency α in seconds of each link; the longer of both.
    Arrays broadcast. Derived from `all_to_all` over two kinds of links. Each device has a network port of its own."""
    size, local = np.asarray(group.size), np.asarray(group.local)

    def sent(others: Array, link: NetworkLink) -> Array:
        return np.where(others > 0, others / size * message / np.asarray(link.bandwidth) + others * link.latency, 0.0)

    return np.maximum(sent(local - 1, intra), sent(size - local, inter))


def point_to_point(message: Array, link: NetworkLink) -> Array:
    """Seconds for `message` bytes (M) to reach one other device over a `link`: M/β + α, with its bandwidth β in byte/s
    and latency α in seconds. Arrays broadcast. Hockney 1994, doi:10.1016/S0167-8191(06)80021-9. One message
    at a time."""
    return np.asarray(message / np.asarray(link.bandwidth) + link.latency)


def hierarchical_all_gather(message: Array, group: RankGroup, intra: NetworkLink, inter: NetworkLink) -> Array:
    """Seconds of a two-level all-gather or reduce-scatter of `message` bytes (M) in a `group`: among the g devices of
    each node over `intra`, (g−1)/g·M/β + (g−1)α, and of a g-th part among the k nodes over `inter`,
    (k−1)/k·M/(gβ) + (k−1)α, with the bandwidth β in byte/s and the latency α in seconds of each link. Arrays broadcast.
    Derived from `ring_all_gather` at both levels. Each device has a network port of its own."""
    inside = ring_all_gather(message, group.local, intra.bandwidth, intra.latency)
    share = np.asarray(message) / group.local
    return inside + ring_all_gather(share, group.nodes, inter.bandwidth, inter.latency)


def hierarchical_all_reduce(message: Array, group: RankGroup, intra: NetworkLink, inter: NetworkLink) -> Array:
    """Seconds to sum `message` bytes (M) in two levels over a `group`: reduce-scatter inside each node over `intra`,
    ring all-reduce of a g-th part among the nodes over `inter`, all-gather inside. Arrays broadcast. Derived: twice
    `hierarchical_all_gather`. Each device has a network port of its own."""
    return 2 * hierarchical_all_gather(message, group, intra, inter)


def bus_bandwidth(message: Array, devices: Array, seconds: Array) -> Array:
    """Bandwidth in byte/s that an all-reduce of `message` bytes (M) over n `devices` in `seconds` (t) corresponds to:
    2(n−1)/n·M/t, the bytes each device must send over the time; unknown where t is 0. Arrays broadcast. NVIDIA
    nccl-tests, https://github.com/NVIDIA/nccl-tests, doc/PERFORMANCE.md, section Bus bandwidth. Comparable to the
    bandwidth of the link."""
    n = np.asarray(devices, dtype=float)
    return np.asarray(2 * (n - 1) / n * message / np.where(np.asarray(seconds) > 0, seconds, np.nan))
