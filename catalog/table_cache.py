"""The tables as this process last read them. A warm request only checks whether the version has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from solvers.shipped.names import nearest

from .layers import layered_rows, layers
from .models import TABLES, CatalogRow, CatalogVersion
from .picker_options import PickerOptions
from .recording import record
from .snapshot import snapshot
from .visible import seeing, visible_group


@dataclass(frozen=True)
class CatalogEntry:
    """The spec of a row, and the snapshot from which it can be restored."""

    spec: Any
    snapshot: Mapping[str, Any]


@dataclass(frozen=True)
class CatalogTable:
    """All rows of a table at one version, archived ones included. Immutable: threads share it. As a course sees it, it
    stands over the `shared` one, from whose rows those in `changed` differ."""

    version: str
    rows: tuple[Any, ...]  # rows of one table; their columns differ from table to table
    shared: CatalogTable | None = None
    changed: frozenset[str] = frozenset()
    found: dict[str, CatalogEntry] = field(default_factory=dict)

    @cached_property
    def by_name(self) -> Mapping[str, Any]:
        """Return the rows by slug, by a slug they had before where no row has it now, and by name where no row has
        that slug; keys are lower case."""
        former = {slug: row for row in self.rows for slug in row.former_slugs}
        return {row.name.lower(): row for row in self.rows} | former | {row.slug: row for row in self.rows}

    @cached_property
    def offered(self) -> tuple[Any, ...]:
        """Return the rows that pickers offer: all that are not archived, by heading and name."""
        rows = (row for row in self.rows if not row.archived)
        return tuple(sorted(rows, key=lambda row: (not _is_own(row), row.rank, row.name.lower())))

    @cached_property
    def choices(self) -> PickerOptions:
        """Return slug, name and heading of each row that pickers offer: by heading, accelerators with measured
        constants first, as those in wide use, then the newest release. The rows that a course alone has come before all
        others."""
        newest = sorted(
            self.offered,
            key=lambda row: (
                not _is_own(row),
                row.rank,
                getattr(row, "measured_gemm_efficiency", 1.0) is None,
                -(getattr(row, "release_year", None) or 0),
            ),
        )
        listed = ((row.slug, row.label, THIS_COURSE if _is_own(row) else row.group) for row in newest)
        return PickerOptions(listed, {name: (row.slug, row.label) for name, row in self.by_name.items()})

    def find(self, name: str) -> CatalogEntry | None:
        row = self.by_name.get(name.strip().lower())
        return self.of(row) if row else None

    def of(self, row: CatalogRow) -> CatalogEntry:
        """Return the entry of a row. Entries are cached, because building spec and snapshot is the most expensive part
        of a warm request; a row that a course sees unchanged shares that of all."""
        if self.shared is not None and row.slug not in self.changed:
            return self.shared.of(row)
        if row.slug not in self.found:
            spec = row.spec()
            self.found[row.slug] = CatalogEntry(spec, snapshot(row, spec))
        record(self.found[row.slug].snapshot)
        return self.found[row.slug]

    def nearest(self, name: str) -> list[str]:
        """Return at most three slugs of offered rows similar to `name`."""
        return nearest(name, ((row.slug, row.name) for row in self.offered))


# The heading of the rows that a course alone has, in pickers.
THIS_COURSE = "This course"


def _is_own(row: CatalogRow) -> bool:
    return row.course is not None and row.course.own


_TABLE_OF = {table.describes: table for table in TABLES}
_held: dict[type[CatalogRow], CatalogTable] = {}
# The tables as courses see them, by table and group.
_layered: dict[tuple[type[CatalogRow], int], CatalogTable] = {}
_MOST_LAYERED = 500


def catalog_table(kind: type) -> CatalogTable:
    """Return the table of a kind of spec in the visible catalog, read again only if the catalog has changed."""
    # The shared table is read before the layer: after a change in between, the next request reads both.
    table, group, shared = _TABLE_OF[kind], visible_group(), _shared_table(kind)
    layer = None if group is None else layers().get(group)
    if group is None or layer is None:
        return shared
    held = _layered.get((table, group))
    if held is None or held.shared is not shared:
        with seeing(group):
            seen = layered_rows(table, shared.rows, layer, catalog_table)
        if len(_layered) >= _MOST_LAYERED:
            _layered.clear()
        held = CatalogTable(f"{shared.version}.{group}", seen.rows, shared, seen.changed)
        _layered[table, group] = held
    return held


def _shared_table(kind: type) -> CatalogTable:
    table, version = _TABLE_OF[kind], CatalogVersion.shared()
    held = _held.get(table)
    if held is None or held.version != version:
        # The version is read before the rows, so that a change in between is noticed by the next request.
        held = _held[table] = CatalogTable(version, tuple(table.objects.select_related(*table.needs)))
    return held
