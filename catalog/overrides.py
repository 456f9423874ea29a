"""Which figures of a row were edited on this site, and what the shipped files say of them. Loading leaves those figures
as they are and updates the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.db.models import ForeignKey
from django.utils import timezone

from .figure_sources import FIGURE_SOURCES, figure_columns
from .fixtures import BadData, Record, records
from .models import CatalogRow


def record_values(record: Record, slugs: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Return the values of a record by column, its slugs of other rows as primary keys. Raise BadData."""
    values = dict(record.values)
    for name, known in slugs.items():
        slug = values.pop(name)
        if slug is not None and slug not in known:
            raise BadData(f"{record.place}, {name}: '{slug}' is in no other file.")
        values[f"{name}_id"] = known.get(slug)
    return values


def primary_keys(table: type[CatalogRow]) -> dict[str, dict[str, int]]:
    """Return the primary keys of the rows a table refers to, by column and slug, former slugs included. Those tables
    are loaded earlier."""
    pointers = [column for column in table._meta.fields if isinstance(column, ForeignKey)]
    tables: dict[str, Any] = {column.name: column.related_model for column in pointers}
    found = {name: list(related.objects.values_list("slug", "pk", "former_slugs")) for name, related in tables.items()}
    return {
        name: {former: pk for _, pk, slugs in rows for former in slugs} | {slug: pk for slug, pk, _ in rows}
        for name, rows in found.items()
    }


def own_columns(row: CatalogRow | None, values: Mapping[str, Any]) -> list[str]:
    """Return the columns of a row that were edited on this site and still differ from the shipped ones. Of a row
    edited before its columns were recorded, or by other means, every difference counts as an edit."""
    if row is None or not row.edited_at:
        return []
    return [name for name in _differing(row, values) if not row.overrides or name in row.overrides]


def without_own(row: CatalogRow | None, values: Mapping[str, Any], own: Iterable[str]) -> dict[str, Any]:
    """Return the shipped values to write: without the columns edited on this site, and with the sources of single
    figures that were edited as they are."""
    kept = set(own)
    written = {name: value for name, value in values.items() if name not in kept}
    if row is not None and FIGURE_SOURCES in written:
        shipped, mine = written[FIGURE_SOURCES], row.figure_sources
        told = {figure: mine.get(figure) if _part(figure) in kept else shipped.get(figure) for figure in shipped | mine}
        written[FIGURE_SOURCES] = {figure: source for figure, source in told.items() if source}
    return written


def _differing(row: CatalogRow, values: Mapping[str, Any]) -> list[str]:
    """Return the columns of a row that differ from the shipped ones; of single figures with sources, which."""
    found = []
    for name, value in values.items():
        if name == FIGURE_SOURCES:
            mine = row.figure_sources
            found += [_part(figure) for figure in sorted(value | mine) if value.get(figure) != mine.get(figure)]
        elif getattr(row, name) != value:
            found.append(name)
    return found


def _part(figure: str) -> str:
    return f"{FIGURE_SOURCES}.{figure}"


def label(table: type[CatalogRow], column: str) -> str:
    """Return the words for a column, in lower case where they are no abbreviation."""
    if column.startswith(f"{FIGURE_SOURCES}."):
        figure = column.partition(".")[2]
        return f"source of {figure_columns(table).get(figure, figure)}"
    words = str(table._meta.get_field(column.removesuffix("_id")).verbose_name)  # type: ignore[union-attr]
    return words if words[:2].isupper() else f"{words[:1].lower()}{words[1:]}"


def shipped_values(row: CatalogRow) -> dict[str, Any]:
    """Return the shipped values of a row by column, its slug left out; empty for a row that did not come with the
    site. A row renamed on this site is found by its former slugs."""
    table = type(row)
    shipped = _shipped(table)
    record = next((shipped[slug] for slug in (row.slug, *reversed(row.former_slugs)) if slug in shipped), None)
    if record is None:
        return {}
    values = record_values(record, primary_keys(table))
    return {name: value for name, value in values.items() if name != "slug"}


@cache
def _shipped(table: type[CatalogRow]) -> dict[str, Record]:
    return {record.slug: record for record in records(table)}


def note_overrides(row: CatalogRow, changed: Iterable[str]) -> None:
    """Set which columns of a row count as edited on this site, after an edit of the columns `changed`: those that
    differ from the shipped ones. A row that is as shipped counts as edited no more; `archived` is no edit."""
    changed, shipped = set(changed) - {"archived", "slug"}, shipped_values(row)
    if not shipped:
        row.edited_at = timezone.now() if changed or not row.edited_at else row.edited_at
        return
    if row.edited_at and not row.overrides:  # edited before its columns were recorded
        changed |= set(own_columns(row, shipped))
    differing = _differing(row, shipped)
    if FIGURE_SOURCES in changed:
        changed |= {name for name in differing if name.startswith(f"{FIGURE_SOURCES}.")}
    row.overrides = [name for name in differing if name in changed or name in row.overrides]
    if not row.overrides:
        row.edited_at = None
    elif changed:
        row.edited_at = timezone.now()
