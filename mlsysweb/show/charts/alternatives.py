"""One figure of several systems side by side, grouped by their task, with the system they are compared with."""

from __future__ import annotations

from typing import Any

from solvers.formatting import member_words
from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result

from .axes import label_room, layout, length_axis, names_axis
from .series import SERIES, finite_rows, series_along


def alternatives(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    """Return the figure of an `alternatives` drawing: along a choice, a bar for each of its words and each system. A
    second output is that of the accelerator they are compared with, which comes first. A system whose figure is not
    known has no bar."""
    (choice,), (name, *reference) = drawing.x, drawing.y
    value = result.values[name]
    series = series_along(result, choice)
    words = series[0].columns[choice]
    bars = [(result.systems[track.system], track.columns[name]) for track in series]
    bars = [*((_reference(result), series[0].columns[each]) for each in reference), *bars]
    traces, texts, lengths = [], [""], [0.0]
    for place, word in enumerate(words):
        rows = [(system, v) for system, cells in bars for (v,) in finite_rows([cells[place]])]
        texts += [format_quantity(v, value.unit, value.display_unit) for _, v in rows]
        lengths += [v for _, v in rows]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": member_words(str(word)),
                "y": [system for system, _ in rows],
                "x": [v for _, v in rows],
                "text": [format_quantity(v, value.unit, value.display_unit) for _, v in rows],
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": SERIES[place % len(SERIES)]},
                "hovertemplate": "%{y}: %{text}<extra>%{fullData.name}</extra>",
            }
        )
    return {
        "data": traces,
        "layout": layout(
            margin={"l": 64, "r": label_room(texts), "t": 16, "b": 16},
            xaxis=length_axis(max(lengths)),
            yaxis=names_axis(list(dict.fromkeys(system for system, _ in bars))),
            barmode="group",
        ),
    }


def _reference(result: Result) -> str:
    name = str(result.values["accelerator"].value)
    return f"{name} (reference)" if name in result.systems else name
