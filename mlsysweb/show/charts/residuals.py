"""Predicted over measured times before and after a fit, along the measured time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from solvers.result import Value

from .axes import Reach, axis, hovered_lines, layout
from .series import SERIES


@dataclass(frozen=True)
class TimeSeries:
    """The times of one quantity: measured seconds, predicted over measured before and after the fit, and a text for
    each."""

    name: str
    seconds: Sequence[float]
    before: Sequence[float]
    after: Sequence[float]
    texts: Sequence[str]


def residuals(series: Sequence[TimeSeries]) -> dict[str, Any]:
    """Return the figure of at least one series: hollow points before the fit, filled ones after it, and the line on
    which prediction and measurement are equal."""
    ratios = [ratio for each in series for column in (each.before, each.after) for ratio in column]
    reach = Reach.of([second for each in series for second in each.seconds], log=True)
    seconds, ratio = Value(0.0, "s", "s", "Measured time"), Value(0.0, "1", "times", "Predicted over measured")
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
                    "x": list(each.seconds),
                    "y": list(column),
                    "text": list(each.texts),
                    "marker": {"color": colour, "symbol": symbol, "size": 8},
                    "hovertext": hovered_lines((seconds, each.seconds), (ratio, column)),
                    "hovertemplate": "%{text}<br>%{hovertext}<extra></extra>",
                }
            )
    return {
        "data": data,
        "layout": layout(xaxis=axis(seconds, reach), yaxis=axis(ratio, _around_one(ratios)), uirevision="residuals"),
    }


def _around_one(ratios: Sequence[float]) -> Reach:
    """Return the range of ratios with equality in it and room on both sides."""
    low, high = min([*ratios, 0.95]), max([*ratios, 1.05])
    room = 0.06 * (high - low)
    return Reach(low - room, high + room)
