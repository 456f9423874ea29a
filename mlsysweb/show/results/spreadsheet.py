"""CSV that is safe to open in a spreadsheet: no text cell can be a formula."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable
from typing import Any

# Characters with which spreadsheets begin a formula, full-width forms included.
_FORMULA = tuple("=+-@＝＋－＠")
# Some CSV writers do not quote a carriage return, and some readers start a new row at it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def as_csv(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Return a line for the header and for each row. An unknown number is an empty cell. Text that begins like a
    formula is prefixed with an apostrophe, and control characters, line breaks included, become spaces."""
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
