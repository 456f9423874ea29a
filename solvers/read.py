"""Stage 1: parses and validates text by name into values in SI; catalog rows stay slugs until stage 2.

The text comes from a query string, a JSON body or a command line. Raise InputErrors with every invalid field at once.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .calibration import NAMED, NamedCalibration, takes_calibrations
from .declare import Question, closest_name, unknown_name
from .errors import InputError, InputErrors
from .field_text import SAME
from .fields import Choice, Input, InputField, Pick
from .inline import spec_from_inline
from .quantities import to_si
from .spec_parts import follows
from .specs import Changed, columns, is_table

# Long enough for any number or slug; an inline spec is JSON and needs more.
LONGEST, _LONGEST_SPEC, MOST_OVERLAYS = 200, 4000, 7

ALSO, SWEEP = "also", "sweep"
# Clears an optional pick, also one with a default.
NOTHING = "none"


@dataclass(frozen=True)
class ParsedQuestion:
    """A question with validated values. The value of a Pick is a slug, or a spec built from an inline record.

    `changed` are figures of a spec that replace the catalog's, by dotted name: a value in SI, or a factor.
    `also` are further picks of the overlay input, drawn beside the point; `sweep` is the input its curves
    run along instead of their own; `text` is the typed text without values at their default, as in the page's link.
    """

    question: Question[Any]
    values: Mapping[str, Any]
    changed: Mapping[str, Changed]
    also: tuple[str, ...]
    sweep: str
    text: Mapping[str, str]


def read(question: Question[Any], text: Mapping[str, Any]) -> ParsedQuestion:
    """The question that `text` asks, a value for each input by name; inputs not named take their default, picks that
    are a part of another one (`follows`) None. Raises InputErrors."""
    values: dict[str, Any] = {}
    errors: list[InputError] = []
    for name, io in question.inputs.items():
        try:
            values[name] = _value(name, io, text[name]) if _is_given(text.get(name)) else _default(io)
        except InputError as error:
            errors.append(error)
    left_out = [name for name in question.inputs if not _is_given(text.get(name))]
    values |= {name: None for name in left_out if follows(question.inputs, name, values)}
    changed: dict[str, Changed] = {}
    for name in text:
        try:
            if name == NAMED and _is_given(text[name]):
                check_calibration(question, text[name])
            elif name not in (*question.inputs, ALSO, SWEEP) and _is_given(text[name]):
                changed[name] = _changed(question, name, text[name])
        except InputError as error:
            errors.append(error)
    try:
        also, sweep = _also(question, text.get(ALSO)), _sweep(question, text.get(SWEEP))
    except InputError as error:
        errors.append(error)
    if errors:
        raise InputErrors(errors)
    return ParsedQuestion(question, values, changed, also, sweep, _typed(question, text))


def read_value(question: Question[Any], name: str, value: Any) -> Any:
    """Return one value of a question: of an input in SI, as a code, a slug or a spec; of a figure (`accelerator.tdp`)
    its change. Raise InputError."""
    io = question.inputs.get(name)
    return _changed(question, name, value) if io is None else _value(name, io, value)


def check_calibration(question: Question[Any], value: Any) -> None:
    """Raise InputError unless the question may name a calibration, and the value is one."""
    if not takes_calibrations(question.inputs):
        raise unknown_name(NAMED, question)
    if NamedCalibration.of({NAMED: _line(NAMED, value)}) is None:
        raise InputError(NAMED, "needs the accelerator and the name of a calibration: 'h100-sxm5-80gb: Lab 3'.")


def _is_given(value: Any) -> bool:
    return value is not None and value != ""


def _default(io: InputField) -> Any:
    return None if isinstance(io, Pick) and io.optional and not io.default else io.default


def _value(name: str, io: InputField, value: Any) -> Any:
    if isinstance(io, Pick):
        return _picked(name, io, value)
    if isinstance(io, Choice):
        # JSON's true and false are read as words, which a choice may have as names.
        return io.code(name, _line(name, json.dumps(value) if isinstance(value, bool) else value))
    return io.check(name, _number(name, io, value))


def _number(name: str, io: Input, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise InputError(name, f"needs a number; {json.dumps(value, default=str)[:40]} is not one.")
    if isinstance(value, str):
        return to_si(name, _line(name, value), io.unit)
    try:
        return float(value)
    except OverflowError:
        raise InputError(name, "needs a finite number; this one is too large to be one.") from None


def _picked(name: str, io: Pick, value: Any) -> Any:
    """Return a slug unchanged, an inline record as the spec it describes; None where the pick is optional and the text
    clears it."""
    if io.optional and isinstance(value, str) and value.strip().lower() == NOTHING:
        return None
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = _parsed(name, value)
    if isinstance(value, Mapping):
        return spec_from_inline(io.kind, value, name)
    return _line(name, value)


def _parsed(name: str, text: str) -> Any:
    if len(text) > _LONGEST_SPEC:
        raise InputError(name, f"is {len(text)} characters long; a record has at most {_LONGEST_SPEC}.")
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        place = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(name, f"looks like a record but is not JSON{place}.") from None


def _line(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(name, f"needs a name; {json.dumps(value, default=str)[:40]} is not one.")
    if len(value) > LONGEST:
        raise InputError(name, f"is {len(value)} characters long; a value has at most {LONGEST}.")
    return value.strip()


def _changed(question: Question[Any], name: str, value: Any) -> Changed:
    """Return the change in `accelerator.memory_bandwidth=6.7 TB/s` or `x2`: a figure of the picked row, changed for
    this question."""
    pick, _, figure = name.partition(".")
    io = question.inputs.get(pick)
    if not figure or not isinstance(io, Pick):
        raise unknown_name(name, question)
    figures = columns(io.kind)
    if figure not in figures:
        near = closest_name(figure, figures)
        raise InputError(name[:60], f"is not a figure of a {pick}.{f' Did you mean {pick}.{near}?' if near else ''}")
    text = _line(name, value) if isinstance(value, str) else value
    if isinstance(text, str) and text[:1] in ("x", "×"):
        factor = to_si(name, text[1:], "1")
        if factor <= 0:
            raise InputError(name, f"can only be scaled by a factor above 0; '{text}' is not.")
        return Changed(factor, scaled=True)
    if is_table(io.kind, figure):
        raise InputError(name, "has one value per number format; scale them all, such as 'x2'.")
    return Changed(figures[figure].check(name, _number(name, figures[figure], text)), scaled=False)


def _also(question: Question[Any], value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple | str | None):
        raise InputError(ALSO, f"needs names, in a list or with commas between; {json.dumps(value)[:40]} is not one.")
    names = (value or "").split(",") if isinstance(value, str | None) else value
    also = tuple(dict.fromkeys(_line(ALSO, name) for name in names if _is_given(name)))
    if also and not question.overlay:
        raise InputError(ALSO, f"can't be used here: {question.title} draws one system at a time.")
    if len(also) > MOST_OVERLAYS:
        raise InputError(ALSO, f"takes at most {MOST_OVERLAYS} further picks; {len(also)} are one picture too many.")
    return also


def _sweep(question: Question[Any], value: Any) -> str:
    name = _line(SWEEP, "" if value is None else value)
    numbers = [n for n, io in question.inputs.items() if isinstance(io, Input)]
    if name and name not in numbers:
        near = closest_name(name, numbers)
        raise InputError(
            SWEEP, f"must be a numeric input; '{name}' is not one.{f' Did you mean {near}?' if near else ''}"
        )
    return name


def _typed(question: Question[Any], text: Mapping[str, Any]) -> dict[str, str]:
    kept = {name: _as_text(value) for name, value in text.items() if _is_given(value)}
    return {name: value for name, value in kept.items() if value and not _is_default(question.inputs.get(name), value)}


def _as_text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(str(each) for each in value if each)
    if isinstance(value, str):
        return value.strip()
    return repr(value) if isinstance(value, float) else json.dumps(value)


def _is_default(io: InputField | None, value: str) -> bool:
    if io is None:
        return False
    if isinstance(io, Pick | Input) and io.default_from:
        return False  # a typed value takes precedence over the figure of a pick
    if isinstance(io, Pick):
        return value == io.default
    given = _value("", io, value)
    return bool(math.isclose(given, io.default, rel_tol=SAME) if isinstance(io, Input) else given == io.default)
