"""Whether what was kept would come out the same today: the rows of the catalog it used, the solver, and the answer."""

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
    """What differs, or nothing: then it took a comparison of rows and no answer."""
    rows, walls = diff(version.snapshot), tuple(_walls(version))
    if not rows and not walls:
        return None
    today, problem = _answer(version, {})
    replayed, _ = _answer(version, version.snapshot)
    return Drift(rows, walls, today, replayed, problem)


def _walls(version: Version) -> list[str]:
    known = solvers()
    kept = version.result.get("walls") or {version.scenario.solver: version.solver_version}
    told = []
    for name, before in kept.items():
        if name not in known:
            told.append(f"the wall {name} is gone")
        elif known[name].version != before:
            told.append(f"{known[name].title} is at version {known[name].version} (was {before})")
    return told


def _answer(version: Version, kept: dict[str, Any]) -> tuple[Result | None, str]:
    """The same question again: of rows that were kept, or of today's catalog."""
    wall = solvers().get(version.scenario.solver)
    if wall is None or not is_wall(version.result):
        return None, ""
    try:
        return answer(wall, version.question, kept), ""
    except InputErrors as bad:
        return None, _sentences(bad)


def page_today(version: Version) -> tuple[OpenedAnswer | None, str]:
    """A page over many walls asked again, of today's catalog; or why it has no answer today."""
    try:
        today = capture(version.address)
    except NotSavable:
        return None, "This page can no longer be saved."
    except InputErrors as bad:
        return None, _sentences(bad)
    return open_answer(today.solver, today.question, today.result), ""


def _sentences(bad: InputErrors) -> str:
    return " ".join(f"{error.field} {error.sentence}" for error in bad.errors)
