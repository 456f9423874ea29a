"""Presenter (stage 5) of the sheet and the iframe. Does not solve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlsysweb.show.results.page import PageSummary, ResultPage

from .page import PrintPage, SheetAnswer
from .source import ExportSource

# Limits of a sheet: the number of figures, and the characters of a table, with an allowance per row for its last line.
_CARDS, _LETTERS, _A_ROW = 8, 3200, 90


def print_page(source: ExportSource, result: ResultPage | None) -> PrintPage:
    """Return the sheet. `result` is the presented answer of a wall, or None for a page over many walls."""
    opened = source.opened
    return PrintPage(
        title=source.title,
        what=source.what,
        when=source.created.strftime("%-d %B %Y"),
        url=source.url,
        asked=tuple(each for each in opened.inputs if not each.default),
        defaults=tuple(each for each in opened.inputs if each.default),
        answer=_of_wall(result) if result else _of_page(opened.page.summary) if opened.page else None,
        html=opened.html,
        styles=opened.styles,
        facts=result.facts if result else (),
    )


def _of_wall(result: ResultPage) -> SheetAnswer:
    figure = result.figures[0] if result.figures else None
    return SheetAnswer(result.verdict, result.kind, result.headline, figure, None, 0)


def _of_page(summary: PageSummary) -> SheetAnswer:
    """Return the answer of a page with its first chart, or without charts its first table."""
    figure = summary.figures[0] if summary.figures else None
    named = summary.tables[0] if summary.tables and not figure else None
    if named is None:
        return SheetAnswer(summary.verdict, summary.kind, summary.cards[:_CARDS], figure, None, 0)
    rows = tuple(_fitting(named.table.rows))
    shown = replace(named, table=replace(named.table, rows=rows))
    left_out = len(named.table.rows) - len(rows)
    return SheetAnswer(summary.verdict, summary.kind, summary.cards[:_CARDS], None, shown, left_out)


def _fitting(rows: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, ...]]:
    """Yield the first rows, as many as fit on a sheet."""
    letters = 0
    for row in rows:
        letters += sum(map(len, row)) + _A_ROW
        if letters > _LETTERS:
            return
        yield row
