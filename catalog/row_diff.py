"""The difference between a catalog row and its saved snapshot: a type only, so that presenters can import it without
models."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RowDiff:
    """A row that has changed: its name and the differences as text; no differences where the row was deleted.
    `course` is the course that its stored figures come from, where another catalog is compared with them."""

    name: str
    figures: tuple[str, ...]
    gone: bool = False
    course: str = ""
