"""What any page may show of a result: strings, numbers and figures, ready to be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere; `current` marks the one that is on."""

    words: str
    url: str
    current: bool = False
    title: str = ""


@dataclass(frozen=True)
class Card:
    """One found figure. `kind` is the colour's fixed meaning: compute, memory, overhead, money, carbon or none.
    `number` is what `value` says, in `unit`, for whoever compares it with another card's; there is none of a word."""

    name: str
    label: str
    value: str
    help: str
    kind: str
    number: float | None = None
    unit: str = ""
    display_unit: str = ""


@dataclass(frozen=True)
class Table:
    """A figure's numbers as text, for readers without the picture."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A chart: `plot` is Plotly's data and layout as JSON that is safe inside a script element."""

    id: str
    title: str
    description: str
    plot: str
    table: Table


@dataclass(frozen=True)
class NamedTable:
    """A table of a page with its heading."""

    title: str
    table: Table


@dataclass(frozen=True)
class PageSummary:
    """What a page over many walls comes to, whatever its layout: the verdict and what colours it, its headline figures,
    its charts, its other tables. It is what lists, cards, sheets, comparisons and exports are made from. `exports` are
    files of the page's own, which ask anew."""

    verdict: str
    kind: str
    cards: tuple[Card, ...]
    figures: tuple[Figure, ...]
    tables: tuple[NamedTable, ...]
    exports: tuple[Link, ...] = ()


@dataclass(frozen=True)
class WorkingStep:
    """One equation of the working, in symbols and with its numbers put in, as MathML."""

    label: str
    symbols: str
    numbers: str
    value: str


@dataclass(frozen=True)
class Reference:
    """A source a reader can open."""

    text: str
    url: str


@dataclass(frozen=True)
class CalibrationLink:
    """A named set of efficiencies; `current` marks the one whose values are on."""

    name: str
    words: str
    url: str
    current: bool


@dataclass(frozen=True)
class ResultPage:
    """The right side of a wall's page, and the whole of a saved one. `kind` colours the verdict."""

    verdict: str
    kind: str
    headline: tuple[Card, ...]
    cards: tuple[Card, ...]
    figures: tuple[Figure, ...]
    working: tuple[WorkingStep, ...]
    notes: tuple[str, ...]
    calibrations: tuple[CalibrationLink, ...]
    assumptions: tuple[str, ...]
    excludes: tuple[str, ...]
    sources: tuple[Reference, ...]
    facts: tuple[Reference, ...]
    link: str


@dataclass(frozen=True)
class Case:
    """One of the two questions: what it asks beside the defaults, what it finds, and the page that shows it."""

    asked: str
    found: str
    url: str


@dataclass(frozen=True)
class FallacyResult:
    """A claim and what is true of it. `refuted` is false where the catalog of today bears the claim out; there are no
    sides where one of the questions has no answer."""

    claim: str
    truth: str
    label: str
    before: Case | None
    after: Case | None
    refuted: bool
