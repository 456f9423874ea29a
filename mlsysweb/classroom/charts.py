"""The chart of a class's answers: each answer a dot, the computed answer and known misconceptions as lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Any

import orjson

from mlsysweb.show.charts.axes import layout
from mlsysweb.show.charts.ticks import axis_ticks
from mlsysweb.show.results.page import Figure, Table
from mlsysweb.show.results.present import embedded
from solvers.formatting import labelled
from solvers.quantities import format_quantity, unit_label
from solvers.result import Value

from .questions.question import Plot, PlotAxis

_BINS = 24
_SHARE_OF_ROOM = 0.06
# Ticks are plain numbers, since an axis has its unit in the title.
_PLAIN = Value(0.0, "1", "1")


def answers_figure(plot: Plot, frame: str, round: int) -> Figure:
    """Return the figure of the answers to the question of a frame in one round. Its id names both, since the page of
    results shows the figures of all questions."""
    drawn = _points(plot) if plot.y else _dots(plot)
    unit = plot.x.unit
    right = format_quantity(plot.right[0], unit, unit)
    values = sorted(x for x, _ in plot.points)
    middle = format_quantity(values[len(values) // 2], unit, unit)
    return Figure(
        id=f"answers-{frame}-{round}",
        title=f"Each answer, round {round}",
        description=(
            f"{len(values)} answer{'' if len(values) == 1 else 's'}; the middle one is {middle}, the computed value "
            f"{right}."
        ),
        plot=embedded(orjson.dumps(drawn).decode()),
        table=Table(("Answer", "Value"), _rows(plot)),
    )


def _rows(plot: Plot) -> tuple[tuple[str, ...], ...]:
    unit = plot.x.unit
    named = (("Computed", plot.right[0]), *plot.marks)
    return tuple((name, format_quantity(value, unit, unit)) for name, value in named)


def _range(axis: PlotAxis) -> list[float]:
    low, high = (math.log10(v) if axis.log else v for v in (axis.low, axis.high))
    room = (high - low) * _SHARE_OF_ROOM
    return [low - room, high + room]


def _axis(axis: PlotAxis) -> dict[str, Any]:
    unit = unit_label(axis.unit)
    label = axis.label or "Answer"
    low, high = (10**end if axis.log else end for end in _range(axis))
    places, texts = axis_ticks(_PLAIN, low, high, log=axis.log, most=6)
    return {
        "title": {"text": labelled(label, unit), "font": {"size": 13}},
        "type": "log" if axis.log else "linear",
        "range": _range(axis),
        "tickmode": "array",
        "tickvals": places,
        "ticktext": texts,
        "gridcolor": "token:grid",
        "linecolor": "token:axis",
        "zeroline": False,
        "automargin": True,
    }


def _dots(plot: Plot) -> dict[str, Any]:
    """Return answers as dots stacked over their place on the axis."""
    low, high = _range(plot.x)
    columns: dict[int, list[float]] = {}
    for value, _ in sorted(plot.points):
        place = math.log10(value) if plot.x.log else value
        columns.setdefault(min(_BINS - 1, int((place - low) / (high - low) * _BINS)), []).append(value)
    xs = [median(column) for column in columns.values() for _ in column]
    ys = [place for column in columns.values() for place in range(1, len(column) + 1)]
    top = max(ys, default=1) + 1.0
    lines = [_line("Computed", plot.right[0], top, "token:ok", "solid")]
    lines += [_line(name, value, top, "token:danger", "dot") for name, value in plot.marks]
    dots = _markers(xs, ys, "Answers")
    hidden = {"visible": False, "range": [0, top * 1.15], "fixedrange": True}
    return {"data": [dots, *lines], "layout": layout(xaxis=_axis(plot.x), yaxis=hidden)}


def _line(name: str, value: float, top: float, colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [value, value],
        "y": [0, top],
        "line": {"color": colour, "width": 2, "dash": dash},
        "hovertemplate": f"{name}<extra></extra>",
    }


def _points(plot: Plot) -> dict[str, Any]:
    """Return answers as points on two axes."""
    assert plot.y is not None
    computed = _markers([plot.right[0]], [plot.right[1]], "Computed") | {
        "marker": {"color": "token:ok", "size": 16, "symbol": "star"}
    }
    answers = _markers([x for x, _ in plot.points], [y for _, y in plot.points], "Answers")
    return {"data": [answers, computed], "layout": layout(xaxis=_axis(plot.x), yaxis=_axis(plot.y))}


def _markers(xs: Sequence[float], ys: Sequence[float], name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": list(xs),
        "y": list(ys),
        "marker": {"color": "token:compute", "size": 10, "symbol": "circle"},
        "hovertemplate": f"{name}<extra></extra>",
    }
