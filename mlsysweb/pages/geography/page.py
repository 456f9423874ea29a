"""Template context of carbon geography, beside the form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Card, Figure, Link, NamedTable, PageSummary, Table


@dataclass(frozen=True)
class PlaceRow:
    """A row of the table: the figures of a place as text, and the link that picks it; `mark` is its role among them."""

    place: Link
    mix: str
    intensity: str
    carbon: str
    water: str
    cost: str
    mark: str

    @property
    def head(self) -> Link:
        """Return the cell that the row is called by."""
        return self.place

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the other cells."""
        return (self.mix, self.intensity, self.carbon, self.water, self.cost, self.mark)


@dataclass(frozen=True)
class Band:
    """A step of the map's colour scale."""

    number: int
    words: str


@dataclass(frozen=True)
class GeographyPage:
    """The chosen place beside all others. `map` is JSON by country (colour band, hover text, slug); `picked` is the
    slug of the chosen grid, `region` the name of the cloud region chosen instead, `country` the ISO code of the country
    it lies in. `priced` says whether electricity prices of several places are known."""

    verdict: str
    placement: str
    cards: tuple[Card, ...]
    bands: tuple[Band, ...]
    map: str
    picked: str
    figures: tuple[Figure, ...]
    rows: tuple[PlaceRow, ...]
    unknown: str
    wall: Link
    notes: tuple[str, ...]
    url: str
    region: str = ""
    country: str = ""
    priced: bool = True

    def summary(self) -> PageSummary:
        columns = (
            "Location",
            "Main source",
            "Carbon intensity",
            "Emissions (CO₂e)",
            "Water",
            "Electricity cost",
            "Note",
        )
        rows = ((row.head.words, *row.cells) for row in self.rows)
        places = NamedTable("All locations, lowest carbon intensity first", Table(columns, tuple(rows)))
        return PageSummary(f"{self.verdict} {self.placement}", "carbon", self.cards, self.figures, (places,))
