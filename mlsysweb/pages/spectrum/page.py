"""What the page of the spectrum may show. Templates see nothing else beside the form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Card, FallacyResult, Figure, Link, NamedTable, PageSummary, Table


@dataclass(frozen=True)
class DeviceRow:
    """A device with the model on it. `url` is empty where the roofline's page would refuse the device, `battery` where
    it runs on the mains or its energy is unknown; `why` says what is in the way; `marked` is what it stands out as."""

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
    """Devices of one fate. `ran` says whether there are times to show, `opened` whether it is unfolded at first, `more`
    leads to the rows left out."""

    id: str
    heading: str
    ran: bool
    opened: bool
    rows: tuple[DeviceRow, ...]
    more: Link | None


@dataclass(frozen=True)
class SpectrumPage:
    """Which device is enough, all of them in pictures, and each with what it makes of the model."""

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
        columns = ("Device", "Tier", "TDP", "Price", "Latency", "Energy", "Lives in", "Binds", "Why not")
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
