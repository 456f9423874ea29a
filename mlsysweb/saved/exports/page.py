"""What the pages of exports may show. Templates see nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Reference, ResultPage


@dataclass(frozen=True)
class PrintPage:
    """A scenario on one sheet, or in a frame: what was asked, what it says, its first chart, where it comes from."""

    title: str
    what: str
    when: str
    url: str
    asked: tuple[tuple[str, str], ...]
    result: ResultPage | None
    shown: str
    styles: str
    facts: tuple[Reference, ...]


@dataclass(frozen=True)
class ImportPage:
    """What was pasted, and what is wrong with it."""

    text: str
    errors: tuple[str, ...] = ()
