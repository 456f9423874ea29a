"""Bars: one for each output, in the unit they share. Zero is no bar; the finding names it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result

from .axes import bar_width, label_room, layout, length_axis, names_axis
from .labels import without_shared_prefix
from .series import finite_rows, number

# One hue: the largest in full, the others faint.
LARGEST, OTHERS = "token:compute", "token:compute/45"


def bars(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    """Return the figure of a `bars` drawing: horizontal, so that labels stay readable on a phone, the longest first."""
    rows = sorted_rows(drawing, result)
    texts = [
        format_quantity(v, result.values[name].unit, result.values[name].display_unit).replace("-", "−")
        for name, v in rows
    ]
    names = without_shared_prefix([result.values[name].label for name, _ in rows])
    return bar_figure(names, [v for _, v in rows], texts)


def sorted_rows(drawing: ChartSpec, result: Result) -> list[tuple[str, float]]:
    """Return the outputs and numbers to draw, the largest first, without those that are zero or not known."""
    rows = ((name, v) for name in drawing.y for (v,) in finite_rows([number(result, name)]) if v != 0)
    return sorted(rows, key=lambda row: -abs(row[1]))


def bar_figure(names: Sequence[str], lengths: Sequence[float], texts: Sequence[str]) -> dict[str, Any]:
    """Return horizontal bars with their names before and `texts` after them, the largest in full colour."""
    largest = max(map(abs, lengths), default=0.0)
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "width": bar_width(len(names)),
                "showlegend": False,
                "y": list(names),
                "x": list(lengths),
                "text": list(texts),
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": [LARGEST if abs(v) == largest else OTHERS for v in lengths]},
                "hovertemplate": "%{y}: %{text}<extra></extra>",
            }
        ],
        "layout": layout(
            margin={"l": 64, "r": label_room(texts), "t": 8, "b": 16},
            xaxis=length_axis(max(lengths, default=0.0), min(lengths, default=0.0)),
            yaxis=names_axis(names),
        ),
    }
