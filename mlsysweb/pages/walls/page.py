"""What a wall's page may show beside its form and result. Templates see nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import FallacyResult, Link, ResultPage


@dataclass(frozen=True)
class DownstreamWall:
    """A wall that takes what this one found: its page with these values, and what they are."""

    wall: Link
    gives: str


@dataclass(frozen=True)
class WallPage:
    """What frames form and result: whose page it is and where to go from here."""

    name: str
    walls: str
    domain: str
    title: str
    question: str
    about: str
    factor: str
    result: ResultPage | None
    command: str
    api: str
    sensitivity_url: str
    fallacies: tuple[FallacyResult, ...]
    before: Link | None
    after: Link | None
    feeds: tuple[DownstreamWall, ...]
