"""Loads the shipped figures into the tables without overwriting rows that were edited on this site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import ForeignKey
from django.utils import timezone

from .fixtures import FOLDER, BadData, Record, records
from .models import TABLES, CatalogRow


@dataclass
class Loaded:
    """The result of loading one table. `left` maps the slugs of skipped rows to the reason."""

    table: type[CatalogRow]
    total: int = 0
    new: list[CatalogRow] = field(default_factory=list)
    changed: list[CatalogRow] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [f"{len(rows)} {word}" for word, rows in (("new", self.new), ("updated", self.changed)) if rows]
        return f"{self.total} {self.table._meta.verbose_name_plural}" + (f" ({', '.join(parts)})" if parts else "")


@transaction.atomic
def load(folder: Path = FOLDER) -> list[Loaded]:
    """Load all tables in one transaction. Raise BadData, which names file, line and column."""
    return [_load(table, records(table, folder)) for table in TABLES]


def _load(table: type[CatalogRow], shipped: list[Record]) -> Loaded:
    loaded = Loaded(table, total=len(shipped))
    standing = {row.slug: row for row in table.objects.all()}
    owners = {row.name.lower(): row.slug for row in standing.values()}
    slugs = _slugs(table)
    for record in shipped:
        row, values = standing.get(record.slug), _values(record, slugs)
        owner = owners.get(values["name"].lower(), record.slug)
        if row is not None and row.edited_at:
            loaded.left[record.slug] = "edited here"
        elif owner != record.slug:
            loaded.left[record.slug] = f"{owner} has its name"
        elif row is None:
            loaded.new.append(table(**values))
        elif _differs(row, values):
            loaded.changed.append(_put(row, values))
    _write(loaded)
    return loaded


def _slugs(table: type[CatalogRow]) -> dict[str, dict[str, int]]:
    """Return the primary keys of the rows a table refers to, by column and slug. Those tables are loaded earlier."""
    pointers = [column for column in table._meta.fields if isinstance(column, ForeignKey)]
    tables: dict[str, Any] = {column.name: column.related_model for column in pointers}
    return {name: dict(table.objects.values_list("slug", "pk")) for name, table in tables.items()}


def _values(record: Record, slugs: dict[str, dict[str, int]]) -> dict[str, Any]:
    values = dict(record.values)
    for name, known in slugs.items():
        slug = values.pop(name)
        if slug is not None and slug not in known:
            raise BadData(f"{record.place}, {name}: '{slug}' is in no other file.")
        values[f"{name}_id"] = known.get(slug)
    return values


def _differs(row: CatalogRow, values: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def _put(row: CatalogRow, values: dict[str, Any]) -> CatalogRow:
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = timezone.now()
    return row


def _write(loaded: Loaded) -> None:
    rows = loaded.table.objects
    if loaded.new:
        rows.bulk_create(loaded.new)
    if loaded.changed:
        columns = [c.name for c in loaded.table._meta.fields if not c.primary_key and c.name != "created_at"]
        rows.bulk_update(loaded.changed, columns, batch_size=50)


@transaction.atomic
def restore(table: type[CatalogRow], rows: Iterable[CatalogRow]) -> dict[CatalogRow, str]:
    """Reset rows to their shipped figures. Return the rows that could not be reset, with the reason."""
    left = {}
    shipped, slugs = {record.slug: record for record in records(table)}, _slugs(table)
    for row in rows:
        record = shipped.get(row.slug)
        if record is None:
            left[row] = "it did not come with the site"
        elif table.objects.filter(name__iexact=record.values["name"]).exclude(pk=row.pk).exists():
            left[row] = "another row has its name"
        else:
            _put(row, _values(record, slugs)).edited_at = None
            row.save()
    return left
