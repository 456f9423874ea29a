"""Reads an uploaded CSV, XLSX or JSON file as text by cell, within limits. Nothing of it is believed yet."""

from __future__ import annotations

import csv
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

# Twice the largest export of MAX_ROWS rows, and less than a request may have (`LARGEST_BODY` in mlsysweb/serve.py).
MAX_BYTES = 16_000_000
MAX_ROWS = 10_000
MAX_COLUMNS = 200
MAX_CELL = 5_000
# The most bytes of an XLSX file once unpacked, and the most parts it may have.
MAX_UNPACKED = 40_000_000
_MAX_PARTS = 500
# A cell that an export has protected: text that a spreadsheet would take for a formula, after an apostrophe.
_PROTECTED = re.compile(r"'+\s*[=+\-@＝＋－＠\t\r]")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_FORMULA_WITHOUT_VALUE = "=formula"
# Neither PostgreSQL nor UTF-8 can hold these.
_NOT_STORED = re.compile(r"[\x00\ud800-\udfff]")


class UnreadableFile(ValueError):
    """A file that can't be read as a table; the message is a sentence for the person who chose it."""


@dataclass(frozen=True)
class SheetRow:
    """A row of a file: its number in the file, the heading being row 1, and a text for each heading."""

    number: int
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A file as text: the headings, and every row that is not empty."""

    headings: tuple[str, ...]
    rows: tuple[SheetRow, ...]


def read_sheet(name: str, data: bytes) -> Sheet:
    """Return the cells of a file. Its kind is that of its content, not of its name. Raise UnreadableFile."""
    if len(data) > MAX_BYTES:
        raise UnreadableFile(
            f"The file has {len(data) / 1e6:,.1f} MB; at most {MAX_BYTES / 1e6:g} MB are read. Import it in parts."
        )
    if not data.strip():
        raise UnreadableFile("The file is empty. It needs a line of column names and a line for each row.")
    if data[:4] == b"PK\x03\x04":
        return _sheet(_xlsx(data))
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise UnreadableFile("This is an old Excel file (.xls) or a locked one. Save it as .xlsx without a password.")
    text = _decoded(data)
    if name.lower().endswith(".json") or text.lstrip()[:1] in ("{", "["):
        return _sheet(_json(text))
    return _sheet(_csv(text))


def _sheet(lines: Iterable[Sequence[Any]]) -> Sheet:
    """Return lines of cells as a sheet; the first is the heading. Raise UnreadableFile beyond the limits."""
    read = iter(lines)
    headings = [_text(cell) for cell in next(read, ())]
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise UnreadableFile("The first line is empty. It needs the column names, such as slug and name.")
    if len(headings) > MAX_COLUMNS:
        raise UnreadableFile(f"The file has more than {MAX_COLUMNS} columns; no table of the catalog has as many.")
    rows: list[SheetRow] = []
    for number, cells in enumerate(read, start=2):
        texts = ["" if cell is None else _text(cell) for cell in cells]
        if not any(texts):
            continue
        if len(rows) == MAX_ROWS:
            raise UnreadableFile(f"The file has more than {MAX_ROWS:,} rows. Import it in parts.")
        if any(texts[len(headings) :]):
            raise UnreadableFile(f"Row {number} has {len(texts)} cells, the first line has {len(headings)}.")
        rows.append(SheetRow(number, tuple(itertools.islice((*texts, *[""] * len(headings)), len(headings)))))
    if not rows:
        raise UnreadableFile("The file has column names and no rows.")
    return Sheet(tuple(headings), tuple(rows))


def _text(cell: Any) -> str:
    """Return a cell as text. Numbers keep their digits; a date is 2026-10-31."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    text = storable(str(cell).strip())
    return text if len(text) <= MAX_CELL else f"{text[:MAX_CELL]}…"  # longer than any column: refused there


def storable(text: str) -> str:
    """Return text with a replacement for each character that the database can't hold."""
    return _NOT_STORED.sub("\ufffd", text)


