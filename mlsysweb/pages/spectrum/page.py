"""Template context of the spectrum, beside the form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Card, FallacyResult, Figure, Link, NamedTable, PageSummary, Table


@dataclass(frozen=True)
class DeviceRow:
    """A device with the model on it. `url` is empty where the roofline would reject the device, `battery` where it
    runs on mains power or its energy is unknown; `why` says what prevents it from meeting the target; `marked` is
    its role."""

    name: str
    url: str
    tier: str
    power: str
    price: str
    latency: str
    energy: str
    memory: str
    binds: str
    kind: str
    why: str
    battery: str
    marked: str


@dataclass(frozen=True)
class DeviceTable:
    """The devices of one fate. `ran` says whether their times are shown, `opened` whether the table is initially open,
    `more` links to the rows left out."""

    id: str
    heading: str
    ran: bool
    opened: bool
    rows: tuple[DeviceRow, ...]
    more: Link | None


@dataclass(frozen=True)
class SpectrumPage:
    """The smallest device that meets the target, the charts, and the tables of all devices."""

    verdict: str
    kind: str
    beside: str
    headline: tuple[Card, ...]
    links: tuple[Link, ...]
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    fallacies: tuple[FallacyResult, ...]
    groups: tuple[DeviceTable, ...]
    url: str

    def summary(self) -> PageSummary:
        columns = ("Device", "Tier", "TDP", "Price", "Latency", "Energy", "Weights in", "Bottleneck", "Reason")
        tables = (
            NamedTable(
                group.heading,
                Table(
                    columns,
                    tuple(
                        (r.name, r.tier, r.power, r.price, r.latency, r.energy, r.memory, r.binds, r.why)
                        for r in group.rows
                    ),
                ),
            )
            for group in self.groups
        )
        return PageSummary(self.verdict, self.kind, self.headline, self.figures, tuple(tables))
