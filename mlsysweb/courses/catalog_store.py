"""Stores the rows of a course's catalog, with their history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ForeignKey

from catalog.course_history import WHY, course_revisions, course_state, record_course_change
from catalog.figure_sources import FIGURE_SOURCES
from catalog.layers import HIDDEN, set_column
from catalog.models import CatalogRow, CourseRow, RowRevision
from catalog.models.history import editing
from catalog.table_cache import catalog_table
from catalog.versions import version_reason
from catalog.visible import seeing
from solvers.shipped.names import slug_from_name

from .models import Course
from .store import CourseError

MOST_ROWS = 600
_LONGEST = 55


def rows_of(course: Course) -> list[CourseRow]:
    """Return the rows of a course, by table and slug."""
    return list(CourseRow.objects.filter(group=course.group_id))


def row_of(course: Course, table: type[CatalogRow], slug: str) -> CourseRow | None:
    """Return what a course has of a row, by its slug or one that it had before; None where it has nothing."""
    found = {mine.slug: mine for mine in CourseRow.objects.filter(group=course.group_id, table=table._meta.model_name)}
    return next((found[each] for each in slugs_of(table, slug) if each in found), None)


def slugs_of(table: type[CatalogRow], slug: str) -> tuple[str, ...]:
    """Return the slug of a row, and those that it had before; the slug alone of one that the catalog does not have."""
    row = catalog_table(table.describes).by_name.get(slug)
    return (slug, *((row.slug, *row.former_slugs) if row is not None else ()))


def shared_row(table: type[CatalogRow], slug: str) -> Any:
    """Return a row of the shared catalog by its slug or one that it had before; None where it has none."""
    with seeing(None):
        return catalog_table(table.describes).by_name.get(slug)


def add_row(course: Course, table: type[CatalogRow], values: Mapping[str, Any]) -> CourseRow:
    """Return a new row of a course's own. Raise CourseError for too many."""
    with transaction.atomic():
        _check_room(course)
        slug = _free_slug(table, str(values["name"]))
        name = str(table._meta.model_name)
        mine = CourseRow(group_id=course.group_id, table=name, slug=slug, own=True)
        _write(mine, None, {}, values, "")
    return mine


def change_row(course: Course, table: type[CatalogRow], slug: str, values: Mapping[str, Any], source: str) -> None:
    """Store the values in which a row of a course differs from the shared one, or all those of a row of its own. A row
    that is hidden stays so. Raise CourseError for too many."""
    with transaction.atomic():
        mine = row_of(course, table, slug) or _new_change(course, table, slug)
        before = course_state(mine) if mine.pk else {}
        kept = {HIDDEN: mine.values[HIDDEN]} if not mine.own and HIDDEN in mine.values else {}
        _write(mine, shared_row(table, mine.slug), before, {**_sources_kept(mine, values), **values, **kept}, source)


