"""What the poster may show. Templates see nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Symbol:
    """A letter of an equation as MathML, and what it stands for."""

    letter: str
    words: str


@dataclass(frozen=True)
class Formula:
    """An equation as MathML, its two sides apart so that a narrow column may break between them."""

    left: str
    right: str
    symbols: tuple[Symbol, ...]


@dataclass(frozen=True)
class Tile:
    """A wall, its equation and what follows from it. Without a solver it has no question, no equation and no link."""

    number: int
    name: str
    question: str
    equation: Formula | None
    consequence: str
    url: str


@dataclass(frozen=True)
class PosterDomain:
    """Walls that limit the same part of a system; `id` gives them their colour."""

    id: str
    name: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class LawFactor:
    """A factor of the iron law and the walls that own it."""

    symbol: Symbol
    walls: tuple[str, ...]


@dataclass(frozen=True)
class Law:
    """The iron law, which the walls share among them."""

    title: str
    left: str
    right: str
    factors: tuple[LawFactor, ...]
    url: str


@dataclass(frozen=True)
class PosterPage:
    """All walls by domain, and the law that joins them where there is a solver for it."""

    domains: tuple[PosterDomain, ...]
    law: Law | None
