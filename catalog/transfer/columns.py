"""The columns of a table as its files have them, and which column a heading of a file means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.text import capfirst

from catalog.fields import QuantityField
from catalog.models import CatalogRow
from solvers import specs
from solvers.errors import InputError
from solvers.field_text import in_shown_unit
from solvers.quantities import to_si
from solvers.shipped.names import nearest
from solvers.shipped.reader import header

# A heading with its unit: `memory_bandwidth [TB/s]`, `Memory bandwidth (TB/s)`, `Memory bandwidth, TB/s`, and
# `Memory bandwidth in TB/s`.
_WITH_UNIT = re.compile(
    r"(?P<name>.*\S)\s*(?:\[(?P<square>[^\]]+)\]|\((?P<round>[^)]+)\)|[,;:]\s*(?P<comma>[^,;:]+)|\sin\s+(?P<word>\S+))"
)
# Words that headings of peak rates have besides the precision: `peak_flops_fp16`, `FP16 dense`.
_OF_RATES = frozenset(["peak", "dense", "flops", "flop", "ops", "op", "rate", "performance", "throughput"])


@dataclass(frozen=True)
class TransferColumn:
    """A column of a table: its name, its label and its model field; `unit` is that of its figures in SI and `shown` the
    one that an export writes, both empty for text."""

    name: str
    label: str
    field: Any
    unit: str = ""
    shown: str = ""

    @property
    def is_figure(self) -> bool:
        return isinstance(self.field, QuantityField)

    @property
    def has_dimension(self) -> bool:
        """Return whether a number of the column needs a unit; IOPS are a count per second."""
        return self.unit not in ("", "1") and not self.unit == self.shown == "1/s"

    @property
    def heading(self) -> str:
        """Return the heading of an export: the name, and the unit of its numbers."""
        return f"{self.name} [{self.shown}]" if self.shown else self.name


@dataclass(frozen=True)
class ImportHeading:
    """A heading of a file: its text, its column, and the unit of its bare numbers (empty: none is named). One of
    the shipped files has numbers of which `per_si` are one SI unit."""

    text: str
    column: TransferColumn
    unit: str = ""
    per_si: float = 0.0


@dataclass(frozen=True)
class ReadHeadings:
    """The headings of a file: those that name a column, by place; those left out since the site computes their figures;
    and a sentence for each that can't be used."""

    known: Mapping[int, ImportHeading]
    left_out: tuple[str, ...]
    problems: tuple[str, ...]


@cache
def transfer_columns(table: type[CatalogRow]) -> tuple[TransferColumn, ...]:
    """Return the columns of a table that a person may edit, the slug first."""
    fields = [field for field in table._meta.concrete_fields if field.editable and not field.primary_key]
    return tuple(_column(field) for field in sorted(fields, key=lambda field: field.name != "slug"))


def _column(field: Any) -> TransferColumn:
    label = str(capfirst(field.verbose_name))
    if not isinstance(field, QuantityField):
        return TransferColumn(field.name, label, field)
    declared = field.declared
    shown = declared.display_unit or declared.unit
    counted = declared.unit == "1" and shown != "percent"
    return TransferColumn(field.name, label, field, declared.unit, "" if counted else shown)


def read_headings(table: type[CatalogRow], texts: Iterable[str]) -> ReadHeadings:
    """Return which columns the headings of a file mean. A heading is the name or label of a column, with or without a
    unit in brackets, or a heading of the shipped files."""
    known: dict[int, ImportHeading] = {}
    left_out, problems, seen = [], [], dict[str, str]()
    for place, text in enumerate(texts):
        if not text:
            continue
        found = _heading(table, text)
        if isinstance(found, ImportHeading) and found.column.name in seen:
            problems.append(f"Columns “{seen[found.column.name]}” and “{text[:60]}” are the same; keep one of them.")
        elif isinstance(found, ImportHeading):
            known[place] = found
            seen[found.column.name] = text[:60]
        elif found:
            problems.append(found)
        else:
            left_out.append(text[:60])
    if not {"slug", "name"} & set(seen):
        problems.append("The first line needs a column “slug” or “name”: it says which row of the table is meant.")
    return ReadHeadings(known, tuple(left_out), tuple(problems))


def _heading(table: type[CatalogRow], text: str) -> ImportHeading | str:
    """Return what a heading means; a sentence where it can't be used, an empty one where the column is computed."""
    by_key = _by_key(table)
    if column := by_key.get(_key(text)):
        return ImportHeading(text, column)
    match = _WITH_UNIT.fullmatch(text)
    name = match["name"] if match else text
    if match and (column := by_key.get(_key(name)) or _rate(table, name)):
        return _with_unit(text, column, next(filter(None, match.groups()[1:])).strip())
    if shipped := _shipped(by_key, text):
        return shipped
    if column := _rate(table, text):
        return ImportHeading(text, column)
    if _key(name) in _computed(table):
        return ""
    near = nearest(name[:60], ((column.name, column.label) for column in transfer_columns(table)))
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"Column “{text[:60]}” is no column of {table._meta.verbose_name_plural}.{hint}"


def _rate(table: type[CatalogRow], text: str) -> TransferColumn | None:
    """Return the peak rate that a heading means by its precision, such as `peak_flops_fp16`."""
    columns = [column for column in transfer_columns(table) if column.unit == "flop/s"]
    return next((column for column in columns if _precision(column.name) == _precision(text)), None)


def _precision(text: str) -> frozenset[str]:
    return frozenset(_key(text).split()) - _OF_RATES


def _with_unit(text: str, column: TransferColumn, unit: str) -> ImportHeading | str:
    if not column.is_figure:
        return f"Column “{text[:60]}” has a unit, but {column.label[:1].lower()}{column.label[1:]} has none."
    try:
        to_si("", in_shown_unit("1", unit), column.unit)
    except InputError as error:
        return f"Column “{text[:60]}” {error.sentence}"
    return ImportHeading(text, column, unit)


def _shipped(by_key: Mapping[str, TransferColumn], text: str) -> ImportHeading | None:
    """Return the column that a heading of `solvers/shipped/` means, such as `memory_bandwidth_bytes_s`."""
    read = header(text.lower())
    column = by_key.get(_key(read.column))
    return ImportHeading(text, column, per_si=read.per_si) if column and read.unit in ("", column.unit) else None


@cache
def _by_key(table: type[CatalogRow]) -> Mapping[str, TransferColumn]:
    columns = transfer_columns(table)
    return {_key(c.label): c for c in columns} | {_key(c.name): c for c in columns}


@cache
def _computed(table: type[CatalogRow]) -> frozenset[str]:
    """Return what public downloads have besides: figures that the site computes, and the group a row is listed in."""
    return frozenset(_key(name) for name in (*specs.columns(table.describes), table.grouped_by))


def _key(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().lower()
