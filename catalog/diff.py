"""Compares the catalog rows saved with a scenario with those of today."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from solvers.quantities import format_quantity
from solvers.specs import columns, is_table

from .row_diff import RowDiff
from .snapshot import KINDS_BY_NAME
from .table_cache import catalog_table

Snapshot = Mapping[str, Mapping[str, Any]]


def diff(kept: Snapshot) -> tuple[RowDiff, ...]:
    """Return the rows that differ today from the stored ones; one comparison per row while none differs."""
    return tuple(found for row in kept.values() if (found := _moved(row)))


def _moved(row: Mapping[str, Any]) -> RowDiff | None:
    kind = KINDS_BY_NAME[row["kind"]]
    today = catalog_table(kind).find(row["slug"])
    if today is not None and today.snapshot == row:
        return None
    course = _course(row)
    if today is None or (_is_own(row) and course != _course(today.snapshot)):
        return RowDiff(row["name"], (), gone=True, course=course)
    figures = tuple(_differing(kind, row, today.snapshot))
    return (
        RowDiff(row["name"], figures, course="" if course == _course(today.snapshot) else course) if figures else None
    )


def _course(row: Mapping[str, Any]) -> str:
    """Return the course that a stored row, or a part of it, comes from; empty for the shared catalog."""
    own = row.get("course") or {}
    return str(own.get("name", "")) or next(filter(None, map(_course, row["parts"].values())), "")


def _is_own(row: Mapping[str, Any]) -> bool:
    return bool((row.get("course") or {}).get("own"))


def _differing(kind: type[Any], row: Mapping[str, Any], today: Mapping[str, Any], of: str = "") -> Iterator[str]:
    """Yield each figure that differs, with both values. A figure added to the specs after the snapshot is not a
    difference."""
    for name, io in columns(kind).items():
        if name not in row["figures"]:
            continue
        before, after = row["figures"][name], today["figures"].get(name)
        if before == after:
            continue
        label = f"{of}{io.label[:1].lower()}{io.label[1:]}"
        if is_table(kind, name):
            yield from _rates(label, before or {}, after or {}, io.unit)
        else:
            yield f"{label} {_read(after, io)} (was {_read(before, io)})"
    for name, part in row["parts"].items():
        if name in today["parts"]:
            yield from _differing(KINDS_BY_NAME[part["kind"]], part, today["parts"][name], f"{part['name']}'s ")
        else:
            yield f"no {name}"


def _rates(label: str, before: Mapping[str, float], after: Mapping[str, float], unit: str) -> Iterator[str]:
    for form in sorted({*before, *after}):
        if before.get(form) != after.get(form):
            old, new = (format_quantity(rates.get(form, math.nan), unit) for rates in (before, after))
            yield f"{label} in {form} {new} (was {old})"


def _read(value: float | None, io: Any) -> str:
    return format_quantity(math.nan if value is None else value, io.unit, io.display_unit)
