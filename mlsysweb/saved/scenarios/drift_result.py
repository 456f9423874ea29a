"""What differs between a saved answer and the one it would have today: a type only."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.row_diff import RowDiff
from solvers.result import Result


@dataclass(frozen=True)
class Drift:
    """What differs today. `walls` are those whose version moved, as words. Of a wall's answer `today` is what comes out
    of today's catalog and `replayed` of the rows as they were, which only a moved solver makes differ; `problem` says
    why there is none."""

    rows: tuple[RowDiff, ...]
    walls: tuple[str, ...]
    today: Result | None
    replayed: Result | None
    problem: str
