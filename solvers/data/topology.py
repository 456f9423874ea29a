"""How much of its link does a node keep when every node sends to the other half of the cluster?

Leiserson 1985 for fat trees, Kim et al. 2008 for the dragonfly, Dally and Towles 2003, chapters 3 and 5, for rings
and tori: the bandwidth across a cut into two equal halves, relative to that of the nodes of one half. Not modelled:
routing, collisions of flows, and the placement of a job.
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

# The share of full bisection of a dragonfly is a convention of this model: Kim et al. design for full bisection under
# even traffic; routing around busy global links costs some of it.
_DRAGONFLY = 0.85


class NetworkKind(IntEnum):
    """How switches or nodes are connected."""

    FAT_TREE = 0
    DRAGONFLY = 1
    RING = 2
    TORUS_3D = 3


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
        help="One way, of one node; in a ring or torus, of one dimension.",
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
        help="End points of the network.",
    )
    kind: Codes = choice(
        NetworkKind,
        "Topology",
        NetworkKind.FAT_TREE,
        help="How nodes are joined.",
        labels={"fat_tree": "Fat tree", "dragonfly": "Dragonfly", "ring": "Ring", "torus_3d": "3D torus"},
    )
    oversubscription: Array = number(
        "1",
        "Oversubscription",
        1,
        low=1,
        high=1000,
        slider=(1, 16),
        symbol="o",
        help="Bandwidth towards the nodes over bandwidth towards the rest of the network; 1 where none is saved.",
    )
    message: Array = number(
        "byte",
        "Message",
        1e9,
        high=1e18,
        slider=(1e3, 1e12),
        log=True,
        display_unit="GB",
        symbol="M",
        advanced=True,
        help="What each node sends to a node of the other half.",
    )
    hop_latency: Array = number(
        "s",
        "Latency of a hop",
        0.5e-6,
        high=1,
        slider=(0, 10e-6),
        display_unit="us",
        symbol=r"\alpha",
        advanced=True,
        help="Switch and cable, on the way to the next one.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    bisection_fraction: Array = output(
        "1", "Bisection fraction", symbol="f", help="What a node keeps of its link when all traffic crosses the middle."
    )
    effective_bandwidth: Array = output(
        "byte/s", "Bandwidth across the middle", display_unit="GB/s", symbol=r"\beta_\text{eff}", help="Of each node."
    )
    bisection_bandwidth: Array = output(
        "byte/s",
        "Bisection bandwidth",
        display_unit="TB/s",
        symbol=r"\beta_\text{bisection}",
        help="Of all nodes together.",
    )
    mean_hops: Array = output("1", "Mean hops", symbol="H", help="Between two nodes taken at random.")
    slowdown: Array = output("1", "Slowdown", help="Of traffic across the middle, against the link alone.")
    without_oversubscription: Array = output(
        "byte/s", "Without oversubscription", display_unit="GB/s", help="Of each node."
    )
    exchange_time: Array = output(
        "s", "Time of the exchange", symbol="t", help="Every node sends its message across the middle."
    )
    path_latency: Array = output("s", "Latency of a path", symbol=r"t_\text{path}", help="Of the mean number of hops.")
    fat_tree_bandwidth: Array = output(
        "byte/s", "Fat tree", display_unit="GB/s", help="Across the middle, of each node."
    )
    dragonfly_bandwidth: Array = output(
        "byte/s", "Dragonfly", display_unit="GB/s", help="Across the middle, of each node."
    )
    torus_bandwidth: Array = output("byte/s", "3D torus", display_unit="GB/s", help="Across the middle, of each node.")
    ring_bandwidth: Array = output("byte/s", "Ring", display_unit="GB/s", help="Across the middle, of each node.")


def verdict(i: Inputs, o: Outputs) -> str:
    kept = (
        "Of its {link_bandwidth} link each of {nodes} nodes keeps {effective_bandwidth} when all talk across the "
        "middle, which carries {bisection_bandwidth}; a message takes {mean_hops} hops."
    )
    return f"{kept} {_advice(i)}"


def _advice(i: Inputs) -> str:
    if i.kind == NetworkKind.RING:
        return (
            "Whatever the number of nodes, a ring is cut in two places: more nodes share the same, and only "
            "neighbours are near."
        )
    if i.kind == NetworkKind.TORUS_3D:
        return "Eight times the nodes would halve that: a torus is for neighbours, not for traffic from all to all."
    if i.oversubscription > 1:
        return (
            "Without oversubscription it would be {without_oversubscription}; keeping traffic inside a half would "
            "avoid the middle altogether."
        )
    return "More nodes would not change that: the middle grows with them, and only a faster link helps."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if o.bisection_fraction > 1:
        yield "So small a torus has more links across its middle than its nodes can fill one by one."
    if i.kind == NetworkKind.TORUS_3D and round(float(i.nodes) ** (1 / 3)) ** 3 != i.nodes:
        yield "No cube has this many nodes; the figures are those of a torus of that size if there were one."
    if i.kind in (NetworkKind.RING, NetworkKind.TORUS_3D) and i.oversubscription > 1:
        yield "Rings and tori have no upper switches to save on; the oversubscription divides their links all the same."
    if i.kind == NetworkKind.DRAGONFLY:
        yield "The share a dragonfly keeps is a convention, not a derivation: it hangs on routing and traffic."


_FRACTION = {
    NetworkKind.FAT_TREE: (lambda i, o: i.kind == NetworkKind.FAT_TREE, r"@bisection_fraction = 1", r"@mean_hops = 4"),
    NetworkKind.DRAGONFLY: (
        lambda i, o: i.kind == NetworkKind.DRAGONFLY,
        r"@bisection_fraction = 0.85",
        r"@mean_hops = 3",
    ),
    NetworkKind.RING: (
        lambda i, o: i.kind == NetworkKind.RING,
        r"@bisection_fraction = \frac{2}{@nodes}",
        r"@mean_hops = \frac{@nodes}{4}",
    ),
    NetworkKind.TORUS_3D: (
        lambda i, o: i.kind == NetworkKind.TORUS_3D,
        r"@bisection_fraction = 2 \cdot @nodes^{-1/3}",
        r"@mean_hops = 0.75 \cdot @nodes^{1/3}",
    ),
}


FIGURES = (
    Chart(
        "bars",
        "What each topology leaves of the link",
        (),
        ("fat_tree_bandwidth", "dragonfly_bandwidth", "torus_bandwidth", "ring_bandwidth"),
    ),
    curve("nodes", ("effective_bandwidth", "mean_hops"), "What a larger cluster costs"),
)

EQUATIONS = (
    *(Equation("bisection_fraction", latex, where=where) for where, latex, _ in _FRACTION.values()),
    *(Equation("mean_hops", latex, where=where) for where, _, latex in _FRACTION.values()),
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
    "All traffic crosses the middle, evenly: the worst case for a ring or a torus, any case for a full fat tree.",
    "In a ring or torus the link bandwidth is that of one dimension, half of it in each direction.",
    "A fat tree has two levels, so a path goes up, across and down in four hops; a dragonfly's takes three.",
    "A dragonfly keeps 85 % of the full bisection: a convention.",
)

LIMITATIONS = (
    "Collisions of flows that are routed alike, and what adaptive routing mends.",
    "Jobs smaller than the cluster, whose nodes lie side by side.",
    "Collectives made for rings and tori, which only talk to neighbours: see the collectives.",
)

PRESETS = (
    Preset("Full fat tree", {}),
    Preset("Oversubscribed four to one", {"oversubscription": "4"}),
    Preset("Dragonfly of 8192 nodes", {"kind": "dragonfly", "nodes": "8192", "link_bandwidth": "25 GB/s"}),
    Preset("TPU v4 pod, 16 x 16 x 16", {"kind": "torus_3d", "nodes": "4096", "link_bandwidth": "100 GB/s"}),
    Preset("Ring of eight", {"kind": "ring", "nodes": "8", "link_bandwidth": "450 GB/s"}),
)

FALLACIES = (
    Fallacy(
        "Twice the nodes carry twice the traffic.",
        "A ring's middle carries {before} with 64 nodes and {after} with 1024.",
        "bisection_bandwidth",
        {"kind": "ring", "nodes": "64"},
        {"kind": "ring", "nodes": "1024"},
        lambda before, after: abs(after / before - 1) < 1e-9,
    ),
    Fallacy(
        "A node gets the bandwidth its link is sold with.",
        "Behind four to one oversubscription {before} become {after} as soon as all talk across the middle.",
        "effective_bandwidth",
        {},
        {"oversubscription": "4"},
        lambda before, after: after < before / 3,
    ),
)


@solver(
    walls=(10,),
    title="Locality",
    question="How much of its link does a node keep when everybody talks to the far half of the cluster?",
    version="1",
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
    fractions, hops = _by_kind(np.asarray(i.nodes, dtype=float))
    chosen_kind = [np.asarray(i.kind) == kind for kind in NetworkKind]
    fraction, mean_hops = np.select(chosen_kind, fractions), np.select(chosen_kind, hops)
    per_node = i.link_bandwidth / np.asarray(i.oversubscription)
    effective = per_node * fraction
    return Outputs(
        bisection_fraction=fraction,
        effective_bandwidth=effective,
        bisection_bandwidth=effective * i.nodes / 2,
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


def _by_kind(nodes: Array) -> tuple[list[Array], list[Array]]:
    """Return the bisection fraction and the mean hops of every kind of network in order, for clusters of `nodes`."""
    one, side = np.ones_like(nodes), np.cbrt(nodes)
    return [one, _DRAGONFLY * one, 2 / nodes, 2 / side], [4 * one, 3 * one, nodes / 4, 0.75 * side]
