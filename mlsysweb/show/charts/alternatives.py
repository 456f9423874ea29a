"""Grouped bars: several systems side by side, grouped by the members of a choice."""

from __future__ import annotations

from typing import Any

from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result

from .axes import axis, layout, scale
from .series import SERIES, finite_rows, series_along


def alternatives(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    """Return the figure of an `alternatives` chart: for each member of a choice a bar for each system. A system whose
    value is unknown has no bar."""
    (choice,), (name,) = drawing.x, drawing.y
    value = result.values[name]
    series = series_along(result, choice)
    words = series[0].columns[choice]
    traces = []
    for place, word in enumerate(words):
        cells = [track.columns[name][place] for track in series]
        rows = [
            (result.systems[t.system], v) for t, cell in zip(series, cells, strict=True) for (v,) in finite_rows([cell])
        ]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": str(word).replace("_", " "),
                "y": [system for system, _ in rows],
                "x": [v * scale(value) for _, v in rows],
                "text": [format_quantity(v, value.unit, value.display_unit) for _, v in rows],
                "textposition": "auto",
                "marker": {"color": SERIES[place % len(SERIES)]},
                "hovertemplate": "%{y}: %{text}<extra>%{fullData.name}</extra>",
            }
        )
    return {
        "data": traces,
        "layout": layout(
            xaxis=axis(value, log=False) | {"rangemode": "tozero"},
            yaxis={"autorange": "reversed", "automargin": True, "linecolor": "token:axis"},
            barmode="group",
        ),
    }
