"""What the home page may show. Templates see nothing else beside the form of the live roofline."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Link, ResultPage


@dataclass(frozen=True)
class WallTile:
    """One of the numbered walls on the map; an empty `url` means it is still to come."""

    number: int
    name: str
    question: str
    url: str


@dataclass(frozen=True)
class MapDomain:
    """Walls that limit the same part of a system."""

    name: str
    walls: tuple[WallTile, ...]


@dataclass(frozen=True)
class PartLinks:
    """One part of the tutorial, with the questions it opens."""

    number: int
    title: str
    sentence: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class HomePage:
    """The live roofline, the pages over many walls, the map of the walls and the tutorial as a reading path."""

    roofline: ResultPage
    tools: tuple[Link, ...]
    domains: tuple[MapDomain, ...]
    parts: tuple[PartLinks, ...]
