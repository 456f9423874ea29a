"""Template context of the export pages."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.results.page import Card, Figure, NamedTable, RowSource


@dataclass(frozen=True)
class SheetAnswer:
    """The part of an answer that fits on a sheet: the verdict, some figures, one chart, or without a chart some rows of
    a table (`left_out` says how many more there are)."""

    verdict: str
    kind: str
    headline: tuple[Card, ...]
    figure: Figure | None
    table: NamedTable | None
    left_out: int


@dataclass(frozen=True)
class PrintPage:
    """A scenario on one sheet, or in an iframe: its inputs, its verdict, its first chart, its source. `html` is that of
    a page stored as HTML, instead of the `answer`."""

    title: str
    what: str
    when: str
    url: str
    asked: tuple[AskedInput, ...]
    defaults: tuple[AskedInput, ...]
    answer: SheetAnswer | None
    html: str
    styles: tuple[str, ...]
    facts: tuple[RowSource, ...]


@dataclass(frozen=True)
class ImportPage:
    """The pasted text and its errors."""

    text: str
    errors: tuple[str, ...] = ()
