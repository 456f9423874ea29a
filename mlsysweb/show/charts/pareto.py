"""A design space by two of its objectives: the front and its knee, dominated configurations, and infeasible ones with
the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from solvers.result import Value

from .axes import axis, hovered, layout, reach_of, scale

# The name of the front's trace, also used by charts that combine several fronts.
FRONT = "Pareto-optimal"


@dataclass(frozen=True)
class PointSet:
    """Dots of one category: their coordinates in SI, their hover texts, and the number of each configuration, which a
    click opens."""

    x: Sequence[float]
    y: Sequence[float]
    words: Sequence[str]
    numbers: Sequence[int] = ()


@dataclass(frozen=True)
class Density:
    """The density of configurations per occupied cell: midpoints in SI, and the count as a share of the maximum."""

    x: Sequence[float]
    y: Sequence[float]
    share: Sequence[float]


def pareto(
    x: Value,
    y: Value,
    logs: tuple[bool, bool],
    front: PointSet,
    knee: PointSet,
    beaten: PointSet,
    failing: PointSet,
    tried: PointSet,
    density: Density | None,
    opening: str = "",
) -> dict[str, Any]:
    """Return the figure. For a large space `beaten` holds a sample of the dominated configurations, and `density`
    shades where the others lie. `opening` and the number of a configuration are the link that opens it."""
    every = (front, knee, beaten, failing, tried)
    traces = [
        *([_shade(x, y, density)] if density else []),
        _dots("Infeasible", x, y, failing, "token:danger", "x-thin", 7, "markers"),
        _dots("Dominated", x, y, beaten, "token:muted/40", "circle", 6, "markers"),
        _dots(FRONT, x, y, front, "token:compute", "circle", 9, "lines+markers"),
        _dots("Knee", x, y, knee, "token:money", "star", 16, "markers"),
        _dots("Your configuration", x, y, tried, "token:memory", "diamond", 13, "markers"),
    ]
    for trace, points in zip(reversed(traces), (tried, knee, front, beaten, failing), strict=False):
        if points.numbers:
            trace["meta"] = {"base": opening, "values": [str(number) for number in points.numbers]}
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": layout(
            xaxis=axis(x, reach_of([v for points in every for v in points.x], log=logs[0])),
            yaxis=axis(y, reach_of([v for points in every for v in points.y], log=logs[1])),
        ),
    }


def _dots(
    name: str, x: Value, y: Value, points: PointSet, colour: str, symbol: str, size: int, mode: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": mode,
        "name": name,
        "text": list(points.words),
        "x": _rounded(points.x, scale(x)),
        "y": _rounded(points.y, scale(y)),
        "marker": {"color": colour, "symbol": symbol, "size": size, "line": {"color": colour, "width": 1.5}},
        "line": {"color": colour, "width": 1.5, "dash": "dot", "shape": "hv"},
        "hovertext": hovered(x, points.x),
        "customdata": hovered(y, points.y),
        "hovertemplate": f"%{{text}}<br>{x.label} %{{hovertext}}<br>{y.label} %{{customdata}}<extra></extra>",
    }


def _shade(x: Value, y: Value, density: Density) -> dict[str, Any]:
    """Return squares, darker where more configurations lie."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Density of the other configurations",
        "hoverinfo": "skip",
        "x": _rounded(density.x, scale(x)),
        "y": _rounded(density.y, scale(y)),
        "marker": {"color": "token:muted", "symbol": "square", "size": 12, "opacity": list(density.share)},
    }


def _rounded(values: Sequence[float], by: float) -> list[float]:
    """Return values to four digits: more than a chart shows, in a third of the bytes."""
    return [float(f"{value * by:.4g}") for value in values]
