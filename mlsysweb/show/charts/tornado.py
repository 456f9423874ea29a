"""Elasticities as bars to both sides of zero, the largest at the top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from solvers.meta.sensitivity import ElasticityRow
from solvers.numerals import MINUS

from .axes import LABEL_SHARE, layout, names_axis


def tornado(rows: Sequence[ElasticityRow]) -> dict[str, Any]:
    """Return the figure of elasticities, one bar per row. Hardware parameters have a colour of their own."""
    traces = [
        _bars("Hardware specification", "token:compute", [row for row in rows if row.hardware]),
        _bars("Design choice", "token:overhead", [row for row in rows if not row.hardware]),
    ]
    names = [_named(row) for row in rows]
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": layout(
            xaxis={
                "title": {"text": "Change of the output (%)"},
                "zeroline": True,
                "zerolinecolor": "token:axis",
                "gridcolor": "token:grid",
                "automargin": True,
                "range": _reach([row.elasticity for row in rows]),
            },
            yaxis=names_axis(names, categoryorder="array", categoryarray=names),
            barmode="overlay",
        ),
    }


def _reach(values: Sequence[float]) -> list[float]:
    """Return the range with room for the labels at the ends of the bars, on the sides that have any."""
    low, high = min([0.0, *values]), max([0.0, *values])
    room = LABEL_SHARE * (high - low or 1.0)
    return [low - room if low < 0 else low, high + room if high > 0 else high]


def _bars(name: str, colour: str, rows: Sequence[ElasticityRow]) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [_named(row) for row in rows],
        "x": [row.elasticity for row in rows],
        "text": [f"{row.elasticity:+.2f}".replace("-", MINUS) for row in rows],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": colour},
        "hovertemplate": "%{y}: %{x:+.3f} %<extra></extra>",
    }


def _named(row: ElasticityRow) -> str:
    """Return the label, with that of the pick if two figures share one (the bandwidth of a chip and of its link)."""
    pick, _, figure = row.name.partition(".")
    return f"{row.label} ({pick})" if figure else row.label
