"""Measured figures from CSV: a header with units, `TTFT (ms)`, or a unit in each cell. Stage 1 of a calibration."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from solvers.errors import InputError, InputErrors
from solvers.field_text import in_shown_unit
from solvers.quantities import to_si
from solvers.spelling import names_no_unit

from .row_inputs import out_of_place, training_text
from .table_columns import (
    COLUMNS,
    QUANTITIES,
    SERVING,
    TRAINING,
)
from .table_header import ROWS, MeasuredColumn, read_header

MOST_ROWS, LONGEST = 100, 6_000


@dataclass(frozen=True)
class MeasuredFigures:
    """One row of a table: its number, from 1 without the header; the name of the wall that it is a question of, and
    that question as text by input; the measured figures in SI, by name."""

    number: int
    wall: str
    text: Mapping[str, str]
    figures: Mapping[str, float]


@dataclass(frozen=True)
class MeasuredTable:
    """The rows of a table that can be asked, and its columns that are not fitted; `errors` are of all rows."""

    rows: tuple[MeasuredFigures, ...]
    ignored: tuple[str, ...]
    errors: tuple[InputError, ...] = ()


def read_table(text: str) -> MeasuredTable:
    """Return the rows of a CSV text, separated by commas, semicolons or tabs. Raise InputErrors with every invalid
    cell, each on `row-<number>.<column>`, and on `rows` what is wrong with the whole."""
    table = table_with_errors(text)
    if table.errors:
        raise InputErrors(table.errors)
    return table


def table_with_errors(text: str) -> MeasuredTable:
    """Return the rows of a CSV text that can be asked, also those with an invalid figure, and every invalid cell. Raise
    InputErrors where the whole can't be read."""
    if len(text) > LONGEST:
        raise _wrong(f"are {len(text):,} characters long; {LONGEST:,} is the most.")
    lines = _lines(text)
    if len(lines) < 2:
        raise _wrong("need a header, such as accelerator, model, batch size, TTFT (ms), and a row below it.")
    if len(lines) > MOST_ROWS + 1:
        raise _wrong(f"are {len(lines) - 1:,}; {MOST_ROWS} is the most.")
    cells = list(csv.reader(lines, delimiter=_separator(lines), skipinitialspace=True))
    columns, ignored = read_header(cells[0])
    rows: list[MeasuredFigures] = []
    errors: list[InputError] = []
    for number, row in enumerate(cells[1:], start=1):
        read, wrong = _row(number, row, columns)
        rows += [] if read is None else [read]
        errors += wrong
    return MeasuredTable(tuple(rows), ignored, tuple(errors))


_FIRST_HEADER = "accelerator,model,precision,batch size,prompt length,TTFT,ITL,power"


def with_row(text: str, cells: Mapping[str, str]) -> str:
    """Return a table with one more row, of cells by the name of their column; a table without a header gets one, and a
    header without a column for a cell gets that. Raise InputErrors where the header is invalid."""
    lines = _lines(text) or [_FIRST_HEADER]
    separator = _separator(lines)
    columns, _ = read_header(next(csv.reader(lines[:1], delimiter=separator, skipinitialspace=True)))
    names = [column.name if column else "" for column in columns]
    missing = [name for name, cell in cells.items() if cell and name not in names]
    lines[0] = separator.join([lines[0], *(COLUMNS[name] for name in missing)])
    out = io.StringIO()
    row = [cells.get(name, "") for name in (*names, *missing)]
    csv.writer(out, delimiter=separator, lineterminator="").writerow(row)
    return "\n".join([*lines, out.getvalue()])


def _lines(text: str) -> list[str]:
    text = text.removeprefix("\ufeff")  # spreadsheets write it before the header
    return [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]


def _separator(lines: Sequence[str]) -> str:
    return max(",;\t", key=lines[0].count)


def _wrong(sentence: str) -> InputErrors:
    return InputErrors([InputError(ROWS, sentence)])


def _row(
    number: int, cells: Sequence[str], columns: Sequence[MeasuredColumn | None]
) -> tuple[MeasuredFigures | None, list[InputError]]:
    """Return one row, None where it can't be asked, and every invalid cell."""
    if len(cells) > len(columns):
        sentence = f"has {len(cells)} cells; the header has {len(columns)}. Quote a number with a comma in it."
        return None, [InputError(f"row-{number}", sentence)]
    given = {c.name: (cell.strip(), c) for cell, c in zip(cells, columns, strict=False) if c and cell.strip()}
    text = {name: cell for name, (cell, _) in given.items() if name not in QUANTITIES}
    measured = {name: cell for name, cell in given.items() if name in QUANTITIES}
    figures: dict[str, float] = {}
    errors: list[InputError] = []
    for name, (cell, column) in measured.items():
        try:
            figures[name] = _figure(f"row-{number}.{name}", cell, column)
        except InputError as error:
            errors.append(error)
    missing = [name for name in ("accelerator", "model") if name not in text]
    invalid = bool(errors)
    errors += [InputError(f"row-{number}.{name}", "is empty.") for name in missing]
    if not measured:
        wanted = [COLUMNS[each.name] for each in columns if each and each.name in QUANTITIES]
        errors.append(InputError(f"row-{number}", f"has no {' and no '.join(wanted)}."))
    walls = {QUANTITIES[name].wall for name in measured}
    if len(walls) > 1:
        errors.append(InputError(f"row-{number}", "has figures of serving and of a training step; give each a row."))
    wall = TRAINING if walls == {TRAINING} else SERVING
    errors += out_of_place(number, wall, text)
    if wall == TRAINING and not errors:
        try:
            text = training_text(number, text)
        except InputErrors as bad:
            errors += bad.errors
    # A row of which only a figure is wrong is asked, so that its other errors are named at once.
    able = not errors or (invalid and len(walls) == 1 and not missing and wall == SERVING)
    return (MeasuredFigures(number, wall, text, figures) if able else None), errors


def _figure(field: str, cell: str, column: MeasuredColumn) -> float:
    quantity = QUANTITIES[column.name]
    if not column.unit and names_no_unit(cell):
        unit = quantity.shown
        header = f"{quantity.label} ({unit})"
        raise InputError(field, f"has no unit; write '{cell[:20]} {unit}', or the unit in the header: '{header}'.")
    value = to_si(field, in_shown_unit(cell, column.unit), quantity.unit)
    if not 0 < value < quantity.too_large:
        raise InputError(field, f"must be {quantity.limits}; '{cell[:20]}' is not.")
    return value


def in_words(field: str) -> str:
    """Return the field of an error as text: `row-3.itl` is `Row 3, ITL`."""
    number, _, column = field.removeprefix("row-").partition(".")
    if not field.startswith("row-"):
        return "Rows" if field == ROWS else field
    return f"Row {number}, {COLUMNS.get(column, column.replace('_', ' '))}" if column else f"Row {number}"


def errors_in_words(errors: Sequence[InputError]) -> Iterator[str]:
    """Yield each error of a table as a sentence."""
    for error in errors:
        of = ":" if error.sentence.startswith("no ") else ""
        yield f"{in_words(error.field)}{of} {error.sentence}"
