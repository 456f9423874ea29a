"""Predictions over measurements on log axes, with the diagonal and the band of a factor of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mlsysweb.show.measurements.words import FACTOR
from solvers.result import Value

from .axes import Reach, axis, layout
from .series import SERIES


@dataclass(frozen=True)
class MeasuredGroup:
    """Points under one name: measured and predicted figures in SI, and a text for each."""

    name: str
    measured: Sequence[float]
    predicted: Sequence[float]
    texts: Sequence[str]


def accuracy(groups: Sequence[MeasuredGroup], unit: str, view: str) -> dict[str, Any]:
    """Return the figure of groups that have points, all of them positive; the zoom is kept as
    long as `view`, a name of the selection, stays the same."""
    reach = Reach.of([v for g in groups for column in (g.measured, g.predicted) for v in column], log=True)
    measured, predicted = (Value(0.0, unit, unit, label) for label in ("Measured", "Predicted"))
    symbols = ("circle", "diamond", "square", "triangle-up")
    points = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": group.name,
            "x": [float(f"{v:.3g}") for v in group.measured],
            "y": [float(f"{v:.3g}") for v in group.predicted],
            "text": group.texts,
            "marker": {
                "color": SERIES[place % len(SERIES)],
                "symbol": symbols[place % len(symbols)],
                "size": 5,
                "opacity": 0.6,
            },
            "hovertemplate": "%{text}<extra></extra>",
        }
        for place, group in enumerate(groups)
    ]
    return {
        "data": [*_lines(reach), *points],
        "layout": layout(
            xaxis=axis(measured, reach),
            yaxis=axis(predicted, reach),
            uirevision=view,
        ),
    }


def _lines(reach: Reach) -> list[dict[str, Any]]:
    ends = [reach.low, reach.high]
    lines = (("Equal", 1.0, "solid"), ("Factor of 2", FACTOR, "dot"), ("", 1 / FACTOR, "dot"))
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": ends,
            "y": [end * by for end in ends],
            "line": {"color": "token:muted", "width": 1.5, "dash": dash},
            "showlegend": bool(name),
            "hoverinfo": "skip",
        }
        for name, by, dash in lines
    ]
