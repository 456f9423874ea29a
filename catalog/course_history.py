"""The history of what a course has of a row: rows of its own, its changes of shared rows, and the rows that it hides.
It is kept in the table of the shared catalog's history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from .models import CatalogRow, CourseRow, RowRevision
from .models.history import Edit, Values, current_edit

# The key of a state that says why a shared row is changed. No table has such a column.
WHY = "why"


def course_state(mine: CourseRow | None) -> Values:
    """Return what a course has of a row, by column: all values of one of its own; of a shared row those in which it
    differs, and why. Empty where the course has nothing of it."""
    if mine is None:
        return {}
    return dict(mine.values) if mine.own else {**mine.values, WHY: mine.source}


def course_revisions(group: int, table: type[CatalogRow], slugs: Iterable[str]) -> QuerySet[RowRevision]:
    """Return the history of what a course has of a row, which is found by its present and former slugs; the latest
    first."""
    found = RowRevision.objects.filter(group=group, table=table._meta.model_name, slug__in=list(slugs))
    return found.select_related("user")


def record_course_change(mine: CourseRow, before: Values, after: Values, shared: CatalogRow | None) -> None:
    """Record that a course has the state `after` of a row instead of `before`, if they differ. Values of a shared row
    that one of them does not change are those of `shared`."""
    if before == after:
        return
    edit = current_edit()
    known = RowRevision.objects.filter(group=mine.group_id, table=mine.table, slug=mine.slug)
    if before and not known.exists():
        _write(mine, Edit(action=RowRevision.Action.LOADED), {}, before, mine.created)
    restored = edit.action == RowRevision.Action.RESTORED
    if mine.own and not after:
        _write(mine, Edit(edit.user, edit.reason, RowRevision.Action.DELETED), {}, before)
        return
    if mine.own and not before:
        action = edit.action if restored else RowRevision.Action.ADDED
        _write(mine, Edit(edit.user, edit.reason, action), {}, after)
        return
    changes = {}
    for name in sorted({*before, *after} - {WHY}):
        old, new = (state[name] if name in state else shared_value(shared, name) for state in (before, after))
        if old != new:
            changes[name] = [old, new]
    _write(mine, Edit(edit.user, edit.reason or after.get(WHY, ""), edit.action), changes, after)


def shared_value(shared: CatalogRow | None, name: str) -> Any:
    """Return the value of a column of a shared row, another row as its slug; None where the catalog has no such row or
    column."""
    value = getattr(shared, name, None)
    return value.slug if isinstance(value, CatalogRow) else value


def _write(mine: CourseRow, edit: Edit, changes: Values, values: Values, at: Any = None) -> None:
    RowRevision.objects.create(
        table=mine.table,
        row=0,
        group_id=mine.group_id,
        slug=mine.slug,
        action=edit.action,
        user=edit.user,
        reason=edit.reason[:300],
        changes=changes,
        values=values,
        created=at or timezone.now(),
    )
