"""Ranges of inputs from text: `8..32`, `1 ms to 10 ms log`, `3 TB/s ± 10 %`, `±20 %`. Stage 1 of an uncertainty."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.analysis.parameters import Parameter, get_value, parameters_of
from solvers.declare import Solver, unknown_name
from solvers.errors import InputError, InputErrors
from solvers.fields import Choice, Pick
from solvers.quantities import format_quantity, to_input_text, to_si, unit_label
from solvers.read import read_value
from solvers.spelling import split_quantity

MOST_INPUTS = 8
# Two quantities and a word; the patterns would be slow on longer texts.
_LONGEST = 120
_LOG = r"(?P<log>\s+log(?:-uniform)?)?"
_ENDS = re.compile(rf"(?P<low>.+?)\s*(?:\.\.|…|–|\bto\b)\s*(?P<high>.+?){_LOG}", re.I)
# A hyphen between two numbers that is not the sign of an exponent.
_HYPHEN = re.compile(rf"(?P<low>\d[^-−±+]*?)(?<![eE])\s*[-−]\s*(?P<high>\d.*?){_LOG}", re.I)
_AROUND = re.compile(rf"(?P<value>.+?)\s*(?:±|\+/?[-−])\s*(?P<by>.+?){_LOG}", re.I)
_SHARE = re.compile(r"(?P<share>\d+(?:[.,]\d+)?)\s*%")
_RELATIVE = re.compile(rf"(?:±|\+/?[-−])\s*(?P<share>\d+(?:[.,]\d+)?)\s*%{_LOG}", re.I)


@dataclass(frozen=True)
class TypedEnds:
    """The text of a range in its parts: two ends, or with `share` a percentage to both sides of the value."""

    low: str
    high: str
    share: str
    log: bool


@dataclass(frozen=True)
class InputRange:
    """The range of an input, or of a figure of a pick (`accelerator.memory_bandwidth`): `low` to `high` in SI, or with
    `relative` as factors on its value. Values between are equally likely, with `log` their logarithms."""

    name: str
    low: float
    high: float
    relative: bool = False
    log: bool = False


def typed_ends(text: str, unit: str, field: str = "") -> TypedEnds | None:
    """Return the parts of a range; None where the text is none. `unit` is the SI unit of the input. Checks no end; of a
    value with its deviation raise InputError on `field` where either is no quantity of that unit."""
    plain = text.replace("\u00a0", " ").strip()
    if len(plain) > _LONGEST:
        return None
    if match := _RELATIVE.fullmatch(plain):
        return TypedEnds("", "", match["share"].replace(",", "."), bool(match["log"]))
    if match := _ENDS.fullmatch(plain) or _HYPHEN.fullmatch(plain):
        return TypedEnds(match["low"], match["high"], "", bool(match["log"]))
    if match := _AROUND.fullmatch(plain):
        low, high = _ends_around(match["value"], match["by"], unit, field)
        return TypedEnds(low, high, "", bool(match["log"]))
    return None


def _ends_around(value: str, by: str, unit: str, field: str) -> tuple[str, str]:
    """Return the ends of `3 TB/s ± 10 %` or of `3 ± 0.3 TB/s` as text."""
    share = _SHARE.fullmatch(by)
    if share and value.rstrip().endswith("%"):
        sentence = f"needs both ends: '{value} ± {by}' may be a share of the value or points of percent."
        raise InputError(field, sentence)
    first, second = (value, by) if share else _with_units(value, by)
    middle = to_si(field, first, unit)
    far = middle * float(share["share"].replace(",", ".")) / 100 if share else to_si(field, second, unit)
    low, high = (to_input_text(end, unit) for end in (middle - far, middle + far))
    return low, high


def read_ranges(solver: Solver[Any, Any], point: Any, texts: Mapping[str, str]) -> tuple[InputRange, ...]:
    """Return the ranges that texts by input name describe around the question `point`. Raise InputErrors with every
    invalid one, and where there are more than `MOST_INPUTS`."""
    ranges: list[InputRange] = []
    errors: list[InputError] = []
    for name, text in texts.items():
        try:
            ranges.append(read_range(solver, point, name, text))
        except InputError as error:
            errors.append(error)
    if len(texts) > MOST_INPUTS:
        last = list(texts)[MOST_INPUTS]
        errors.append(InputError(last, f"is one range too many: {MOST_INPUTS} inputs are the most. Remove one."))
    if errors:
        raise InputErrors(errors)
    return tuple(ranges)


def read_range(solver: Solver[Any, Any], point: Any, name: str, text: str) -> InputRange:
    """Return the range of an input of the question `point`. Raise InputError, also where the value is unknown to
    which a percentage refers."""
    parameter = _parameter(solver, point, name)
    typed = typed_ends(text, parameter.declared.unit, name)
    if typed is None:
        shown = text if len(text) <= 40 else f"{text[:37]}…"
        raise InputError(name, f"needs a range such as {_such_as(parameter)}; '{shown}' is not one.")
    if typed.share:
        return _checked(_around(point, parameter, float(typed.share) / 100, typed.log), parameter, point)
    if parameter.table:
        raise InputError(name, "has one value per number format; give a percentage such as ±20 %.")
    low, high = (_number(solver, name, end) for end in _with_units(typed.low, typed.high))
    return _checked(InputRange(name, low, high, log=typed.log), parameter, point)


def _such_as(parameter: Parameter) -> str:
    """Return examples of a range, in the unit of the input."""
    io = parameter.declared
    unit = unit_label(io.display_unit)
    return "8..32 or ±20 %" if parameter.table or not unit else f"2..3 {unit}, 3 {unit} ± 10 % or ±20 %"


def _parameter(solver: Solver[Any, Any], point: Any, name: str) -> Parameter:
    """Return the declaration of what has a range. Raise InputError for a name of none, for a choice or a pick, and for
    a figure of a row that is not picked."""
    io = solver.inputs.get(name)
    if isinstance(io, Choice | Pick):
        raise InputError(name, f"is not a number, so it has no range: {io.label}.")
    parameter = parameters_of(solver).get(name)
    if parameter is None:
        raise unknown_name(name, solver)
    pick = name.partition(".")[0]
    if getattr(point, pick) is None:
        raise InputError(name, f"is a figure of the {pick}, but none is picked.")
    return parameter


def _around(point: Any, parameter: Parameter, share: float, log: bool) -> InputRange:
    if not 0 < share < 1:
        raise InputError(parameter.name, f"needs a percentage above 0 and below 100; {share * 100:g} is not.")
    value = np.asarray(get_value(point, parameter.name), dtype=float)
    if np.isnan(value).all():
        raise InputError(parameter.name, "is unknown here, so a percentage of it is, too; give its low and high end.")
    if not parameter.table and value == 0:
        raise InputError(parameter.name, "is 0 here, and so is any percentage of it; give its low and high end.")
    return InputRange(parameter.name, 1 - share, 1 + share, relative=True, log=log)


def _with_units(low: str, high: str) -> tuple[str, str]:
    """Return both ends with a unit: a low end that has none takes that of the high end, `8..12 ms`."""
    first, second = split_quantity(low), split_quantity(high)
    if first and second and second[1] and not first[1]:
        return f"{low} {second[1]}", high
    return low, high


def _number(solver: Solver[Any, Any], name: str, text: str) -> float:
    if text.strip()[:1] in ("x", "×"):
        raise InputError(name, f"needs two values or a percentage such as ±20 %; '{text.strip()[:40]}' is a factor.")
    value = read_value(solver, name, text)
    return float(getattr(value, "value", value))


def _checked(asked: InputRange, parameter: Parameter, point: Any) -> InputRange:
    """Return the range if its ends are valid values of the input, and differ. Raise InputError."""
    io, name = parameter.declared, parameter.name
    low, high = asked.low, asked.high
    if asked.relative and not parameter.table:
        value = float(get_value(point, name))
        low, high = value * asked.low, value * asked.high
        low, high = (float(round(end)) if io.integer else end for end in (low, high))
    if not parameter.table:
        for end in (low, high):
            io.check(name, end)
    if not low < high:
        ends = (format_quantity(end, io.unit, io.display_unit) for end in (low, high))
        raise InputError(name, f"needs a high end above the low end; {'..'.join(ends)} is no range.")
    if asked.log and low <= 0:
        raise InputError(name, "needs a low end above 0 for a log-uniform range.")
    if not math.isfinite(high):
        raise InputError(name, "needs a finite high end.")
    return asked
