"""How long does it take devices to sum a buffer over all of them, and which algorithm is fastest?

Patarasuk and Yuan 2009 for the ring, Thakur, Rabenseifner and Gropp 2005 for trees and all-to-all, Hockney 1994 for
a message as a latency and a bandwidth. These are the textbook's, at the rates of data sheets; beside them stands the
all-reduce as measured, with the constants of the accelerator, as the serving and parallelism walls use it. Not
modeled: contention between messages (see the topology), pipelined trees, sums inside switches, and the time of the
additions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers import inputs
from solvers.declare import (
    Array,
    Chart,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Source,
    curve,
    label,
    number,
    output,
    solver,
)
from solvers.laws import collectives as law
from solvers.laws.collectives import NetworkLink
from solvers.laws.kernel_constants import is_link_measured
from solvers.laws.measured_collectives import measured_all_reduce
from solvers.laws.model_decoder import kernel_device, shares_bus
from solvers.specs import Accelerator, Fabric, Fleet, Node, Precision
from solvers.verdict import State, Verdict


class AllReduceAlgorithm(IntEnum):
    """The algorithms of an all-reduce."""

    RING = 0
    TREE = 1
    HIERARCHICAL = 2


@dataclass(frozen=True, kw_only=True)
class Inputs:
    message: Array = number(
        "byte",
        "Message size per device",
        16.06e9,
        high=1e18,
        slider=(1e3, 1e12),
        log=True,
        display_unit="GB",
        symbol="M",
        help="Bytes that each device contributes. Default: gradients of 8 billion parameters in 16 bits.",
    )
    fleet: Fleet | None = inputs.fleet()
    node: Node | None = inputs.node(advanced=False)
    fabric: Fabric | None = inputs.fabric(advanced=False)
    accelerator: Accelerator = inputs.accelerator(
        "h100-sxm5-80gb",
        default_from="node.accelerator",
        help="Its links, and the constants of the measured all-reduce.",
    )
    devices: Array = number(
        "1",
        "Devices",
        64,
        low=1,
        high=1e7,
        slider=(1, 16384),
        log=True,
        integer=True,
        symbol="n",
        default_from="fleet.devices",
        help="Devices that take part in the collective.",
    )
    devices_per_node: Array = inputs.devices_per_node(8)
    intra_bandwidth: Array = inputs.intra_bandwidth()
    inter_bandwidth: Array = inputs.inter_bandwidth(50e9)
    intra_latency: Array = inputs.intra_latency(0.5e-6)
    inter_latency: Array = inputs.inter_latency(5e-6)


@dataclass(frozen=True, kw_only=True)
class Outputs:
    ring: Array = output("s", "Ring all-reduce", symbol=r"t_\text{ring}")
    tree: Array = output("s", "Tree all-reduce", symbol=r"t_\text{tree}")
    hierarchical: Array = output(
        "s", "Hierarchical all-reduce", symbol=r"t_\text{hier}", help="Intra-node phase first, then inter-node."
    )
    all_to_all: Array = output(
        "s", "All-to-all", symbol=r"t_\text{a2a}", help="Each device sends a part of its data to every other device."
    )
    all_gather: Array = output("s", "All-gather or reduce-scatter", help="One ring: half the time of an all-reduce.")
    best: Codes = label(AllReduceAlgorithm, "Fastest algorithm")
    best_time: Array = output("s", "Fastest all-reduce time", symbol=r"t_\text{best}")
    best_start_time: Array = output(
        "s", "Latency term of the fastest (α)", help="Time of an empty message, which no bandwidth shortens."
    )
    bus_bandwidth: Array = output(
        "byte/s",
        "Bus bandwidth",
        display_unit="GB/s",
        if_infinite="none: no data or no time",
        help="Minimum bytes each device sends, over the time of the fastest algorithm; as NCCL tests report it.",
    )
    hierarchy_gain: Array = output(
        "1",
        "Hierarchical speedup over ring",
        display_unit="times",
        if_infinite="none: no data is exchanged",
        help="Ring time over hierarchical time.",
    )
    measured_time: Array = output(
        "s",
        "All-reduce as measured",
        symbol=r"t_\text{measured}",
        help="Computed with the measured constants of the accelerator, as in serving and training; between nodes at "
        "80 % of the network's bandwidth.",
    )
    measured_ratio: Array = output(
        "1",
        "Measured over textbook",
        display_unit="times",
        if_infinite="none: no data is exchanged",
        help="Measured time over that of the fastest textbook algorithm.",
    )
    measured_bus_bandwidth: Array = output(
        "byte/s", "Bus bandwidth as measured", display_unit="GB/s", if_infinite="none: no data or no time"
    )
    intra_time: Array = output("s", "Intra-node phase", symbol=r"t_\text{intra}")
    inter_time: Array = output("s", "Inter-node phase", symbol=r"t_\text{inter}")
    latency_time: Array = output("s", "Ring latency term (α)", symbol=r"t_\alpha")
    bandwidth_time: Array = output("s", "Ring bandwidth term (β)", symbol=r"t_\beta")
    tree_best_below: Array = output(
        "byte",
        "Tree/ring crossover message size",
        if_infinite="none (one device)",
        help="Message size at which ring and tree take equally long.",
    )
    link_bandwidth: Array = output(
        "byte/s",
        "Slowest link bandwidth",
        display_unit="GB/s",
        symbol=r"\beta",
        help="Limit of a flat ring, a tree and an all-to-all.",
    )
    link_latency: Array = output("s", "Slowest link latency", symbol=r"\alpha")
    local_devices: Array = output(
        "1", "Devices per node in use", symbol=r"g'", help="Participating devices on one node."
    )
    nodes: Array = output("1", "Nodes", symbol="k")
    tree_depth: Array = output("1", "Tree depth", symbol="d")


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if i.devices == 1:
        return Verdict(State.OK, "No communication. One device already has the sum.")
    if o.best_time == 0:
        return Verdict(State.OK, "No time needed. The message is empty and the links have no latency.")
    state, advice = _limit(o)
    return Verdict(state, f"{_fastest(o)} {advice}")


def _fastest(o: Outputs) -> str:
    if o.best == AllReduceAlgorithm.TREE:
        return "Tree all-reduce is fastest. It takes {tree}; a flat ring takes {ring}."
    if o.best == AllReduceAlgorithm.RING and o.tree == o.ring:
        return "Ring and tree all-reduce are equally fast. Each takes {ring}."
    if o.best == AllReduceAlgorithm.RING:
        return "Ring all-reduce is fastest. It takes {ring}; a tree takes {tree}."
    return "Hierarchical all-reduce is fastest. It takes {hierarchical}; a flat ring of {devices} devices takes {ring}."


def _limit(o: Outputs) -> tuple[State, str]:
    """Return what limits the fastest algorithm: message latency, or the bandwidth of the slower of its links."""
    if o.best_start_time > o.best_time / 2:
        return State.OVERHEAD, "Message latency is the limit, {best_start_time}: fewer, larger messages would help."
    if o.best == AllReduceAlgorithm.HIERARCHICAL and o.inter_time < o.intra_time:
        return State.NETWORK, "Intra-node links are the limit, {intra_time}: faster ones would help."
    if o.nodes > 1:
        return State.NETWORK, "Inter-node links are the limit: faster ones would help."
    if o.best == AllReduceAlgorithm.TREE:
        return State.NETWORK, "Intra-node links are the limit: faster ones, or a smaller message, would help."
    return State.NETWORK, "Intra-node links are the limit; more devices would hardly change the time."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if o.nodes > 1 and i.devices % i.devices_per_node:
        yield "The last node is only partly filled; the hierarchical time assumes that it is full."
    if i.devices > 1 and np.isfinite(o.measured_ratio):
        yield (
            "Ring, tree and hierarchical times are the textbook's, at the bandwidth of data sheets. As measured, an "
            "all-reduce takes {measured_time}, {measured_ratio} the fastest of them; that is what serving and training "
            "count."
        )
        if not is_link_measured(i.accelerator):
            yield (
                f"Not measured: {i.accelerator.name} has no link constants of its own. Those of the measured "
                "accelerators are used (geometric mean, the latency scaled by the clock where known)."
            )


FIGURES = (
    curve(
        "message",
        ("ring", "tree", "measured_time"),
        "All-reduce time vs. message size: textbook and measured",
        x_marks=("tree_best_below",),
    ),
    curve("devices", ("ring", "hierarchical"), "All-reduce time vs. devices"),
    Chart(
        "bars", "All-reduce time by algorithm, and as measured", (), ("ring", "tree", "hierarchical", "measured_time")
    ),
    Chart("bars", "Hierarchical all-reduce time by phase", (), ("intra_time", "inter_time")),
)

EQUATIONS = (
    Equation(
        "bandwidth_time",
        r"@bandwidth_time = \frac{2 \cdot (@devices - 1)}{@devices} \cdot \frac{@message}{@link_bandwidth}",
    ),
    Equation("latency_time", r"@latency_time = 2 \cdot (@devices - 1) \cdot @link_latency"),
    Equation("ring", r"@ring = @bandwidth_time + @latency_time"),
    Equation("tree_depth", r"@tree_depth = \lceil \log_2(@devices) \rceil"),
    Equation("tree", r"@tree = 2 \cdot @tree_depth \cdot (\frac{@message}{@link_bandwidth} + @link_latency)"),
    Equation(
        "all_to_all",
        r"@all_to_all = \frac{@devices - 1}{@devices} \cdot \frac{@message}{@link_bandwidth} "
        r"+ (@devices - 1) \cdot @link_latency",
    ),
    Equation(
        "intra_time",
        r"@intra_time = 2 \cdot (\frac{@local_devices - 1}{@local_devices} \cdot "
        r"\frac{@message}{@intra_bandwidth} + (@local_devices - 1) \cdot @intra_latency)",
    ),
    Equation(
        "inter_time",
        r"@inter_time = 2 \cdot (\frac{@nodes - 1}{@nodes} \cdot "
        r"\frac{@message}{@local_devices \cdot @inter_bandwidth} + (@nodes - 1) \cdot @inter_latency)",
    ),
    Equation("hierarchical", r"@hierarchical = @intra_time + @inter_time"),
    Equation(
        "measured_ratio",
        r"@measured_ratio = \frac{@measured_time}{@best_time}",
        where=lambda i, o: o.best_time > 0,
    ),
    Equation(
        "bus_bandwidth",
        r"@bus_bandwidth = \frac{2 \cdot (@devices - 1) \cdot @message}{@devices \cdot @best_time}",
        where=lambda i, o: i.devices > 1 and o.best_time > 0,
    ),
)

SOURCES = (
    Source(
        "Patarasuk, Yuan 2009",
        "Bandwidth optimal all-reduce algorithms for clusters of workstations",
        "10.1016/j.jpdc.2008.09.002",
    ),
    Source(
        "Thakur, Rabenseifner, Gropp 2005",
        "Optimization of collective communication operations in MPICH",
        "10.1177/1094342005051521",
    ),
    Source(
        "Hockney 1994",
        "The communication challenge for MPP: Intel Paragon and Meiko CS-2",
        "10.1016/S0167-8191(06)80021-9",
    ),
)

ASSUMPTIONS = (
    "A message takes a latency plus its bytes over the bandwidth of one link; links are full duplex.",
    "A flat ring, a tree and an all-to-all are limited by the inter-node link as soon as two nodes take part.",
    "In a hierarchical all-reduce every device of a node uses its own inter-node link for its share of the message.",
    "A tree sends the whole message at every level, up and down.",
    "Measured, within a node: each device reads all others, or a ring, whichever is faster, at the measured share of "
    "the link and with the measured start-up time. Between nodes: two levels at 80 % of the network's bandwidth.",
)

LIMITATIONS = (
    "Other traffic on the same links and oversubscribed switches; the topology wall models the latter.",
    "Pipelined trees and rings, and in-network reduction.",
    "Overlap with compute; the parallelism wall models it.",
)

PRESETS = (
    Preset("Gradients of an 8B model, 64 devices", {}),
    Preset("Gradients of an 8B model, one node", {"devices": "8"}),
    Preset("16 kB over 1,024 devices", {"message": "16 kB", "devices": "1024"}),
    Preset("One device per node (no NVLink)", {"devices_per_node": "1"}),
    Preset(
        "Slow network: 100 Gb Ethernet",
        {"inter_bandwidth": "12.5 GB/s", "inter_latency": "50 us", "devices": "256"},
    ),
    Preset("NVLink domain of 72 devices", {"accelerator": "gb200", "devices_per_node": "72", "devices": "576"}),
)

FALLACIES = (
    Fallacy(
        "All-reduce time doubles with twice the devices.",
        "A ring all-reduce takes {before} on 64 devices and {after} on 128: twice as many messages, each half as "
        "large.",
        "ring",
        {},
        {"devices": "128"},
        lambda before, after: after < 1.02 * before,
    ),
    Fallacy(
        "Half the bytes halve the all-reduce time.",
        "On 1,024 devices a ring all-reduce of 8 kB takes {before} and one of 4 kB {after}: latency dominates.",
        "ring",
        {"devices": "1024", "message": "8 kB"},
        {"devices": "1024", "message": "4 kB"},
        lambda before, after: after > 0.99 * before,
    ),
    Fallacy(
        "Faster intra-node links speed up every collective.",
        "A flat ring over eight nodes takes {before}, and {after} with twice the intra-node bandwidth: the "
        "inter-node link limits it.",
        "ring",
        {},
        {"intra_bandwidth": "900 GB/s"},
        lambda before, after: after == before,
    ),
)


@solver(
    walls=(14,),
    title="Collectives",
    question="How long does an all-reduce take, and which algorithm is fastest?",
    version="2",
    factor="Scaling efficiency",
    verdict=verdict,
    notes=notes,
    headline=("best_time", "hierarchical", "ring", "tree", "all_to_all", "bus_bandwidth"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def collectives(i: Inputs) -> Outputs:
    intra, inter = NetworkLink(i.intra_bandwidth, i.intra_latency), NetworkLink(i.inter_bandwidth, i.inter_latency)
    group = law.rank_group(i.devices, 1, i.devices_per_node)
    link = law.slowest_link(group, intra, inter)
    flat = (i.devices, link.bandwidth, link.latency)
    ring, tree = law.ring_all_reduce(i.message, *flat), law.tree_all_reduce(i.message, *flat)
    inside = law.ring_all_reduce(i.message, group.local, intra.bandwidth, intra.latency)
    between = law.ring_all_reduce(i.message / group.local, group.nodes, inter.bandwidth, inter.latency)
    hierarchical = inside + between
    best = _fastest_algorithm(ring, tree, hierarchical)
    best_time = np.minimum(np.minimum(ring, tree), hierarchical)
    # The latency part: the time of each all-reduce of an empty message.
    ring_start, tree_start = law.ring_all_reduce(0.0, *flat), law.tree_all_reduce(0.0, *flat)
    starts = (ring_start, tree_start, law.hierarchical_all_reduce(0.0, group, intra, inter))
    device = kernel_device(i.accelerator, Precision.FP16, intra.bandwidth, shares_bus(i.node))
    measured = measured_all_reduce(i.message, group, intra, inter, device)
    return Outputs(
        ring=ring,
        tree=tree,
        hierarchical=hierarchical,
        all_to_all=law.all_to_all(i.message, *flat),
        all_gather=law.ring_all_gather(i.message, *flat),
        best=best,
        best_time=best_time,
        best_start_time=_of_algorithm(best, *starts),
        bus_bandwidth=law.bus_bandwidth(i.message, i.devices, best_time),
        hierarchy_gain=ring / np.where(hierarchical > 0, hierarchical, np.nan),
        measured_time=measured,
        measured_ratio=measured / np.where(best_time > 0, best_time, np.nan),
        measured_bus_bandwidth=law.bus_bandwidth(i.message, i.devices, measured),
        intra_time=inside,
        inter_time=between,
        latency_time=ring_start,
        bandwidth_time=law.ring_all_reduce(i.message, i.devices, link.bandwidth, 0.0),
        tree_best_below=law.tree_ring_crossover(*flat),
        link_bandwidth=link.bandwidth,
        link_latency=link.latency,
        local_devices=group.local,
        nodes=group.nodes,
        tree_depth=law.tree_depth(i.devices),
    )


def _fastest_algorithm(ring: Array, tree: Array, hierarchical: Array) -> Codes:
    """Return the fastest of the three; of equally fast ones ring, then tree."""
    flat = np.where(tree < ring, AllReduceAlgorithm.TREE, AllReduceAlgorithm.RING)
    return np.where(hierarchical < np.minimum(ring, tree), AllReduceAlgorithm.HIERARCHICAL, flat)


def _of_algorithm(best: Codes, ring: Array, tree: Array, hierarchical: Array) -> Array:
    """Return the value for the algorithm `best` among those of all three."""
    flat = np.where(best == AllReduceAlgorithm.TREE, tree, ring)
    return np.where(best == AllReduceAlgorithm.HIERARCHICAL, hierarchical, flat)
