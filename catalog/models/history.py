"""Records each change of a catalog row as a revision. `editing` says by whom and why, for all that is saved inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils import timezone

from .revision import RowRevision

if TYPE_CHECKING:
    from .row import CatalogRow

Values = dict[str, Any]
_BATCH = 500
# Columns that say when and how a row was changed rather than what it states.
KEPT_BESIDE = frozenset({"id", "created_at", "updated_at", "edited_at", "overrides", "former_slugs"})


@dataclass(frozen=True)
class Edit:
    """By whom rows are changed, why, and how it is called in their history."""

    user: Any = None
    reason: str = ""
    action: str = RowRevision.Action.EDITED


_UNKNOWN = Edit()
_current: ContextVar[Edit] = ContextVar("edit", default=_UNKNOWN)


@contextmanager
def editing(user: Any = None, reason: str = "", action: str = RowRevision.Action.EDITED) -> Iterator[None]:
    """Attribute the rows saved inside the `with` block to a user, with a reason."""
    before = _current.set(Edit(user if getattr(user, "is_authenticated", False) else None, reason, action))
    try:
        yield
    finally:
        _current.reset(before)


def current_edit() -> Edit:
    """Return by whom and why rows are changed inside the present `editing` block."""
    return _current.get()


def row_values(row: CatalogRow) -> Values:
    """Return what a row states, by column: figures in SI, primary keys of other rows."""
    return {
        field.attname: getattr(row, field.attname) for field in row._meta.fields if field.attname not in KEPT_BESIDE
    }


def stored_values(row: CatalogRow) -> Values:
    """Return the values of a row as the database has them now; empty for a row that it does not have."""
    if row.pk is None:
        return {}
    found = type(row)._default_manager.filter(pk=row.pk).first()
    return row_values(found) if found else {}


def revisions(row: CatalogRow) -> QuerySet[RowRevision]:
    """Return the history of a row, the latest first."""
    return RowRevision.objects.filter(table=_table(row), row=row.pk, group=None).select_related("user")


def record_change(row: CatalogRow, before: Mapping[str, Any]) -> None:
    """Record what changed from the values `before`, if anything did. Its first change is preceded by its state as
    loaded."""
    after, edit = row_values(row), _current.get()
    changes = differences(before, after) if before else {}
    if before and not changes:
        return
    if before and not revisions(row).exists():
        _write(row, Edit(action=RowRevision.Action.LOADED), {}, dict(before), row.created_at)
    restored = edit.action == RowRevision.Action.RESTORED
    action = edit.action if before or restored else RowRevision.Action.ADDED
    _write(row, Edit(edit.user, edit.reason, action), changes, after)


def record_changes(rows: Iterable[tuple[CatalogRow, Values]], action: str) -> None:
    """Record the changes of several rows that were written at once, each with its values before."""
    RowRevision.objects.bulk_create(revisions_of_changes(rows, action), batch_size=_BATCH)


def revisions_of_changes(rows: Iterable[tuple[CatalogRow, Values]], action: str) -> list[RowRevision]:
    """Return the revisions, not yet stored, of rows that change at once, each with its values before. That of a first
    change is preceded by the state as loaded."""
    edit, now, made = replace(_current.get(), action=action), timezone.now(), []
    loaded = Edit(action=RowRevision.Action.LOADED)
    known: set[int] | None = None
    for row, before in rows:
        after = row_values(row)
        changes = differences(before, after)
        if not changes:
            continue
        if known is None:
            stored = RowRevision.objects.filter(table=_table(row), group=None)
            known = set(stored.order_by().values_list("row", flat=True).distinct())
        if row.pk not in known:
            made.append(_revision(row, loaded, {}, before, row.created_at))
        made.append(_revision(row, edit, changes, after, now))
    return made


def record_states(rows: Iterable[CatalogRow], action: str) -> None:
    """Record that several rows were added or deleted at once, with their values."""
    RowRevision.objects.bulk_create(revisions_of_states(rows, action), batch_size=_BATCH)


def revisions_of_states(rows: Iterable[CatalogRow], action: str) -> list[RowRevision]:
    """Return the revisions, not yet stored, of rows that are added or deleted at once. One of a row that is not stored
    yet needs its primary key before it is."""
    edit, now = replace(_current.get(), action=action), timezone.now()
    return [_revision(row, edit, {}, row_values(row), now) for row in rows]


def record_deletion(row: CatalogRow) -> None:
    """Record that a row is deleted, with its last values."""
    edit = _current.get()
    _write(row, Edit(edit.user, edit.reason, RowRevision.Action.DELETED), {}, row_values(row))


def keep_former_slug(row: CatalogRow, before: Mapping[str, Any]) -> None:
    """Add the slug that a row had before it was renamed to those that find it."""
    if before and before["slug"] != row.slug:
        row.former_slugs = [*(slug for slug in row.former_slugs if slug != row.slug), before["slug"]]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the columns that differ with their values before and after. A column that one of them does not have is
    none: it was added or removed since."""
    both = (name for name in after if name in before)
    return {name: [before[name], after[name]] for name in both if before[name] != after[name]}


def _write(row: CatalogRow, edit: Edit, changes: dict[str, Any], values: Values, at: Any = None) -> None:
    _revision(row, edit, changes, values, at or timezone.now()).save()


def _revision(row: CatalogRow, edit: Edit, changes: dict[str, Any], values: Values, at: Any) -> RowRevision:
    return RowRevision(
        table=_table(row),
        row=row.pk or 0,
        action=edit.action,
        user=edit.user,
        reason=edit.reason[:300],
        changes=changes,
        values=values,
        created=at,
    )


def _table(row: CatalogRow) -> str:
    return str(row._meta.model_name)
