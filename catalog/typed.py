"""Reads figures typed into a field of the catalog. The unit of the field stands beside it: a bare number is in
that unit, any other unit of its dimension may be named, and units in small letters are read, too."""

from __future__ import annotations

import re
from dataclasses import dataclass

from solvers.errors import InputError
from solvers.field_text import in_shown_unit, to_field_text
from solvers.fields import Input
from solvers.quantities import convert, to_input_text, to_si, unit_label, with_unit
from solvers.spelling import names_no_unit

# The unit that stands beside figures whose own unit has no prefix.
_BESIDE = {"flop/s": "TFLOP/s"}
# Sizes of a number, in the unit beside the field, that are written as a bare number. Others name a unit that suits.
_LEGIBLE = (1e-3, 1e7)
_BINARY = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
# A prefix alone, as in 288G: the rest of the unit is that of the field. Dollars and counts have thousands and billions.
_PREFIX_ALONE = re.compile(r"(?P<number>.*[\d.])\s*(?P<prefix>[kKMGTPE])")
_PREFIXED = re.compile(r"[kMGTPEmuµn]?(B|FLOP|OP|W|Hz)(/s)?")
_WORD = re.compile(r"[A-Za-z]+")
# Units in small letters, or in full, that mean one thing. Not mw: a milliwatt or a megawatt.
_SPELLED = {
    **{f"{p.lower()}b": f"{p}B" for p in ("k", "M", "G", "T", "P")},
    **{f"{p.lower()}ib": f"{p}iB" for p in ("K", "M", "G", "T")},
    **{f"{p.lower()}bps": f"{p}bps" for p in ("k", "M", "G", "T")},
    **{f"{p.lower()}{name}": f"{p}FLOPS" for p in ("k", "M", "G", "T", "P", "E") for name in ("flops", "flop")},
    **{f"{p.lower()}ops": f"{p}OPS" for p in ("k", "M", "G", "T", "P")},
    **{f"{p}byte{s}": f"{short}B" for p, short in (("kilo", "k"), ("mega", "M"), ("giga", "G")) for s in ("", "s")},
    **{f"{p}byte{s}": f"{short}B" for p, short in (("tera", "T"), ("peta", "P")) for s in ("", "s")},
    **{f"{p.lower()}hz": f"{p}Hz" for p in ("k", "M", "G")},
    **{"w": "W", "kw": "kW", "gw": "GW", "watt": "W", "watts": "W", "kwh": "kWh", "mwh": "MWh", "j": "J"},
    **{"usd": "USD", "hz": "Hz", "lb": "lb", "sec": "s", "hour": "h", "hr": "h"},
}


@dataclass(frozen=True)
class TypedFigure:
    """The SI value of typed text, and a remark where the text could mean another value; None and no remark where
    nothing was typed."""

    value: float | None
    remark: str = ""


def read_figure(name: str, text: str, declared: Input, shown: str) -> TypedFigure:
    """Return the figure typed into the field `name` beside the unit `shown`. Raise InputError."""
    plain = text.strip()
    if not plain:
        return TypedFigure(None)
    written = _with_base(plain, shown)
    try:
        return TypedFigure(declared.check(name, to_si(name, in_shown_unit(written, shown), declared.unit)))
    except InputError:
        respelled = _WORD.sub(lambda word: _SPELLED.get(word[0].lower(), word[0]), written)
        if respelled == written:
            raise
        value = _value_or_none(name, respelled, declared)
        if value is None:
            raise
    return TypedFigure(declared.check(name, value), _remark(plain, value, declared, shown))


def _value_or_none(name: str, text: str, declared: Input) -> float | None:
    try:
        return to_si(name, text, declared.unit)
    except InputError:
        return None


def _with_base(text: str, shown: str) -> str:
    """Return `288G` with the unit that the prefix belongs to, `288 GB`, where the unit beside the field has
    prefixes."""
    base, alone = _PREFIXED.fullmatch(unit_label(shown)), _PREFIX_ALONE.fullmatch(text)
    if not base or not alone:
        return text
    prefix = alone["prefix"].replace("K", "k")
    return f"{alone['number']} {prefix}{base[1]}{base[2] or ''}"


def _remark(text: str, value: float, declared: Input, shown: str) -> str:
    """Return the remark on a byte in small letters, which is often a bit on the data sheets of networks."""
    small = re.search(r"\d\s*[kmgtp]b\b(?!ps)", text)
    if not small or "byte" not in declared.unit:
        return ""
    read = figure_text(value, declared.unit, shown)
    return f"'{text}' is read as bytes: {read}. Write Gb for gigabits and GB for gigabytes."


def shown_unit(declared: Input, name: str = "") -> str:
    """Return the unit that stands beside the field of a figure; operations are counted at integer formats."""
    if declared.unit == "flop/s" and name.startswith("peak_int"):
        return "TOP/s"
    return _BESIDE.get(declared.display_unit, declared.display_unit)


def field_text(value: float, unit: str, shown: str) -> str:
    """Return the text that a field beside the unit `shown` has for an SI value. It reads back as exactly that value: a
    bare number where that is legible, else a number with the unit that suits its size. Memory in powers of two has a
    binary prefix: `80 GiB`, not `85.89934592`."""
    number = abs(convert(value, unit, shown))
    bare = [to_field_text(value, unit, shown)] if not value or _LEGIBLE[0] <= number < _LEGIBLE[1] else []
    counted = [to_field_text(value, unit, shown)] if unit in ("1", "USD") else []
    texts = (*bare, *counted, *(to_input_text(value, unit, shown, digits) for digits in range(4, 18)))
    exact = (text for text in texts if to_si("", in_shown_unit(text, shown), unit) == value)
    text = next(exact, f"{value!r} {'times' if unit == '1' else unit}")
    sizes = _BINARY.items() if unit == "byte" and value else ()
    return min([text, *(f"{value / size:.0f} {name}" for name, size in sizes if value % size == 0)], key=len)


def figure_text(value: float, unit: str, shown: str) -> str:
    """Return an SI value as text with its unit, to all its digits: `3,350 GB/s`, `80 GiB`, `$60,000`."""
    text = field_text(value, unit, shown)
    return with_unit(text, shown) if names_no_unit(text, bytes_wanted="byte" in unit) else text
