"""Collectives as measured, beside the textbook's of `collectives`: links reach a share of what data sheets say, and an
all-reduce inside a node is that of kernels."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array
from solvers.laws.collectives import NetworkLink, RankGroup, hierarchical_all_reduce
from solvers.laws.kernels import KernelDevice, all_reduce_time

# Share of the rate of network cards that exchanges between nodes reach.
NETWORK_EFFICIENCY = 0.8


def measured_links(intra: NetworkLink, inter: NetworkLink, device: KernelDevice) -> tuple[NetworkLink, NetworkLink]:
    """The links (byte/s and seconds) of a `device` as exchanges reach them: η_l of `intra`, in a node, and 0.8 of
    `inter`, between nodes. Arrays broadcast. Derived: the shares of data-sheet rates that measured all-reduces and
    training runs reach. Other traffic on the same links slows both."""
    return (
        NetworkLink(intra.bandwidth * device.constants.link_efficiency, intra.latency),
        NetworkLink(inter.bandwidth * NETWORK_EFFICIENCY, inter.latency),
    )


def measured_all_reduce(
    message: Array, group: RankGroup, intra: NetworkLink, inter: NetworkLink, device: KernelDevice
) -> Array:
    """Seconds to sum `message` bytes (M) over a `group` of devices, each a `device` on `intra`: inside one node
    `all_reduce_time`, over several, joined by `inter`, the two levels of `hierarchical_all_reduce` at the rates of
    `measured_links`. 0 for one device. Arrays broadcast. Thakur, Rabenseifner and Gropp 2005,
    doi:10.1177/1094342005051521. Sums inside switches between nodes can be faster."""
    inside = all_reduce_time(message, group.size, device)
    if np.all(group.nodes <= 1):
        return np.asarray(inside)
    return np.where(
        group.nodes <= 1, inside, hierarchical_all_reduce(message, group, *measured_links(intra, inter, device))
    )
