"""Template context of the poster."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import WallPicture


@dataclass(frozen=True)
class Symbol:
    """A symbol of an equation as MathML, and its meaning."""

    letter: str
    words: str


@dataclass(frozen=True)
class Formula:
    """An equation as MathML, the two sides separate so that a narrow column can break between them."""

    left: str
    right: str
    symbols: tuple[Symbol, ...]


@dataclass(frozen=True)
class Tile:
    """A wall, its picture, equation and consequence. Without a solver it has no question, equation, link or picture."""

    number: int
    name: str
    question: str
    equation: Formula | None
    consequence: str
    url: str
    picture: WallPicture | None = None


@dataclass(frozen=True)
class PosterDomain:
    """The walls of one domain of the taxonomy; `id` sets their colour."""

    id: str
    name: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class LawFactor:
    """A factor of the iron law and the walls that determine it."""

    symbol: Symbol
    walls: tuple[str, ...]


@dataclass(frozen=True)
class Law:
    """The iron law with its factors."""

    title: str
    left: str
    right: str
    factors: tuple[LawFactor, ...]
    url: str


@dataclass(frozen=True)
class SiteCode:
    """The address of the site without its scheme, and its QR code as an SVG element."""

    address: str
    svg: str


@dataclass(frozen=True)
class PosterPage:
    """All walls by domain, the iron law if there is a solver for it, and the code that leads from paper to the site."""

    domains: tuple[PosterDomain, ...]
    law: Law | None
    site: SiteCode | None = None
