"""Records which catalog rows an answer reads, for the scenarios of pages that look up rows themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Rows = dict[str, Mapping[str, Any]]

_noted: ContextVar[Rows | None] = ContextVar("noted", default=None)


@contextmanager
def recording() -> Iterator[Rows]:
    """Yield a mapping that collects, by kind and slug, the snapshots of all rows read inside the `with` block."""
    rows: Rows = {}
    before = _noted.set(rows)
    try:
        yield rows
    finally:
        _noted.reset(before)


def record(snapshot: Mapping[str, Any]) -> None:
    """Add the snapshot of a row that was read to the current recording."""
    rows = _noted.get()
    if rows is not None:
        rows[f"{snapshot['kind']}.{snapshot['slug']}"] = snapshot
