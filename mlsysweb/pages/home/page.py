"""Template context of the home page, beside the form of the live roofline."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Link, ResultPage


@dataclass(frozen=True)
class WallTile:
    """One of the numbered walls on the map; `topic` is the field's name for what the tutorial calls `name`, empty for
    a tool; `url` is empty where the wall has no solver yet."""

    number: int
    name: str
    topic: str
    question: str
    url: str


@dataclass(frozen=True)
class MapDomain:
    """The walls of one domain of the taxonomy."""

    name: str
    walls: tuple[WallTile, ...]


@dataclass(frozen=True)
class PartLinks:
    """One part of the tutorial, with links to its questions."""

    number: int
    title: str
    sentence: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class HomePage:
    """The live roofline, the number of walls, the tools, the map of the walls, and the tutorial as a reading path."""

    walls: int
    roofline: ResultPage
    tools: tuple[Link, ...]
    domains: tuple[MapDomain, ...]
    parts: tuple[PartLinks, ...]
