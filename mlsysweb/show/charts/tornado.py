"""Elasticities as bars to both sides of zero, the largest at the top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from solvers.meta.sensitivity import ElasticityRow
from solvers.numerals import MINUS

from .axes import layout, names_axis

# The share of the narrowest chart's width that a letter of a label takes.
_LETTER = 0.052


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
                "title": {"text": "Change (%)"},
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
    """Return the range with room for the labels at the ends of the bars, on the sides that have any, so that even the
    longest label of a side fits into a chart as narrow as a phone's."""
    low, high = min([0.0, *values]), max([0.0, *values])
    below, above = (_LETTER * max((len(_label(v)) for v in values if sign * v > 0), default=0) for sign in (-1, 1))
    whole = ((high - low) or 1.0) / (1 - below - above)
    return [low - below * whole, high + above * whole]


def _bars(name: str, colour: str, rows: Sequence[ElasticityRow]) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [_named(row) for row in rows],
        "x": [row.elasticity for row in rows],
        "text": [_label(row.elasticity) for row in rows],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": colour},
        "hovertemplate": "%{y}: %{x:+.3f} %<extra></extra>",
    }


def _label(value: float) -> str:
    return f"{value:+.2f}".replace("-", MINUS)


def _named(row: ElasticityRow) -> str:
    """Return the label, with that of the pick if two figures share one (the bandwidth of a chip and of its link)."""
    pick, _, figure = row.name.partition(".")
    return f"{row.label} ({pick})" if figure else row.label
