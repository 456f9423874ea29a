"""Predicted over measured figures before and after a fit, along what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from solvers.result import Value

from .axes import Reach, axis, hovered_lines, layout
from .series import SERIES


@dataclass(frozen=True)
class Residuals:
    """The figures of one quantity: measured in SI, predicted over measured before and after the fit, and a text for
    each."""

    name: str
    measured: Sequence[float]
    before: Sequence[float]
    after: Sequence[float]
    texts: Sequence[str]


def residuals(series: Sequence[Residuals], along: Value) -> dict[str, Any]:
    """Return the figure of at least one series over what was measured, `along` with its unit and label: hollow points
    before the fit, filled ones after it, and the line on which prediction and measurement are equal."""
    ratios = [ratio for each in series for column in (each.before, each.after) for ratio in column]
    reach = Reach.of([figure for each in series for figure in each.measured], log=True)
    ratio = Value(0.0, "1", "times", "Predicted over measured")
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "Equal",
            "x": [reach.low, reach.high],
            "y": [1.0, 1.0],
            "line": {"color": "token:muted", "width": 1.5},
            "hoverinfo": "skip",
        }
    ]
    for place, each in enumerate(series):
        colour = SERIES[place % len(SERIES)]
        for name, column, symbol in (
            (f"{each.name} before", each.before, "circle-open"),
            (f"{each.name} fitted", each.after, "circle"),
        ):
            data.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "x": list(each.measured),
                    "y": list(column),
                    "text": list(each.texts),
                    "marker": {"color": colour, "symbol": symbol, "size": 8},
                    "hovertext": hovered_lines((along, each.measured), (ratio, column)),
                    "hovertemplate": "%{text}<br>%{hovertext}<extra></extra>",
                }
            )
    return {
        "data": data,
        "layout": layout(xaxis=axis(along, reach), yaxis=axis(ratio, _around_one(ratios)), uirevision="residuals"),
    }


def _around_one(ratios: Sequence[float]) -> Reach:
    """Return the range of ratios with equality in it and room on both sides."""
    low, high = min([*ratios, 0.95]), max([*ratios, 1.05])
    room = 0.06 * (high - low)
    return Reach(low - room, high + room)
