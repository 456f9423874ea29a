"""How much of its link bandwidth does a node keep when all traffic crosses the bisection?

Leiserson 1985 for fat trees, Kim et al. 2008 for the dragonfly, Dally and Towles 2003, chapters 3 and 5, for rings
and tori: the bandwidth across a cut into two equal halves, relative to that of the nodes of one half. Not modeled:
routing, congestion, and the placement of a job.
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
    if i.kind == NetworkKind.DRAGONFLY:
        yield (
            "The bisection fraction of a dragonfly is a convention for traffic of which half crosses the bisection. A "
            "balanced dragonfly (Kim et al. 2008) has a link per pair of groups, and a cut carries half of each node's "
            "link."
        )


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
        "effective_bandwidth",
        r"@effective_bandwidth = \frac{@link_bandwidth \cdot @bisection_fraction}{@oversubscription}",
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
        "Dally, Towles 2003",
        "Principles and practices of interconnection networks",
        "https://shop.elsevier.com/books/principles-and-practices-of-interconnection-networks/dally/978-0-12-200751-4",
    ),
)

ASSUMPTIONS = (
    "All traffic crosses the bisection, evenly: the worst case for a ring or torus, any case for a full fat tree.",
    "A ring or torus is closed in each dimension, so a cut goes through two planes of links.",
    "A fat tree has two levels, so a path takes four hops: up, across and down, node links included. A dragonfly's "
    "three hops are those between its switches.",
    "A dragonfly keeps 85 % of full bisection, by convention. Between random nodes half of the traffic crosses the "
    "bisection, and a balanced dragonfly keeps it all.",
)

LIMITATIONS = (
    "Congestion of flows on the same path, and adaptive routing, which spreads them.",
    "Jobs smaller than the cluster, whose nodes are close together.",
    "Collectives made for rings and tori, which only use neighbors: see the collectives wall.",
)

PRESETS = (
    Preset("Full fat tree", {}),
    Preset("Fat tree, 4:1 oversubscribed", {"oversubscription": "4"}),
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
    effective = per_node * fraction
    return Outputs(
        bisection_fraction=fraction,
        effective_bandwidth=effective,
        bisection_bandwidth=effective * i.nodes / 2,
        cut_links=np.select([np.asarray(i.kind) == kind for kind in _CLOSED], cut, np.nan),
        mean_hops=mean_hops,
        slowdown=i.link_bandwidth / effective,
        without_oversubscription=i.link_bandwidth * fraction,
        exchange_time=i.message / effective + mean_hops * i.hop_latency,
        path_latency=mean_hops * i.hop_latency,
        fat_tree_bandwidth=per_node * fractions[NetworkKind.FAT_TREE],
        dragonfly_bandwidth=per_node * fractions[NetworkKind.DRAGONFLY],
        torus_bandwidth=per_node * fractions[NetworkKind.TORUS_3D],
        ring_bandwidth=per_node * fractions[NetworkKind.RING],
    )


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
