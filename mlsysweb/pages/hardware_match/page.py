"""What the page of matches may show. Templates see nothing else beside the form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Card, Figure, Link


@dataclass(frozen=True)
class Match:
    """A chip held against the target: how many it takes, what it is shortest of, what they cost."""

    chip: Link
    needed: str
    tightest: str
    price: str
    alone: bool


@dataclass(frozen=True)
class HardwareMatchPage:
    """What the target asks of hardware, and the catalog's answer, the fewest devices first."""

    verdict: str
    cards: tuple[Card, ...]
    figure: Figure | None
    matches: tuple[Match, ...]
    unknown: int
    wall: Link
    url: str
