"""The question of a visitor to a table: which rows, in which order, which columns, which chart, which to compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from solvers.declare import closest_name
from solvers.errors import InputError, InputErrors
from solvers.fields import shortened

from .columns import BrowsedTable, CatalogRecord, Column, Kind

SEARCH, COMPLETE, COLUMNS, SORT, ACROSS, UP, COMPARE, PAGE = (
    "q",
    "complete",
    "columns",
    "sort",
    "x",
    "y",
    "compare",
    "page",
)
MOST_COMPARED, ROWS_PER_PAGE, _LONGEST = 6, 100, 200


@dataclass(frozen=True)
class TableQuestion:
    """A question to a table. `filters` are values by column; of a year they mean that year or later. `page` counts from
    one."""

    search: str
    filters: Mapping[str, str]
    complete: bool
    columns: tuple[str, ...]
    sort: str
    across: str
    up: str
    compare: tuple[str, ...]
    page: int = 1

    def query(self, table: BrowsedTable) -> str:
        """Return the shortest query string that asks the same; empty for the default question."""
        parts: list[tuple[str, Any]] = [(SEARCH, self.search), *self.filters.items()]
        parts += [(COMPLETE, "1" if self.complete else "")]
        parts += [(COLUMNS, "" if self.columns == table.shown else ",".join(self.columns))]
        parts += [(SORT, "" if self.sort == table.sort else self.sort)]
        parts += [(ACROSS, "" if self.across == table.across else self.across)]
        parts += [(UP, "" if self.up == table.up else self.up)]
        parts += [(COMPARE, ",".join(self.compare)), (PAGE, self.page if self.page > 1 else "")]
        return urlencode([(name, value) for name, value in parts if value != ""], safe=",")

    def link(self, table: BrowsedTable, base: str, **changes: Any) -> str:
        """Return the address of the same question with some parts changed."""
        query = replace(self, **changes).query(table)
        return f"{base}?{query}" if query else base


def read_question(table: BrowsedTable, query: Mapping[str, Sequence[str]]) -> TableQuestion:
    """Return the question of a query string: values by name, of a repeated name the last, except for columns and rows
    to compare, which may be repeated or separated by commas. Raise InputErrors that name every wrong field."""
    reader = _Reader(table, query)
    asked = TableQuestion(
        search=reader.search(),
        filters=dict(reader.filters()),
        complete=reader.one_of(COMPLETE, {"": "", "0": "", "1": "1", "on": "1"}) == "1",
        columns=reader.columns(),
        sort=reader.sort(),
        across=reader.axis(ACROSS, table.across),
        up=reader.axis(UP, table.up),
        compare=reader.compare(),
        page=reader.page(),
    )
    reader.refuse_unknown()
    if reader.errors:
        raise InputErrors(reader.errors)
    return asked


def names_of(table: BrowsedTable) -> tuple[str, ...]:
    """Return the names that a query of this table may have."""
    return (SEARCH, *table.filters, COMPLETE, COLUMNS, SORT, ACROSS, UP, COMPARE, PAGE)


def options(table: BrowsedTable, column: Column) -> list[str]:
    """Return the values that a column can be filtered by, in alphabetical order; years, the latest first."""
    values = {record.values[column.name] for record in table.records}
    found = {str(value) for value in values if value not in (None, "")}
    return sorted(found, reverse=True) if column.kind is Kind.YEAR else sorted(found, key=str.casefold)


def chosen(question: TableQuestion, table: BrowsedTable) -> list[CatalogRecord]:
    """Return the rows asked for, in the order asked for; where the column is unknown they come last."""
    rows = [record for record in table.records if _is_asked(question, table, record)]
    descending, name = question.sort.startswith("-"), question.sort.removeprefix("-")
    column = table.column(name)
    known = [record for record in rows if column and _key(column, record) is not None]
    unknown = [record for record in rows if column and _key(column, record) is None]
    return [*sorted(known, key=lambda record: _key(column, record), reverse=descending), *unknown]  # type: ignore[arg-type]


def _key(column: Column, record: CatalogRecord) -> Any:
    value = record.values[column.name]
    if column.is_numeric:
        number = column.number(value)
        return None if number != number else number
    return None if value is None or value == "" else column.text(value).casefold()


def _is_asked(question: TableQuestion, table: BrowsedTable, record: CatalogRecord) -> bool:
    return (
        all(word in _haystack(table, record) for word in question.search.casefold().split())
        and all(_passes(table, record, name, value) for name, value in question.filters.items())
        and (not question.complete or all(record.values[name] not in (None, "") for name in question.columns))
    )


def _haystack(table: BrowsedTable, record: CatalogRecord) -> str:
    words = (column.text(record.values[column.name]) for column in table.columns if not column.is_numeric)
    return f"{record.slug} {' '.join(words)}".casefold()


def _passes(table: BrowsedTable, record: CatalogRecord, name: str, wanted: str) -> bool:
    column, value = table.column(name), record.values[name]
    if column and column.kind is Kind.YEAR:
        return value is not None and value >= int(wanted)
    return str(value) == wanted


class _Reader:
    """Reads the parts of a question and collects what is wrong with them."""

    def __init__(self, table: BrowsedTable, query: Mapping[str, Sequence[str]]) -> None:
        self.table, self.query = table, query
        self.errors: list[InputError] = []

    def search(self) -> str:
        text = self._last(SEARCH)
        if len(text) > _LONGEST:
            self._wrong(SEARCH, f"is {len(text)} characters long; at most {_LONGEST} are searched for.")
            return ""
        return text

    def filters(self) -> Iterator[tuple[str, str]]:
        for name in self.table.filters:
            column, text = self.table.column(name), self._last(name)
            if not text or column is None:
                continue
            values = options(self.table, column)
            same = next((value for value in values if value.casefold() == text.casefold()), "")
            if same:
                yield name, same
            else:
                self._wrong(name, f"has no row with {shortened(text)}. {_or_like(text, values)}")

    def one_of(self, name: str, values: Mapping[str, str]) -> str:
        text = self._last(name)
        if text not in values:
            self._wrong(name, f"must be 1 or left out; {shortened(text)} is neither.")
        return values.get(text, "")

    def columns(self) -> tuple[str, ...]:
        wanted = self._several(COLUMNS)
        for name in wanted:
            if self.table.column(name) is None:
                self._no_column(COLUMNS, name)
        names = [column.name for column in self.table.columns if column.name in wanted and column.name != "name"]
        return tuple(names) or self.table.shown if set(names) != set(self.table.shown) else self.table.shown

    def sort(self) -> str:
        text = self._last(SORT) or self.table.sort
        if self.table.column(text.removeprefix("-")) is None:
            self._no_column(SORT, text.removeprefix("-"))
            return self.table.sort
        return text

    def axis(self, name: str, default: str) -> str:
        text = self._last(name) or default
        column = self.table.column(text)
        if column is None:
            self._no_column(name, text)
        elif not column.is_numeric:
            self._wrong(name, f"must be a column of numbers; {column.label} is text.")
        return text

    def compare(self) -> tuple[str, ...]:
        slugs = {record.slug for record in self.table.records}
        wanted = tuple(dict.fromkeys(self._several(COMPARE)))
        for slug in wanted:
            if slug not in slugs:
                self._wrong(COMPARE, f"has no {self.table.singular} {shortened(slug)}. {_or_like(slug, sorted(slugs))}")
        if len(wanted) > MOST_COMPARED:
            self._wrong(COMPARE, f"takes at most {MOST_COMPARED} rows; {len(wanted)} are given.")
        return wanted

    def page(self) -> int:
        text = self._last(PAGE) or "1"
        if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) > 0):
            self._wrong(PAGE, f"must be a whole number from 1; {shortened(text)} is not.")
            return 1
        return int(text)

    def refuse_unknown(self) -> None:
        names = names_of(self.table)
        for name in self.query:
            if name not in names:
                self._wrong(name[:40], f"is no part of a question to this table. {_or_like(name, names)}")

    def _last(self, name: str) -> str:
        return (self.query.get(name) or [""])[-1].strip()

    def _several(self, name: str) -> list[str]:
        return [part.strip() for text in self.query.get(name, ()) for part in text.split(",") if part.strip()]

    def _no_column(self, field: str, name: str) -> None:
        names = [column.name for column in self.table.columns]
        self._wrong(field, f"has no column {shortened(name)}. {_or_like(name, names)}")

    def _wrong(self, field: str, sentence: str) -> None:
        self.errors.append(InputError(field, sentence.strip()))


def _or_like(text: str, names: Sequence[str]) -> str:
    """Return what may have been meant, or the first few that there are."""
    by_fold = {name.casefold(): name for name in names}
    near = by_fold.get(closest_name(text[:60].casefold(), by_fold), "")
    return f"Did you mean {near}?" if near else f"There is {', '.join(names[:4])}{' and more' if names[4:] else ''}."
