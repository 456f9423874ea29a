"""Deleted rows: the list of them for a table, from their history, and bringing one back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import ForeignKey

from catalog.models import CatalogRow, RowRevision
from catalog.models.history import KEPT_BESIDE, editing, revisions
from catalog.overrides import note_overrides
from catalog.words import who


@dataclass(frozen=True)
class DeletedRow:
    """A row that was deleted: the revision that has its last values, its name and slug, when, by whom and why."""

    revision: int
    name: str
    slug: str
    when: datetime
    by: str
    reason: str


def deleted_revisions(table: type[CatalogRow]) -> list[RowRevision]:
    """Return the deletion of each row of a table that is still gone, the latest first."""
    found = RowRevision.objects.filter(table=table._meta.model_name, group=None, action=RowRevision.Action.DELETED)
    latest = {each.row: each for each in found.select_related("user").order_by("pk")}
    there = set(table._default_manager.filter(pk__in=latest).values_list("pk", flat=True))
    return sorted((each for each in latest.values() if each.row not in there), key=lambda each: -each.pk)


def deleted_rows(table: type[CatalogRow]) -> tuple[DeletedRow, ...]:
    """Return the rows of a table that are deleted, the latest first."""
    return tuple(
        DeletedRow(each.pk, each.values["name"], each.values["slug"], each.created, who(each.user), each.reason)
        for each in deleted_revisions(table)
    )


def restore_deleted(table: type[CatalogRow], deletion: RowRevision, user: Any) -> CatalogRow:
    """Bring a row back with its last values, its history and the slugs it had. Raise ValidationError where they are no
    longer valid, as with a name that another row has now or a row it names that is gone."""
    columns = {field.attname: field for field in table._meta.fields if field.attname not in KEPT_BESIDE}
    values = {name: value for name, value in deletion.values.items() if name in columns}
    for name, value in values.items():
        column: Any = columns[name]
        if isinstance(column, ForeignKey) and value is not None:
            related: Any = column.related_model
            if not related._default_manager.filter(pk=value).exists():
                raise ValidationError(f"Its {column.verbose_name} is deleted, too: bring that back first.")
    row: Any = table(**values)
    row.pk = deletion.row
    row.full_clean()
    former = {str(each.values.get("slug", "")) for each in revisions(row)} - {row.slug, ""}
    row.former_slugs = sorted(former)
    note_overrides(row, values)
    with editing(user, f"Deleted on {deletion.created:%d %B %Y, %H:%M}", RowRevision.Action.RESTORED):
        row.save(force_insert=True)
    restored: CatalogRow = row
    return restored
