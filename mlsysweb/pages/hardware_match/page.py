"""Template context of hardware match, beside the form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Card, Figure, Link, NamedTable, PageSummary, Table


@dataclass(frozen=True)
class Match:
    """A chip compared with the target: how many are needed, the requirement that sets this number, and their cost."""

    chip: Link
    needed: str
    tightest: str
    price: str
    alone: bool


@dataclass(frozen=True)
class HardwareMatchPage:
    """The requirements of the target, and the chips of the catalog, fewest devices first. `kind` is the verdict's
    state."""

    verdict: str
    cards: tuple[Card, ...]
    figure: Figure | None
    matches: tuple[Match, ...]
    unknown: int
    wall: Link
    url: str
    kind: str = ""

    def summary(self) -> PageSummary:
        rows = ((m.chip.words, m.needed, m.tightest, m.price) for m in self.matches)
        table = Table(("Accelerator", "Devices", "Limiting resource", "Total price"), tuple(rows))
        figures = (self.figure,) if self.figure else ()
        return PageSummary(
            self.verdict, self.kind, self.cards, figures, (NamedTable("Ranked by devices needed", table),)
        )
