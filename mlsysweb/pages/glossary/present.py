"""Presenter (stage 5) of the glossary."""

from __future__ import annotations

from collections.abc import Mapping

from mlsysweb.show.glossary import TERMS

from .page import Entry, GlossaryPage


def glossary_page(walls: Mapping[str, tuple[str, str]]) -> GlossaryPage:
    """Return all terms in alphabetical order. `walls` gives the title and URL of each wall by name."""
    return GlossaryPage(
        tuple(
            Entry(term.anchor, term.name, term.definition, *walls[term.wall])
            for term in sorted(TERMS, key=lambda term: term.name.casefold())
        )
    )
