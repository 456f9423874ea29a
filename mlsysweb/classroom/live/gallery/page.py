"""Template context of the gallery."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Card, Figure


@dataclass(frozen=True)
class VoteView:
    """The vote for an entry. `action` receives it with the slug of the frame, empty where the reader cannot vote;
    `voted` says whether they did, `own` that the entry is theirs. `count` is None while the class does not see the
    votes, `word` is what the entry is called."""

    id: str
    frame: str
    word: str
    number: int
    action: str
    voted: bool
    own: bool
    count: str | None
    error: str = ""


@dataclass(frozen=True)
class GalleryEntry:
    """A design handed in, or an answer that names a wall: its number and place, who (empty while names are hidden),
    title with its page (both empty for an answer), verdict, labelled texts, headline figures and votes. `mark` says
    that it is on the Pareto front, `missed` by how much it misses the constraint. `hidden` is None for a reader who
    cannot hide it."""

    id: str
    number: int
    place: int | None
    who: str
    title: str
    url: str
    verdict: str
    kind: str
    texts: tuple[tuple[str, str], ...]
    figures: tuple[Card, ...]
    ranked: Card | None
    mark: str
    vote: VoteView
    hidden: bool | None
    missed: str = ""


@dataclass(frozen=True)
class GalleryGroup:
    """Entries that belong together: those that name the same wall, with its page. The designs of a class are one group
    without a title."""

    title: str
    url: str
    entries: tuple[GalleryEntry, ...]


@dataclass(frozen=True)
class GalleryChoice:
    """An option of a setting of the gallery."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class ConstraintSettings:
    """The constraint that an instructor sets: the figures to choose from, whether the limit is a lower one, and the
    limit typed in `unit`. `id` changes with the limit, so that an update keeps what is being typed. `error` says what
    is wrong with the limit sent last."""

    figures: tuple[GalleryChoice, ...]
    at_least: bool
    limit: str
    unit: str
    id: str
    error: str = ""


@dataclass(frozen=True)
class GallerySettings:
    """The instructor's settings of a gallery: what ranks it, in which direction, the figure drawn against cost, and
    whether names are hidden. `action` receives them, `hide_action` which entry is hidden. `names` is False where the
    class never sees names, `directed` where the ranking has only one direction. `constraint` is None where nothing
    handed in has figures."""

    action: str
    hide_action: str
    rankings: tuple[GalleryChoice, ...]
    drawn: tuple[GalleryChoice, ...]
    highest_first: bool
    names_hidden: bool
    names: bool
    directed: bool
    constraint: ConstraintSettings | None = None


@dataclass(frozen=True)
class Gallery:
    """The entries that a class handed in as shown to one reader: groups of entries in their order, how many entries,
    their ranking in words, and the chart of designs. `frame` is the slug of the screen, `word` what an entry is called.
    `settings` are for the instructor alone."""

    title: str
    frame: str
    word: str
    groups: tuple[GalleryGroup, ...]
    count: int
    order: str
    figure: Figure | None
    settings: GallerySettings | None = None
