"""What the page of fallacies may show. Templates see nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import FallacyResult, Link


@dataclass(frozen=True)
class FallacyWall:
    """A wall, or a tool without a number, and what is said of it; `id` is where a link to it leads."""

    id: str
    numbers: str
    title: str
    url: str
    fallacies: tuple[FallacyResult, ...]


@dataclass(frozen=True)
class FallacyDomain:
    """Walls that limit the same part of a system."""

    id: str
    name: str
    walls: tuple[FallacyWall, ...]


@dataclass(frozen=True)
class FallaciesPage:
    """All claims by domain and wall; `predict` hides what is true until somebody asks."""

    count: int
    domains: tuple[FallacyDomain, ...]
    modes: tuple[Link, ...]
    predict: bool
