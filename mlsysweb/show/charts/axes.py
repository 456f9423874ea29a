"""Axes in display units, and the layout that all charts share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from solvers.formatting import labelled
from solvers.quantities import conversion_factor, format_quantity, unit_for, unit_label
from solvers.result import Value

from .ticks import axis_ticks, title_unit

# The prefix of a zoomed axis's ticks comes from Plotly, so a unit that already has one is drawn without it.
_ROOTS = {"kg": ("kg", "g"), "kg/J": ("kg/J", "g/kWh"), "USD/J": ("USD/J", "USD/kWh")}
# Units whose multiples are no powers of ten, or that people count without a prefix: drawn as they are typed.
_AS_SHOWN = ("min", "hour", "day", "year", "t", "kJ", "kWh", "MWh", "GWh", "1/day", "1/hour", "GiB")
_BARE = {"1/s": "/s", "1": ""}
# Units short enough for every tick; a longer one appears once, in the title.
_SHORT = ("s", "B", "W", "J", "g", "/s", "/day", "/hour")
# Room around the data, as a share of the range.
_MARGIN = 0.04


@dataclass(frozen=True)
class Reach:
    """The range of an axis in SI. It is that of the data: a label or a mark never widens it."""

    low: float
    high: float
    log: bool = False

    @classmethod
    def of(cls, numbers: Sequence[float], *, log: bool = False, room: float = _MARGIN) -> Reach:
        """Return the range of some finite numbers with room on both sides. A linear one of positive numbers begins at
        zero, unless they all are near their maximum."""
        low, high = min(numbers), max(numbers)
        if log:
            by = max(high / low, 1.2) ** room
            return cls(low / by, high * by, log)
        first = 0.0 if 0 <= low < 0.8 * high or low == high >= 0 else low
        gap = (high - first) * room or abs(high) or 1.0
        return cls(first if first == 0 else first - gap, high + gap)

    def share(self, number: float) -> float:
        """Return where a number lies: 0 at the low end, 1 at the high end."""
        low, high, at = (math.log(v) if self.log else v for v in (self.low, self.high, number))
        return (at - low) / (high - low)

    def drawn(self, by: float = 1.0) -> list[float]:
        """Return Plotly's `range`: exponents of ten on a log axis. `by` is the scale of the axis."""
        return [math.log10(v * by) if self.log else v * by for v in (self.low, self.high)]


def reach_of(numbers: Sequence[float], *, log: bool = False) -> Reach:
    """Return the range of numbers of which there may be none."""
    return Reach.of(numbers, log=log) if numbers else Reach(1.0, 10.0, log)


def scale(value: Value) -> float:
    """Return the factor from SI to the unit of the axis."""
    if value.display_unit == "percent":
        return 1.0
    return conversion_factor(value.unit, drawn_in(value))


def drawn_in(value: Value) -> str:
    """Return the unit of an axis, without prefix."""
    if value.display_unit in _AS_SHOWN:
        return value.display_unit
    return _ROOTS.get(value.unit, (value.unit, value.unit))[1]


def in_unit_of(value: Value, largest: float) -> Value:
    """The figure as bars up to `largest` are drawn: energy in the unit that `largest` is shown in, as joules climb to
    kilowatt-hours and no prefix does; every other as it is."""
    return replace(value, display_unit=unit_for(largest, value.unit)) if value.unit == "J" else value


def suffix(value: Value) -> str:
    """Return the unit that follows an SI prefix on a tick: `5 m` + `s`."""
    if value.unit == "1":
        return ""
    unit = drawn_in(value)
    return _BARE.get(unit, unit_label(unit))


def title(value: Value) -> str:
    """Return the title of an axis: the label, and the unit where the ticks do not carry it."""
    return labelled(value.label, title_unit(value))


def axis(value: Value, reach: Reach, *, most: int = 6, **more: Any) -> dict[str, Any]:
    """Return an axis over `reach`, titled with the label, with at most `most` ticks. Plotly's format is for the ticks
    of a zoomed axis alone."""
    by = scale(value)
    places, texts = axis_ticks(value, reach.low, reach.high, log=reach.log, most=most)
    unit = suffix(value)
    return {
        "title": {"text": title(value), "font": {"size": 13}},
        "type": "log" if reach.log else "linear",
        "range": reach.drawn(by),
        "tickmode": "array",
        "tickvals": [place * by for place in places],
        "ticktext": texts,
        "tickformat": _zoomed(value),
        "ticksuffix": unit if unit in _SHORT and value.display_unit != "percent" else "",
        "gridcolor": "token:grid",
        "linecolor": "token:axis",
        "zeroline": False,
        "automargin": True,
        **more,
    }


def _zoomed(value: Value) -> str:
    if value.display_unit == "percent":
        return "~%"
    return ",~r" if value.display_unit in _AS_SHOWN or value.unit == "1" or value.unit.startswith("USD") else "~s"


def hovered(value: Value, numbers: Iterable[float]) -> list[str]:
    """Return SI numbers as a hover text shows them: `17 TFLOP/s`. Plotly's own prefixes would touch the unit."""
    return [format_quantity(number, value.unit, value.display_unit, digits=4) for number in numbers]


def hovered_lines(*coordinates: tuple[Value, Iterable[float]]) -> list[str]:
    """Return the hover text of each point: a line with label and number for each of its coordinates."""
    columns = [[f"{value.label} {text}" for text in hovered(value, numbers)] for value, numbers in coordinates]
    return ["<br>".join(lines) for lines in zip(*columns, strict=True)]


def names_axis(names: Sequence[str], **more: Any) -> dict[str, Any]:
    """Return the axis of horizontal bars that names them, from top to bottom. A small plot breaks long names."""
    return {
        "autorange": "reversed",
        "automargin": True,
        "linecolor": "token:axis",
        "ticks": "",
        "tickmode": "array",
        "tickvals": list(names),
        "ticktext": list(names),
        "fixedrange": True,
        **more,
    }


# The share of the axis that the label of a bar to the left takes on a phone.
LABEL_SHARE = 0.35


def length_axis(longest: float, shortest: float = 0.0) -> dict[str, Any]:
    """Return the axis of bars whose labels say the numbers: not drawn. The longest bar ends at the edge of the plot;
    its label stands in the margin. Before bars to the left there is room for their labels, as the names are there."""
    low, high = min(shortest, 0.0), max(longest, 0.0)
    room = LABEL_SHARE * (high - low) if low < 0 else 0.0
    return {"visible": False, "range": [low - room, high if low < high else 1.0], "fixedrange": True}


def bar_width(bars: int) -> float:
    """Return the width of one bar among `bars`, so that one or two do not fill the plot."""
    return round(min(0.65, 0.16 * max(bars, 1)), 2)


def label_room(texts: Sequence[str]) -> int:
    """Return the margin that labels outside of bars need, in pixels."""
    return 16 + round(7.4 * max(map(len, texts), default=0))


# The legend of a chart whose panels have their titles above them.
LEGEND_ABOVE_HEADING = {"orientation": "h", "x": 0, "y": 1.09, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"}


def layout(**more: Any) -> dict[str, Any]:
    """Return the common layout: the page's colours, room for labels, zoom kept across updates."""
    return {
        "uirevision": "kept",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": "token:text", "size": 13},
        "margin": {"l": 64, "r": 24, "t": 16, "b": 56},
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": "token:surface", "bordercolor": "token:axis", "font": {"color": "token:text"}},
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
        **more,
    }
