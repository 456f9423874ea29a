"""Compares a stored answer with today's: the catalog rows it used, the solver version, and the answer."""

from __future__ import annotations

from typing import Any

from catalog.diff import diff
from mlsysweb.answer import answer
from mlsysweb.saved.answers import is_wall, open_answer
from mlsysweb.saved.opened import OpenedAnswer
from solvers.errors import InputErrors
from solvers.registry import solvers
from solvers.result import Result

from .capture import NotSavable, capture
from .drift_result import Drift
from .models import Version


def drift(version: Version) -> Drift | None:
    """Return what differs, or None. Where nothing differs, the cost is a comparison of rows; nothing is solved."""
    rows, walls = diff(version.snapshot), tuple(_walls(version))
    if not rows and not walls:
        return None
    today, problem = _answer(version, {})
    replayed, _ = _answer(version, version.snapshot)
    return Drift(rows, walls, today, replayed, problem)


def _walls(version: Version) -> list[str]:
    known = solvers()
    versions = version.result.get("walls") or {version.scenario.solver: version.solver_version}
    texts = []
    for name, before in versions.items():
        if name not in known:
            texts.append(f"the wall {name} is gone")
        elif known[name].version != before:
            texts.append(f"{known[name].title} is at version {known[name].version} (was {before})")
    return texts


def _answer(version: Version, kept: dict[str, Any]) -> tuple[Result | None, str]:
    """Answer the stored question again, with the stored rows or with today's catalog. Return the result, or None and
    the reason."""
    wall = solvers().get(version.scenario.solver)
    if wall is None or not is_wall(version.result):
        return None, ""
    try:
        return answer(wall, version.question, kept), ""
    except InputErrors as bad:
        return None, _sentences(bad)


def page_today(version: Version) -> tuple[OpenedAnswer | None, str]:
    """Answer the question of a page over many walls again, with today's catalog. Return the answer, or None and the
    reason."""
    try:
        today = capture(version.address)
    except NotSavable:
        return None, "This page can no longer be saved."
    except InputErrors as bad:
        return None, _sentences(bad)
    return open_answer(today.solver, today.question, today.result), ""


def _sentences(bad: InputErrors) -> str:
    return " ".join(f"{error.field} {error.sentence}" for error in bad.errors)
