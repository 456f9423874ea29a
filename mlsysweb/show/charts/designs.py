"""Designs by cost and emissions: the Pareto front, its knee, dominated designs and the submitted one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from solvers.result import Value

from .axes import axis, layout, reach_of


class DesignPoint(NamedTuple):
    """A design: description, USD and tonnes CO2e per year, and the page that a click opens."""

    name: str
    dollars: float
    tonnes: float
    url: str = ""


_DOLLARS = Value(0.0, "USD", "USD", "Cost per year")
_TONNES = Value(0.0, "kg", "t", "CO₂e per year")


def designs(
    beaten: Sequence[DesignPoint], front: Sequence[DesignPoint], knee: Sequence[DesignPoint], own: Sequence[DesignPoint]
) -> dict[str, Any]:
    """Return the figure: dominated designs faint, the front joined by a line, the knee and the user's own design
    large."""
    every = [*beaten, *front, *knee, *own]
    traces = [
        _dots("Dominated", beaten, "token:series-7", "circle-open", 6, "markers"),
        _dots("Pareto-optimal", front, "token:carbon", "circle", 9, "lines+markers"),
        _dots("Knee", knee, "token:money", "star", 15, "markers"),
        _dots("Your design", own, "token:compute", "diamond", 15, "markers"),
    ]
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": layout(
            xaxis=axis(_DOLLARS, reach_of([dot.dollars for dot in every])),
            yaxis=axis(_TONNES, reach_of([1000 * dot.tonnes for dot in every])),
        ),
    }


def _dots(name: str, dots: Sequence[DesignPoint], colour: str, symbol: str, size: int, mode: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": mode,
        "name": name,
        "x": [dot.dollars for dot in dots],
        "y": [dot.tonnes for dot in dots],
        "text": [dot.name for dot in dots],
        **({"meta": {"urls": [dot.url for dot in dots]}} if any(dot.url for dot in dots) else {}),
        "marker": {"color": colour, "symbol": symbol, "size": size},
        "line": {"color": colour, "width": 1.5, "dash": "dot"},
        "hovertemplate": "%{text}: $%{x:,.3~s}, %{y:,.3~g} t<extra></extra>",
    }
