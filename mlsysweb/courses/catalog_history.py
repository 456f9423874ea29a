"""The history of a course's rows and of its changes of shared rows, and the shared rows that its pickers show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from catalog.course_history import course_revisions, course_state
from catalog.layers import HIDDEN
from catalog.models import CatalogRow, CourseRow, RowRevision
from catalog.table_cache import CatalogTable, catalog_table
from catalog.versions import versions_of
from catalog.visible import seeing
from catalog.words import who
from mlsysweb.show.results.page import Link

from .catalog_page import HidableGroup, HidableRow, RowHistoryPage, ShownRowsPage
from .catalog_present import MODELS, course_text, table_title
from .catalog_store import row_of, slugs_of
from .models import Course

_LABELS = {HIDDEN: "Hidden from pickers"}
_MOST_REMOVED = 20


def history_page(course: Course, path: str, slug: str, *, problem: str = "") -> RowHistoryPage | None:
    """Return the history of what a course, which must be the visible one, has of a row; None where it never had any."""
    model = MODELS[path]
    recorded = list(course_revisions(course.group_id, model, slugs_of(model, slug)))
    present = row_of(course, model, slug)
    if not recorded and present is None:
        return None
    state, row = course_state(present), catalog_table(model.describes).by_name.get(slug)
    versions = versions_of(
        model,
        recorded,
        lambda values: values == state,
        lambda number: reverse("courses:catalog_restore", args=[course.pk, path, slug, number]),
        text=course_text,
        labels=_LABELS,
    )
    # A row that is deleted has its last values still; none of its versions is the present one.
    gone = bool(recorded) and recorded[0].action == RowRevision.Action.DELETED
    name = row.name if row is not None else _last_name(recorded, slug)
    return RowHistoryPage(
        id=course.pk,
        course=str(course),
        title=name,
        row=Link(name, reverse("catalog:row", args=[path, row.slug]) if row is not None and not gone else ""),
        versions=versions,
        problem=problem,
    )


def _last_name(recorded: list[RowRevision], slug: str) -> str:
    return next((str(each.values["name"]) for each in recorded if each.values.get("name")), slug)


def removed_rows(course: Course) -> Iterator[Link]:
    """Yield the history of each row and change that a course had and has no longer, the latest first."""
    there = set(CourseRow.objects.filter(group=course.group_id).values_list("table", "slug"))
    paths = {str(model._meta.model_name): path for path, model in MODELS.items()}
    seen: set[tuple[str, str]] = set()
    for each in RowRevision.objects.filter(group=course.group_id):
        key = (each.table, each.slug)
        if key in there or key in seen or each.table not in paths:
            continue
        seen.add(key)
        path = paths[each.table]
        row = catalog_table(MODELS[path].describes).by_name.get(each.slug)
        name = row.name if row is not None else str(each.values.get("name", each.slug))
        when = f"{each.created:%d %B %Y}, {who(each.user)}"
        yield Link(f"{name} ({when})", reverse("courses:catalog_history", args=[course.pk, path, each.slug]))
        if len(seen) >= _MOST_REMOVED:
            return


def shown_rows_page(course: Course, path: str, *, problem: str = "") -> ShownRowsPage:
    """Return the list of the shared rows of a table, with those marked that a course, which must be the visible one,
    hides."""
    model = MODELS[path]
    with seeing(None):
        shared = catalog_table(model.describes)
    hidden = _hidden(course, model, shared)
    groups: dict[str, list[HidableRow]] = {}
    for row in shared.offered:
        groups.setdefault(row.group, []).append(HidableRow(row.slug, row.label, row.slug in hidden))
    count = len(shared.offered)
    return ShownRowsPage(
        id=course.pk,
        course=str(course),
        table=Link(table_title(model), reverse("catalog:table", args=[path])),
        groups=tuple(HidableGroup(heading, tuple(rows)) for heading, rows in groups.items()),
        found=f"{len(hidden)} of {count} are hidden." if hidden else f"All {count} are shown.",
        problem=problem,
    )


def _hidden(course: Course, model: type[CatalogRow], shared: CatalogTable) -> set[str]:
    """Return the slugs of the shared rows that a course hides."""
    mine = CourseRow.objects.filter(group=course.group_id, table=model._meta.model_name, own=False)
    rows: list[Any] = [shared.by_name.get(each.slug) for each in mine if each.values.get(HIDDEN)]
    return {row.slug for row in rows if row is not None and not row.archived}
