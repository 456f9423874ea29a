"""The text of a number field that stands beside a fixed unit: what it shows for a value, and what a number typed there
means."""

from __future__ import annotations

import math
from collections.abc import Iterator

from .quantities import COUNTED, convert, to_input_text, to_si
from .spelling import names_no_unit

# Numbers that differ by less, relative to their size, are the same: a conversion of units rounds the last digit.
SAME = 1e-14


def in_shown_unit(text: str, unit: str) -> str:
    """Return typed text with the unit that stands beside its field, unless it names one itself or is no number:
    `30` in days is `30 day`, `12 h` stays."""
    if unit in ("", "1") or not names_no_unit(text, bytes_wanted="B" in unit or "byte" in unit):
        return text
    return f"{text.strip()}{unit[1:] if unit.startswith('1/') else f' {unit}'}"


def to_field_text(value: float, unit: str, shown: str = "") -> str:
    """Return an SI value as the number that stands in a field beside the unit `shown`: `30` for a month in days,
    `8.03B` parameters, `30,000` dollars. Where no number of that unit reads back as the same value, its own unit is
    written, too."""
    shown = shown or unit
    for text in _numbers(convert(value, unit, shown), is_counted(unit)):
        if math.isclose(to_si("", in_shown_unit(text, shown), unit), value, rel_tol=SAME):
            return text
    return to_input_text(value, unit, shown, digits=17)


def is_counted(unit: str) -> bool:
    """Return whether large numbers of a unit are written in millions and billions, as it has no prefixes."""
    return unit in ("1", "USD", "1/s")


def _numbers(value: float, counted: bool) -> Iterator[str]:
    """Yield spellings of a number, the shortest first. Only what is counted has scales: no `30k GB`."""
    size, scale = next(((size, scale) for start, size, scale in reversed(COUNTED) if abs(value) >= start), (1.0, ""))
    short = f"{value / size:.4g}"
    if counted and scale and "e" not in short:
        yield f"{short}{scale}"
    for digits in (12, 15, 17):
        plain = f"{value:,.{digits}g}" if abs(value) < 1e12 else f"{value:.{digits}g}"
        yield plain.replace("e+", "e").replace("e-0", "e-")
