"""Template context of the glossary."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A term with its definition, the anchor on the page, and the title and URL of the wall that uses it."""

    anchor: str
    name: str
    definition: str
    wall: str
    url: str


@dataclass(frozen=True)
class GlossaryPage:
    """All entries in alphabetical order."""

    entries: tuple[Entry, ...]
