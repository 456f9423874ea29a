"""CSV that a spreadsheet opens as data: no cell of text is a formula."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable
from typing import Any

# What a spreadsheet takes for the beginning of a formula, full-width forms included.
_FORMULA = tuple("=+-@＝＋－＠")
# A carriage return is not quoted by every writer, and begins a new row, with new cells, in some readers.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def as_csv(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A line for the head and for each row. An unknown number is an empty cell; text that begins like a formula begins
    with an apostrophe instead, and control characters, line breaks among them, are spaces."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_cell(cell) for cell in head])
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        text = _CONTROL.sub(" ", value)
        return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
    return "" if isinstance(value, float) and math.isnan(value) else value
