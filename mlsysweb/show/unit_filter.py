"""Template filter `units`: keeps a number and its unit on one line, and a limit with its sign."""

from __future__ import annotations

import re

from django.template import Library

from solvers.numerals import NO_BREAK_SPACE

register = Library()

_UNITS = (
    *("%", "bits?", "bytes?", "days?", "jobs/day", "nats?(?:/token)?", "parameters?", "requests/s", "samples/s"),
    *("tokens?(?:/s)?", "weeks?", "years?"),
    *("FLOP/byte", "[kMGTPEZ]?FLOPs?(?:/s)?", "[kMGTPE]?OPS?(?:/s)?", "[kMGTPE]i?B(?:/s)?", "B", "B/s"),
    *("[nµm]?s", "min", "h", "[nµmkMGT]?(?:W|J|Wh)", "[kMG]?t", "[mk]?g", "gCO₂e(?:/kWh)?"),
    *("L(?:/kWh)?", "m[²³]", "mm²"),
)
_DIGIT = r"[\d⁰¹²³⁴⁵⁶⁷⁸⁹]"
# The space comes first: the search jumps from space to space.
_BEFORE_UNIT = re.compile(rf" (?:(?<={_DIGIT} )|(?<={_DIGIT}[kMBT] ))(?=(?:{'|'.join(_UNITS)})(?![\w/]))")
_CARBON = re.compile(r"\b(k?t|k?g) (?=CO₂e)")


@register.filter(is_safe=True)
def units(text: object) -> str:
    """Return text with a no-break space between a number and its unit: `4.79 ms`, `15T tokens`, `33.7 t CO₂e`."""
    told = str(text)
    if " " not in told:
        return told
    told = _BEFORE_UNIT.sub(NO_BREAK_SPACE, told)
    if "≤" in told or "≥" in told:  # a limit stays with its sign
        told = told.replace("≤ ", f"≤{NO_BREAK_SPACE}").replace("≥ ", f"≥{NO_BREAK_SPACE}")
    return _CARBON.sub(rf"\1{NO_BREAK_SPACE}", told) if " CO₂e" in told else told
