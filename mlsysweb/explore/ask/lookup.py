"""Looks up catalog rows for a design space: today's rows, or those its job started with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.resolve import find
from catalog.snapshot import spec_from_snapshot
from catalog.table_cache import catalog_table


def look_up(kind: type[Any], name: str) -> Any:
    """Return the spec of a row. Raise InputError."""
    return find(kind, name, kind.__name__.lower()).spec


def all_of(kind: type[Any], of: str) -> list[str]:
    """Return the slugs of all rows that a picker offers, or of those under one heading or in one tier."""
    wanted = of.lower()
    rows = catalog_table(kind).offered
    return [r.slug for r in rows if not wanted or wanted in (r.group.lower(), str(getattr(r, "tier", "")).lower())]


class FrozenLookup:
    """The rows a job started with, by kind and slug. Rows not among them are looked up in today's catalog."""

    def __init__(self, snapshot: Mapping[str, Mapping[str, Any]]) -> None:
        self.snapshot = snapshot

    def __call__(self, kind: type[Any], name: str) -> Any:
        kept = self.snapshot.get(f"{kind.__name__.lower()}.{name.strip().lower()}")
        return spec_from_snapshot(kept) if kept else look_up(kind, name)
