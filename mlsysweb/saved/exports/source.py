"""The data that every export format is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlsysweb.saved.opened import OpenedAnswer
from solvers.declare import Solver
from solvers.result import Result


@dataclass(frozen=True)
class ExportSource:
    """One version of a scenario: its title, its link, its question, its catalog rows and its answer. `result` and
    `wall` are None for a page over many walls; `opened` is the answer of either."""

    title: str
    notes: str
    tags: tuple[str, ...]
    url: str
    path: str
    what: str
    solver: str
    solver_version: str
    number: int
    created: datetime
    question: Mapping[str, Any]
    snapshot: Mapping[str, Mapping[str, Any]]
    raw: Mapping[str, Any]
    result: Result | None
    wall: Solver[Any, Any] | None
    opened: OpenedAnswer
