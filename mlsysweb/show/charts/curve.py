"""Outputs along one input: the first on the left axis, the second on the right, with marks where the regime changes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from solvers.result import ChartSpec, Result, Value

from .axes import axis, hover, layout, scale, suffix
from .series import SERIES, finite_rows, number, series_along, system_name

_DASHES = ("solid", "dot", "dash", "dashdot")


def curve(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    """Return the figure of a `curve` chart."""
    (x,) = drawing.x
    return {
        "data": [*_lines(drawing, result, x), *_points(drawing, result, x)],
        "layout": layout(
            xaxis=axis(result.values[x], log=_spans_decades(drawing, result, x), rangemode="nonnegative"),
            yaxis=_left_axis(drawing, result),
            **_right_axis(drawing, result),
            **_marks(drawing, result, x),
        ),
    }


def _lines(drawing: ChartSpec, result: Result, x: str) -> Iterator[dict[str, Any]]:
    for track in series_along(result, x):
        for place, y in enumerate(drawing.y):
            value, across = result.values[y], result.values[x]
            rows = list(finite_rows(track.columns[x], track.columns[y]))
            name = system_name(result, track.system)
            yield {
                "type": "scatter",
                "mode": "lines",
                "name": f"{name}: {value.label}" if name else value.label,
                "x": [row[0] * scale(across) for row in rows],
                "y": [row[1] * scale(value) for row in rows],
                "yaxis": "y2" if place and _has_right(drawing, result) else "y",
                "line": {"color": _colour(result, track.system, place), "dash": _DASHES[place % 4], "width": 2.5},
                "hovertemplate": f"{hover(across, 'x')}<br>{hover(value, 'y')}<extra>{name}</extra>",
            }


def _colour(result: Result, system: int, place: int) -> str:
    return SERIES[(system if len(result.systems) > 1 else place) % len(SERIES)]


def _points(drawing: ChartSpec, result: Result, x: str) -> Iterator[dict[str, Any]]:
    """Yield the point of the question on each line."""
    across = result.values[x]
    for place, y in enumerate(drawing.y):
        value = result.values[y]
        for at, height in finite_rows([number(result, x)], [number(result, y)]):
            yield {
                "type": "scatter",
                "mode": "markers",
                "showlegend": False,
                "x": [at * scale(across)],
                "y": [height * scale(value)],
                "yaxis": "y2" if place and _has_right(drawing, result) else "y",
                "marker": {
                    "color": _colour(result, 0, place),
                    "size": 12,
                    "line": {"color": "token:surface", "width": 2},
                },
                "hovertemplate": f"{hover(across, 'x')}<br>{hover(value, 'y')}<extra>now</extra>",
            }


def _left_axis(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    first = result.values[drawing.y[0]]
    shared = drawing.y if not _has_right(drawing, result) else drawing.y[:1]
    log = all(_is_log(drawing, result, y) for y in shared)
    drawn = axis(first, log=log)
    return drawn | {"title": {"text": suffix(first)}} if len(shared) > 1 else drawn  # the legend names the outputs


def _right_axis(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    if not _has_right(drawing, result):
        return {}
    # Independent ticks: aligned with those of the left axis they would be odd numbers.
    right = {"overlaying": "y", "side": "right", "showgrid": False, "tickmode": "auto"}
    log = _is_log(drawing, result, drawing.y[1])
    return {
        "yaxis2": axis(result.values[drawing.y[1]], log=log, **right),
        "margin": {"l": 64, "r": 72, "t": 16, "b": 56},
    }


def _has_right(drawing: ChartSpec, result: Result) -> bool:
    """Return whether the second output has an axis of its own; outputs in the same unit share one."""
    kinds = {(result.values[y].unit, result.values[y].display_unit) for y in drawing.y[:2]}
    return len(kinds) > 1


def _marks(drawing: ChartSpec, result: Result, x: str) -> dict[str, Any]:
    """Return a line at each value of x that an output names, such as the batch size where compute begins to bind."""
    reached = [v for track in series_along(result, x) for v in track.columns[x] if isinstance(v, int | float)]
    values = [result.values[name] for name in drawing.x_marks]
    log = _spans_decades(drawing, result, x)
    # A log axis cannot show a mark at zero, though its column may begin there.
    inside = [v for v in values if _is_between(v, reached) and (float(v.value) > 0 or not log)]
    return {
        "shapes": [_mark_line(v, result.values[x]) for v in inside],
        "annotations": [_mark_words(v, result.values[x], log, _is_early(v, reached, log)) for v in inside],
    }


def _is_between(value: Value, reached: list[float]) -> bool:
    return isinstance(value.value, float) and bool(reached) and min(reached) <= value.value <= max(reached)


def _mark_line(value: Value, across: Value) -> dict[str, Any]:
    at = float(value.value) * scale(across)
    ends = {"x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **ends, "line": {"color": "token:muted", "dash": "dot", "width": 1.5}}


def _is_early(value: Value, reached: list[float], log: bool) -> bool:
    """Return whether a mark is too far to the left for its label to fit before it."""
    form = math.log if log else float
    low, high = form(min(v for v in reached if v > 0 or not log)), form(max(reached))
    return form(float(value.value)) - low < 0.35 * (high - low)


def _mark_words(value: Value, across: Value, log: bool, early: bool) -> dict[str, Any]:
    # On a log axis annotations take the exponent, shapes the value.
    at = float(value.value) * scale(across)
    return {
        "x": math.log10(at) if log else at,
        "y": 0.02,
        "yref": "paper",
        "text": f"{value.label} {at:,.0f}",
        "showarrow": False,
        "xanchor": "left" if early else "right",
        "yanchor": "bottom",
        "xshift": 4 if early else -4,
        "font": {"color": "token:muted", "size": 12},
    }


def _spans_decades(drawing: ChartSpec, result: Result, x: str) -> bool:
    reached = [v for track in series_along(result, x) for v in track.columns[x] if isinstance(v, int | float)]
    if not reached or min(reached) < 0:
        return False
    # A geometric sweep may begin with zero, which a log axis cannot show; a linear one rarely spans that much.
    least = min((v for v in reached if v > 0), default=math.inf)
    return max(reached) / least > (50 if min(reached) > 0 else 1000)


def _is_log(drawing: ChartSpec, result: Result, y: str) -> bool:
    """Return whether an axis is logarithmic: where the column spans more than a decade and is never zero. Shares of a
    whole are linear."""
    column = [v for t in series_along(result, drawing.x[0]) for (v,) in finite_rows(t.columns[y])]
    if result.values[y].display_unit == "percent" and column and max(column) > 0.2:
        return False
    return bool(column) and min(column) > 0 and max(column) / min(column) > 20
