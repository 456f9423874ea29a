"""Chips by bandwidth and rate, with lines at the requirements of a target; chips above both lines meet them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from solvers.result import Value

from .axes import axis, layout, reach_of


class Chip(NamedTuple):
    """A chip: byte/s, FLOP/s, how many the target needs, whether one is enough, and what a link names it by."""

    name: str
    bandwidth: float
    rate: float
    needed: str
    alone: bool
    slug: str = ""


_BANDWIDTH = Value(0.0, "byte/s", "byte/s", "Memory bandwidth")
_RATE = Value(0.0, "flop/s", "flop/s", "Peak FLOP/s")


def hardware_match(chips: Sequence[Chip], bandwidth: float, rate: float, link: str = "") -> dict[str, Any]:
    """Return the figure; `bandwidth` and `rate` are the requirements. A click on a chip opens `link`
    with its slug at the end."""
    line = {"type": "line", "line": {"color": "token:muted", "dash": "dot", "width": 1.5}}
    traces = [
        _dots("1 device suffices", "token:compute", "circle", [chip for chip in chips if chip.alone], link),
        _dots("Several needed", "token:memory", "circle-open", [chip for chip in chips if not chip.alone], link),
    ]
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": layout(
            xaxis=axis(_BANDWIDTH, reach_of([chip.bandwidth for chip in chips], log=True)),
            yaxis=axis(_RATE, reach_of([chip.rate for chip in chips], log=True)),
            shapes=[
                {**line, "x0": bandwidth, "x1": bandwidth, "y0": 0, "y1": 1, "yref": "paper"},
                {**line, "y0": rate, "y1": rate, "x0": 0, "x1": 1, "xref": "paper"},
            ],
        ),
    }


def _dots(name: str, colour: str, symbol: str, chips: Sequence[Chip], link: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [chip.bandwidth for chip in chips],
        "y": [chip.rate for chip in chips],
        "text": [f"{chip.name}: {chip.needed}" for chip in chips],
        "marker": {"color": colour, "symbol": symbol, "size": 10},
        "meta": {"base": link, "values": [chip.slug for chip in chips]},
        "hovertemplate": "%{text} needed<extra></extra>",
    }
