"""Writes a planned import, all of it or nothing, and undoes it. Both are in the history of each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from catalog.bulk_write import ReadyRows, insert_rows, ready_rows, update_rows
from catalog.models import CatalogImport, CatalogRow, CatalogVersion, RowRevision
from catalog.models.history import (
    Values,
    editing,
    keep_former_slug,
    record_changes,
    record_states,
    revisions_of_changes,
    revisions_of_states,
    row_values,
)
from catalog.overrides import note_overrides

from .cells import same, shown
from .columns import TransferColumn, transfer_columns
from .plan import CHANGED, NEW, CellImport, ImportPlan, ParsedSheet, RowImport, compare

_BATCH = 500
# The names of the rows that a column may refer to, by column and key.
Names = Mapping[str, Mapping[Any, str]]


class PlanChanged(Exception):
    """The catalog has changed since the plan was shown: nothing was written, and the new plan has to be seen first."""


@dataclass(frozen=True)
class ReadyImport:
    """An import as it would be written to the catalog at `version`: the plan, what its undo needs, and all rows ready
    for the database. Of `added` and `additions` the primary keys of the new rows are not known yet."""

    version: str
    plan: ImportPlan
    written: dict[str, Any]
    new: ReadyRows
    changed: ReadyRows
    added: ReadyRows
    edited: ReadyRows
    additions: ReadyRows
    edits: ReadyRows


def write_import(upload: CatalogImport, parsed: ParsedSheet, user: Any, seen: str, *, may_add: bool) -> ImportPlan:
    """Write what the file says, in one transaction, and return what was written. Raise PlanChanged if that is not the
    plan with the fingerprint `seen`, or has errors. All is made ready before the transaction, in which other writers
    wait; made ready again inside it where the catalog has changed meanwhile."""
    ready = _ready(upload, parsed, user, seen, may_add)
    with transaction.atomic():
        # The rows first, then the version: in the order in which saving a row takes their locks.
        list(parsed.table.objects.order_by().select_for_update().values_list("pk"))
        if CatalogVersion.stored() != ready.version:
            ready = _ready(upload, parsed, user, seen, may_add)
        _write(parsed.table, ready)
        upload.written, upload.sheet, upload.written_at = ready.written, {}, timezone.now()
        upload.save()
    return ready.plan


def _ready(upload: CatalogImport, parsed: ParsedSheet, user: Any, seen: str, may_add: bool) -> ReadyImport:
    version = CatalogVersion.stored()
    plan = compare(parsed, may_add=may_add)
    if plan.fingerprint != seen or not plan.can_be_written:
        raise PlanChanged
    table, now = plan.table, timezone.now()
    new = [(row, _new(table, row, now)) for row in plan.rows if row.state == NEW]
    changed = [(row, row.row) for row in plan.rows if row.state == CHANGED and row.row is not None]
    written = {
        "at": now.isoformat(),
        "new": [made.slug for _, made in new],
        "changed": {row.slug: _kept(row, standing) for row, standing in changed},
    }
    before = [row_values(standing) for _, standing in changed]
    for row, standing in changed:
        _put(standing, row.cells)
    with editing(user, f"Import {upload.pk}: {upload.file_name}"):
        added = revisions_of_states((made for _, made in new), RowRevision.Action.ADDED)
        pairs = zip((standing for _, standing in changed), before, strict=True)
        edited = revisions_of_changes(pairs, RowRevision.Action.EDITED)
    additions = _entries(user, ADDITION, ((made, f"Added by import {upload.pk}.") for _, made in new))
    edits = _entries(user, CHANGE, ((standing, _message(upload, row.cells)) for row, standing in changed))
    return ReadyImport(
        version=version,
        plan=plan,
        written=written,
        new=ready_rows(table, (made for _, made in new), adding=True),
        changed=ready_rows(table, (standing for _, standing in changed), adding=False),
        added=ready_rows(RowRevision, added, adding=True),
        edited=ready_rows(RowRevision, edited, adding=True),
        additions=ready_rows(LogEntry, additions, adding=True),
        edits=ready_rows(LogEntry, edits, adding=True),
    )


def _write(table: type[CatalogRow], ready: ReadyImport) -> None:
    update_rows(ready.changed)
    insert_rows(ready.new)
    CatalogVersion.change()
    keys = dict(table.objects.order_by().values_list("slug", "pk")) if ready.new.values else {}
    new = [keys[slug] for slug in ready.written["new"]]
    insert_rows(ready.added.with_column("row", new))
    insert_rows(ready.edited)
    insert_rows(ready.additions.with_column("object_id", [str(key) for key in new]))
    insert_rows(ready.edits)


def _new(table: type[CatalogRow], row: RowImport, now: Any) -> CatalogRow:
    return table(**{cell.column.field.attname: cell.after for cell in row.cells}, edited_at=now)


def _put(row: CatalogRow, cells: Sequence[CellImport]) -> None:
    """Set the cells of a row, and note which of its figures differ from the shipped ones, as the admin does."""
    slug = row.slug
    for cell in cells:
        setattr(row, cell.column.field.attname, cell.after)
    keep_former_slug(row, {"slug": slug})
    note_overrides(row, [cell.column.field.attname for cell in cells])


def _kept(row: RowImport, standing: CatalogRow) -> dict[str, Any]:
    """Return what an undo needs of a row that is to be changed."""
    edited = standing.edited_at.isoformat() if standing.edited_at else None
    cells = {cell.column.name: [cell.before, cell.after] for cell in row.cells}
    return {"edited_at": edited, "overrides": standing.overrides, "cells": cells}


def _entries(user: Any, action: int, rows: Iterable[tuple[CatalogRow, str]]) -> list[LogEntry]:
    """Return an entry, not yet stored, for the history of each row."""
    return [
        LogEntry(
            user_id=user.pk,
            content_type=ContentType.objects.get_for_model(type(row)),
            object_id=str(row.pk),
            object_repr=str(row)[:200],
            action_flag=action,
            change_message=message,
        )
        for row, message in rows
    ]


def _log(user: Any, action: int, rows: Iterable[tuple[CatalogRow, str]]) -> None:
    insert_rows(ready_rows(LogEntry, _entries(user, action, rows), adding=True))


def _message(upload: CatalogImport, cells: Iterable[CellImport]) -> str:
    """Return which columns were changed. From what to what is in the version of the row: written for 10,000 rows here,
    it would take minutes."""
    return f"Changed by import {upload.pk}: {', '.join(cell.column.label for cell in cells)}."


def change_text(column: TransferColumn, before: Any, after: Any, names: Names) -> str:
    """Return a change of a cell as text: `Memory bandwidth 3.35 TB/s → 4 TB/s`. `names` are the names of the rows that
    a column may refer to, by column and key."""
    named = names.get(column.name)
    old, new = (shown(column, v) if named is None else named.get(v, "empty") for v in (before, after))
    return f"{column.label} {_shortened(old)} → {_shortened(new)}"


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def related_names(table: type[CatalogRow]) -> dict[str, dict[Any, str]]:
    """Return, for each column that refers to another table, the names of its rows by key."""
    pointers = [column for column in transfer_columns(table) if column.field.is_relation]
    return {c.name: dict(c.field.related_model.objects.values_list("pk", "name")) for c in pointers}


@dataclass(frozen=True)
class Undone:
    """The result of undoing an import: how many rows were restored and removed, and those left, with the reason."""

    restored: int
    removed: int
    left: tuple[tuple[str, str], ...]


@transaction.atomic
def undo_import(table: type[CatalogRow], upload: CatalogImport, user: Any) -> Undone:
    """Restore the rows an import changed and remove those it added, as far as they are still as it left them."""
    rows = {row.slug: row for row in table.objects.all()}
    columns = {column.name: column for column in transfer_columns(table)}
    left: list[tuple[str, str]] = []
    pairs = list(_restored(upload, rows, columns, left))
    restored = [row for row, _ in pairs]
    update_rows(ready_rows(table, restored, adding=False))
    CatalogVersion.change()
    _log(user, CHANGE, ((row, f"Import {upload.pk} undone.") for row in restored))
    removed = list(_untouched(upload, rows, left))
    removed = _remove(table, removed, left)
    with editing(user, f"Import {upload.pk} undone: {upload.file_name}"):
        record_changes(pairs, RowRevision.Action.RESTORED)
        record_states(removed, RowRevision.Action.DELETED)
    _log(user, DELETION, ((row, f"Import {upload.pk} undone.") for row in removed))
    upload.undone_at, upload.undone_by = timezone.now(), user.get_username()
    upload.save()
    return Undone(len(restored), len(removed), tuple(left))


def _restored(
    upload: CatalogImport,
    rows: dict[str, CatalogRow],
    columns: dict[str, TransferColumn],
    left: list[tuple[str, str]],
) -> Iterator[tuple[CatalogRow, Values]]:
    """Yield the rows with the values they had before the import, each beside its present ones; those that were edited
    since are left."""
    for slug, kept in upload.changed_rows.items():
        row, cells = rows.get(slug), {columns[name]: pair for name, pair in kept["cells"].items() if name in columns}
        if row is None:
            left.append((slug, "it was deleted or has another slug"))
        elif not all(same(getattr(row, column.field.attname), after) for column, (_, after) in cells.items()):
            left.append((row.name, "it was edited since"))
        else:
            present = row_values(row)
            for column, (before, _) in cells.items():
                setattr(row, column.field.attname, before)
            keep_former_slug(row, present)
            row.edited_at = parse_datetime(kept["edited_at"]) if kept["edited_at"] else None
            row.overrides = kept["overrides"]
            yield row, present


def _untouched(upload: CatalogImport, rows: dict[str, CatalogRow], left: list[tuple[str, str]]) -> Iterator[CatalogRow]:
    """Yield the rows an import added that were not edited since."""
    for slug in upload.new_slugs:
        row = rows.get(slug)
        if row is not None and row.edited_at != parse_datetime(upload.written["at"]):
            left.append((row.name, "it was edited since"))
        elif row is not None:
            yield row


def _remove(table: type[CatalogRow], rows: list[CatalogRow], left: list[tuple[str, str]]) -> list[CatalogRow]:
    """Delete the rows that no other row refers to, and return them."""
    used = _used(table, rows)
    left.extend((row.name, f"{used[row.pk]} uses it") for row in rows if row.pk in used)
    going = [row for row in rows if row.pk not in used]
    for start in range(0, len(going), _BATCH):
        table.objects.filter(pk__in=[row.pk for row in going[start : start + _BATCH]]).delete()
    return going


def _used(table: type[CatalogRow], rows: list[CatalogRow]) -> dict[int, str]:
    """Return which of the rows another table refers to, with the name of a row that does."""
    keys = {row.pk for row in rows}
    used = {}
    for relation in table._meta.related_objects:
        pointing: Any = relation.related_model
        pointers = pointing.objects.values_list(relation.field.attname, "name")
        used.update({key: str(name) for key, name in pointers if key in keys})
    return used
