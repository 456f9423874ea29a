"""Stage 5: a saved scenario as its page shows it. Reads, never solves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from mlsysweb.results.page import Link, ResultPage

from .page import SavedPage


@dataclass(frozen=True)
class Told:
    """What is known of a scenario and the version to show, read from the database. `link` is its path, `url` that with
    the host; `what` the page it was kept from."""

    id: str
    title: str
    what: str
    path: str
    link: str
    url: str
    mine: bool
    created: datetime
    solver: str
    solver_version: str
    number: int
    numbers: tuple[int, ...]
    question: Mapping[str, str]
    kept: Mapping[str, Any]


def saved_page(told: Told, result: ResultPage | None) -> SavedPage:
    """What was kept, and the link that asks the same question again of today's catalog."""
    query = urlencode(told.question)
    return SavedPage(
        id=told.id,
        title=told.title,
        when=told.created.strftime("%-d %B %Y, %H:%M UTC"),
        what=told.what,
        version=told.solver_version,
        number=told.number,
        versions=tuple(Link(str(n), f"{told.link}v/{n}/", n == told.number) for n in told.numbers),
        url=told.url,
        open_url=f"{told.path}?{query}" if query else told.path,
        mine=told.mine,
        result=result,
        shown=told.kept.get("shown", ""),
        styles=f"css/{told.solver}.css" if result is None else "",
    )
