"""Time of collective operations over one link or two. The walls of the fleet share these."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array


@dataclass(frozen=True)
class NetworkLink:
    """What a device reaches others by: `bandwidth` (β, byte/s, one way) and `latency` (α, s) to start a message."""

    bandwidth: Array
    latency: Array


@dataclass(frozen=True)
class RankGroup:
    """Devices that talk to each other: so many of them, of which `local` share a node, in so many `nodes`."""

    size: Array
    local: Array
    nodes: Array


def rank_group(size: Array, stride: Array, devices_per_node: Array) -> RankGroup:
    """The group of `size` devices (n) that stand `stride` places apart when nodes are filled one after the other with
    `devices_per_node` devices. Arrays broadcast. A last node that is only part filled counts as a whole one. Exact
    where one of stride and devices per node divides the other; elsewhere never fewer nodes than there are."""
    local = np.clip(np.floor(np.asarray(devices_per_node, dtype=float) / stride), 1, size)
    return RankGroup(np.asarray(size, dtype=float), local, np.ceil(size / local))


def slowest_link(group: RankGroup, intra: NetworkLink, inter: NetworkLink) -> NetworkLink:
    """The link that a flat operation waits for: `inter` as soon as more than one node takes part, else `intra`."""
    crosses = group.nodes > 1
    return NetworkLink(
        np.where(crosses, inter.bandwidth, intra.bandwidth),
        np.where(crosses, inter.latency, intra.latency),
    )


def ring_all_gather(message: Array, devices: Array, bandwidth: Array, latency: Array) -> Array:
    """Seconds until each of n `devices` in a ring holds all `message` bytes (M), of which it had its n-th part:
    (n−1)/n·M/β + (n−1)α; run backwards and adding up it is a reduce-scatter. `bandwidth` (β) in byte/s one way,
    `latency` (α) in seconds. Nothing for one device. Arrays broadcast. Patarasuk and Yuan 2009,
    doi:10.1016/j.jpdc.2008.09.002."""
    steps = np.asarray(devices, dtype=float) - 1
    return np.asarray(steps / devices * message / bandwidth + steps * latency)


def ring_all_reduce(message: Array, devices: Array, bandwidth: Array, latency: Array) -> Array:
    """Seconds to sum `message` bytes (M) over n `devices` in a ring whose links carry `bandwidth` (β) bytes a second
    one way and start a message in `latency` (α) seconds: 2(n−1)/n·M/β + 2(n−1)α, nothing for one device. Arrays
    broadcast. Patarasuk and Yuan 2009, doi:10.1016/j.jpdc.2008.09.002: a reduce-scatter and an all-gather, and no
    all-reduce moves fewer bytes."""
    return 2 * ring_all_gather(message, devices, bandwidth, latency)


def tree_all_reduce(message: Array, devices: Array, bandwidth: Array, latency: Array) -> Array:
    """Seconds to sum `message` bytes (M) over n `devices` up a binary tree and to send the sum down again:
    2⌈log2 n⌉(M/β + α), with `bandwidth` (β) in byte/s and `latency` (α) in seconds. Nothing for one device. Arrays
    broadcast. Thakur, Rabenseifner and Gropp 2005, doi:10.1177/1094342005051521, section 4. Whole messages, not cut
    into pieces that follow each other."""
    depth = np.ceil(np.log2(np.asarray(devices, dtype=float)))
    return np.asarray(2 * depth * (message / np.asarray(bandwidth) + latency))


def all_to_all(message: Array, devices: Array, bandwidth: Array, latency: Array) -> Array:
    """Seconds in which each of n `devices` hands every other an n-th part of its `message` bytes (M):
    (n−1)/n·M/β + (n−1)α, with `bandwidth` (β) in byte/s and `latency` (α) in seconds. Nothing for one device. Arrays
    broadcast. Thakur, Rabenseifner and Gropp 2005, doi:10.1177/1094342005051521, section 4.4 (pairwise exchange). The
    network carries all pairs at once."""
    return ring_all_gather(message, devices, bandwidth, latency)


def point_to_point(message: Array, link: NetworkLink) -> Array:
    """Seconds for `message` bytes (M) to reach one other device over a `link`: M/β + α. Arrays broadcast. Hockney
    1994, doi:10.1016/S0167-8191(06)80021-9."""
    return np.asarray(message / np.asarray(link.bandwidth) + link.latency)


def hierarchical_all_gather(message: Array, group: RankGroup, intra: NetworkLink, inter: NetworkLink) -> Array:
    """Seconds of an all-gather or a reduce-scatter of `message` bytes (M) in two levels: among the g devices of each
    of k nodes over `intra`, (g−1)/g·M/β + (g−1)α, and of the g-th part each of them stands for among the nodes over
    `inter`, (k−1)/k·M/(gβ) + (k−1)α. Arrays broadcast. Each device has a way out of the node of its own."""
    inside = ring_all_gather(message, group.local, intra.bandwidth, intra.latency)
    share = np.asarray(message) / group.local
    return inside + ring_all_gather(share, group.nodes, inter.bandwidth, inter.latency)


def hierarchical_all_reduce(message: Array, group: RankGroup, intra: NetworkLink, inter: NetworkLink) -> Array:
    """Seconds to sum `message` bytes (M) in two levels: reduce-scatter inside each node, ring all-reduce of a g-th
    part among the nodes, all-gather inside: twice `hierarchical_all_gather`. Arrays broadcast."""
    return 2 * hierarchical_all_gather(message, group, intra, inter)
