"""Several scenarios in one chart where their own charts cannot be overlaid: stacked parts, ratios to a baseline,
fronts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from solvers.result import Value

from .axes import Reach, axis, hovered_lines, in_unit_of, layout, scale
from .series import SERIES


def stacked(titles: Sequence[str], parts: Mapping[str, Sequence[float]], values: Mapping[str, Value]) -> dict[str, Any]:
    """A bar for each scenario, made of the same parts. `parts` holds each part's columns by name."""
    largest = max((sum(column) for column in zip(*parts.values(), strict=True)), default=0.0)
    values = {name: in_unit_of(value, largest) for name, value in values.items()}
    first = next(iter(values.values()))
    return {
        "data": [
            {
                "type": "bar",
                "name": values[name].label,
                "x": list(range(len(titles))),
                "customdata": list(titles),
                "y": [v * scale(values[name]) for v in column],
                "marker": {"color": SERIES[k % len(SERIES)]},
                "hovertext": hovered_lines((values[name], column)),
                "hovertemplate": "%{customdata}<br>%{hovertext}<extra></extra>",
            }
            for k, (name, column) in enumerate(parts.items())
        ],
        "layout": layout(
            barmode="stack",
            xaxis={"tickvals": list(range(len(titles))), "ticktext": list(titles), "automargin": True},
            yaxis=axis(first, Reach(0.0, 1.05 * largest or 1.0)),
        ),
    }


def ratios(titles: Sequence[str], columns: Mapping[str, Sequence[float]], baseline: int) -> dict[str, Any]:
    """Return each output of each scenario as a multiple of the baseline's, on a log axis. `columns` holds the values of
    an output by its label."""
    known = {label: values for label, values in columns.items() if values[baseline] and math.isfinite(values[baseline])}
    return {
        "data": [
            {
                "type": "bar",
                "name": title,
                "x": list(known),
                "y": [_ratio(values[k], values[baseline]) for values in known.values()],
                "marker": {"color": SERIES[k % len(SERIES)]},
                "hovertemplate": "%{x}: ×%{y:.3~g}<extra>" + title + "</extra>",
            }
            for k, title in enumerate(titles)
        ],
        "layout": layout(
            barmode="group",
            xaxis={"automargin": True, "linecolor": "token:axis"},
            yaxis={
                "type": "log",
                "title": {"text": "Times the baseline"},
                "gridcolor": "token:grid",
                "dtick": "D2",
                "tickformat": "~g",
            },
        ),
    }


def _ratio(value: float, base: float) -> float | None:
    ratio = value / base
    return ratio if math.isfinite(ratio) and ratio > 0 else None


def fronts(titles: Sequence[str], plots: Sequence[Mapping[str, Any]], front: str) -> dict[str, Any]:
    """Return the fronts of several design spaces in one figure. `plots` are the stored figures, `front` is the name of
    the trace to take from each."""
    traces = []
    for k, (title, plot) in enumerate(zip(titles, plots, strict=True)):
        colour = SERIES[k % len(SERIES)]
        traces += [
            trace | {"name": title, "line": {**trace["line"], "color": colour}, "marker": {"size": 9, "color": colour}}
            for trace in plot["data"]
            if trace.get("name") == front
        ]
    return {"data": traces, "layout": dict(plots[0]["layout"])}
