"""The plan of an import, row by row and cell by cell. Writes nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db.models import ForeignKey

from catalog.models import CatalogRow
from solvers.shipped.names import nearest, slug_from_name, unknown_row

from .cells import CellError, cell_value, same
from .columns import ImportHeading, ReadHeadings, TransferColumn, read_headings, transfer_columns
from .files import MAX_COLUMNS, Sheet, SheetRow

NEW, CHANGED, UNCHANGED, ERROR = "new", "changed", "unchanged", "error"
_MAY_NOT_ADD = "is not in the table, and this account may not add rows."


@dataclass(frozen=True)
class CellImport:
    """A cell that an import would write, or can't: the place of its heading, its column, the value in the table and the
    one of the file (of another table: the key of the row), and a sentence if it can't be used."""

    place: int
    column: TransferColumn
    text: str
    before: Any = None
    after: Any = None
    error: str = ""


@dataclass(frozen=True)
class RowImport:
    """The change of a row by an import. `row` is the one in the table; `cells` are those that are new, changed or
    wrong; `error` is what is wrong with the row as a whole."""

    number: int
    slug: str
    name: str
    state: str
    cells: tuple[CellImport, ...] = ()
    row: CatalogRow | None = None
    error: str = ""


@dataclass(frozen=True)
class ImportPlan:
    """The changes of a table by an import. `problems` concern the file as a whole; `left_out` are its columns that the
    site computes itself."""

    table: type[CatalogRow]
    rows: tuple[RowImport, ...] = ()
    problems: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def can_be_written(self) -> bool:
        """Return whether nothing is wrong and there is something to write."""
        faultless = not self.problems and not self.counts.get(ERROR)
        return faultless and bool(self.counts.get(NEW) or self.counts.get(CHANGED))

    @property
    def fingerprint(self) -> str:
        """Return a hash of all that would be written: another one when the table has changed since it was shown."""
        writes = [
            [row.number, row.state, row.slug, [[c.column.name, c.before, c.after, c.error] for c in row.cells]]
            for row in self.rows
        ]
        return hashlib.sha256(orjson.dumps(writes)).hexdigest()


@dataclass(frozen=True)
class ParsedRow:
    """A row of a file as values by column, before it is compared with the table; wrong cells by column."""

    source: SheetRow
    values: Mapping[str, Any]
    wrong: Mapping[str, str]


@dataclass(frozen=True)
class ParsedSheet:
    """A file as values. Asks nothing of the database."""

    table: type[CatalogRow]
    headings: ReadHeadings
    rows: tuple[ParsedRow, ...]


def parse(table: type[CatalogRow], sheet: Sheet) -> ParsedSheet:
    """Return the values of all cells of a file, and what is wrong with each that can't be used."""
    headings = read_headings(table, sheet.headings)
    rows: tuple[ParsedRow, ...] = ()
    if not headings.problems:
        seen: dict[tuple[str, str], tuple[Any, str]] = {}
        rows = tuple(_parsed(headings.known, row, seen) for row in sheet.rows)
    return ParsedSheet(table, headings, rows)


def _parsed(
    known: Mapping[int, ImportHeading], row: SheetRow, seen: dict[tuple[str, str], tuple[Any, str]]
) -> ParsedRow:
    values, wrong = {}, {}
    for place, heading in known.items():
        name, text = heading.column.name, row.texts[place]
        if (name, text) not in seen:  # most texts of a column occur many times
            seen[name, text] = _value(heading, text)
        values[name], error = seen[name, text]
        if error and (name != "slug" or text):  # without a slug the name says which row is meant
            wrong[name] = error
    return ParsedRow(row, values, wrong)


def _value(heading: ImportHeading, text: str) -> tuple[Any, str]:
    try:
        return cell_value(heading, text), ""
    except CellError as error:
        return None, str(error)


def compare(parsed: ParsedSheet, *, may_add: bool = True, lock: bool = False) -> ImportPlan:
    """Return what the import of a file would do to the table as it stands now. One query for the table, and one for
    each table it refers to. With `lock`, inside a transaction, its rows can't be changed by others until that ends."""
    table, headings = parsed.table, parsed.headings
    plan = ImportPlan(table, problems=headings.problems, left_out=headings.left_out)
    if headings.problems:
        return plan
    comparison = _Comparison(parsed, may_add, lock)
    rows = tuple(comparison.row(each) for each in parsed.rows)
    counts = Counter(row.state for row in rows)
    return ImportPlan(table, rows, left_out=headings.left_out, counts=counts)


