"""Template context of the uncertainty of an answer, and of its form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.forms.page import Form, Option, OptionGroup, ShownUnit
from mlsysweb.show.results.page import Card, Figure, Link, NamedTable, PageSummary, Table

BAND_COLUMNS = ("Output", "Without ranges", "5th percentile", "Median", "95th percentile", "Error of the median")


@dataclass(frozen=True)
class RangeLine:
    """One input with its range as text, its value without ranges, and its share of the variance of the output shown,
    alone and with interactions; empty where these are unknown."""

    name: str
    label: str
    text: str
    point: str
    first: str = ""
    total: str = ""


@dataclass(frozen=True)
class BandLine:
    """One output of one system: the cells of `BAND_COLUMNS` after its label. `current` marks the output whose charts
    are shown, `url` shows its charts."""

    label: str
    system: str
    cells: tuple[str, ...]
    url: str
    current: bool


@dataclass(frozen=True)
class ShareLine:
    """The verdict, or an output that is a word, and the share of samples with each of its values as text. `varies` if
    it has several."""

    label: str
    system: str
    shares: str
    varies: bool


@dataclass(frozen=True)
class UncertaintyPage:
    """The uncertainty of a wall's answer. `kind` is the state of the verdict without ranges. `notes` say what was left
    out and how far the figures are known."""

    verdict: str
    kind: str
    cards: tuple[Card, ...]
    figures: tuple[Figure, ...]
    ranges: tuple[RangeLine, ...]
    bands: tuple[BandLine, ...]
    shares: tuple[ShareLine, ...]
    rankings: tuple[str, ...]
    notes: tuple[str, ...]
    shown: str
    wall: Link
    url: str
    csv: str
    json: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the header of the table of bands."""
        return BAND_COLUMNS

    def summary(self) -> PageSummary:
        bands = ((f"{line.label}{_of(line.system)}", *line.cells) for line in self.bands)
        ranges = ((line.label, line.text, line.point, line.first, line.total) for line in self.ranges)
        shares = ((f"{line.label}{_of(line.system)}", line.shares) for line in self.shares)
        head = ("Input", "Range", "Without ranges", f"First-order index ({self.shown})", f"Total index ({self.shown})")
        tables = [
            NamedTable("Bands", Table(BAND_COLUMNS, tuple(bands))),
            NamedTable("Ranges", Table(head, tuple(ranges))),
            NamedTable("Verdicts", Table(("Output", "Share of samples"), tuple(shares))),
            NamedTable("Rankings", Table(("Comparison",), tuple((line,) for line in self.rankings))),
        ]
        tables = [each for each in tables if each.table.rows]
        return PageSummary(self.verdict, self.kind, self.cards, self.figures, tuple(tables))


def _of(system: str) -> str:
    return f", {system}" if system else ""


@dataclass(frozen=True)
class RangeRow:
    """The fields of one range: how it is given, its ends, the percentage to both sides, whether the catalog has a
    range of its own, and the error."""

    number: int
    name: str
    label: str
    how: str
    low: str
    high: str
    share: str
    catalog: bool
    unit: ShownUnit | None
    error: str


@dataclass(frozen=True)
class UncertaintyForm:
    """The form of the page: the ranges, the inputs that may get one, the number of samples, and below them the fields
    of the wall's question. `walls` are the other walls, `error` belongs to no field."""

    question: Form
    wall: str
    wall_title: str
    rows: tuple[RangeRow, ...]
    inputs: tuple[OptionGroup, ...]
    draws: tuple[Option, ...]
    show: str
    walls: tuple[OptionGroup, ...]
    error: str
    swapped: bool = False

    @property
    def action(self) -> str:
        """Return the path that the form is sent to."""
        return self.question.action

    @property
    def fields(self) -> tuple[object, ...]:
        """Return the fields of the wall's question that are not advanced, for the buttons in the page's header."""
        return self.question.fields
