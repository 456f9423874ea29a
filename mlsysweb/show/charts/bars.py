"""Bars: one for each output, in the unit they share."""

from __future__ import annotations

from typing import Any

from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result

from .axes import axis, layout, scale
from .series import SERIES, finite_rows, number


def bars(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    """Return the figure of a `bars` chart. Horizontal, so that labels stay readable on a phone."""
    first = result.values[drawing.y[0]]
    rows = [(name, v) for name in drawing.y for (v,) in finite_rows([number(result, name)])]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "showlegend": False,
                "y": [result.values[name].label for name, _ in rows],
                "x": [value * scale(first) for _, value in rows],
                "text": [format_quantity(value, first.unit, first.display_unit) for _, value in rows],
                "textposition": "auto",
                "marker": {"color": [SERIES[place % len(SERIES)] for place in range(len(rows))]},
                "hovertemplate": "%{y}: %{text}<extra></extra>",
            }
        ],
        "layout": layout(
            xaxis=axis(first, log=False) | {"title": {"text": ""}, "rangemode": "tozero"},
            yaxis={"autorange": "reversed", "automargin": True, "linecolor": "token:axis"},
        ),
    }
