"""The tables as this process last read them: a warm request asks only whether they have changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from solvers.shipped.names import nearest

from .models import TABLES, CatalogRow, CatalogVersion
from .recording import record
from .snapshot import snapshot


@dataclass(frozen=True)
class CatalogEntry:
    """A row's spec, and the snapshot that gives it again."""

    spec: Any
    snapshot: Mapping[str, Any]


@dataclass(frozen=True)
class CatalogTable:
    """All rows of a table as they were at one version, archived ones too. Nobody may change what stands here."""

    version: str
    rows: tuple[Any, ...]  # rows of one table, whose own columns differ from table to table
    found: dict[str, CatalogEntry] = field(default_factory=dict)

    @cached_property
    def by_name(self) -> Mapping[str, Any]:
        """By slug, and by name where no row has it for a slug; in small letters."""
        return {row.name.lower(): row for row in self.rows} | {row.slug: row for row in self.rows}

    @cached_property
    def offered(self) -> tuple[Any, ...]:
        """What pickers offer: all that is not archived, by heading and name."""
        rows = (row for row in self.rows if not row.archived)
        return tuple(sorted(rows, key=lambda row: (row.rank, row.name.lower())))

    @cached_property
    def choices(self) -> list[tuple[str, str, str]]:
        return [(row.slug, row.name, row.group) for row in self.offered]

    def find(self, name: str) -> CatalogEntry | None:
        row = self.by_name.get(name.strip().lower())
        return self.of(row) if row else None

    def of(self, row: CatalogRow) -> CatalogEntry:
        """What was found once is kept: a spec and its snapshot take longer than all else in a warm request."""
        if row.slug not in self.found:
            spec = row.spec()
            self.found[row.slug] = CatalogEntry(spec, snapshot(row, spec))
        record(self.found[row.slug].snapshot)
        return self.found[row.slug]

    def nearest(self, name: str) -> list[str]:
        """The slugs, three at most, of the offered rows that look most like `name`; none when nothing does."""
        return nearest(name, ((row.slug, row.name) for row in self.offered))


_TABLE_OF = {table.describes: table for table in TABLES}
_held: dict[type[CatalogRow], CatalogTable] = {}


def catalog_table(kind: type) -> CatalogTable:
    """The table of a kind of spec; read anew only when the catalog has changed."""
    table, version = _TABLE_OF[kind], CatalogVersion.now()
    held = _held.get(table)
    if held is None or held.version != version:
        # The version was read before the rows, so that a change in between is noticed the next time.
        held = _held[table] = CatalogTable(version, tuple(table.objects.select_related(*table.needs)))
    return held
