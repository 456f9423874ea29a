"""Stores the rows of a course's catalog."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from django.db import transaction

from catalog.models import CatalogRow, CourseRow
from catalog.table_cache import catalog_table
from solvers.shipped.names import slug_from_name

from .models import Course
from .store import CourseError

MOST_ROWS = 300
_LONGEST = 55


def rows_of(course: Course) -> list[CourseRow]:
    """Return the rows of a course, by table and slug."""
    return list(CourseRow.objects.filter(group=course.group_id))


def row_of(course: Course, table: type[CatalogRow], slug: str) -> CourseRow | None:
    """Return what a course has of a row, by its slug or one that it had before; None where it has nothing."""
    row = catalog_table(table.describes).by_name.get(slug)
    slugs = (slug, *((row.slug, *row.former_slugs) if row is not None else ()))
    found = {mine.slug: mine for mine in CourseRow.objects.filter(group=course.group_id, table=table._meta.model_name)}
    return next((found[each] for each in slugs if each in found), None)


def add_row(course: Course, table: type[CatalogRow], values: Mapping[str, Any]) -> CourseRow:
    """Return a new row of a course's own. Raise CourseError for too many."""
    with transaction.atomic():
        _check_room(course)
        slug = _free_slug(table, str(values["name"]))
        name = str(table._meta.model_name)
        return CourseRow.objects.create(group_id=course.group_id, table=name, slug=slug, own=True, values=dict(values))


def change_row(course: Course, table: type[CatalogRow], slug: str, values: Mapping[str, Any], source: str) -> None:
    """Store the values in which a row of a course differs from the shared one, or all those of a row of its own. Raise
    CourseError for too many."""
    name = str(table._meta.model_name)
    with transaction.atomic():
        mine = row_of(course, table, slug)
        if mine is None:
            _check_room(course)
            mine = CourseRow(group_id=course.group_id, table=name, slug=slug, own=False)
        mine.values, mine.source = dict(values), source
        mine.save()


def remove_row(mine: CourseRow) -> None:
    """Remove a row of a course, or its change of a shared row, which the course then sees as others do."""
    mine.delete()


def _check_room(course: Course) -> None:
    Course.objects.select_for_update().get(pk=course.pk)
    if CourseRow.objects.filter(group=course.group_id).count() >= MOST_ROWS:
        raise CourseError(f"This course has {MOST_ROWS} rows and changes, and that is the most. Remove some first.")


def _free_slug(table: type[CatalogRow], name: str) -> str:
    """Return a slug made from a name that no row of the visible catalog has."""
    taken, slug = catalog_table(table.describes).by_name, slug_from_name(name)[:_LONGEST].strip(".-") or "row"
    return next(each for number in count(1) if (each := slug if number == 1 else f"{slug}-{number}") not in taken)
