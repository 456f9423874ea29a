"""Places by the emissions of a job, and by its costs of carbon and electricity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from solvers.quantities import format_quantity
from solvers.result import Value

from .axes import axis, label_room, layout, length_axis, names_axis, reach_of


class PlacePoint(NamedTuple):
    """A place: name, tonnes, USD, its role among the others (empty, front, chosen, best), and the slug of its grid,
    which a click selects."""

    name: str
    tonnes: float
    dollars: float
    mark: str
    slug: str = ""


_ELECTRICITY = Value(0.0, "USD", "USD", "Electricity cost")
_OPERATIONAL = Value(0.0, "kg", "t", "Operational emissions (CO₂e)")

# The least share of a bar that has room for its text.
_READABLE = 0.2
_COLOURS = {"": "token:series-7", "front": "token:carbon", "best": "token:money", "chosen": "token:compute"}
_WORDS = {
    "": "Dominated",
    "front": "Pareto-optimal in cost and emissions",
    "best": "Lowest cost with carbon price",
    "chosen": "Selected location",
}
_SYMBOLS = {"": "circle-open", "front": "circle", "best": "star", "chosen": "diamond"}


def ranking(dots: Sequence[PlacePoint]) -> dict[str, Any]:
    """Return bars of tonnes, in the order given, with the chosen place highlighted."""
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "showlegend": False,
                "y": [dot.name for dot in dots],
                "x": [dot.tonnes for dot in dots],
                "text": [f"{dot.tonnes:,.3g} t" for dot in dots],
                "meta": _selects(dots),
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": ["token:compute" if dot.mark == "chosen" else "token:compute/45" for dot in dots]},
                "hovertemplate": "%{y}: %{text} CO₂e<extra></extra>",
            }
        ],
        "layout": layout(
            margin={"l": 64, "r": label_room([f"{dot.tonnes:,.3g} t" for dot in dots]), "t": 8, "b": 16},
            xaxis=length_axis(max((dot.tonnes for dot in dots), default=0.0)),
            yaxis=names_axis([dot.name for dot in dots]),
        ),
    }


def _selects(dots: Sequence[PlacePoint]) -> dict[str, Any]:
    """Return the field that a click on a place fills, its values, and the field that it replaces."""
    return {"field": "grid", "clears": "region", "values": [dot.slug or None for dot in dots]}


def tradeoff(dots: Sequence[PlacePoint]) -> dict[str, Any]:
    """Return cost of electricity against carbon, the front joined by a line."""
    traces = [_marked(mark, [dot for dot in dots if dot.mark == mark]) for mark in ("", "front", "best", "chosen")]
    line = sorted((dot for dot in dots if dot.mark in ("front", "best")), key=lambda dot: dot.dollars)
    joined = {
        "type": "scatter",
        "mode": "lines",
        "showlegend": False,
        "hoverinfo": "skip",
        "x": [dot.dollars for dot in line],
        "y": [dot.tonnes for dot in line],
        "line": {"color": "token:carbon", "width": 1.5, "dash": "dot"},
    }
    return {
        "data": [trace for trace in (joined, *traces) if trace["x"]],
        "layout": layout(
            xaxis=axis(_ELECTRICITY, reach_of([dot.dollars for dot in dots])),
            yaxis=axis(_OPERATIONAL, reach_of([1000 * dot.tonnes for dot in dots])),
        ),
    }


def _marked(mark: str, dots: Sequence[PlacePoint]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": _WORDS[mark],
        "x": [dot.dollars for dot in dots],
        "y": [dot.tonnes for dot in dots],
        "text": [dot.name for dot in dots],
        "meta": _selects(dots),
        "marker": {"color": _COLOURS[mark], "size": 13 if mark in ("best", "chosen") else 8, "symbol": _SYMBOLS[mark]},
        "hovertemplate": "%{text}: %{y:,.3~g} t CO₂e, $%{x:,.0f}<extra></extra>",
    }


def lifetimes(names: Sequence[str], making: Sequence[float], running: Sequence[float]) -> dict[str, Any]:
    """Return embodied and operational carbon as shares of the total over the lifetime, from cloud to
    microcontroller."""
    totals = [made + ran for made, ran in zip(making, running, strict=True)]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": label,
                "y": list(names),
                "x": [part / total for part, total in zip(parts, totals, strict=True)],
                # A part too short for its text has it in the hover alone.
                "text": [
                    format_quantity(part, "kg") if part > _READABLE * total else ""
                    for part, total in zip(parts, totals, strict=True)
                ],
                "customdata": [format_quantity(part, "kg") for part in parts],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "constraintext": "none",
                # Every kind of colour contrasts with the page by 4.5 or more, in both themes.
                "insidetextfont": {"color": "token:bg", "size": 12},
                "marker": {"color": colour},
                "hovertemplate": "%{y}: %{customdata}, %{x:.3~%}<extra>" + label + "</extra>",
            }
            for label, parts, colour in (
                ("Operational", running, "token:carbon"),
                ("Embodied", making, "token:overhead"),
            )
        ],
        "layout": layout(
            xaxis={"tickformat": "~%", "gridcolor": "token:grid", "range": [0, 1]},
            yaxis={"autorange": "reversed", "automargin": True, "linecolor": "token:axis"},
            barmode="stack",
        ),
    }
