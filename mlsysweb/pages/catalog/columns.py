"""The columns and rows of a catalog table as plain values: what pages, charts and downloads are made from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from catalog.course_origin import CourseOrigin
from solvers.quantities import format_quantity
from solvers.shipped.figure_sources import FigureSource

UNKNOWN = "–"


class Kind(Enum):
    """The kinds of cells of a column: figures in SI, years, text, true or false, or rows of another table."""

    FIGURE = "figure"
    YEAR = "year"
    TEXT = "text"
    FLAG = "flag"
    ROW = "row"


@dataclass(frozen=True)
class RowName:
    """A row of a table, named by a cell: the path of the table, the slug of the row and its name."""

    table: str
    slug: str
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Column:
    """A column. `unit` is that of its values, `display_unit` the one they are shown in, `words` what a text stands for.
    `heading` is the group it is listed in and `caution` what is easily got wrong about that group. A derived figure is
    computed by the site from other columns."""

    name: str
    label: str
    kind: Kind
    heading: str
    unit: str = ""
    display_unit: str = ""
    help: str = ""
    caution: str = ""
    derived: bool = False
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_numeric(self) -> bool:
        return self.kind in (Kind.FIGURE, Kind.YEAR)

    @property
    def unit_text(self) -> str:
        """Return the unit of the raw values, as a download's header has it; empty for a plain number and for text."""
        return "" if self.unit == "1" else self.unit

    def number(self, value: Any) -> float:
        """Return a cell as a finite number; NaN for an unknown one and for any other kind."""
        known = self.is_numeric and isinstance(value, int | float) and math.isfinite(value)
        return float(value) if known else math.nan

    def text(self, value: Any) -> str:
        """Return a cell as people read it, in the unit that suits its size."""
        if value is None or value == "":
            return UNKNOWN
        if self.kind is Kind.FIGURE:
            return format_quantity(value, self.unit, self.display_unit)
        if self.kind is Kind.FLAG:
            return "yes" if value else "no"
        return self.words.get(str(value), str(value))


@dataclass(frozen=True)
class CatalogRecord:
    """A row: its cells by column, None where unknown, and the sources of single figures by column. `course` says what
    of it comes from the catalog of a course."""

    slug: str
    name: str
    archived: bool
    edited: bool
    values: Mapping[str, Any]
    course: CourseOrigin | None = None
    figure_sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def source_of(self, column: str) -> FigureSource:
        """Return the own source of a figure; an empty one where that of the row states it."""
        return FigureSource.from_dict(self.figure_sources.get(column, {}))


@dataclass(frozen=True)
class BrowsedTable:
    """A table with its rows. `filters` are the columns it can be filtered by, `shown` those shown unless others are
    chosen, `sort` the order (a minus before the name reverses it), `across` and `up` the axes of its chart, `coloured`
    the column that gives a point its colour, `peers` the column whose equal values make rows comparable (empty: all
    rows)."""

    path: str
    title: str
    singular: str
    plural: str
    about: str
    version: str
    columns: tuple[Column, ...]
    records: tuple[CatalogRecord, ...]
    filters: tuple[str, ...]
    shown: tuple[str, ...]
    sort: str
    across: str
    up: str
    coloured: str
    peers: str

    def counted(self, number: int) -> str:
        """Return a number of rows in words: `1 storage system`, `5 storage systems`."""
        return f"{number} {self.singular if number == 1 else self.plural}"

    def column(self, name: str) -> Column | None:
        """Return the column of a name; None where there is none."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def numeric(self) -> tuple[Column, ...]:
        """Return the columns that can be an axis of the chart."""
        return tuple(column for column in self.columns if column.is_numeric)
