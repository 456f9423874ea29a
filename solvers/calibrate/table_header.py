"""The header of a table of measurements: its columns with the units of bare numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from solvers.declare import closest_name
from solvers.errors import InputError, InputErrors

from .table_columns import ALIASES, COLUMNS, NOT_FITTED, OF_TRAINING, QUANTITIES, STEP

# Where an error belongs to the whole table.
ROWS = "rows"
_NAMES = {alias: name for name, aliases in ALIASES.items() for alias in aliases}
_HEADER = re.compile(r"\s*(?P<name>[^([]*?)\s*(?:[(\[](?P<unit>[^)\]]*)[)\]])?\s*")
_ENDING = re.compile(r"(?P<name>.+?)[ _](?P<unit>ms|us|s|w|kw)")
_ENDINGS = {"w": "W", "kw": "kW"}


@dataclass(frozen=True)
class MeasuredColumn:
    """A column of a table: its name, the unit of bare numbers, and what the header calls it."""

    name: str
    unit: str
    said: str


def read_header(cells: Sequence[str]) -> tuple[list[MeasuredColumn | None], tuple[str, ...]]:
    """Return the columns in order, None for one that is not fitted, and the names of those. Raise InputErrors."""
    columns: list[MeasuredColumn | None] = []
    ignored = []
    errors: list[InputError] = []
    for cell in cells:
        try:
            column = _column(cell)
        except InputErrors as bad:
            errors += bad.errors
            continue
        if column is None:
            ignored.append(cell.strip())
        columns.append(column)
    if any(column.name in OF_TRAINING for column in columns if column):
        columns = [replace(each, name="step_time") if each and each.said in STEP else each for each in columns]
    names = [column.name for column in columns if column]
    sentences = [
        f"have two columns of {COLUMNS[name]}; keep one." for name in dict.fromkeys(names) if names.count(name) > 1
    ]
    if not set(names) & set(QUANTITIES):
        sentences.append(
            "need a column of what was measured: 'TTFT (ms)', 'ITL (ms)', 'power (W)' or 'training step time (s)'."
        )
    if missing := [name for name in ("accelerator", "model") if name not in names]:
        sentences.append(f"need a column of {' and of '.join(missing)}.")
    errors += (InputError(ROWS, sentence) for sentence in sentences)
    if errors:
        raise InputErrors(errors)
    return columns, tuple(ignored)


def _column(cell: str) -> MeasuredColumn | None:
    """Return the column of a header; None for one that is not fitted. Raise InputErrors for an unknown one."""
    match = _HEADER.fullmatch(cell)
    words = (match["name"] if match else cell).strip().lower()
    unit = ((match["unit"] or "") if match else "").strip()
    plain = words.replace("_", " ").replace("-", " ")
    if plain not in _NAMES and (ending := _ENDING.fullmatch(plain)) and ending["name"] in _NAMES:
        plain, unit = ending["name"], _ENDINGS.get(ending["unit"], ending["unit"])
    if plain in _NAMES:
        return MeasuredColumn(_NAMES[plain], unit, plain)
    if plain.split(" ")[0] in NOT_FITTED:
        return None
    near = closest_name(plain, _NAMES)
    hint = f" Did you mean {near}?" if near else ""
    said = "".join(each if each.isprintable() else "�" for each in cell.strip()[:40])
    raise InputErrors(
        [InputError(ROWS, f"have an unknown column '{said}'.{hint} Known are: {', '.join(COLUMNS.values())}.")]
    )
