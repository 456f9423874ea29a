"""The differences between a stored answer and today's. Types only."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.row_diff import RowDiff
from solvers.result import Result


@dataclass(frozen=True)
class Drift:
    """The differences. `walls` are those whose version changed, as text. For a wall, `today` is the answer with today's
    catalog and `replayed` that with the stored rows, which differs from the stored one only if the solver changed;
    `problem` says why there is no answer."""

    rows: tuple[RowDiff, ...]
    walls: tuple[str, ...]
    today: Result | None
    replayed: Result | None
    problem: str
