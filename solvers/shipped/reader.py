"""Reads the shipped files: text by column, figures in SI by the unit in their header.

The only reader of these files: the site's catalog loads its tables with it, and `lookup` makes specs from its lines.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solvers.specs import Accelerator, Dataset, Fabric, Fleet, Grid, Model, Node, Precision, Region, Storage

FOLDER = Path(__file__).parent
FILES: Mapping[type[Any], tuple[str, ...]] = {
    Accelerator: ("accelerators.csv", "accelerators_announced.csv"),
    Model: ("models.csv",),
    Fabric: ("fabrics.csv",),
    Node: ("nodes.csv",),
    Fleet: ("fleets.csv",),
    Grid: ("grids.csv", "grids_tutorial.csv"),
    Region: ("cloud_regions.csv",),
    Dataset: ("datasets.csv",),
    Storage: ("storage.csv",),
}

# Units that end a header: the SI unit, and how many of the header's unit one SI unit is. The first match counts;
# headers without one are in SI or not a figure. Figures are divided, never multiplied by a rounded 1/3600.
_UNITS: Mapping[str, tuple[str, float]] = {
    "_usd_per_gb_month": ("USD/byte/s", 1e9 * 30 * 86400),
    "_usd_per_hour": ("USD/s", 3600.0),
    "_usd_per_kwh": ("USD/J", 3.6e6),
    "_g_per_kwh": ("kg/J", 3.6e9),
    "_l_per_kwh": ("L/J", 3.6e6),
    "_per_s": ("1/s", 1.0),
    "_bytes_s": ("byte/s", 1.0),
    "_bytes": ("byte", 1.0),
    "_flops": ("flop", 1.0),
    "_pct": ("1", 100.0),
    "_usd": ("USD", 1.0),
    "_mm2": ("m**2", 1e6),
    "_nm": ("m", 1e9),
    "_kg": ("kg", 1.0),
    "_mw": ("W", 1e-6),
    "_w": ("W", 1.0),
    "_hz": ("1/s", 1.0),
    "_s": ("s", 1.0),
}
# Columns whose name is not that of the header without its unit.
_RENAMED = {
    "deployment_tier": "tier",
    "interconnect_name": "interconnect",
    "idle_w": "idle_power",
    "sleep_w": "sleep_power",
    "vocab_size": "vocabulary",
    "inference_flops": "inference_flop",
    "training_flops": "training_flop",
    "depthwise_flops": "depthwise_flop",
    "dense_flops": "dense_flop",
    "peak_activation_bytes": "activation_bytes",
    "accelerator_slug": "accelerator",
    "intra_node_fabric_slug": "fabric",
    "node_slug": "node",
    "fabric_slug": "fabric",
    "grid_slug": "grid",
    "node_count": "nodes",
    "parent_iso3": "country",
    "country_iso3": "country",
    "water_usage_l_per_kwh": "water_intensity",
    "renewable_pct": "share_renewable",
    "carbon_intensity_alt_g_per_kwh": "carbon_intensity_alternative",
    "mlsysim_030_carbon_intensity_g_per_kwh": "carbon_intensity_alternative",
    "bytes": "size",
    "mean_sample_bytes": "sample_bytes",
    "samples_per_s": "sample_rate",
    **{f"peak_flops_{p.name.lower()}": f"peak_{p.name.lower()}" for p in Precision},
}
_PROVIDERS = {
    "aws": "AWS",
    "gcp": "Google Cloud",
    "azure": "Azure",
    "oracle": "Oracle Cloud",
    "alibaba": "Alibaba Cloud",
    "ovh": "OVHcloud",
    "hetzner": "Hetzner",
    "scaleway": "Scaleway",
    "nebius": "Nebius",
    "lambda": "Lambda",
    "coreweave": "CoreWeave",
}


class BadData(ValueError):
    """A cell that cannot be used; the message names file, line and column."""


@dataclass(frozen=True)
class Header:
    """A column header. `unit` is the SI unit of its figures if the header has one; `per_si` is how many of the header's
    unit one SI unit is."""

    text: str
    column: str
    unit: str
    per_si: float


@dataclass(frozen=True)
class Cell:
    """One cell of a line; empty where the value is unknown."""

    header: Header
    text: str

    def number(self) -> float | None:
        """Return the figure in SI; None where it is unknown. Raise ValueError for invalid text."""
        if not self.text:
            return None
        value, per = float(self.text), self.header.per_si
        return value * round(1 / per) if per < 1 else value / per


@dataclass(frozen=True)
class Line:
    """One line of a file: its position for error messages, and its cells by column."""

    place: str
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        """Return the text in a column; an empty string where the file has no such column."""
        return self.cells[column].text if column in self.cells else ""

    def number(self, column: str) -> float | None:
        """Return the figure of a column in SI; None where it is unknown. Raise BadData."""
        if column not in self.cells:
            return None
        cell = self.cells[column]
        try:
            return cell.number()
        except ValueError:
            raise BadData(f"{self.place}, {cell.header.text}: needs a number; '{cell.text}' is not one.") from None


def header(text: str) -> Header:
    """Return the parsed header."""
    end = next((end for end in _UNITS if text.endswith(end)), "")
    unit, per_si = _UNITS.get(end, ("", 1.0))
    return Header(text, _RENAMED.get(text, text.removesuffix(end)), unit, per_si)


def lines(kind: type[Any], folder: Path = FOLDER) -> Iterator[Line]:
    """Yield all lines of a kind's files. Raise BadData for a line with too many or too few cells."""
    for name in FILES[kind]:
        yield from _lines(kind, folder / name)


def _lines(kind: type[Any], path: Path) -> Iterator[Line]:
    with path.open(newline="", encoding="utf-8") as file:
        read = csv.reader(file)
        headers = [header(text) for text in next(read, [])]
        for cells in read:
            place = f"{path.name}, line {read.line_num}"
            if len(cells) != len(headers):
                raise BadData(f"{place}: has {len(cells)} cells, the header {len(headers)}.")
            row = {h.column: Cell(h, text.strip()) for h, text in zip(headers, cells, strict=True)}
            yield Line(place, {**row, **_completed(kind, row)})


def _completed(kind: type[Any], row: Mapping[str, Cell]) -> dict[str, Cell]:
    """Return the row with derived columns: the name of a cloud region, that a tutorial's grid is not measured, and that
    a chip is sold."""
    if kind is Region:
        provider = _PROVIDERS.get(row["provider"].text, row["provider"].text)
        name = f"{provider} {row['region'].text}, {row['location'].text}"
        return {"provider": Cell(row["provider"].header, provider), "name": Cell(header("name"), name)}
    if kind is Grid and "region_type" not in row:
        return {"region_type": Cell(header("region_type"), "classroom")}
    if kind is Accelerator and "announced" not in row:
        return {"announced": Cell(header("announced"), "0")}
    return {}
