"""Loads the shipped figures into the tables. Figures edited on this site stay; the others of their row are updated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from .fixtures import FOLDER, Record, records
from .models import TABLES, CatalogRow, RowRevision
from .models.history import record_changes, row_values
from .overrides import label, own_columns, primary_keys, record_values, shipped_values, without_own


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
    rows = list(table.objects.all())
    standing = {row.slug: row for row in rows}
    # A row renamed on this site is still the shipped one.
    renamed = {slug: row for row in rows for slug in row.former_slugs if slug not in standing}
    owners = {row.name.lower(): row for row in rows}
    slugs, before = primary_keys(table), []
    for record in shipped:
        row, values = standing.get(record.slug) or renamed.get(record.slug), record_values(record, slugs)
        values = values if row is None else {name: value for name, value in values.items() if name != "slug"}
        own = own_columns(row, values)
        if own:
            loaded.left[record.slug] = f"edited here: {', '.join(label(table, name) for name in own)}"
            values = without_own(row, values, own)
            if row is not None and not row.overrides:
                row.overrides = own
                table.objects.filter(pk=row.pk).update(overrides=own)
        owner = owners.get(values.get("name", "").lower(), row)
        if owner is not row:
            loaded.left[record.slug] = f"{owner.slug} has its name"  # type: ignore[union-attr]
        elif row is None:
            loaded.new.append(table(**values))
        elif _differs(row, values):
            before.append((row, row_values(row)))
            loaded.changed.append(_put(row, values))
    _write(loaded)
    record_changes(before, RowRevision.Action.SHIPPED)
    return loaded


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
    for row in rows:
        values = shipped_values(row)
        if not values:
            left[row] = "it did not come with the site"
        elif table.objects.filter(name__iexact=values["name"]).exclude(pk=row.pk).exists():
            left[row] = "another row has its name"
        else:
            row = _put(row, values)
            row.edited_at, row.overrides = None, []
            row.save()
    return left
