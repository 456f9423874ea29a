"""Template context of the fallacies page."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import FallacyResult, Link


@dataclass(frozen=True)
class FallacyWall:
    """A wall (or an unnumbered tool) with its fallacies; `id` is the anchor that links point to."""

    id: str
    numbers: str
    title: str
    url: str
    fallacies: tuple[FallacyResult, ...]


@dataclass(frozen=True)
class FallacyDomain:
    """The walls of one domain of the taxonomy."""

    id: str
    name: str
    walls: tuple[FallacyWall, ...]


@dataclass(frozen=True)
class FallaciesPage:
    """All fallacies by domain and wall; with `predict` each is a card whose answer is folded until the
    reader opens it."""

    count: int
    domains: tuple[FallacyDomain, ...]
    modes: tuple[Link, ...]
    predict: bool
