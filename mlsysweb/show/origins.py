"""The words for how a figure of the catalog was obtained: by its own source, else by that of its row."""

from __future__ import annotations

from collections.abc import Mapping

from solvers.shipped.figure_sources import (
    CHECKED,
    DERIVED,
    EDITED,
    ESTIMATED,
    METHODS,
    RECALLED,
    TEACHING,
    TRANSCRIBED,
)
from solvers.shipped.figures import computed_figures
from solvers.specs import KINDS

NOT_KNOWN = "unknown"
OF_COURSE = "of the course"
ORIGINS: Mapping[str, str] = {
    **METHODS,
    NOT_KNOWN: "some figures of this row are read, others recalled or assumed; its note says which are in doubt",
    EDITED: "edited on this site since it was loaded, and its source was not; the history of the row says why",
    OF_COURSE: "the course has changed this figure; the line on this course above says why",
}
_BY_VERIFIED = {"yes": TRANSCRIBED, "no": RECALLED, "convention": TEACHING, "partly": NOT_KNOWN}
# The model of this column is not the vendor's.
_BOAVIZTA = "embodied_carbon_boavizta"
_COMPUTED = {kind.__name__.lower(): computed_figures(kind) for kind in KINDS}


def is_computed(kind: str, figure: str) -> bool:
    """Return whether this site computes a figure of a kind of row from other columns."""
    return figure in _COMPUTED.get(kind, ())


def figure_origin(
    column: str, verified: str, confidence: str, sources: Mapping[str, Mapping[str, str]], *, computed: bool = False
) -> str:
    """Return how a figure was obtained, one of `ORIGINS`: by the method of its own source; where it has none, by what
    its row says of all figures (`verified`, `confidence`). A row that is partly recalled, and names those figures
    by their own sources, has read the others."""
    methods = {name: source.get("method", "") for name, source in sources.items()}
    if methods.get(column):
        return methods[column]
    if computed:
        return DERIVED
    if column == _BOAVIZTA:
        return ESTIMATED
    if verified == "yes" and confidence == "A":
        return CHECKED
    if verified == "partly" and RECALLED in methods.values():
        return TRANSCRIBED
    return _BY_VERIFIED.get(verified, NOT_KNOWN)
