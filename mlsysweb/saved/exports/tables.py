"""The figures as CSV: one line a value, and one line a point of a curve."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from typing import Any

from solvers.formatting import format_value
from solvers.result import Result


def values(result: Result) -> str:
    """Inputs and outputs: name, label, SI value, its unit, and as a person reads it."""
    rows = (
        (
            kind,
            name,
            result.values[name].label,
            _cell(result.values[name].value),
            result.values[name].unit,
            format_value(result.values[name]),
        )
        for kind, names in (("input", result.inputs), ("output", result.outputs))
        for name in names
    )
    return _written(("kind", "name", "label", "value", "unit", "reads"), rows)


def curves(result: Result) -> str:
    """Every point of every curve, in SI: which system, along which input, which column."""
    rows = (
        (
            result.systems[track.system],
            track.x,
            _cell(at),
            name,
            _cell(value),
            result.values[name].unit if name in result.values else "",
        )
        for track in result.series
        for name, column in track.columns.items()
        for at, value in zip(track.columns[track.x], column, strict=True)
        if name != track.x
    )
    return _written(("system", "along", "at", "name", "value", "unit"), rows)


def _cell(value: Any) -> Any:
    """An unknown number is an empty cell."""
    return "" if isinstance(value, float) and math.isnan(value) else value


def _written(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def _harmless(cell: Any) -> Any:
    """A spreadsheet takes text that begins like a formula for one."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell[:1] else cell
