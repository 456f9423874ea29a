"""The catalogs of courses: rows and changes that are layered over the shared tables. A course keeps only its
difference, so that a correction of the shared catalog reaches it in all other figures."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import ForeignKey

from .course_origin import CourseOrigin
from .figure_sources import FIGURE_SOURCES
from .models import CatalogRow, CatalogVersion, CourseRow
from .words import column_label

# The column by which a course hides a shared row: pickers leave it out, links that name it still work.
HIDDEN = "archived"


class SeenTable(Protocol):
    """A table as a course sees it: its rows by slug and name, and the slugs of those that differ from the shared
    ones."""

    @property
    def by_name(self) -> Mapping[str, Any]: ...

    @property
    def changed(self) -> frozenset[str]: ...


Seen = Callable[[type[Any]], SeenTable]


@dataclass(frozen=True)
class Layer:
    """The rows of one course, by the name of their model."""

    course: str
    rows: Mapping[str, tuple[CourseRow, ...]]


@dataclass(frozen=True)
class _Layers:
    version: str
    by_group: dict[int, Layer] = field(default_factory=dict)


@dataclass(frozen=True)
class LayeredRows:
    """The rows of a table as a course sees them, and the slugs of those that differ from the shared ones, also in a
    part."""

    rows: tuple[Any, ...]
    changed: frozenset[str]


_held: list[_Layers] = []


def layers() -> Mapping[int, Layer]:
    """Return the layers of all courses that have rows, by group; read again only if the catalog has changed."""
    version = CatalogVersion.shared()
    held = _held[0] if _held else None
    if held is None or held.version != version:
        held = _Layers(version, _read())
        _held[:] = [held]
    return held.by_group


def _read() -> dict[int, Layer]:
    found: dict[int, dict[str, list[CourseRow]]] = {}
    names: dict[int, str] = {}
    for row in CourseRow.objects.select_related("group"):
        names[row.group_id] = row.group.name
        found.setdefault(row.group_id, {}).setdefault(row.table, []).append(row)
    return {
        group: Layer(names[group], {table: tuple(rows) for table, rows in tables.items()})
        for group, tables in found.items()
    }


def layered_rows(table: type[CatalogRow], shared: Iterable[Any], layer: Layer, seen: Seen) -> LayeredRows:
    """Return the rows of a table as a course sees them. `seen` returns the tables that they refer to. A change of a row
    that the shared catalog no longer has, and an own row whose part is gone, are left out."""
    mine = {row.slug: row for row in layer.rows.get(str(table._meta.model_name), ())}
    rows, changed = [], set()
    for row in shared:
        change = next((mine[slug] for slug in (row.slug, *row.former_slugs) if slug in mine), None)
        if change is not None and change.own:
            continue  # added to the shared catalog since; the course keeps its own
        layered = _with_parts(row, seen)
        if change is not None:
            layered = _changed(layered, change, layer.course, seen)
        if layered is not row:
            changed.add(row.slug)
        rows.append(layered)
    own = (_own_row(table, each, layer.course, seen) for each in mine.values() if each.own)
    for made in own:
        if made is not None:
            rows.append(made)
            changed.add(made.slug)
    return LayeredRows(tuple(rows), frozenset(changed))


def _with_parts(row: Any, seen: Seen) -> Any:
    """Return a copy of the row with the rows it refers to as the course sees them; the row itself where none differs.
    All requests share the row, so it must not be changed."""
    layered = row
    for pointer in _pointers(type(row)):
        part = getattr(row, pointer.name)
        if part is not None and part.slug in seen(type(part).describes).changed:
            layered = copy.copy(row) if layered is row else layered
            setattr(layered, pointer.name, seen(type(part).describes).by_name[part.slug])
    return layered


def _changed(row: Any, change: CourseRow, course: str, seen: Seen) -> Any:
    layered = copy.copy(row)
    names = [name for name, value in change.values.items() if set_column(layered, name, value, seen)]
    # The own source of a shared figure does not state the figure of the course.
    shared = {name: said for name, said in row.figure_sources.items() if name not in names}
    layered.figure_sources = {**shared, **change.values.get(FIGURE_SOURCES, {})}
    layered.overrides = [name for name in row.overrides if name not in names]
    changed = tuple(name for name in names if name not in (HIDDEN, FIGURE_SOURCES))
    labels = tuple(column_label(type(row), name) for name in changed)
    hidden = layered.archived and not row.archived
    layered.course = CourseOrigin(
        course, own=False, changed=labels, source=change.source, hidden=hidden, columns=changed
    )
    return layered


def _own_row(table: type[CatalogRow], added: CourseRow, course: str, seen: Seen) -> Any:
    """Return a row that the course alone has; None where a row it needs is gone. Its key is negative, as that of no row
    of the database is."""
    row: Any = table(slug=added.slug, created_at=added.created, updated_at=added.updated)
    for name, value in added.values.items():
        set_column(row, name, value, seen)
    row.pk, row.course = -added.pk, CourseOrigin(course, own=True)
    complete = all(pointer.null or pointer.name in row._state.fields_cache for pointer in _pointers(table))
    return row if complete else None


def set_column(row: Any, name: str, value: Any, seen: Seen) -> bool:
    """Set a column of a row, the slug of another row as that row. Return false for a column that the table does not
    have (any more) and for a row that is gone."""
    column = next((each for each in row._meta.fields if each.name == name), None)
    if column is None or name in ("id", "slug"):
        return False
    if isinstance(column, ForeignKey):
        related: Any = column.related_model
        found = seen(related.describes).by_name.get(value) if value else None
        if found is None and value:
            return False
        value = found
    setattr(row, name, value)
    return True


def _pointers(table: type[CatalogRow]) -> list[Any]:
    return [each for each in table._meta.fields if isinstance(each, ForeignKey)]
