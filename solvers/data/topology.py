"""How much of its link bandwidth does a node keep when all traffic crosses the bisection?

Leiserson 1985 for fat trees, Kim et al. 2008 for the dragonfly, Dally and Towles 2003, chapters 3 and 5, for rings
and tori: the bandwidth across a cut into two equal halves, relative to that of the nodes of one half. In a fat tree
flows that are hashed onto equal-cost paths collide, and an exchange waits for the busiest path. Not modeled:
congestion control, and the placement of a job.
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
    choice,
    curve,
    number,
    output,
    solver,
)
from solvers.laws.flow_collisions import busiest_path
from solvers.specs import Fabric, Fleet
from solvers.verdict import State, Verdict

# The share of full bisection of a dragonfly is a convention of this model: Kim et al. design for full bisection under
# even traffic; routing around busy global links costs some of it.
_DRAGONFLY = 0.85


class LinkMeaning(IntEnum):
    """The meaning of the link bandwidth of a ring or torus: that of a dimension, whose two directions share it, or of
    each link of a node, one way."""

    DIMENSION = 0
    LINK = 1


class NetworkKind(IntEnum):
    """How switches or nodes are connected."""

    FAT_TREE = 0
    DRAGONFLY = 1
    RING = 2
    TORUS_3D = 3


class Routing(IntEnum):
    """How the flows of a fat tree are placed on its equal-cost paths."""

    EVEN = 0
    ECMP = 1


# The networks that are closed in each dimension.
_CLOSED = (NetworkKind.RING, NetworkKind.TORUS_3D)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    fleet: Fleet | None = inputs.fleet()
    fabric: Fabric | None = inputs.fabric(advanced=False)
    link_bandwidth: Array = number(
        "byte/s",
        "Link bandwidth",
        50e9,
        exclusive_min=True,
        high=1e15,
        slider=(1e9, 1e12),
        log=True,
        display_unit="GB/s",
        symbol=r"\beta_\text{link}",
        default_from="fabric.bandwidth",
        strict=True,
        help="Bandwidth per node in one direction; for a ring or torus, per dimension or per link (see below).",
    )
    nodes: Array = number(
        "1",
        "Nodes",
        512,
        low=2,
        high=1e7,
        slider=(2, 65536),
        log=True,
        integer=True,
        symbol="n",
        default_from="fleet.nodes",
    )
    kind: Codes = choice(
        NetworkKind,
        "Topology",
        NetworkKind.FAT_TREE,
        labels={"fat_tree": "Fat tree", "dragonfly": "Dragonfly", "ring": "Ring", "torus_3d": "3D torus"},
    )
    link_meaning: Codes = choice(
        LinkMeaning,
        "Link bandwidth of a ring or torus is",
        LinkMeaning.DIMENSION,
        labels={"dimension": "per dimension, both directions", "link": "per link, one direction"},
        help="Data sheets give the bandwidth per link and direction; the tutorial's is per dimension, half of it each "
        "way.",
    )
    oversubscription: Array = number(
        "1",
        "Oversubscription",
        1,
        low=1,
        high=1000,
        slider=(1, 16),
        symbol="o",
        help="Bandwidth toward the nodes over bandwidth toward the core; 1 = non-blocking.",
    )
    routing: Codes = choice(
        Routing,
        "Routing",
        Routing.EVEN,
        labels={"even": "Evenly over all paths (adaptive)", "ecmp": "Each flow on one random path (ECMP)"},
        advanced=True,
        help="Equal-cost multipath (ECMP) hashes a flow onto one of the paths between two switches of a fat tree.",
    )
    paths: Array = number(
        "1",
        "Equal-cost paths",
        16,
        low=1,
        high=1e6,
        slider=(1, 128),
        log=True,
        integer=True,
        symbol="p",
        advanced=True,
        help="Uplinks of a leaf switch that a flow may take.",
    )
    flows_per_path: Array = number(
        "1",
        "Flows per path",
        1,
        low=1,
        high=1000,
        slider=(1, 64),
        log=True,
        symbol=r"\phi",
        advanced=True,
        help="Mean number of flows on a path. A collective has few large flows; more queue pairs per connection make "
        "more and smaller ones.",
    )
    message: Array = number(
        "byte",
        "Message size",
        1e9,
        high=1e18,
        slider=(1e3, 1e12),
        log=True,
        display_unit="GB",
        symbol="M",
        advanced=True,
        help="Bytes each node sends to a node of the other half.",
    )
    hop_latency: Array = number(
        "s",
        "Hop latency",
        0.5e-6,
        high=1,
        slider=(0, 10e-6),
        display_unit="us",
        symbol=r"\alpha",
        advanced=True,
        help="One switch and its cable.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    bisection_fraction: Array = output(
        "1",
        "Bisection fraction",
        symbol="f",
        help="Share of its link bandwidth a node keeps when all traffic crosses the bisection.",
    )
    effective_bandwidth: Array = output(
        "byte/s", "Effective bisection bandwidth per node", display_unit="GB/s", symbol=r"\beta_\text{eff}"
    )
    bisection_bandwidth: Array = output(
        "byte/s",
        "Bisection bandwidth",
        display_unit="TB/s",
        symbol=r"\beta_\text{bisection}",
        help="All nodes of one half together.",
    )
    cut_links: Array = output(
        "1",
        "Links across the bisection",
        symbol="L",
        if_infinite="ring and torus only",
        help="Wrap-around links included.",
    )
    mean_hops: Array = output("1", "Mean hop count", symbol="H", help="Average over pairs of random nodes.")
    slowdown: Array = output(
        "1", "Slowdown", display_unit="times", help="Bisection traffic relative to the link alone."
    )
    busiest_path_flows: Array = output(
        "1",
        "Flows on the busiest path",
        symbol=r"\phi_\text{max}",
        help="Expected maximum over the paths. With even routing every path has the mean.",
    )
    contention_factor: Array = output(
        "1",
        "Network contention factor",
        display_unit="times",
        symbol="c",
        help="Time of an exchange relative to even routing: the busiest path over the mean. A training step takes the "
        "factor as an input.",
    )
    without_oversubscription: Array = output(
        "byte/s", "Bisection bandwidth per node without oversubscription", display_unit="GB/s"
    )
    exchange_time: Array = output(
        "s", "Exchange time", symbol="t", help="Every node sends its message across the bisection."
    )
    path_latency: Array = output("s", "Path latency", symbol=r"t_\text{path}", help="Mean hop count times hop latency.")
    fat_tree_bandwidth: Array = output("byte/s", "Bandwidth per node, fat tree", display_unit="GB/s")
    dragonfly_bandwidth: Array = output("byte/s", "Bandwidth per node, dragonfly", display_unit="GB/s")
    torus_bandwidth: Array = output("byte/s", "Bandwidth per node, 3D torus", display_unit="GB/s")
    ring_bandwidth: Array = output("byte/s", "Bandwidth per node, ring", display_unit="GB/s")


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if _collides(i):
        return Verdict(
            State.NETWORK,
            "Flows collide. The busiest path carries {contention_factor} the mean, so each of {nodes} nodes keeps "
            "{effective_bandwidth} of its {link_bandwidth} link.",
        )
    kept = (
        "Each of {nodes} nodes keeps {effective_bandwidth} of its {link_bandwidth} link; the bisection carries "
        f"{{bisection_bandwidth}}. {_advice(i, o)}"
    )
    if o.bisection_fraction == 1 and i.oversubscription == 1:
        return Verdict(State.OK, f"Full bisection. {kept}")
    return Verdict(State.NETWORK, f"Reduced bisection. {kept}")


def _advice(i: Inputs, o: Outputs) -> str:
    if _exceeds_links(i, o) and i.oversubscription == 1:
        return "Only faster links would raise it."
    if i.kind == NetworkKind.RING:
        return "More nodes would share the same bandwidth."
    if i.kind == NetworkKind.TORUS_3D:
        return "Eight times the nodes would halve that."
    if i.oversubscription > 1:
        return "Without oversubscription it would be {without_oversubscription}."
    return "Only faster links would raise it."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if _exceeds_links(i, o):
        yield "The bisection has more links than the nodes of a half can fill: their own links limit them."
    if i.kind == NetworkKind.TORUS_3D and round(float(i.nodes) ** (1 / 3)) ** 3 != i.nodes:
        yield "This number of nodes is not a cube; results are interpolated between tori."
    if i.kind == NetworkKind.RING:
        yield "A ring's bisection is two links at any size."
    if i.kind == NetworkKind.TORUS_3D:
        yield "A torus suits nearest-neighbor traffic, not all-to-all."
    if i.kind in _CLOSED and i.oversubscription > 1:
        yield "Rings and tori have no upper switches; oversubscription divides their links all the same."
    if i.kind != NetworkKind.FAT_TREE and i.routing == Routing.ECMP:
        yield "Collisions of hashed flows are modeled in a fat tree only; elsewhere traffic is taken as evenly routed."
    if i.kind == NetworkKind.DRAGONFLY:
        yield (
            "The bisection fraction of a dragonfly is a convention for traffic of which half crosses the bisection. A "
            "balanced dragonfly (Kim et al. 2008) has a link per pair of groups, and a cut carries half of each node's "
            "link."
        )


def _collides(i: Inputs) -> bool:
    """Return whether flows are hashed onto more than one path."""
    return bool(i.routing == Routing.ECMP and i.kind == NetworkKind.FAT_TREE and i.paths > 1)


def _exceeds_links(i: Inputs, o: Outputs) -> bool:
    """Return whether a ring or torus is so small that its nodes cannot fill the links across its middle."""
    each_way = 1.0 if i.link_meaning == LinkMeaning.LINK else 0.5
    return bool(i.kind in _CLOSED and o.cut_links * each_way > i.nodes / 2)


def _is_cut(i: Inputs, o: Outputs) -> bool:
    return i.kind in _CLOSED and not _exceeds_links(i, o)


FIGURES = (
    Chart(
        "bars",
        "Bisection bandwidth per node by topology",
        (),
        ("fat_tree_bandwidth", "dragonfly_bandwidth", "torus_bandwidth", "ring_bandwidth"),
    ),
    curve(
        "nodes",
        ("fat_tree_bandwidth", "dragonfly_bandwidth", "torus_bandwidth", "ring_bandwidth"),
        "Bisection bandwidth per node vs. nodes, by topology",
    ),
    curve(
        "flows_per_path",
        ("contention_factor",),
        "Contention of hashed flows vs. flows per path",
        only_for=("routing", Routing.ECMP),
    ),
)

EQUATIONS = (
    Equation("cut_links", r"@cut_links = 2", where=lambda i, o: i.kind == NetworkKind.RING),
    Equation("cut_links", r"@cut_links = 2 \cdot @nodes^{2/3}", where=lambda i, o: i.kind == NetworkKind.TORUS_3D),
    Equation("bisection_fraction", r"@bisection_fraction = 1", where=lambda i, o: i.kind == NetworkKind.FAT_TREE),
    Equation("bisection_fraction", r"@bisection_fraction = 0.85", where=lambda i, o: i.kind == NetworkKind.DRAGONFLY),
    Equation(
        "bisection_fraction",
        r"@bisection_fraction = \frac{@cut_links}{2} \cdot \frac{2}{@nodes}",
        where=lambda i, o: _is_cut(i, o) and i.link_meaning == LinkMeaning.DIMENSION,
    ),
    Equation(
        "bisection_fraction",
        r"@bisection_fraction = @cut_links \cdot \frac{2}{@nodes}",
        where=lambda i, o: _is_cut(i, o) and i.link_meaning == LinkMeaning.LINK,
    ),
    Equation("mean_hops", r"@mean_hops = 4", where=lambda i, o: i.kind == NetworkKind.FAT_TREE),
    Equation("mean_hops", r"@mean_hops = 3", where=lambda i, o: i.kind == NetworkKind.DRAGONFLY),
    Equation("mean_hops", r"@mean_hops = \frac{@nodes}{4}", where=lambda i, o: i.kind == NetworkKind.RING),
    Equation("mean_hops", r"@mean_hops = 0.75 \cdot @nodes^{1/3}", where=lambda i, o: i.kind == NetworkKind.TORUS_3D),
    Equation(
        "contention_factor",
        r"@contention_factor = \frac{@busiest_path_flows}{@flows_per_path}",
        where=lambda i, o: _collides(i),
    ),
    Equation(
        "effective_bandwidth",
        r"@effective_bandwidth = \frac{@link_bandwidth \cdot @bisection_fraction}{@oversubscription}",
        where=lambda i, o: not _collides(i),
    ),
    Equation(
        "effective_bandwidth",
        r"@effective_bandwidth = \frac{@link_bandwidth \cdot @bisection_fraction}"
        r"{@oversubscription \cdot @contention_factor}",
        where=lambda i, o: _collides(i),
    ),
    Equation("bisection_bandwidth", r"@bisection_bandwidth = \frac{@effective_bandwidth \cdot @nodes}{2}"),
    Equation("path_latency", r"@path_latency = @mean_hops \cdot @hop_latency"),
    Equation("exchange_time", r"@exchange_time = \frac{@message}{@effective_bandwidth} + @path_latency"),
)

SOURCES = (
    Source(
        "Leiserson 1985",
        "Fat-trees: universal networks for hardware-efficient supercomputing",
        "10.1109/TC.1985.6312192",
    ),
    Source(
        "Kim, Dally, Scott, Abts 2008",
        "Technology-driven, highly-scalable dragonfly topology",
        "10.1109/ISCA.2008.19",
    ),
    Source(
        "Raab, Steger 1998",
        "Balls into bins: a simple and tight analysis",
        "10.1007/3-540-49543-6_13",
    ),
    Source(
        "Gangidi et al. 2024",
        "RDMA over Ethernet for distributed training at Meta scale (more flows per connection, up to 40 % faster)",
        "10.1145/3651890.3672233",
    ),
    Source(
        "Dally, Towles 2003",
        "Principles and practices of interconnection networks",
        "https://shop.elsevier.com/books/principles-and-practices-of-interconnection-networks/dally/978-0-12-200751-4",
    ),
)

ASSUMPTIONS = (
    "With ECMP a fat tree's flows are of one size and hashed independently; an exchange ends with the busiest path.",
    "All traffic crosses the bisection, evenly: the worst case for a ring or torus, any case for a full fat tree.",
    "A ring or torus is closed in each dimension, so a cut goes through two planes of links.",
    "A fat tree has two levels, so a path takes four hops: up, across and down, node links included. A dragonfly's "
    "three hops are those between its switches.",
    "A dragonfly keeps 85 % of full bisection, by convention. Between random nodes half of the traffic crosses the "
    "bisection, and a balanced dragonfly keeps it all.",
)

LIMITATIONS = (
    "Congestion control, and flows with similar addresses, whose hashes collide more often than random ones.",
    "Jobs smaller than the cluster, whose nodes are close together.",
    "Collectives made for rings and tori, which only use neighbors: see the collectives wall.",
)

PRESETS = (
    Preset("Full fat tree", {}),
    Preset("Fat tree, 4:1 oversubscribed", {"oversubscription": "4"}),
    Preset("Fat tree, ECMP over 16 paths", {"routing": "ecmp"}),
    Preset("Fat tree, ECMP, 16 flows per path", {"routing": "ecmp", "flows_per_path": "16"}),
    Preset("Dragonfly of 8,192 nodes", {"kind": "dragonfly", "nodes": "8192", "link_bandwidth": "25 GB/s"}),
    Preset("TPU v4 pod, 16 × 16 × 16", {"kind": "torus_3d", "nodes": "4096", "link_bandwidth": "100 GB/s"}),
    Preset(
        "TPU v4 pod, links of 50 GB/s per direction",
        {"kind": "torus_3d", "nodes": "4096", "link_bandwidth": "50 GB/s", "link_meaning": "link"},
    ),
    Preset("Ring of eight", {"kind": "ring", "nodes": "8", "link_bandwidth": "450 GB/s"}),
)

FALLACIES = (
    Fallacy(
        "Twice the nodes give twice the bisection bandwidth.",
        "The bisection bandwidth of a ring is {before} with 64 nodes and {after} with 1,024.",
        "bisection_bandwidth",
        {"kind": "ring", "nodes": "64"},
        {"kind": "ring", "nodes": "1024"},
        lambda before, after: abs(after / before - 1) < 1e-9,
    ),
    Fallacy(
        "Every node gets its full link bandwidth.",
        "With 4:1 oversubscription {before} per node become {after} when all traffic crosses the bisection.",
        "effective_bandwidth",
        {},
        {"oversubscription": "4"},
        lambda before, after: after < before / 3,
    ),
    Fallacy(
        "A non-blocking network has no congestion.",
        "With a flow per path, hashed at random, {before} per node become {after}: flows collide on the busiest path.",
        "effective_bandwidth",
        {},
        {"routing": "ecmp"},
        lambda before, after: after < before / 2,
    ),
)


@solver(
    walls=(10,),
    title="Network topology",
    question="How much of its link bandwidth does a node keep when all traffic crosses the bisection?",
    version="3",
    factor="Scaling efficiency",
    verdict=verdict,
    notes=notes,
    headline=("effective_bandwidth", "bisection_bandwidth", "bisection_fraction", "mean_hops", "exchange_time"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def topology(i: Inputs) -> Outputs:
    nodes = np.asarray(i.nodes, dtype=float)
    cut = _cut_links(nodes)
    each_way = np.where(np.asarray(i.link_meaning) == LinkMeaning.LINK, 1.0, 0.5)
    fractions, hops = _by_kind(nodes, [links * each_way for links in cut])
    chosen_kind = [np.asarray(i.kind) == kind for kind in NetworkKind]
    fraction, mean_hops = np.select(chosen_kind, fractions), np.select(chosen_kind, hops)
    per_node = i.link_bandwidth / np.asarray(i.oversubscription)
    hashed = _hashed_flows(i)
    contention = np.where(chosen_kind[NetworkKind.FAT_TREE], hashed / i.flows_per_path, 1.0)
    effective = per_node * fraction / contention
    return Outputs(
        bisection_fraction=fraction,
        effective_bandwidth=effective,
        bisection_bandwidth=effective * i.nodes / 2,
        cut_links=np.select([np.asarray(i.kind) == kind for kind in _CLOSED], cut, np.nan),
        mean_hops=mean_hops,
        slowdown=i.link_bandwidth / effective,
        busiest_path_flows=contention * i.flows_per_path,
        contention_factor=contention,
        without_oversubscription=i.link_bandwidth * fraction / contention,
        exchange_time=i.message / effective + mean_hops * i.hop_latency,
        path_latency=mean_hops * i.hop_latency,
        fat_tree_bandwidth=per_node * fractions[NetworkKind.FAT_TREE] * i.flows_per_path / hashed,
        dragonfly_bandwidth=per_node * fractions[NetworkKind.DRAGONFLY],
        torus_bandwidth=per_node * fractions[NetworkKind.TORUS_3D],
        ring_bandwidth=per_node * fractions[NetworkKind.RING],
    )


def _hashed_flows(i: Inputs) -> Array:
    """Flows on the busiest path of a fat tree with the routing asked for."""
    mean = np.asarray(i.flows_per_path, dtype=float)
    hashed = np.asarray(i.routing) == Routing.ECMP
    return np.where(hashed, busiest_path(i.paths, mean), mean) if np.any(hashed) else mean


def _cut_links(nodes: Array) -> list[Array]:
    """Links that a cut into halves goes through, of a ring and of a cube of `nodes` closed in each dimension: two
    planes of them (Dally and Towles 2003, section 5.2)."""
    return [2 * np.ones_like(nodes), 2 * np.square(np.cbrt(nodes))]


def _by_kind(nodes: Array, carried: list[Array]) -> tuple[list[Array], list[Array]]:
    """Bisection fraction and mean hops of every kind in order, for clusters of `nodes`; `carried` are the link
    bandwidths that the middle of a ring and of a torus carries one way. No node keeps more than its link."""
    one, side = np.ones_like(nodes), np.cbrt(nodes)
    closed = [np.minimum(links / (nodes / 2), 1.0) for links in carried]  # a node fills no more than its own link
    return [one, _DRAGONFLY * one, *closed], [4 * one, 3 * one, nodes / 4, 0.75 * side]
