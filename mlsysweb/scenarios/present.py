"""Stage 5: a saved scenario as its page shows it. Reads, never solves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mlsysweb.results.page import ResultPage
from solvers.declare import Solver

from .page import SavedPage


def saved_page(
    solver: Solver[Any, Any], result: ResultPage, *, id: str, title: str, when: datetime, version: str, url: str
) -> SavedPage:
    """What was kept, and the link that asks the same question again of today's catalog."""
    return SavedPage(
        id=id, title=title, when=when.strftime("%-d %B %Y, %H:%M UTC"), solver_title=solver.title, version=version,
        url=url, open_url=result.link, result=result,
    )  # fmt: skip
