"""Elasticities as bars to both sides of zero, the largest at the top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from solvers.meta.sensitivity import ElasticityRow

from .axes import layout


def tornado(rows: Sequence[ElasticityRow]) -> dict[str, Any]:
    """Return the figure of elasticities, one bar per row. Hardware parameters have a colour of their own."""
    traces = [
        _bars("Bought with a machine", "token:compute", [row for row in rows if row.hardware]),
        _bars("Chosen", "token:overhead", [row for row in rows if not row.hardware]),
    ]
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": layout(
            xaxis={
                "title": {"text": "Change of the output for one percent more (%)"},
                "zeroline": True,
                "zerolinecolor": "token:axis",
                "gridcolor": "token:grid",
                "automargin": True,
            },
            yaxis={
                "automargin": True,
                "linecolor": "token:axis",
                "autorange": "reversed",
                "categoryorder": "array",
                "categoryarray": [_named(row) for row in rows],
            },
            barmode="overlay",
        ),
    }


def _bars(name: str, colour: str, rows: Sequence[ElasticityRow]) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [_named(row) for row in rows],
        "x": [row.elasticity for row in rows],
        "text": [f"{row.elasticity:+.2f}" for row in rows],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": colour},
        "hovertemplate": "%{y}: %{x:+.3f} %<extra></extra>",
    }


def _named(row: ElasticityRow) -> str:
    """Return the label, with that of the pick if two figures share one (the bandwidth of a chip and of its link)."""
    pick, _, figure = row.name.partition(".")
    return f"{row.label} ({pick})" if figure else row.label