def _sources_kept(mine: CourseRow, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sources of those single figures that `values` leave as the course has them."""
    said = mine.values.get(FIGURE_SOURCES, {})
    kept = {name: told for name, told in said.items() if name in values and values[name] == mine.values.get(name)}
    return {FIGURE_SOURCES: kept} if kept else {}


def remove_row(mine: CourseRow, table: type[CatalogRow]) -> None:
    """Remove a row of a course, or its change of a shared row, which the course then sees as others do."""
    with transaction.atomic():
        record_course_change(mine, course_state(mine), {}, shared_row(table, mine.slug))
        mine.delete()


def hide_rows(course: Course, table: type[CatalogRow], hidden: Collection[str]) -> int:
    """Hide the shared rows of these slugs from the pickers of a course, and show all others; return how many rows
    differ from before. Raise CourseError for too many."""
    with seeing(None):
        shared = [row for row in catalog_table(table.describes).rows if not row.archived]
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        name, changed = str(table._meta.model_name), 0
        found = {mine.slug: mine for mine in CourseRow.objects.filter(group=course.group_id, table=name)}
        for row in shared:
            mine = next((found[each] for each in (row.slug, *row.former_slugs) if each in found), None)
            if (mine is not None and mine.own) or (row.slug in hidden) == _is_hidden(mine):
                continue
            changed += 1
            mine = mine or CourseRow(group_id=course.group_id, table=name, slug=row.slug, own=False)
            before = course_state(mine) if mine.pk else {}
            values = {column: value for column, value in mine.values.items() if column != HIDDEN}
            if row.slug in hidden:
                _write(mine, row, before, {**values, HIDDEN: True}, mine.source)
            elif values:
                _write(mine, row, before, values, mine.source)
            else:
                remove_row(mine, table)
        if CourseRow.objects.filter(group=course.group_id).count() > MOST_ROWS:
            raise CourseError(f"A course has at most {MOST_ROWS} rows and changes. Hide fewer rows.")
    return changed


def restore_row(course: Course, table: type[CatalogRow], slug: str, version: RowRevision, user: Any) -> None:
    """Give what a course has of a row the state of a version. Raise CourseError where that is not possible any more, as
    with a name that another row has now."""
    with transaction.atomic(), editing(user, version_reason(version), RowRevision.Action.RESTORED):
        mine = row_of(course, table, slug)
        state, own = dict(version.values), WHY not in version.values
        source = str(state.pop(WHY, ""))
        if not version.values:
            if mine is not None:
                remove_row(mine, table)
            return
        shared = None if own else shared_row(table, slug)
        if own:
            _check_values(table, version.slug, state)
        elif shared is None:
            raise CourseError("The shared catalog no longer has this row.")
        if mine is None:
            _check_room(course)
            mine = CourseRow(group_id=course.group_id, table=str(table._meta.model_name), slug=version.slug)
        before, mine.own = course_state(mine) if mine.pk else {}, own
        _write(mine, shared, before, state, source)


def revision_of(course: Course, table: type[CatalogRow], slug: str, number: int) -> RowRevision | None:
    """Return a version of what a course has of a row; None where there is none of this number."""
    return course_revisions(course.group_id, table, slugs_of(table, slug)).filter(pk=number).first()


def _new_change(course: Course, table: type[CatalogRow], slug: str) -> CourseRow:
    _check_room(course)
    return CourseRow(group_id=course.group_id, table=str(table._meta.model_name), slug=slug, own=False)


def _write(mine: CourseRow, shared: Any, before: Mapping[str, Any], values: Mapping[str, Any], source: str) -> None:
    """Save the values of a row of a course, and record the change. `shared` is the row that it changes, if any."""
    mine.values, mine.source = dict(values), source
    mine.save()
    record_course_change(mine, dict(before), course_state(mine), shared)


def _is_hidden(mine: CourseRow | None) -> bool:
    return mine is not None and bool(mine.values.get(HIDDEN))


def _check_values(table: type[CatalogRow], slug: str, values: Mapping[str, Any]) -> None:
    """Raise CourseError for values of a row that a course cannot have: a name of another row, a row that is gone, or a
    value that its column no longer takes."""
    named = catalog_table(table.describes).by_name.get(str(values.get("name", "")).lower())
    if named is not None and named.slug != slug:
        raise CourseError(f"There is another row of the name {named.name} now.")
    row: Any = table(slug=slug)
    for name, value in values.items():
        column = next((each for each in table._meta.fields if each.name == name), None)
        if column is not None and not set_column(row, name, value, catalog_table):
            raise CourseError(f"Its {column.verbose_name} is gone: bring that back first.")
    pointers = {each.name for each in table._meta.fields if isinstance(each, ForeignKey)}
    try:
        row.clean_fields(exclude=pointers)
    except ValidationError as bad:
        raise CourseError(" ".join(bad.messages)) from None


def _check_room(course: Course) -> None:
    Course.objects.select_for_update().get(pk=course.pk)
    if CourseRow.objects.filter(group=course.group_id).count() >= MOST_ROWS:
        raise CourseError(f"This course has {MOST_ROWS} rows and changes, and that is the most. Remove some first.")


def _free_slug(table: type[CatalogRow], name: str) -> str:
    """Return a slug made from a name that no row of the visible catalog has."""
    taken, slug = catalog_table(table.describes).by_name, slug_from_name(name)[:_LONGEST].strip(".-") or "row"
    return next(each for number in count(1) if (each := slug if number == 1 else f"{slug}-{number}") not in taken)
