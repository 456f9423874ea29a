"""Template context of the gallery."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Card, Figure, Link


@dataclass(frozen=True)
class VoteView:
    """The vote for a design. `action` receives it, empty where the reader cannot vote; `voted` says whether they did,
    `own` that the design is theirs. `count` is None while the class does not see the votes."""

    number: int
    action: str
    voted: bool
    own: bool
    count: str | None
    error: str = ""


@dataclass(frozen=True)
class GalleryEntry:
    """A design handed in: its number and place, who (empty while names are hidden), its page, verdict, headline figures
    and votes. `mark` says that it is on the Pareto front."""

    number: int
    place: int | None
    who: str
    scenario: Link
    verdict: str
    kind: str
    figures: tuple[Card, ...]
    ranked: Card | None
    mark: str
    vote: VoteView


@dataclass(frozen=True)
class GalleryChoice:
    """An option of a setting of the gallery."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class GallerySettings:
    """The instructor's settings of a gallery: the figure that ranks it, in which direction, the figure drawn against
    cost, and whether names are hidden. `action` receives them."""

    action: str
    rankings: tuple[GalleryChoice, ...]
    drawn: tuple[GalleryChoice, ...]
    highest_first: bool
    names_hidden: bool


@dataclass(frozen=True)
class Gallery:
    """The designs of a class as shown to one reader: entries in their order, what ranks them in words, and the chart of
    all. `settings` are for the instructor alone."""

    entries: tuple[GalleryEntry, ...]
    order: str
    figure: Figure | None
    settings: GallerySettings | None = None
