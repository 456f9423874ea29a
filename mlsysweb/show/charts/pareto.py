"""A design space by two of its objectives: the front and its knee, what it beats, and what fails with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from solvers.result import Value

from .axes import axis, hover, layout, scale

# What the front is called, here and where several are drawn together.
FRONT = "Nobody beats it"


@dataclass(frozen=True)
class PointSet:
    """Dots of one meaning: their coordinates in SI and what each is called."""

    x: Sequence[float]
    y: Sequence[float]
    words: Sequence[str]


@dataclass(frozen=True)
class Density:
    """How crowded the cells are that hold any configuration: their middles in SI, and a share of the most crowded."""

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
) -> dict[str, Any]:
    """The figure. Of a large space `beaten` are the few that are dots, `density` shades where the others lie."""
    traces = [
        *([_shade(x, y, density)] if density else []),
        _dots("Fails a constraint", x, y, failing, "token:danger/60", "x-thin", 7, "markers"),
        _dots("Beaten by another", x, y, beaten, "token:muted/40", "circle", 6, "markers"),
        _dots(FRONT, x, y, front, "token:compute", "circle", 9, "lines+markers"),
        _dots("Where the front bends", x, y, knee, "token:money", "star", 16, "markers"),
        _dots("The one you thought of", x, y, tried, "token:memory", "diamond", 13, "markers"),
    ]
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": layout(xaxis=axis(x, log=logs[0], **_ticks(logs[0])), yaxis=axis(y, log=logs[1], **_ticks(logs[1]))),
    }


def _ticks(log: bool) -> dict[str, Any]:
    """A front often lies within one decade: labels at 2 and 5 as well."""
    return {"dtick": "D2", "minor": {"dtick": "D1"}} if log else {}


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
        "hovertemplate": f"%{{text}}<br>{hover(x, 'x')}<br>{hover(y, 'y')}<extra></extra>",
    }


def _shade(x: Value, y: Value, density: Density) -> dict[str, Any]:
    """Squares, the darker the more of the space lies there."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Where the others lie",
        "hoverinfo": "skip",
        "x": _rounded(density.x, scale(x)),
        "y": _rounded(density.y, scale(y)),
        "marker": {"color": "token:muted", "symbol": "square", "size": 12, "opacity": list(density.share)},
    }


def _rounded(values: Sequence[float], by: float) -> list[float]:
    """Four digits: more than a picture shows, and a third of the bytes."""
    return [float(f"{value * by:.4g}") for value in values]
