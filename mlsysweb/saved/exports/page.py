"""What the pages of exports may show. Templates see nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.results.page import Card, Figure, NamedTable, Reference


@dataclass(frozen=True)
class SheetAnswer:
    """What a sheet has room for: the verdict, some figures, one chart, or without one some rows of a table (`left_out`
    says how many more there are)."""

    verdict: str
    kind: str
    headline: tuple[Card, ...]
    figure: Figure | None
    table: NamedTable | None
    left_out: int


@dataclass(frozen=True)
class PrintPage:
    """A scenario on one sheet, or in a frame: what was asked, what it says, its first chart, where it comes from.
    `html` is that of a page that was kept as HTML, instead of the `answer`."""

    title: str
    what: str
    when: str
    url: str
    asked: tuple[AskedInput, ...]
    defaults: tuple[AskedInput, ...]
    answer: SheetAnswer | None
    html: str
    styles: tuple[str, ...]
    facts: tuple[Reference, ...]


@dataclass(frozen=True)
class ImportPage:
    """What was pasted, and what is wrong with it."""

    text: str
    errors: tuple[str, ...] = ()
