"""Numbers as text, without units: `4.79`, `8,192`, `7.23×10²³`, and the digits that money and percentages have."""

from __future__ import annotations

import math

MINUS, NO_BREAK_SPACE = "\u2212", "\u00a0"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def format_number(value: float, digits: int = 3) -> str:
    """Return a number to three significant digits without trailing zeros, grouped by thousands; above a thousand to the
    nearest whole, and as a power of ten if huge or tiny: `7.23×10²³`."""
    if digits >= 3 and 1e-4 <= value < 999:  # most numbers, in a fifth of the time
        return f"{value:.{digits}g}"
    if value == 0:
        return "0"
    sign, size = MINUS if value < 0 else "", abs(value)
    if size >= 10 ** max(digits, 7) or size < 1e-4:
        mantissa, exponent = f"{size:.{digits - 1}e}".split("e")
        return f"{sign}{float(mantissa):g}×10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    return sign + _trimmed(f"{size:,.{_places(size, digits)}f}")


def format_rounded(value: float, digits: int = 3) -> str:
    """Return a number to three significant digits also above a thousand: `19,900` for 19,923."""
    if digits >= 3 and 1e-4 <= abs(value) < 999:  # most numbers, in a fifth of the time
        return f"{value:.{digits}g}".replace("-", MINUS)
    return format_number(float(f"{value:.{digits - 1}e}"), digits)


def format_cents(value: float, digits: int = 3) -> str:
    """Return an amount of money without its sign of currency: `249`, `2.19`, `0.10`, `0.015`. From one cent to a
    hundred dollars it has at least two decimals, unless it is a whole number; below ten cents two significant
    digits."""
    size = abs(value)
    if size >= 100 or size == 0 or size < 1e-4:
        return format_rounded(value, digits)
    if size < 0.1:
        digits -= 1
    places = max(2, _places(size, digits))
    whole, _, decimals = f"{size:.{places}f}".partition(".")
    decimals = decimals[:2] + decimals[2:].rstrip("0")
    return (MINUS if value < 0 else "") + (whole if size >= 1 and decimals == "00" else f"{whole}.{decimals}")


def format_percent(value: float, digits: int = 3) -> str:
    """Return a percentage without its sign: two significant digits below ten, no decimals from there on except just
    below a hundred, which is not `100`. Tiny ones are `<0.01`."""
    size = abs(value)
    if digits > 3 or size == 0:
        return format_number(value, digits)
    if 0 < value < 0.01:
        return "<0.01"
    if size < 9.95:
        return format_number(value, min(digits, 2))
    if 99.95 <= value < 100 - 1e-9:
        return ">99.9"
    return format_number(round(value, 1), 3) if 99.5 <= value < 99.95 else format_number(float(round(value)), digits)


def _places(size: float, digits: int) -> int:
    """Return how many decimals a positive number has that is written to `digits` significant digits."""
    return max(0, digits - 1 - math.floor(math.log10(size)))


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
