"""The tables of the catalog as the public pages read them: columns from the models and the groups of the admin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.utils.text import capfirst

from catalog.fields import QuantityField
from catalog.models import (
    TABLES,
    Accelerator,
    CatalogRow,
    CloudRegion,
    Dataset,
    Fabric,
    Fleet,
    Grid,
    Model,
    Node,
    Storage,
)
from catalog.table_cache import catalog_table
from mlsysweb.show.catalog_paths import TABLE_PATHS
from solvers import specs

from .columns import BrowsedTable, CatalogRecord, Column, Kind, RowName

# Columns of a row that describe the row rather than what it stands for.
_OWN = frozenset({"name", "slug", "archived", "edited_at"})
_PROVENANCE = ("source", "source_url", "source_date", "verified", "note")


@dataclass(frozen=True)
class _Layout:
    """How a table is shown; see `BrowsedTable`. `also` are properties of the rows shown beside their columns."""

    about: str
    filters: tuple[str, ...]
    shown: tuple[str, ...]
    across: str
    up: str
    coloured: str
    peers: str
    sort: str = "name"
    also: tuple[tuple[str, str], ...] = ()


_LAYOUTS: dict[type[CatalogRow], _Layout] = {
    Accelerator: _Layout(
        "Chips from microcontroller to wafer scale: dense peak FLOP/s, memory, power, price and embodied carbon.",
        ("tier", "vendor", "release_year"),
        ("vendor", "release_year", "tier", "peak_fp16", "memory_capacity", "memory_bandwidth", "tdp", "unit_price"),
        "release_year",
        "peak_fp16",
        "tier",
        "tier",
        "-release_year",
    ),
    Model: _Layout(
        "Neural networks: size, geometry, KV cache, experts, and the work of a pass and of training.",
        ("family", "architecture", "task", "release_year"),
        ("family", "release_year", "architecture", "parameters", "active_parameters", "layers", "context_length"),
        "release_year",
        "parameters",
        "architecture",
        "architecture",
        "-release_year",
    ),
    Fabric: _Layout(
        "Networks within and between nodes: bandwidth and latency of one endpoint, one way.",
        ("kind", "topology"),
        ("kind", "bandwidth", "latency", "topology"),
        "bandwidth",
        "latency",
        "kind",
        "kind",
    ),
    Node: _Layout(
        "Servers: their accelerators, the fabric between them, network cards, power and price.",
        ("vendor",),
        ("accelerator", "accelerators_per_node", "fabric", "nic_bandwidth", "max_power", "price"),
        "accelerators_per_node",
        "max_power",
        "vendor",
        "",
        also=(("vendor", "Vendor"),),
    ),
    Fleet: _Layout(
        "Clusters: how many nodes of which kind, joined by which fabric, and on which grid where that is known.",
        ("vendor",),
        ("node", "nodes", "fabric", "grid", "power", "pue"),
        "nodes",
        "power",
        "vendor",
        "",
        also=(("vendor", "Vendor"),),
    ),
    Grid: _Layout(
        "Electricity by country, state and zone: carbon intensity, price, water and fuel mix.",
        ("region_type", "carbon_basis", "main_mix"),
        ("region_type", "carbon_intensity", "carbon_basis", "year", "electricity_price", "main_mix"),
        "carbon_intensity",
        "electricity_price",
        "region_type",
        "region_type",
    ),
    CloudRegion: _Layout(
        "Regions of cloud providers: the grid they draw from, carbon intensity, PUE and WUE.",
        ("provider", "country", "carbon_basis"),
        ("provider", "location", "grid", "carbon_intensity", "carbon_year", "pue", "wue"),
        "carbon_intensity",
        "pue",
        "provider",
        "provider",
    ),
    Dataset: _Layout(
        "Datasets that models are trained on: samples, tokens and bytes.",
        ("domain",),
        ("domain", "samples", "tokens", "size", "sample_bytes"),
        "samples",
        "sample_bytes",
        "domain",
        "domain",
    ),
    Storage: _Layout(
        "Disks, file systems, object stores and preprocessing workers.",
        ("kind",),
        ("kind", "bandwidth", "latency", "iops", "price"),
        "bandwidth",
        "price",
        "kind",
        "kind",
    ),
}
MODELS: dict[str, type[CatalogRow]] = {TABLE_PATHS[table.describes.__name__.lower()]: table for table in TABLES}


def read_table(path: str) -> BrowsedTable:
    """Return a table with the rows that pickers offer. `path` is one of `MODELS`."""
    model = MODELS[path]
    layout, held = _LAYOUTS[model], catalog_table(model.describes)
    columns = _columns(model)
    return BrowsedTable(
        path=path,
        title=capfirst(str(model._meta.verbose_name_plural)),
        singular=str(model._meta.verbose_name),
        plural=str(model._meta.verbose_name_plural),
        about=layout.about,
        version=held.version,
        columns=columns,
        records=tuple(record(row, columns) for row in held.offered),
        filters=layout.filters,
        shown=layout.shown,
        sort=layout.sort,
        across=layout.across,
        up=layout.up,
        coloured=layout.coloured,
        peers=layout.peers,
    )


def columns_of(path: str) -> tuple[Column, ...]:
    """Return the columns of a table."""
    return _columns(MODELS[path])


def record(row: CatalogRow, columns: tuple[Column, ...]) -> CatalogRecord:
    """Return a row of the catalog as plain values."""
    figures = row.figures() if any(column.derived for column in columns) else {}
    return CatalogRecord(
        slug=row.slug,
        name=row.name,
        archived=row.archived,
        edited=row.edited_at is not None,
        course=row.course,
        values={
            column.name: figures.get(column.name) if column.derived else _cell(row, column.name) for column in columns
        },
        figure_sources={n: s for n, s in row.sources_of_figures().items() if getattr(row, n) is not None},
    )


def _cell(row: CatalogRow, name: str) -> Any:
    value = getattr(row, name)
    if isinstance(value, CatalogRow):
        return RowName(TABLE_PATHS[value.describes.__name__.lower()], value.slug, value.name)
    return value


@cache
def _columns(model: type[CatalogRow]) -> tuple[Column, ...]:
    """Return the columns of a table: those of its form in the admin, in its order, what is derived from them, and the
    source."""
    layout = _LAYOUTS[model]
    own = (Column(name, label, Kind.TEXT, "Identity") for name, label in layout.also)
    source = (_column(model, name, "Source", "") for name in _PROVENANCE)
    return (Column("name", "Name", Kind.TEXT, "Identity"), *own, *_grouped(model), *_derived(model), *source)


def _grouped(model: type[CatalogRow]) -> Iterator[Column]:
    groups: Any = admin.site.get_model_admin(model).groups  # type: ignore[attr-defined]
    for title, options in groups:
        for name in flatten_fieldsets([(title, options)]):
            if name not in _OWN:
                yield _column(model, name, title or "Identity", options["description"] if title else "")


def _column(model: type[CatalogRow], name: str, heading: str, caution: str) -> Column:
    field: Any = model._meta.get_field(name)
    label, help_text = capfirst(str(field.verbose_name)), str(field.help_text)
    if isinstance(field, QuantityField):
        declared = field.declared
        label = f"Peak {label}" if field.figure == "peak" else label
        return Column(
            name, label, Kind.FIGURE, heading, declared.unit, declared.display_unit, help_text, caution=caution
        )
    kinds = {models.ForeignKey: Kind.ROW, models.BooleanField: Kind.FLAG, models.PositiveSmallIntegerField: Kind.YEAR}
    kind = next((kind for of, kind in kinds.items() if isinstance(field, of)), Kind.TEXT)
    if isinstance(field, models.FloatField):
        return Column(name, label, Kind.FIGURE, heading, "1", help=help_text, caution=caution)
    words = {str(value): str(text) for value, text in field.flatchoices}
    return Column(name, label, kind, heading, help=help_text, caution=caution, words=words)


def _derived(model: type[CatalogRow]) -> Iterator[Column]:
    """Yield the figures that walls compute from other columns; rates by format are columns already."""
    stored = {field.name for field in model._meta.get_fields()}
    for name, io in specs.columns(model.describes).items():
        if name not in stored and not specs.is_table(model.describes, name):
            yield Column(name, io.label, Kind.FIGURE, "Derived", io.unit, io.display_unit, io.help, derived=True)
