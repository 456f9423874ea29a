"""Template context of the home page, beside the form of the live roofline."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Link, ResultPage, WallPicture


@dataclass(frozen=True)
class WallTile:
    """One of the numbered walls on the map; `topic` is the field's name for what the tutorial calls `name`, empty for
    a tool; `url` is empty where the wall has no solver yet. `picture` is None for a tool, and where the catalog lacks
    a row of the wall's default question."""

    number: int
    name: str
    topic: str
    question: str
    url: str
    picture: WallPicture | None = None


@dataclass(frozen=True)
class MapDomain:
    """The walls of one domain of the taxonomy, and its tools that are no walls; `id` sets their colour."""

    id: str
    name: str
    walls: tuple[WallTile, ...]
    tools: tuple[WallTile, ...]


@dataclass(frozen=True)
class PartLinks:
    """One part of the tutorial, with links to its lesson and its questions."""

    number: int
    lesson: str
    title: str
    sentence: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class HomePage:
    """The live roofline, the number of walls, the tools, the map of the walls, and the tutorial as a reading path.
    `picture` is the roofline as an SVG element, for readers without a script."""

    walls: int
    roofline: ResultPage
    tools: tuple[Link, ...]
    domains: tuple[MapDomain, ...]
    parts: tuple[PartLinks, ...]
    picture: str = ""
