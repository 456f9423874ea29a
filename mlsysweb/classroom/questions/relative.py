"""Answers to several variants of a question as one chart: each divided by the right answer of its variant."""

from __future__ import annotations

from collections.abc import Sequence

from .number import value_plot
from .question import Plot, PlotAxis

_LABEL = "Answer divided by the computed value"
# Marks of variants are one line of the chart if they are this close to each other.
_SAME = 1.05


def relative_plot(plots: Sequence[Plot]) -> Plot | None:
    """Return one plot of the points of many, in multiples of the right answer. None without points, or where a sign
    makes a ratio meaningless."""
    pairs = [(point, plot.right) for plot in plots for point in plot.points]
    if not pairs or any(point[0] <= 0 or right[0] <= 0 for point, right in pairs):
        return None
    xs = [point[0] / right[0] for point, right in pairs]
    x_axis, y_axis = plots[0].x, plots[0].y
    if y_axis is None:
        return value_plot(_LABEL, "1", xs, 1.0, _common_marks(plots))
    if any(point[1] <= 0 or right[1] <= 0 for point, right in pairs):
        return None
    ys = [point[1] / right[1] for point, right in pairs]
    axes = [_axis(axis, values) for axis, values in ((x_axis, xs), (y_axis, ys))]
    return Plot(axes[0], axes[1], tuple(zip(xs, ys, strict=True)), (1.0, 1.0), ())


def _axis(axis: PlotAxis, ratios: Sequence[float]) -> PlotAxis:
    return PlotAxis(f"{axis.label}, divided by the computed value", "1", min(0.5, *ratios), max(2.0, *ratios), True)


def _common_marks(plots: Sequence[Plot]) -> tuple[tuple[str, float], ...]:
    """Return the marks that have the same ratio to the right answer in every plot."""
    marks = []
    for name, _ in plots[0].marks:
        ratios = [dict(plot.marks).get(name, 0.0) / plot.right[0] for plot in plots]
        if min(ratios) > 0 and max(ratios) <= _SAME * min(ratios):
            marks.append((name, ratios[0]))
    return tuple(marks)
