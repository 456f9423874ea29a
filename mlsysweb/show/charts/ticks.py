"""Ticks of an axis: round positions within a range, and their texts as the field writes them: $10k, 1B, 100 GB/s, 1%.

All positions are in SI. The texts are made here, since Plotly's own write a tenth of a dollar as `100m`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from solvers.quantities import conversion_factor, display_unit, format_quantity, unit_label
from solvers.result import Value

# Units that every tick carries, in the prefix that suits it; others are in the title once.
_CLIMBING = ("s", "byte", "byte/s", "flop", "flop/s", "W", "J", "kg", "L")
_THOUSANDS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_CLOCK_UNITS = (31536e3, 86400.0, 3600.0, 60.0, 1.0)  # year, day, hour, minute, second
# Times above ten seconds at which a log axis may have a tick.
_CLOCK = (
    *(60.0 * n for n in (1, 10)),
    *(3600.0 * n for n in (1, 10)),
    *(86400.0 * n for n in (1, 10, 100)),
    *(365 * 86400.0 * 10**n for n in range(7)),
)


def axis_ticks(value: Value, low: float, high: float, *, log: bool, most: int = 6) -> tuple[list[float], list[str]]:
    """Return the positions, at most `most`, and the texts of the ticks from `low` to `high`. No two texts are equal."""
    places = _log_places(value, low, high, most) if log else []
    clock = 0.0
    if len(places) < 2:
        base = _base(value, high)
        clock = base if value.unit == "s" and high >= 60 else 0.0
        places = _linear_places(base, low, high, most)
    for digits in (3, 4, 6, 9):
        texts = [_clock_text(place, clock, digits) if clock else tick_text(value, place, digits) for place in places]
        if len(set(texts)) == len(texts):
            break
    return places, texts


def tick_text(value: Value, at: float, digits: int = 3) -> str:
    """Return the text of one tick at an SI value."""
    if at == 0:
        return "$0" if value.unit.startswith("USD") else "0"
    if value.display_unit == "percent" or value.unit in _CLIMBING:
        return format_quantity(at, value.unit, value.display_unit, digits)
    shown = value.display_unit or value.unit
    number = compact(at / conversion_factor(shown, value.unit), digits)
    if value.unit.startswith("USD"):
        return f"−${number[1:]}" if at < 0 else f"${number}"
    return f"{number}{unit_label(shown)}" if _is_bare_rate(value) else number


def _is_bare_rate(value: Value) -> bool:
    """Return whether a rate is per second or day of nothing named (`20/s`): its ticks carry that, as it is short."""
    return value.unit == "1/s" and unit_label(value.display_unit or value.unit).startswith("/")


def _clock_text(at: float, base: float, digits: int) -> str:
    """Return a time in the one unit that all ticks of its axis have: 0, 10 h, 20 h, 30 h."""
    return display_unit(base, "s").write(at, digits) if at else "0"


def title_unit(value: Value) -> str:
    """Return the unit that the title of an axis has because its ticks do not: `FLOP/B`; empty where they do."""
    shown = value.display_unit or value.unit
    if shown == "percent" or value.unit in (*_CLIMBING, "1", "USD") or _is_bare_rate(value):
        return ""
    return f"$ per {shown.removeprefix('USD/')}" if shown.startswith("USD/") else unit_label(shown)


def compact(number: float, digits: int = 3) -> str:
    """Return a plain number with k, M, B or T; below one as a decimal, and beyond these as a power of ten."""
    size = abs(number)
    sign = "−" if number < 0 else ""
    if size >= 1e15 or 0 < size < 1e-4:
        exponent = math.floor(math.log10(size) + 1e-9)
        power = f"10{str(exponent).translate(_SUPERSCRIPT)}"
        mantissa = f"{size / 10.0**exponent:.{digits}g}"
        return f"{sign}{power}" if mantissa == "1" else f"{sign}{mantissa}×{power}"
    by, letter = next(((by, letter) for by, letter in _THOUSANDS if size >= by), (1.0, ""))
    text = f"{size / by:.{digits}g}"
    return f"{sign}{text if 'e' not in text else f'{size / by:f}'.rstrip('0').rstrip('.')}{letter}"


def _base(value: Value, high: float) -> float:
    """Return the size of which ticks are round multiples: the unit a value of this size is shown in."""
    if value.unit == "s":
        return next(size for size in _CLOCK_UNITS if high >= 2 * size or size == 1.0)
    if value.unit == "J" and high >= 3.6e6:
        return 3.6e6
    return conversion_factor(value.display_unit or value.unit, value.unit)


def _linear_places(base: float, low: float, high: float, most: int) -> list[float]:
    """Return the multiples of 1, 2 or 5 times a power of ten that give at most `most` ticks."""
    low, high = low / base, high / base
    if not high > low:
        return [low * base]
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (power, 2 * power, 5 * power, 10 * power, 20 * power):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            break
    return [float(f"{n * step:.12g}") * base for n in range(first, last + 1)]


def _log_places(value: Value, low: float, high: float, most: int) -> list[float]:
    """Return places at 1, 2 and 5 where a short range has room for them, else decades, else every second decade."""
    base = _base(value, high) if value.unit != "s" or high < 120 else 1.0
    every = _decades(low / base, high / base)
    fine = [n * 10.0**k * base for k in every for n in (1, 2, 5)]
    coarse = [10.0**k * base for k in every]
    if value.unit == "s" and high >= 120:
        fine, coarse = [], [*(place for place in coarse if place <= 10), *_CLOCK]
    inside = _within(fine, low, high)
    if 2 <= len(inside) <= most:
        return inside
    inside = _within(coarse, low, high)
    if len(inside) > most:
        inside = inside[:: math.ceil(len(inside) / most)]
    return inside


def _decades(low: float, high: float) -> Sequence[int]:
    return range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)


def _within(places: Sequence[float], low: float, high: float) -> list[float]:
    return [place for place in places if low * (1 - 1e-9) <= place <= high * (1 + 1e-9)]
