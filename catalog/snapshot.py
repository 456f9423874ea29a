"""Snapshots of catalog rows: enough to repeat a computation later and to cite the source of each figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from solvers.specs import KINDS, Precision, columns, is_table, parts, table

from .models import CatalogRow

KINDS_BY_NAME = {kind.__name__.lower(): kind for kind in KINDS}


def snapshot(row: CatalogRow, spec: Any) -> dict[str, Any]:
    """Return the row and its spec as plain JSON: figures in SI by name, null where unknown, rates by number format; of
    a row of a course, also which course."""
    kind = type(spec)
    inside = {name: row.parts()[name] for name in parts(kind)}
    kept = {
        "kind": kind.__name__.lower(),
        "slug": row.slug,
        "name": row.name,
        "figures": {name: _plain(kind, name, getattr(spec, name)) for name in columns(kind)},
        "parts": {name: snapshot(part, getattr(spec, name)) for name, part in inside.items() if part is not None},
        "source": row.source,
        "source_url": row.source_url,
        "source_date": row.source_date,
        **_if_any("figure_sources", row.sources_of_figures()),
        "verified": row.verified,
        **_if_any("confidence", getattr(row, "confidence", "")),
        "note": row.note,
        "remarks": row.remarks(),
    }
    return kept if row.course is None else {**kept, "course": row.course.to_json()}


def _if_any(name: str, value: Any) -> dict[str, Any]:
    return {name: value} if value else {}


def _plain(kind: type[Any], name: str, value: Any) -> Any:
    if is_table(kind, name):
        rates = zip(Precision, np.asarray(value).tolist(), strict=True)
        return {precision.name.lower(): rate for precision, rate in rates if not math.isnan(rate)}
    return None if math.isnan(value) else value


def spec_from_snapshot(kept: Mapping[str, Any]) -> Any:
    """Return the spec of a snapshot. A figure added since is unknown; one that has been removed is left out."""
    kind = KINDS_BY_NAME[kept["kind"]]
    figures = {name: _figure(kind, name, kept["figures"].get(name)) for name in columns(kind)}
    inside = {name: spec_from_snapshot(part) for name, part in kept["parts"].items() if name in parts(kind)}
    return kind(name=kept["name"], **figures, **inside)


def _figure(kind: type[Any], name: str, value: Any) -> Any:
    if is_table(kind, name):
        return table(value or {})
    return math.nan if value is None else value