def unprotected(text: str) -> str:
    """Return a cell without the apostrophe that an export wrote before text that begins like a formula."""
    return text[1:] if _PROTECTED.match(text) else text


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"The file is neither UTF-8 text nor an XLSX file (byte {error.start:,}). In Excel choose "
            "“CSV UTF-8” or “Excel workbook”."
        ) from None
    if "\x00" in text:
        raise UnreadableFile("The file has zero bytes: it is no CSV, XLSX or JSON file.")
    return text


def _csv(text: str) -> Iterator[list[str]]:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            yield [unprotected(cell.strip()) for cell in next(read)]
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFile(f"Line {read.line_num} can't be read as CSV: {error}.") from None


def _json(text: str) -> Iterator[Sequence[Any]]:
    """Yield the heading and the rows of a list of objects, or of an object with such a list as `rows` and the unit of
    each column in `columns`, as the public download has it."""
    try:
        document = orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise UnreadableFile(f"The file can't be read as JSON: {error}.") from None
    rows = document.get("rows") if isinstance(document, dict) else document
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnreadableFile("A JSON file needs a list of objects, one for each row, or an object with it as “rows”.")
    names = list(dict.fromkeys(itertools.chain.from_iterable(rows)))
    units = _units(document)
    yield [f"{name} [{units[name]}]" if units.get(name) else name for name in names]
    for row in rows:
        nested = next((name for name, value in row.items() if isinstance(value, dict | list)), None)
        if nested is not None:
            raise UnreadableFile(f"“{nested[:60]}” of a row is a list or an object; it needs text, a number or null.")
        yield [row.get(name) for name in names]


def _units(document: Any) -> dict[str, str]:
    columns = document.get("columns") if isinstance(document, dict) else None
    listed = [column for column in columns if isinstance(column, dict)] if isinstance(columns, list) else []
    return {str(column.get("name")): str(column.get("unit") or "") for column in listed}


def _xlsx(data: bytes) -> Iterator[Sequence[Any]]:
    """Yield the rows of the first sheet: the values that its formulas had when it was saved."""
    from openpyxl import load_workbook  # slow to import, and needed for an import only

    formulas = _checked_parts(data)
    try:
        shown = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        rows = shown.worksheets[0].iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1, values_only=True)
        typed: Iterable[Any] = itertools.repeat(())
        if formulas:
            book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            typed = book.worksheets[0].iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1, values_only=True)
        for values, texts in zip(rows, typed, strict=False):
            pairs = itertools.zip_longest(values, texts)
            yield [_FORMULA_WITHOUT_VALUE if v is None and t is not None else _plain(v) for v, t in pairs]
    except Exception as error:  # a damaged file makes the library raise nearly anything
        kind = type(error).__name__
        raise UnreadableFile(f"The file can't be read as an Excel workbook ({kind}). Save it again as .xlsx.") from None


def _plain(cell: Any) -> Any:
    return unprotected(cell.strip()) if isinstance(cell, str) else cell


def _checked_parts(data: bytes) -> bool:
    """Return whether a workbook has formulas. Raise UnreadableFile where it is none, or unpacks to too much."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if len(parts) > _MAX_PARTS or unpacked > MAX_UNPACKED:
            raise UnreadableFile(
                f"The workbook unpacks to {unpacked / 1e6:,.0f} MB in {len(parts):,} parts; at most "
                f"{MAX_UNPACKED / 1e6:g} MB in {_MAX_PARTS} are read. Copy its rows into a new workbook."
            )
        if "xl/workbook.xml" not in archive.namelist():
            raise UnreadableFile("The file is a ZIP archive and no Excel workbook.")
        sheets = (part for part in parts if part.filename.startswith("xl/worksheets/"))
        return any(_FORMULA.search(archive.read(part)) for part in sheets)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error) as error:
        raise UnreadableFile(f"The file can't be unpacked as an Excel workbook: {error}.") from None


def is_unsaved_formula(text: str) -> bool:
    """Return whether a cell is a formula whose value is not in the file."""
    return text == _FORMULA_WITHOUT_VALUE
