"""Template context of the page of claims."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Link


@dataclass(frozen=True)
class ClaimRow:
    """A claim: its slide, the slide's figure, the computed one, the verdict and why. `kind` sets the colour of the
    verdict. `conditional` is the figure computed under the condition. `edited` is the verdict that the shipped catalog
    gives where it is another. `error` says why nothing was computed."""

    id: str
    claim: str
    slide: Link
    stated: str
    computed: str
    verdict: str
    kind: str
    conditional: str
    why: str
    edited: str
    error: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class ClaimPart:
    """The claims of a part of the tutorial."""

    number: int
    lesson: Link
    claims: tuple[ClaimRow, ...]


@dataclass(frozen=True)
class FilterRow:
    """One line of links that narrow the list."""

    label: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class ClaimsPage:
    """Claims by part: `counts` sums up all of them, `shown` tells how many are listed."""

    counts: str
    shown: str
    filters: tuple[FilterRow, ...]
    parts: tuple[ClaimPart, ...]
    csv: str
    errors: tuple[str, ...]
