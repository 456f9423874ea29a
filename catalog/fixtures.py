"""Reads the shipped figures (`solvers/shipped/*.csv`): every cell validated, values in SI."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import ForeignKey

from solvers.errors import InputError
from solvers.fields import Input
from solvers.shipped.figure_sources import figure_source_lines
from solvers.shipped.reader import FOLDER, BadData, Cell, Header, Line, lines

from .fields import QuantityField
from .figure_sources import FIGURE_SOURCES, cleaned, figure_source_problems
from .models import TABLES, CatalogRow

_KINDS = tuple(table.describes.__name__.lower() for table in TABLES)

__all__ = ["FOLDER", "BadData", "Record", "records"]


@dataclass(frozen=True)
class Record:
    """One line of a file: values by column of the table, and a slug for each foreign key."""

    table: type[CatalogRow]
    place: str
    values: dict[str, Any]

    @property
    def slug(self) -> str:
        return str(self.values["slug"])


@dataclass(frozen=True)
class _Column:
    """A column of a file: its header and the model field it fills."""

    header: Header
    field: Any

    def value(self, cell: Cell) -> Any:
        if isinstance(self.field, QuantityField):
            return self._figure(self.field.declared, cell)
        if isinstance(self.field, ForeignKey):
            return cell.text or None
        return self.field.clean(cell.text or (None if self.field.null else ""), None)

    def _figure(self, declared: Input, cell: Cell) -> float | None:
        try:
            figure = cell.number()
            return None if figure is None else declared.check("", figure)
        except InputError as error:
            raise ValidationError(error.sentence) from None
        except ValueError:
            raise ValidationError(f"needs a number; '{cell.text}' is not one.") from None


def records(table: type[CatalogRow], folder: Path = FOLDER) -> list[Record]:
    """Return all lines of a table's files. Raise BadData."""
    found: list[Record] = []
    places: dict[tuple[str, str], str] = {}
    for line in lines(table.describes, folder):
        record = Record(table, line.place, dict(_values(table, line)))
        for column in ("slug", "name"):
            value = record.values[column]
            if (place := places.setdefault((column, value.lower()), record.place)) != record.place:
                raise BadData(f"{record.place}, {column}: '{value}' is also in {place}.")
        found.append(record)
    _add_figure_sources(table, found, folder)
    return found


def _add_figure_sources(table: type[CatalogRow], found: list[Record], folder: Path) -> None:
    """Add to each record the sources of its single figures. Raise BadData for one of a row or figure that is not
    there."""
    kind, by_slug = table.describes.__name__.lower(), {record.slug: record for record in found}
    told: dict[str, dict[str, dict[str, str]]] = {slug: {} for slug in by_slug}
    for line in figure_source_lines(folder):
        if line.kind not in _KINDS:
            raise BadData(f"{line.place}, kind: '{line.kind}' is none of {', '.join(_KINDS)}.")
        if line.kind != kind:
            continue
        if line.slug not in by_slug:
            raise BadData(f"{line.place}, slug: '{line.slug}' is no row of {table._meta.verbose_name_plural}.")
        if line.figure in told[line.slug]:
            raise BadData(f"{line.place}, figure: '{line.figure}' of '{line.slug}' has a source already.")
        told[line.slug][line.figure] = line.source.as_dict()
        if problems := figure_source_problems(table, {line.figure: line.source.as_dict()}):
            raise BadData(f"{line.place}: {' '.join(problems)}")
        if by_slug[line.slug].values.get(line.figure) is None:
            raise BadData(
                f"{line.place}, figure: '{line.slug}' has no {line.figure}, so that nothing can be its source."
            )
    for slug, sources in told.items():
        by_slug[slug].values[FIGURE_SOURCES] = cleaned(sources)


def _values(table: type[CatalogRow], line: Line) -> Iterator[tuple[str, Any]]:
    for cell in line.cells.values():
        column = _column(table, cell.header, line.place)
        try:
            yield column.field.name, column.value(cell)
        except ValidationError as error:
            raise BadData(f"{line.place}, {cell.header.text}: {' '.join(error.messages)}") from None


def _column(table: type[CatalogRow], header: Header, place: str) -> _Column:
    file = place.partition(",")[0]
    try:
        field: Any = table._meta.get_field(header.column)
    except FieldDoesNotExist:
        raise BadData(f"{file}, line 1, {header.text}: is no column of {table._meta.verbose_name_plural}.") from None
    if header.unit and header.unit != field.declared.unit:
        raise BadData(f"{file}, line 1, {header.text}: is in {header.unit}, the column in {field.declared.unit}.")
    return _Column(header, field)
