"""Template context of the serving cost, beside the form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Card, Figure, Link, NamedTable, PageSummary, Table

COLUMNS = (
    "Accelerator",
    "Replicas",
    "p99 TTFT",
    "Owned per month",
    "On demand per month",
    "Spot per month",
    "Per 1M tokens",
    "CO₂e per month",
    "ITL",
    "Devices",
    "Replica",
)


@dataclass(frozen=True)
class AcceleratorCost:
    """The fleet on one accelerator: a link to the serving wall, the cells after its name, the limit it misses (empty
    where it meets the SLO), and whether it is the cheapest."""

    accelerator: Link
    cells: tuple[str, ...]
    missed: str
    best: bool


@dataclass(frozen=True)
class ServingCostPage:
    """The accelerators compared, cheapest first, those that miss the SLO last. `prediction_errors` are sentences on how
    far predictions were from measurements on the cheapest. `note` says how to read the table."""

    verdict: str
    kind: str
    cards: tuple[Card, ...]
    figure: Figure | None
    columns: tuple[str, ...]
    rows: tuple[AcceleratorCost, ...]
    assumptions: tuple[str, ...]
    csv: str
    url: str
    prediction_errors: tuple[str, ...] = ()
    note: str = ""

    def summary(self) -> PageSummary:
        table = Table((*self.columns, "Note"), tuple(self._cells(row) for row in self.rows))
        figures = (self.figure,) if self.figure else ()
        return PageSummary(self.verdict, self.kind, self.cards, figures, (NamedTable("Accelerators", table),))

    def _cells(self, row: AcceleratorCost) -> tuple[str, ...]:
        cells = row.cells or ("",) * (len(self.columns) - 1)
        return (row.accelerator.words, *cells, row.missed or ("cheapest" if row.best else ""))
