"""Types for showing a result: strings, numbers and charts, ready for a template."""

from __future__ import annotations

import re
from dataclasses import dataclass

import orjson

_BAR_TRACE = re.compile(r'"type": ?"bar"')
_FIRST_SENTENCE = re.compile(r"(?<=\.)(?<! vs\.) (?=[A-Z\d])")


@dataclass(frozen=True)
class Link:
    """A link; `current` marks the active one."""

    words: str
    url: str
    current: bool = False
    title: str = ""


@dataclass(frozen=True)
class Card:
    """One output. `kind` sets its colour where a page compares resources; cards of a wall have none. `number` is the
    value in `unit`, for comparisons; None for text. `equation` is the id of the equation that computes it, empty where
    the page shows none; `figure` the path below the catalog of the figure of a row that it repeats. `band` is the range
    in which nine of ten measurements lie, and `band_of` which measurements those are; both empty where none were
    made."""

    name: str
    label: str
    value: str
    help: str
    kind: str
    number: float | None = None
    unit: str = ""
    display_unit: str = ""
    equation: str = ""
    figure: str = ""
    band: str = ""
    band_of: str = ""


@dataclass(frozen=True)
class Table:
    """The numbers of a chart as text, for readers who cannot see it."""

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

    @property
    def finding(self) -> str:
        """Return the first sentence of the description, which is all that a projector has room for."""
        return _FIRST_SENTENCE.split(self.description, maxsplit=1)[0]

    @property
    def further(self) -> str:
        """Return the sentences after the first."""
        return self.description[len(self.finding) :].lstrip()

    @property
    def bars(self) -> int:
        """Return the number of horizontal bars, after which a narrow page reserves the height; 0 for other charts and
        for bars in groups."""
        if len(_BAR_TRACE.findall(self.plot)) != 1:
            return 0
        names = orjson.loads(self.plot)["layout"].get("yaxis", {})
        return len(names.get("tickvals", ())) if names.get("autorange") == "reversed" else 0


@dataclass(frozen=True)
class NamedTable:
    """A table of a page with its heading."""

    title: str
    table: Table


@dataclass(frozen=True)
class PageSummary:
    """The summary of a page over many walls, independent of its layout: the verdict and its state (`kind`), headline
    figures, charts and other tables. Lists, previews, sheets, comparisons and exports are made from it. `exports` are
    downloads of the page's own, which compute the answer again."""

    verdict: str
    kind: str
    cards: tuple[Card, ...]
    figures: tuple[Figure, ...]
    tables: tuple[NamedTable, ...]
    exports: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Reference:
    """A source with its link."""

    text: str
    url: str


@dataclass(frozen=True)
class FigureOrigin:
    """A figure of a catalog row that an answer used: label and value, the name of the row, the path of the figure below
    the catalog (empty where the row has no page), and how it was obtained. `source` is None where it is that of the
    row."""

    label: str
    value: str
    row: str
    path: str
    origin: str
    source: Reference | None = None
    note: str = ""


@dataclass(frozen=True)
class WorkingStep:
    """One equation of the working, in symbols and with numbers, as MathML. `anchor` is its id on the page, `figures`
    the figures of catalog rows that it reads."""

    label: str
    symbols: str
    numbers: str
    value: str
    anchor: str = ""
    figures: tuple[FigureOrigin, ...] = ()


@dataclass(frozen=True)
class RowSource:
    """The source of a row that an answer used: the name of the row with its path below the catalog (empty where it has
    none), the source with its link, and the figures of the row that were used."""

    name: str
    row: str
    source: Reference
    figures: tuple[FigureOrigin, ...] = ()

    @property
    def text(self) -> str:
        """Return row and source in one line, for a sheet of paper."""
        return f"{self.name}: {self.source.text}"


@dataclass(frozen=True)
class CalibrationLink:
    """A calibration; `current` marks the one whose values are in use. Without a `name` it is one of a visitor, which is
    shown but is no choice of every page."""

    name: str
    label: str
    words: str
    url: str
    current: bool


@dataclass(frozen=True)
class ResultPage:
    """The result of a wall. `kind` is the verdict's state, which sets its colour; empty for a result stored without."""

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
    facts: tuple[RowSource, ...]
    link: str

    @property
    def efficiencies(self) -> str:
        """Return the efficiencies the answer is computed with, `measured efficiencies`; empty for a wall without."""
        if not self.calibrations:
            return ""
        current = next((each for each in self.calibrations if each.current), None)
        if current is not None and not current.name:
            return f"the calibration {current.label}"
        return f"{current.label.lower() if current else 'custom'} efficiencies"

    @property
    def verdict_sentences(self) -> tuple[str, str]:
        """Return the first sentence of the verdict, and the others."""
        first, full_stop, others = self.verdict.partition(". ")
        return (f"{first}.", others) if full_stop else (first, "")


@dataclass(frozen=True)
class WallPicture:
    """A wall's chart as an SVG element, and a figure of the same answer: its label and its value."""

    svg: str
    label: str
    value: str


@dataclass(frozen=True)
class Case:
    """One of the two questions: its inputs that differ from the defaults, its result, and its page."""

    asked: str
    found: str
    url: str


@dataclass(frozen=True)
class Guess:
    """One of the outcomes that a reader may predict, and whether it is the calculated one."""

    words: str
    right: bool


@dataclass(frozen=True)
class FallacyResult:
    """A fallacy and its refutation. `refuted` is false where today's catalog confirms the claim; the cases are None
    where a question has no answer. `guesses` are the outcomes to predict from."""

    claim: str
    truth: str
    label: str
    before: Case | None
    after: Case | None
    refuted: bool
    guesses: tuple[Guess, ...] = ()
