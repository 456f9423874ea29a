"""Axes in display units, and the layout that all charts share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from solvers.quantities import conversion_factor, unit_for, unit_label
from solvers.result import Value

# Axis ticks add SI prefixes, so a unit that already has one is drawn without it.
_ROOTS = {"kg": ("kg", "g"), "kg/J": ("kg/J", "g/kWh"), "USD/J": ("USD/J", "USD/kWh")}
# Units whose multiples are no powers of ten, or that people count without a prefix: drawn as they are typed.
_AS_SHOWN = ("min", "hour", "day", "year", "t", "kJ", "kWh", "MWh", "GWh")
_BARE = {"1/s": "/s", "1": ""}
# Units short enough for every tick; a longer one appears once, in the title.
_SHORT = ("s", "B", "W", "J", "g", "/s")


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


def bar_axis(value: Value, **more: Any) -> dict[str, Any]:
    """The axis of bars that their own labels name: from zero, and with its unit alone as title where the ticks do not
    carry it."""
    on_ticks = value.display_unit == "percent" or suffix(value) in _SHORT
    return axis(value, log=False) | {"title": {"text": "" if on_ticks else suffix(value)}, **more}


def suffix(value: Value) -> str:
    """Return the unit that follows an SI prefix on a tick: `5 m` + `s`."""
    if value.unit == "1":
        return ""
    unit = drawn_in(value)
    return _BARE.get(unit, unit_label(unit))


def axis(value: Value, *, log: bool, **more: Any) -> dict[str, Any]:
    """Return an axis titled with the label, with ticks in SI prefixes or percent."""
    percent = value.display_unit == "percent"
    unit = suffix(value)
    return {
        "title": {"text": f"{value.label} ({unit})" if unit else value.label},
        "type": "log" if log else "linear",
        "tickformat": _ticks(value, log),
        "ticksuffix": unit if unit in _SHORT and not percent else "",
        "gridcolor": "token:grid",
        "linecolor": "token:axis",
        "zeroline": False,
        "automargin": True,
        **({"dtick": 1} if log else {}),
        **more,
    }


def _ticks(value: Value, log: bool) -> str:
    if value.display_unit == "percent":
        return "~%"
    if value.display_unit in _AS_SHOWN:
        return ",~g"
    return "~g" if value.unit == "1" and not log else "~s"


def hover(value: Value, letter: str) -> str:
    """Return the part of a hover text that shows one coordinate in display units."""
    if value.display_unit == "percent":
        return f"{value.label} %{{{letter}:.3~%}}"
    spaced = f" {suffix(value)}" if value.display_unit in _AS_SHOWN else suffix(value)
    return f"{value.label} %{{{letter}:{',.4~g' if value.display_unit in _AS_SHOWN else '.4~s'}}}{spaced}"


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
