"""The pages of a course's catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import ForeignKey
from django.urls import reverse
from django.utils.text import capfirst

from catalog.conflicts import OPENED
from catalog.figure_sources import FIGURE_SOURCES
from catalog.layers import HIDDEN
from catalog.models import TABLES, CatalogRow, CourseRow
from catalog.table_cache import catalog_table
from catalog.visible import seeing
from catalog.words import column_label, column_text
from mlsysweb.show.catalog_paths import TABLE_PATHS
from mlsysweb.show.results.page import Link

from .catalog_choice import PARAMETER
from .catalog_form import CourseRowForm, named_groups
from .catalog_page import (
    ChangedFigure,
    CourseCatalogPage,
    CourseField,
    CourseFieldGroup,
    CourseRowEntry,
    CourseRowPage,
    CourseTable,
    TableChoice,
)
from .models import Course

MODELS: dict[str, type[CatalogRow]] = {TABLE_PATHS[table.describes.__name__.lower()]: table for table in TABLES}
_GONE = "The shared catalog no longer has this row, so the change has no effect."
_INCOMPLETE = "A row that it needs is gone, so it is not offered. Edit it, or remove it."


def catalog_page(
    course: Course,
    rows: Iterable[CourseRow],
    teaches: bool,
    *,
    removed: Iterable[Link] = (),
    table: str = "",
    row: str = "",
    problem: str = "",
) -> CourseCatalogPage:
    """Return the catalog of a course, which must be the visible one; with the rows it had, the row asked for as typed,
    and why there is none."""
    by_table: dict[str, list[CourseRow]] = {}
    for each in rows:
        by_table.setdefault(each.table, []).append(each)
    return CourseCatalogPage(
        id=course.pk,
        title=str(course),
        teaches=teaches,
        tables=tuple(
            _table(course, path, model, by_table[str(model._meta.model_name)], teaches)
            for path, model in MODELS.items()
            if str(model._meta.model_name) in by_table
        ),
        choices=tuple(
            TableChoice(
                path,
                table_title(model),
                reverse("courses:catalog_add", args=[course.pk, path]),
                path == table,
                reverse("courses:catalog_shown", args=[course.pk, path]),
            )
            for path, model in MODELS.items()
        )
        if teaches
        else (),
        link=f"{reverse('catalog:catalog')}?{PARAMETER}={course.pk}",
        removed=tuple(removed),
        row=row,
        problem=problem,
    )


def table_title(model: type[CatalogRow]) -> str:
    """Return the title of a table."""
    return capfirst(str(model._meta.verbose_name_plural))


def _table(course: Course, path: str, model: type[CatalogRow], rows: list[CourseRow], teaches: bool) -> CourseTable:
    own_first = sorted(rows, key=lambda mine: (not mine.own, set(mine.values) == {HIDDEN}))
    return CourseTable(table_title(model), tuple(_entry(course, path, model, mine, teaches) for mine in own_first))


def _entry(course: Course, path: str, model: type[CatalogRow], mine: CourseRow, teaches: bool) -> CourseRowEntry:
    seen = catalog_table(model.describes).by_name.get(mine.slug)
    with seeing(None):
        shared = None if mine.own else catalog_table(model.describes).by_name.get(mine.slug)
    there = seen is not None and (mine.own or shared is not None)
    name = seen.name if seen is not None else str(mine.values.get("name", mine.slug))
    return CourseRowEntry(
        row=Link(name, reverse("catalog:row", args=[path, seen.slug]) if there and seen is not None else ""),
        state=_state(mine),
        changes=tuple(_changes(model, mine, shared)) if shared is not None else (),
        source=mine.source,
        problem="" if there else _INCOMPLETE if mine.own else _GONE,
        edit_url=reverse("courses:catalog_row", args=[course.pk, path, mine.slug])
        if teaches and (mine.own or there)
        else "",
        history_url=reverse("courses:catalog_history", args=[course.pk, path, mine.slug]) if teaches else "",
        remove_url=reverse("courses:catalog_remove", args=[course.pk, path, mine.slug]) if teaches else "",
        remove="Show again" if set(mine.values) == {HIDDEN} else "Remove",
    )


def _state(mine: CourseRow) -> str:
    """Return what a course has of a row, in words: it, changes of it, or nothing but that it is hidden."""
    if mine.own:
        return "row of this course"
    changed = ["changed"] if set(mine.values) - {HIDDEN} else []
    return ", ".join([*changed, *(["hidden from pickers"] if mine.values.get(HIDDEN) else [])])


def _changes(model: type[CatalogRow], mine: CourseRow, shared: Any) -> Iterator[ChangedFigure]:
    names = {field.name for field in model._meta.fields}
    for name, value in mine.values.items():
        if name in names and name not in (HIDDEN, FIGURE_SOURCES):
            label = column_label(model, name)
            yield ChangedFigure(label, course_text(model, name, value), course_text(model, name, getattr(shared, name)))


def course_text(model: type[CatalogRow], name: str, value: Any) -> str:
    """Return a value of a column as text, a row or its slug by name."""
    field: Any = next((each for each in model._meta.fields if each.name == name), None)
    if isinstance(field, ForeignKey) and value:
        related: Any = field.related_model
        row = catalog_table(related.describes).by_name.get(getattr(value, "slug", value))
        return str(row or value)
    return "unknown" if value in (None, "") else column_text(model, name, value)


def row_form_page(
    course: Course, path: str, form: CourseRowForm, *, name: str, stored: CourseRow | None
) -> CourseRowPage:
    """Return the form of a row of a course. `name` is that of the row, empty for a new one; `stored` what the course
    has of it."""
    model, warnings = MODELS[path], tuple(form.warnings) if form.is_bound else ()
    own, what = form.shared is None, str(model._meta.verbose_name)
    revision = form[OPENED].value()
    told = [str(error) for error in form.non_field_errors() if str(error) != form.conflict] if form.is_bound else []
    return CourseRowPage(
        id=course.pk,
        course=str(course),
        title=name or f"New {what} of this course",
        own=own,
        table=Link(table_title(model), reverse("catalog:table", args=[path])),
        groups=tuple(
            CourseFieldGroup(heading, caution, tuple(_field(form, each) for each in names))
            for heading, caution, names in named_groups(form)
        ),
        warnings=warnings,
        digest=form.digest if warnings else "",
        errors=() if warnings else tuple(told),
        wrong=0 if warnings else sum(name in form.errors for name in form.fields),
        remove_url=reverse("courses:catalog_remove", args=[course.pk, path, stored.slug]) if stored else "",
        history_url=reverse("courses:catalog_history", args=[course.pk, path, stored.slug]) if stored else "",
        conflict=form.conflict,
        opened="" if revision is None else str(revision),
    )


def _field(form: CourseRowForm, name: str) -> CourseField:
    bound = form[name]
    described = " ".join(
        f"{name}-{part}" for part, said in (("help", bound.help_text), ("error", bound.errors)) if said
    )
    element = bound.as_widget(attrs={"aria-describedby": described} if described else {})
    return CourseField(
        name=name,
        label=str(bound.label),
        element=str(element),
        help=str(bound.help_text),
        errors=tuple(map(str, bound.errors)),
        shared=form.shared_text(name),
        required=bound.field.required,
    )
