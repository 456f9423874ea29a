"""Rows of the catalog for a design space: today's, or those its job began with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.resolve import find
from catalog.snapshot import spec_from_snapshot
from catalog.table_cache import catalog_table


def look_up(kind: type[Any], name: str) -> Any:
    """The spec of a row. Raises InputError."""
    return find(kind, name, kind.__name__.lower()).spec


def all_of(kind: type[Any], of: str) -> list[str]:
    """The slugs of all rows a picker offers, or of those under one heading or in one tier."""
    wanted = of.lower()
    rows = catalog_table(kind).offered
    return [r.slug for r in rows if not wanted or wanted in (r.group.lower(), str(getattr(r, "tier", "")).lower())]


class FrozenLookup:
    """The rows a job began with, by kind and slug; those it does not know are today's."""

    def __init__(self, snapshot: Mapping[str, Mapping[str, Any]]) -> None:
        self.snapshot = snapshot

    def __call__(self, kind: type[Any], name: str) -> Any:
        kept = self.snapshot.get(f"{kind.__name__.lower()}.{name.strip().lower()}")
        return spec_from_snapshot(kept) if kept else look_up(kind, name)
