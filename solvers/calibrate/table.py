"""Measured times from CSV: a header with units, `TTFT (ms)`, or a unit in each cell. Stage 1 of a calibration."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from solvers.declare import closest_name
from solvers.errors import InputError, InputErrors
from solvers.field_text import in_shown_unit
from solvers.quantities import to_si
from solvers.spelling import names_no_unit

MOST_ROWS, LONGEST = 100, 6_000
# Where an error belongs to the whole table.
ROWS = "rows"
# The figures that are measured, in seconds, and the inputs of the serving wall, by the names that tables give them.
TIMES = {"ttft": "TTFT", "itl": "ITL"}
INPUTS = {
    "accelerator": "accelerator",
    "model": "model",
    "precision": "precision",
    "batch_size": "batch size",
    "prompt_length": "prompt length",
    "output_length": "output length",
    "tensor_parallel": "tensor parallel",
    "concurrency": "concurrency",
}
_ALIASES = {
    "ttft": ("ttft", "time to first token", "first token", "prefill", "prefill time"),
    "itl": ("itl", "tpot", "inter token latency", "time per output token", "step time", "decode step", "step"),
    "accelerator": ("accelerator", "gpu", "chip", "device"),
    "model": ("model",),
    "precision": ("precision", "dtype", "format"),
    "batch_size": ("batch size", "batch", "bs"),
    "prompt_length": ("prompt length", "prompt", "context", "context length", "input length", "isl"),
    "output_length": ("output length", "output", "osl"),
    "tensor_parallel": ("tensor parallel", "tp", "tensor parallelism"),
    "concurrency": ("concurrency", "concurrent requests"),
}
# Columns of a measurement that no constant of kernels depends on.
_NOT_FITTED = ("power", "energy", "source", "note", "engine", "backend", "throughput")
_NAMES = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}
_HEADER = re.compile(r"\s*(?P<name>[^([]*?)\s*(?:[(\[](?P<unit>[^)\]]*)[)\]])?\s*")
_ENDING = re.compile(r"(?P<name>.+?)[ _](?P<unit>ms|us|s)")


@dataclass(frozen=True)
class MeasuredFigures:
    """One row of a table: its number, from 1 without the header; the question for the serving wall as text by input;
    TTFT and ITL in seconds, by name, those that were measured."""

    number: int
    text: Mapping[str, str]
    times: Mapping[str, float]


@dataclass(frozen=True)
class MeasuredTable:
    """The rows of a table, and its columns that are not fitted."""

    rows: tuple[MeasuredFigures, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class _Column:
    name: str
    unit: str


def read_table(text: str) -> MeasuredTable:
    """Return the rows of a CSV text, separated by commas, semicolons or tabs. Raise InputErrors with every invalid
    cell, each on `row-<number>.<column>`, and on `rows` what is wrong with the whole."""
    if len(text) > LONGEST:
        raise _wrong(f"are {len(text):,} characters long; {LONGEST:,} is the most.")
    lines = _lines(text)
    if len(lines) < 2:
        raise _wrong("need a header, such as accelerator, model, batch size, TTFT (ms), and a row below it.")
    if len(lines) > MOST_ROWS + 1:
        raise _wrong(f"are {len(lines) - 1:,}; {MOST_ROWS} is the most.")
    cells = list(csv.reader(lines, delimiter=_separator(lines), skipinitialspace=True))
    columns, ignored = _header(cells[0])
    rows: list[MeasuredFigures] = []
    errors: list[InputError] = []
    for number, row in enumerate(cells[1:], start=1):
        try:
            rows.append(_row(number, row, columns))
        except InputErrors as bad:
            errors += bad.errors
    if errors:
        raise InputErrors(errors)
    return MeasuredTable(tuple(rows), ignored)


def with_row(text: str, cells: Mapping[str, str]) -> str:
    """Return a table with one more row, of cells by the name of their column; a table without a header gets one. Raise
    InputErrors where the header is invalid or lacks a column for a cell."""
    lines = _lines(text) or [",".join(["accelerator", *list(INPUTS.values())[1:7], *TIMES.values()])]
    separator = _separator(lines)
    columns, _ = _header(next(csv.reader(lines[:1], delimiter=separator, skipinitialspace=True)))
    names = [column.name if column else "" for column in columns]
    if missing := [(TIMES | INPUTS)[name] for name, cell in cells.items() if cell and name not in names]:
        raise _wrong(f"have no column for {' and '.join(missing)} of the new row. Add it to the header.")
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="").writerow([cells.get(name, "") for name in names])
    return "\n".join([*lines, out.getvalue()])


def _lines(text: str) -> list[str]:
    return [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]


def _separator(lines: Sequence[str]) -> str:
    return max(",;\t", key=lines[0].count)


def _wrong(sentence: str) -> InputErrors:
    return InputErrors([InputError(ROWS, sentence)])


def _header(cells: Sequence[str]) -> tuple[list[_Column | None], tuple[str, ...]]:
    """Return the columns in order, None for one that is not fitted, and the names of those. Raise InputErrors."""
    columns: list[_Column | None] = []
    ignored = []
    for cell in cells:
        column = _column(cell)
        if column is None:
            ignored.append(cell.strip())
        elif any(column.name == other.name for other in columns if other):
            raise _wrong(f"have two columns of {(TIMES | INPUTS)[column.name]}; keep one.")
        columns.append(column)
    names = {column.name for column in columns if column}
    if not names & set(TIMES):
        raise _wrong("need a column of TTFT or ITL: 'TTFT (ms)', 'ITL (ms)'.")
    if missing := [name for name in ("accelerator", "model") if name not in names]:
        raise _wrong(f"need a column of {' and of '.join(missing)}.")
    return columns, tuple(ignored)


def _column(cell: str) -> _Column | None:
    """Return the column of a header; None for one that is not fitted. Raise InputErrors for an unknown one."""
    match = _HEADER.fullmatch(cell)
    words = (match["name"] if match else cell).strip().lower()
    unit = ((match["unit"] or "") if match else "").strip()
    plain = words.replace("_", " ").replace("-", " ")
    if plain not in _NAMES and (ending := _ENDING.fullmatch(plain)) and ending["name"] in _NAMES:
        plain, unit = ending["name"], ending["unit"]
    if plain in _NAMES:
        return _Column(_NAMES[plain], unit)
    if plain.split(" ")[0] in _NOT_FITTED:
        return None
    near = closest_name(plain, _NAMES)
    hint = f" Did you mean {near}?" if near else ""
    known = ", ".join([*INPUTS.values(), *TIMES.values()])
    raise _wrong(f"have an unknown column '{cell.strip()[:40]}'.{hint} Known are: {known}.")


def _row(number: int, cells: Sequence[str], columns: Sequence[_Column | None]) -> MeasuredFigures:
    """Return one row. Raise InputErrors with every invalid cell."""
    if len(cells) > len(columns):
        sentence = f"has {len(cells)} cells; the header has {len(columns)}. Quote a number with a comma in it."
        raise InputErrors([InputError(f"row-{number}", sentence)])
    text, times, errors = {}, {}, []
    for cell, column in zip(cells, columns, strict=False):
        if column is None or not cell.strip():
            continue
        if column.name not in TIMES:
            text[column.name] = cell.strip()
            continue
        try:
            times[column.name] = _seconds(f"row-{number}.{column.name}", cell.strip(), column.unit)
        except InputError as error:
            errors.append(error)
    missing = (name for name in ("accelerator", "model") if name not in text)
    errors += [InputError(f"row-{number}.{name}", "is empty.") for name in missing]
    if not times and not errors:
        errors.append(InputError(f"row-{number}", "has neither a TTFT nor an ITL."))
    if errors:
        raise InputErrors(errors)
    return MeasuredFigures(number, text, times)


def _seconds(field: str, cell: str, unit: str) -> float:
    if not unit and names_no_unit(cell):
        raise InputError(field, f"has no unit; write '{cell[:20]} ms', or the unit in the header: 'TTFT (ms)'.")
    seconds = to_si(field, in_shown_unit(cell, unit), "s")
    if not 0 < seconds < 1e5:
        raise InputError(field, f"must be a time above 0 and below a day; '{cell[:20]}' is not.")
    return seconds


def in_words(field: str) -> str:
    """Return the field of an error as text: `row-3.itl` is `Row 3, ITL`."""
    number, _, column = field.removeprefix("row-").partition(".")
    if not field.startswith("row-"):
        return "Rows" if field == ROWS else field
    return f"Row {number}, {(TIMES | INPUTS).get(column, column.replace('_', ' '))}" if column else f"Row {number}"


def errors_in_words(errors: Sequence[InputError]) -> Iterator[str]:
    """Yield each error of a table as a sentence."""
    yield from (f"{in_words(error.field)} {error.sentence}" for error in errors)
