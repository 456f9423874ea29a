"""Writes rows of a table as CSV, XLSX or JSON, with the unit of each figure in its heading. Importing such a file again
changes nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from catalog.figure_sources import sources_text
from catalog.models import CatalogRow
from solvers.quantities import convert

from .columns import TransferColumn, transfer_columns

# Text that spreadsheets take for a formula, also after apostrophes of its own; full-width forms included.
_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠\t\r]")
# XML 1.0 has no way to write these.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class ExportFormat:
    """A format of an export: the name people know it by, the type of its response, and the function that writes it."""

    title: str
    content_type: str
    write: Callable[[type[CatalogRow], Iterable[CatalogRow]], bytes]


def to_csv_file(table: type[CatalogRow], rows: Iterable[CatalogRow]) -> bytes:
    """Return UTF-8 with a byte order mark, without which Excel misreads letters beyond ASCII."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.heading for column in transfer_columns(table)])
    writer.writerows([_protected(value) for value in values] for values in _lines(table, rows))
    return out.getvalue().encode("utf-8-sig")


def to_xlsx_file(table: type[CatalogRow], rows: Iterable[CatalogRow]) -> bytes:
    """Return a workbook of one sheet: figures are numbers, all else is text."""
    from openpyxl import Workbook  # slow to import, and needed for an export only

    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(table._meta.verbose_name_plural).capitalize())
    sheet.freeze_panes = "B2"
    sheet.append([column.heading for column in transfer_columns(table)])
    for values in _lines(table, rows):
        sheet.append([_NOT_IN_XML.sub(" ", cell) if isinstance(cell := _protected(v), str) else cell for v in values])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def to_json_file(table: type[CatalogRow], rows: Iterable[CatalogRow]) -> bytes:
    """Return the columns with label and unit, and an object for each row in a line of its own. What is unknown is left
    out: with it, and indented, 10,000 chips would have 20 MB, which is more than an import takes."""
    columns = transfer_columns(table)
    names = [column.name for column in columns]
    told = [{"name": c.name, "label": c.label, "unit": c.shown} for c in columns]
    head = orjson.dumps({"table": table._meta.model_name, "columns": told})
    known = ({n: v for n, v in zip(names, values, strict=True) if v is not None} for values in _lines(table, rows))
    return head.removesuffix(b"}") + b',"rows":[\n' + b",\n".join(map(orjson.dumps, known)) + b"\n]}\n"


FORMATS: Mapping[str, ExportFormat] = {
    "csv": ExportFormat("CSV", "text/csv; charset=utf-8", to_csv_file),
    "xlsx": ExportFormat("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", to_xlsx_file),
    "json": ExportFormat("JSON", "application/json", to_json_file),
}


def _lines(table: type[CatalogRow], rows: Iterable[CatalogRow]) -> Iterator[list[Any]]:
    columns = transfer_columns(table)
    for row in rows:
        yield [_cell(column, getattr(row, column.name)) for column in columns]


def _cell(column: TransferColumn, value: Any) -> Any:
    """Return a value as a file has it: a number in the unit of the heading, the slug of a row, yes or no."""
    if isinstance(value, CatalogRow):
        return value.slug
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        number = convert(value, column.unit, column.shown) if column.shown else value
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    if isinstance(value, dict):
        return sources_text(value) or None
    return None if value == "" else value


def _protected(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
