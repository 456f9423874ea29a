"""What the page of a whole system may show. Templates see nothing else beside the form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Card, Figure, Link


@dataclass(frozen=True)
class KeyFigure:
    """A figure that moves with the others: the number as it is, beside the words, tells what has changed."""

    card: Card
    number: str
    wall: Link


@dataclass(frozen=True)
class WallRow:
    """A wall's verdict on the system. `strain` is how much of what there is it takes, 0 to 1 for the meter, in words
    beside it; empty where it is not known."""

    number: int
    name: str
    link: Link
    kind: str
    verdict: str
    meter: str
    strain: str
    of: str


@dataclass(frozen=True)
class WallGroup:
    """Walls under one heading, the one that takes most first."""

    heading: str
    walls: tuple[WallRow, ...]


@dataclass(frozen=True)
class FactorRow:
    """One factor of the iron law: its value, what its loss costs in time, the walls that own it, and its page."""

    label: str
    value: str
    loss: str
    owners: tuple[Link, ...]


@dataclass(frozen=True)
class IronLawPage:
    """A training run as five factors, and how they are lost one after the other."""

    verdict: str
    description: str
    factors: tuple[FactorRow, ...]
    figure: Figure | None
    wall: Link
    presets: tuple[Link, ...]
    url: str


@dataclass(frozen=True)
class SystemPage:
    """The whole system: what binds first, its key figures, all walls by how much each binds, and what it comes to."""

    binding: str
    description: str
    keys: tuple[KeyFigure, ...]
    groups: tuple[WallGroup, ...]
    notes: tuple[str, ...]
    presets: tuple[Link, ...]
    url: str
    query: str
