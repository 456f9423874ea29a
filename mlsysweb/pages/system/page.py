"""Template context of the system pages, beside the form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Card, Figure, Link, NamedTable, PageSummary, Table

# The factor of the iron law above the fraction: the FLOPs of the run.
_WORK = "total_ops"


@dataclass(frozen=True)
class KeyFigure:
    """A key figure: its text, and its number, from which the page tells what an update changed."""

    card: Card
    number: str
    wall: Link


@dataclass(frozen=True)
class WallRow:
    """A wall's verdict on the system. `strain` is the utilization of its limit, 0 to 1 for the meter, with its text;
    empty where it is unknown. `advice` is what other results of the system say to change."""

    number: int
    name: str
    link: Link
    kind: str
    verdict: str
    meter: str
    strain: str
    of: str
    advice: str = ""


@dataclass(frozen=True)
class WallGroup:
    """The walls under one heading, highest utilization first."""

    heading: str
    walls: tuple[WallRow, ...]


@dataclass(frozen=True)
class FactorRow:
    """One factor of the iron law: its value, the time lost to it, the walls that determine it, and its page."""

    card: Card
    loss: str
    owners: tuple[Link, ...]


@dataclass(frozen=True)
class IronLawPage:
    """A training run as five factors, and the effective rate after each of them. `kind` is the verdict's state.
    `prediction_errors` are sentences on how far its steps are predicted from measurements."""

    verdict: str
    description: str
    factors: tuple[FactorRow, ...]
    figure: Figure | None
    wall: Link
    presets: tuple[Link, ...]
    url: str
    kind: str = ""
    prediction_errors: tuple[str, ...] = ()

    def summary(self) -> PageSummary:
        rows = ((f.card.label, f.card.value, f.loss, ", ".join(o.words for o in f.owners)) for f in self.factors)
        table = NamedTable(
            "Factors and the walls that determine them",
            Table(("Factor", "Value", "Time lost", "Determined by"), tuple(rows)),
        )
        return PageSummary(
            f"{self.verdict} {self.description}",
            self.kind,
            (*(factor.card for factor in self.factors), *self._wall_counts()),
            (self.figure,) if self.figure else (),
            (table,),
        )

    def _wall_counts(self) -> tuple[Card, Card]:
        """Return how many walls stand under a factor, and how many of them not under the work to be done."""
        every = sum(len(factor.owners) for factor in self.factors)
        work = sum(len(factor.owners) for factor in self.factors if factor.card.name == _WORK)
        return (
            _count("walls", "Walls under a factor", "Walls that determine a factor of the law.", every),
            _count("walls_of_rate", "Walls under a factor of the rate", "All but those of the FLOPs.", every - work),
        )


def _count(name: str, label: str, help: str, number: int) -> Card:
    return Card(name, label, str(number), help, "", float(number), "1")


@dataclass(frozen=True)
class SystemPage:
    """The whole system: the first limit with its state (`kind`), its key figures, all walls by utilization, and the
    totals. `prediction_errors` are sentences on how far serving and training are predicted from measurements."""

    binding: str
    description: str
    keys: tuple[KeyFigure, ...]
    groups: tuple[WallGroup, ...]
    notes: tuple[str, ...]
    presets: tuple[Link, ...]
    url: str
    query: str
    kind: str = ""
    prediction_errors: tuple[str, ...] = ()

    def summary(self) -> PageSummary:
        columns = ("Wall", "Takes", "Of", "Verdict")
        tables = (
            NamedTable(group.heading, Table(columns, tuple((w.name, w.strain, w.of, w.verdict) for w in group.walls)))
            for group in self.groups
        )
        cards = tuple(key.card for key in self.keys)
        return PageSummary(f"{self.binding} {self.description}", self.kind, cards, (), tuple(tables))
