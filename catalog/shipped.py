"""The figures that come with the site, as `data/*.csv` has them: checked cell by cell, turned into SI."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, ForeignKey

from solvers.errors import InputError
from solvers.quantities import scaled
from solvers.specs import Precision

from .fields import QuantityField
from .models import Accelerator, CloudRegion, Dataset, Fabric, Fleet, Grid, Model, Node, Row, Storage

FOLDER = Path(__file__).parent / "data"
FILES: dict[type[Row], tuple[str, ...]] = {
    Accelerator: ("accelerators.csv",),
    Model: ("models.csv",),
    Fabric: ("fabrics.csv",),
    Node: ("nodes.csv",),
    Fleet: ("fleets.csv",),
    Grid: ("grids.csv", "grids_tutorial.csv"),
    CloudRegion: ("cloud_regions.csv",),
    Dataset: ("datasets.csv",),
    Storage: ("storage.csv",),
}

# The unit a header ends in; the first that fits counts. Headers without one are in SI or are no figure.
_UNITS = {
    "_usd_per_gb_month": "USD/GB/month", "_usd_per_hour": "USD/hour", "_usd_per_kwh": "USD/kWh", "_g_per_kwh": "g/kWh",
    "_l_per_kwh": "L/kWh", "_per_s": "1/s", "_bytes_s": "byte/s", "_bytes": "byte", "_flops": "flop", "_pct": "percent",
    "_usd": "USD", "_mw": "MW", "_mm2": "mm**2", "_nm": "nm", "_kg": "kg", "_w": "W", "_hz": "Hz", "_s": "s",
}  # fmt: skip
# Where the column's name is not the header's without its unit.
_RENAMED = {
    "deployment_tier": "tier", "interconnect_name": "interconnect", "idle_w": "idle_power", "sleep_w": "sleep_power",
    "vocab_size": "vocabulary", "inference_flops": "inference_flop", "training_flops": "training_flop",
    "peak_activation_bytes": "activation_bytes", "accelerator_slug": "accelerator", "intra_node_fabric_slug": "fabric",
    "node_slug": "node", "fabric_slug": "fabric", "grid_slug": "grid", "node_count": "nodes", "parent_iso3": "country",
    "country_iso3": "country", "water_usage_l_per_kwh": "water_intensity", "renewable_pct": "share_renewable",
    "carbon_intensity_alt_g_per_kwh": "carbon_intensity_alternative",
    "mlsysim_030_carbon_intensity_g_per_kwh": "carbon_intensity_alternative", "bytes": "size",
    "mean_sample_bytes": "sample_bytes", "samples_per_s": "sample_rate",
    **{f"peak_flops_{p.name.lower()}": f"peak_{p.name.lower()}" for p in Precision},
}  # fmt: skip
_PROVIDERS = {"aws": "AWS", "gcp": "Google Cloud", "azure": "Azure"}


class BadData(ValueError):
    """A cell nobody can use; the message names file, line and column."""


@dataclass(frozen=True)
class Record:
    """One line of a file: values by column of the table, a slug where the column points at another table."""

    table: type[Row]
    place: str
    values: dict[str, Any]

    @property
    def slug(self) -> str:
        return str(self.values["slug"])


@dataclass(frozen=True)
class _Column:
    """What a header stands for. A figure without a unit in its header is in SI."""

    header: str
    field: Field[Any, Any]
    unit: str

    def value(self, cell: str) -> Any:
        if isinstance(self.field, QuantityField):
            return self._figure(cell)
        if isinstance(self.field, ForeignKey):
            return cell or None
        return self.field.clean(cell or (None if self.field.null else ""), None)

    def _figure(self, cell: str) -> float | None:
        if not cell:
            return None
        declared = self.field.declared
        try:
            return declared.check("", scaled(float(cell), self.unit or declared.unit, declared.unit))
        except InputError as error:
            raise ValidationError(error.sentence) from None
        except ValueError:
            raise ValidationError(f"needs a number; '{cell}' is none.") from None


def records(table: type[Row], folder: Path = FOLDER) -> list[Record]:
    """All lines of a table's files. Raises BadData."""
    found: list[Record] = []
    places: dict[tuple[str, str], str] = {}
    for record in (record for name in FILES[table] for record in _lines(table, folder / name)):
        for column in ("slug", "name"):
            value = record.values[column]
            if (place := places.setdefault((column, value.lower()), record.place)) != record.place:
                raise BadData(f"{record.place}, {column}: '{value}' is also in {place}.")
        found.append(record)
    return found


def _lines(table: type[Row], path: Path) -> Iterator[Record]:
    with path.open(newline="", encoding="utf-8") as file:
        lines = csv.reader(file)
        columns = [_column(table, header, path.name) for header in next(lines, [])]
        for cells in lines:
            place = f"{path.name}, line {lines.line_num}"
            if len(cells) != len(columns):
                raise BadData(f"{place}: has {len(cells)} cells, the header {len(columns)}.")
            values = {
                column.field.name: _cell(column, cell.strip(), place)
                for column, cell in zip(columns, cells, strict=True)
            }
            yield Record(table, place, _completed(table, values))


def _column(table: type[Row], header: str, file: str) -> _Column:
    end = next((end for end in _UNITS if header.endswith(end)), "")
    try:
        field = table._meta.get_field(_RENAMED.get(header, header.removesuffix(end)))
    except FieldDoesNotExist:
        raise BadData(f"{file}, line 1, {header}: is no column of {table._meta.verbose_name_plural}.") from None
    return _Column(header, field, _UNITS.get(end, ""))


def _cell(column: _Column, cell: str, place: str) -> Any:
    try:
        return column.value(cell)
    except ValidationError as error:
        raise BadData(f"{place}, {column.header}: {' '.join(error.messages)}") from None


def _completed(table: type[Row], values: dict[str, Any]) -> dict[str, Any]:
    """What the files leave to be said once: the name of a cloud region, and that a tutorial's grid is no measurement."""
    if table is CloudRegion:
        provider = _PROVIDERS.get(values["provider"], values["provider"])
        return {**values, "provider": provider, "name": f"{provider} {values['region']}, {values['location']}"}
    return {"region_type": Grid.RegionType.CLASSROOM, **values} if table is Grid else values
