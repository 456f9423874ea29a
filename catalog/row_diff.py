"""How a row of the catalog differs from what it was: a type only, so that presenters can name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RowDiff:
    """A row that is no longer what it was: its name, and what of it differs in words; nothing when it is gone."""

    name: str
    figures: tuple[str, ...]
    gone: bool = False
