"""Rows of a table as points along any two of its figures. An axis is logarithmic where its figures span decades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from solvers.result import Value

from .axes import Reach, axis, layout, scale
from .series import SERIES

_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "star", "hexagon", "cross", "x")
# Where the names of marked points stand in turn, so that those of neighbours do not overlap.
_SIDES = ("top left", "bottom right", "top right", "bottom left", "top center", "bottom center")
# The ratio of the largest to the smallest figure from which an axis is logarithmic.
_DECADES = 30.0
# Groups that have a colour of their own; the others share the last.
MOST_GROUPS = len(SERIES)


@dataclass(frozen=True)
class ScatterPoint:
    """A row: its figures in SI, its name and the texts of both figures. A `marked` one is ringed and named."""

    x: float
    y: float
    name: str
    x_text: str
    y_text: str
    marked: bool = False


@dataclass(frozen=True)
class ScatterGroup:
    """Points of one colour and symbol, with their name in the legend."""

    name: str
    points: tuple[ScatterPoint, ...]


@dataclass(frozen=True)
class ScatterAxis:
    """An axis: its quantity, and whether it is years, which are written without separators."""

    value: Value
    years: bool = False


def scatter(groups: Sequence[ScatterGroup], across: ScatterAxis, up: ScatterAxis) -> dict[str, Any]:
    """Return the figure of the groups, at most `MOST_GROUPS`. Without points it has no data."""
    points = [point for group in groups for point in group.points]
    if not points:
        return {"data": [], "layout": layout()}
    marked = [point for point in points if point.marked]
    return {
        "data": [
            *(_group(place, group, across, up) for place, group in enumerate(groups) if group.points),
            *([_rings(marked, across, up)] if marked else []),
        ],
        "layout": layout(
            # A changed axis starts a new zoom.
            uirevision=f"{up.value.label} by {across.value.label}",
            xaxis=_axis(across, [point.x for point in points]),
            yaxis=_axis(up, [point.y for point in points]),
            showlegend=len(groups) > 1,
        ),
    }


def _group(place: int, group: ScatterGroup, across: ScatterAxis, up: ScatterAxis) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": group.name,
        "x": [point.x * scale(across.value) for point in group.points],
        "y": [point.y * scale(up.value) for point in group.points],
        "text": [point.name for point in group.points],
        "customdata": [[point.x_text, point.y_text] for point in group.points],
        "marker": {"color": SERIES[place % len(SERIES)], "size": 9, "symbol": _SYMBOLS[place % len(_SYMBOLS)]},
        "hovertemplate": f"<b>%{{text}}</b><br>{across.value.label} %{{customdata[0]}}"
        f"<br>{up.value.label} %{{customdata[1]}}<extra></extra>",
    }


def _rings(points: Sequence[ScatterPoint], across: ScatterAxis, up: ScatterAxis) -> dict[str, Any]:
    """Return the rings and names of the marked points."""
    return {
        "type": "scatter",
        "mode": "markers+text",
        "showlegend": False,
        "hoverinfo": "skip",
        "x": [point.x * scale(across.value) for point in points],
        "y": [point.y * scale(up.value) for point in points],
        "text": [point.name for point in points],
        "textposition": [_SIDES[place % len(_SIDES)] for place in range(len(points))],
        "textfont": {"color": "token:text", "size": 12},
        "marker": {"color": "token:text", "size": 18, "symbol": "circle-open", "line": {"width": 2}},
    }


def _axis(of: ScatterAxis, numbers: Sequence[float]) -> dict[str, Any]:
    if of.years:
        return _years(of.value, round(min(numbers)), round(max(numbers)))
    log = min(numbers) > 0 and max(numbers) / min(numbers) > _DECADES
    return axis(of.value, Reach.of(numbers, log=log))


def _years(value: Value, first: int, last: int) -> dict[str, Any]:
    """Return an axis of years: at most eight ticks, half a year of room on both sides."""
    step = max(1, -(-(last - first + 1) // 8))
    places = list(range(first, last + 1, step))
    drawn = axis(value, Reach(first - 0.5, last + 0.5))
    return drawn | {"tickvals": places, "ticktext": [str(year) for year in places], "tickformat": "d"}
