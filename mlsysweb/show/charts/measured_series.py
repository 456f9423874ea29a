"""Measured series and predicted ones over the same axes: measured ones filled, predictions dashed and hollow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from solvers.result import Value

from .axes import Reach, axis, hovered_lines, layout, scale
from .series import SERIES, rounded


@dataclass(frozen=True)
class PlottedSeries:
    """One series in SI: a line, or points where `points` is true. `texts` are the hover texts of the points beside
    their numbers, `urls` the addresses of their sources; both empty for a line without. `color` is its place among the
    colours of series."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    predicted: bool = False
    points: bool = False
    stepped: bool = False
    color: int = 0
    texts: Sequence[str] = ()
    urls: Sequence[str] = ()


def measured_series(
    series: Sequence[PlottedSeries],
    across: Value,
    up: Value,
    *,
    logx: bool = False,
    logy: bool = False,
    near: bool = False,
    view: str,
) -> dict[str, Any]:
    """Return the figure of series over `across`, in the units of `across` and `up`; the zoom is kept as long as `view`,
    a name of the selection, stays the same. Linear axes begin at zero unless they are `near` the data."""
    wide, high = (
        _reach([v for each in series for v in getattr(each, name)], log, near)
        for name, log in (("x", logx), ("y", logy))
    )
    return {
        "data": list(_traces(series, across, up)),
        "layout": layout(xaxis=axis(across, wide), yaxis=axis(up, high), uirevision=view),
    }


def _reach(numbers: Sequence[float], log: bool, near: bool) -> Reach:
    if log or not near:
        return Reach.of(numbers, log=log)
    room = 0.05 * (max(numbers) - min(numbers))
    return Reach(min(numbers) - room, max(numbers) + room)


def _traces(series: Sequence[PlottedSeries], across: Value, up: Value) -> Iterator[dict[str, Any]]:
    for each in series:
        lines = hovered_lines((across, each.x), (up, each.y))
        said = [f"{text}<br>{line}" for text, line in zip(each.texts, lines, strict=True)] if each.texts else lines
        colour = SERIES[each.color % len(SERIES)]
        yield {
            "type": "scatter",
            "mode": "markers" if each.points else "lines",
            "name": each.name,
            "x": rounded(each.x, scale(across)),
            "y": rounded(each.y, scale(up)),
            "text": said,
            "hovertemplate": "%{text}<extra></extra>",
            **_drawn(each, colour),
            **({"meta": {"urls": list(each.urls)}} if each.urls else {}),
        }


def _drawn(each: PlottedSeries, colour: str) -> dict[str, Any]:
    if each.points:
        symbol = "diamond-open" if each.predicted else "circle"
        return {
            "marker": {"color": colour, "symbol": symbol, "size": 11 if each.predicted else 8, "line": {"width": 2}}
        }
    dash = "dash" if each.predicted else "solid"
    return {"line": {"color": colour, "width": 2.5, "dash": dash, "shape": "hv" if each.stepped else "linear"}}
