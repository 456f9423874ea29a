"""Which rows of the catalog an answer read: what a scenario keeps of a page that picks them itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Rows = dict[str, Mapping[str, Any]]

_noted: ContextVar[Rows | None] = ContextVar("noted", default=None)


@contextmanager
def recording() -> Iterator[Rows]:
    """Gives the snapshots, by kind and slug, of all rows that are read while it lasts."""
    rows: Rows = {}
    before = _noted.set(rows)
    try:
        yield rows
    finally:
        _noted.reset(before)


def record(snapshot: Mapping[str, Any]) -> None:
    """One row was read."""
    rows = _noted.get()
    if rows is not None:
        rows[f"{snapshot['kind']}.{snapshot['slug']}"] = snapshot
