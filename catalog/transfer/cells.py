"""Turns the text of a cell into the value of its column, and values into text."""

from __future__ import annotations

import math
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import ForeignKey

from catalog.figure_sources import FigureSourcesField, figure_source_problems, read_sources, sources_text
from catalog.typed import figure_text, read_figure
from solvers.errors import InputError
from solvers.fields import shortened
from solvers.quantities import convert
from solvers.spelling import names_no_unit

from .columns import ImportHeading, TransferColumn
from .files import MAX_CELL, is_unsaved_formula

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_TRUTH = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
# Numbers that differ by less, relative to their size, are the same: converting units rounds the last digit.
_SAME = 1e-13


class CellError(ValueError):
    """A cell that can't be used: the message says what is wrong with it and what would be right."""


def cell_value(heading: ImportHeading, text: str) -> Any:
    """Return the value of a cell: SI for a figure, None where it is unknown, the text itself for a row of another
    table. Raise CellError."""
    column, field = heading.column, heading.column.field
    if is_unsaved_formula(text):
        raise CellError("is a formula without a value. Save the file in a spreadsheet program, or paste the values.")
    if len(text) > MAX_CELL:
        raise CellError(f"has more than {MAX_CELL:,} characters.")
    if _CONTROL.search(text):
        raise CellError("has control characters; it needs plain text.")
    if column.is_figure:
        return _figure(heading, text)
    if isinstance(field, ForeignKey):
        return text or None
    if isinstance(field, FigureSourcesField):
        return _sources(field, text)
    if isinstance(field, models.BooleanField):
        return _truth(field, text)
    return _checked(column, text)


def _figure(heading: ImportHeading, text: str) -> float | None:
    if not text:
        return None
    column = heading.column
    try:
        return float(column.field.declared.check(column.label, _si(heading, text)))
    except InputError as error:
        raise CellError(error.sentence) from None


def _si(heading: ImportHeading, text: str) -> float:
    column, unit = heading.column, heading.unit
    number = _plain_number(text)
    if heading.per_si and number is not None:
        return number * round(1 / heading.per_si) if heading.per_si < 1 else number / heading.per_si
    if number is not None and unit:
        return convert(number, unit, column.unit)
    if column.has_dimension and not unit and names_no_unit(text, bytes_wanted="byte" in column.unit):
        shown = shortened(text).strip("'")
        raise CellError(
            f"is {shown} without a unit. Write it in the cell, as “{shown} {column.shown}”, or in the first line, as "
            f"“{column.heading}”."
        )
    typed = read_figure(column.label, text, column.field.declared, unit or column.unit)
    if typed.remark:  # the admin shows it and asks
        raise CellError(typed.remark)
    return math.nan if typed.value is None else typed.value


def _plain_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _sources(field: Any, text: str) -> dict[str, dict[str, str]]:
    try:
        sources = read_sources(text)
    except ValueError as error:
        raise CellError(str(error)) from None
    if problems := figure_source_problems(field.model, sources):
        raise CellError(f"can't be used. {' '.join(problems)}")
    return sources


def _truth(field: Any, text: str) -> bool | None:
    if not text:
        return None if field.null else bool(field.get_default())
    if text.lower() not in _TRUTH:
        raise CellError(f"must be yes or no; {shortened(text)} is neither.")
    return _TRUTH[text.lower()]


def _checked(column: TransferColumn, text: str) -> Any:
    field = column.field
    if not text:
        if field.null:
            return None
        if field.blank or field.has_default():
            return field.get_default()
        raise CellError("is needed and empty.")
    if field.choices:
        return _choice(field, text)
    if field.max_length and len(text) > field.max_length:
        raise CellError(f"has {len(text)} characters; at most {field.max_length} fit.")
    try:
        return field.clean(text, None)
    except ValidationError as error:
        raise CellError(f"can't be {shortened(text)}. {' '.join(error.messages)}") from None


def _choice(field: Any, text: str) -> Any:
    wanted = text.lower()
    found = [value for value, label in field.flatchoices if wanted in (str(value).lower(), str(label).lower())]
    if not found:
        raise CellError(
            f"must be one of {', '.join(str(v) for v, _ in field.flatchoices)}; {shortened(text)} is not one."
        )
    return found[0]


def same(before: Any, after: Any) -> bool:
    """Return whether two values of a column are equal, apart from the rounding of a conversion."""
    if isinstance(before, float) and isinstance(after, float):
        return math.isclose(before, after, rel_tol=_SAME)
    if isinstance(before, str) and isinstance(after, str):  # XML has no carriage returns
        return before.replace("\r\n", "\n") == after.replace("\r\n", "\n")
    return bool(before == after)


def shown(column: TransferColumn, value: Any) -> str:
    """Return a value as a person reads it, to its last digit; a row of another table is a slug already."""
    if value is None or value == "" or value == {}:
        return "unknown" if column.is_figure else "empty"
    if column.is_figure:
        return figure_text(value, column.unit, column.shown)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return sources_text(value)
    return str(dict(column.field.flatchoices).get(value, value) if column.field.choices else value)