class _Comparison:
    """The state of one comparison: the rows of the table, of the tables it refers to, and those of the file so far."""

    def __init__(self, parsed: ParsedSheet, may_add: bool, lock: bool) -> None:
        self.table, self.may_add = parsed.table, may_add
        self.places = {heading.column.name: place for place, heading in parsed.headings.known.items()}
        # In the order of the file; those it lacks come last.
        self.columns = sorted(
            transfer_columns(parsed.table), key=lambda column: self.places.get(column.name, MAX_COLUMNS)
        )
        held = parsed.table.objects.select_for_update() if lock else parsed.table.objects
        standing = list(held.all())
        self.by_slug: dict[str, CatalogRow] = {row.slug: row for row in standing}
        self.by_name = {row.name.lower(): row for row in standing}
        self.related = {c.name: _Related(c.field.related_model) for c in self.columns if _is_pointer(c)}
        self.seen: dict[tuple[str, str], int] = {}

    def row(self, parsed: ParsedRow) -> RowImport:
        """Return what a row of the file would do."""
        values, wrong = dict(parsed.values), dict(parsed.wrong)
        row = None if "slug" in wrong else self._standing(values)
        slug = values.get("slug") or (row.slug if row else slug_from_name(values.get("name") or ""))
        values["slug"] = slug
        error = self._whole(parsed, row, slug, values, wrong)
        cells = tuple(self._cells(parsed, row, values, wrong))
        name = str(values.get("name") or (row.name if row else slug))
        state = NEW if row is None else CHANGED if cells else UNCHANGED
        state = ERROR if error or any(cell.error for cell in cells) else state
        return RowImport(parsed.source.number, slug, name, state, cells, row, error)

    def _standing(self, values: dict[str, Any]) -> CatalogRow | None:
        """Return the row of the table that is meant: that of the slug; without one, that of the name."""
        if values.get("slug"):
            return self.by_slug.get(values["slug"])
        return self.by_name.get((values.get("name") or "").lower())

    def _whole(
        self, parsed: ParsedRow, row: CatalogRow | None, slug: str, values: dict[str, Any], wrong: dict[str, str]
    ) -> str:
        """Return what is wrong with a row as a whole; add to `wrong` what is wrong with its name or slug."""
        if not slug:
            return "" if wrong else "needs a slug or a name."
        name = values.get("name") or ""
        for column, text in (("slug", slug), ("name", name)):
            first = self.seen.setdefault((column, text.lower()), parsed.source.number)
            if text and first != parsed.source.number and "slug" not in wrong:
                wrong.setdefault(column, f"'{text}' is also in row {first}.")
        if row is None and slug in self.by_slug:
            wrong.setdefault("slug", f"'{slug}' is the slug of another row, {self.by_slug[slug].name}.")
        owner = self.by_name.get(name.lower())
        if owner is not None and owner is not row:
            wrong.setdefault("name", f"'{owner.name}' is the name of the row {owner.slug}; a name means one row.")
        return "" if row is not None or self.may_add else _MAY_NOT_ADD

    def _cells(
        self, parsed: ParsedRow, row: CatalogRow | None, values: dict[str, Any], wrong: dict[str, str]
    ) -> Iterator[CellImport]:
        for column in self.columns:
            place = self.places.get(column.name, -1)
            text = parsed.source.texts[place] if place >= 0 else ""
            if column.name in wrong:
                before = None if row is None else self._held(column, row)
                yield CellImport(place, column, text, before, error=wrong[column.name])
            elif place >= 0 or (row is None and column.name == "slug"):
                yield from self._cell(column, place, text, row, values[column.name])
            elif row is None and _is_required(column):
                yield CellImport(place, column, "", error="is needed for a new row; the file has no such column.")

    def _cell(
        self, column: TransferColumn, place: int, text: str, row: CatalogRow | None, value: Any
    ) -> Iterator[CellImport]:
        """Yield the cell if it says something new, or can't be used."""
        before = None if row is None else self._held(column, row)
        if column.name in self.related:
            value, error = self.related[column.name].key(column, value)
            if error:
                yield CellImport(place, column, text, before, error=error)
                return
        if row is None and value not in (None, "", {}):
            yield CellImport(place, column, text, None, value)
        elif row is not None and not same(before, value):
            yield CellImport(place, column, text, before, value)

    def _held(self, column: TransferColumn, row: CatalogRow) -> Any:
        return getattr(row, column.field.attname)


class _Related:
    """The rows of a table that a column refers to, read once."""

    def __init__(self, table: type[CatalogRow]) -> None:
        self.kind = table.describes
        rows = list(table.objects.values_list("pk", "slug", "name"))
        self.keys = {name.lower(): pk for pk, _, name in rows} | {slug: pk for pk, slug, _ in rows}
        self.names = [(slug, name) for _, slug, name in rows]

    def key(self, column: TransferColumn, text: str | None) -> tuple[int | None, str]:
        """Return the key of the row of a slug or name; or a sentence."""
        if not text:
            return None, "" if column.field.null else "is needed and empty."
        found = self.keys.get(text.lower())
        return found, "" if found is not None else unknown_row(self.kind, text, nearest(text[:60], self.names))


def _is_pointer(column: TransferColumn) -> bool:
    return isinstance(column.field, ForeignKey)


def _is_required(column: TransferColumn) -> bool:
    field = column.field
    return not (field.null or field.blank or field.has_default())
