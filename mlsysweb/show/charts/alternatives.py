"""One figure of several systems side by side, grouped by what they are asked to do, beside what they are held
against."""

from __future__ import annotations

from typing import Any

from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result

from .axes import bar_axis, layout, scale
from .series import SERIES, finite_rows, series_along


def alternatives(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    """The figure of an `alternatives` drawing: along a choice, a bar for each of its words and each system. A second
    output is that of the accelerator they are held against, which comes first. A system whose figure is not known has
    no bar."""
    (choice,), (name, *reference) = drawing.x, drawing.y
    value = result.values[name]
    series = series_along(result, choice)
    words = series[0].columns[choice]
    bars = [(result.systems[track.system], track.columns[name]) for track in series]
    bars = [*((_reference(result), series[0].columns[each]) for each in reference), *bars]
    traces = []
    for place, word in enumerate(words):
        rows = [(system, v) for system, cells in bars for (v,) in finite_rows([cells[place]])]
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
            xaxis=bar_axis(value, rangemode="tozero"),
            yaxis={"autorange": "reversed", "automargin": True, "linecolor": "token:axis"},
            barmode="group",
        ),
    }


def _reference(result: Result) -> str:
    name = str(result.values["accelerator"].value)
    return f"{name} (reference)" if name in result.systems else name
