"""Presenter (stage 5) of the differences between a stored answer and today's. Does not solve."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from catalog.row_diff import RowDiff
from mlsysweb.saved.opened import OpenedAnswer
from mlsysweb.show.results.page import Card
from solvers.formatting import fill_slots
from solvers.quantities import format_quantity

from .drift_result import Drift
from .page import DriftBanner, DriftPage, DriftRow

Rows = tuple[tuple[str, ...], ...]

# The most differing table rows shown; the rest is counted.
_MOST_ROWS = 40
_CHANGED = "The data have changed since this was saved."
_OF_COURSE = "This was computed with the catalog of a course."


def banner(found: Drift, link: str, number: int) -> DriftBanner:
    """Return what has changed, in sentences, and today's verdict."""
    sentences = [_of_row(row) for row in found.rows]
    sentences += [f"{wall[:1].upper()}{wall[1:]}." for wall in found.walls]
    heading = _OF_COURSE if any(row.course for row in found.rows) else _CHANGED
    return DriftBanner(tuple(sentences), _today(found), f"{link}v/{number}/drift/", heading)


def _of_row(row: RowDiff) -> str:
    if row.gone and row.course:
        return f"{row.name} is a row of the course “{row.course}”, which the catalog you see does not have."
    if row.course:
        return f"{row.name} is as the course “{row.course}” has it. In the catalog you see: {'; '.join(row.figures)}."
    if row.gone:
        return f"{row.name} is no longer in the catalog."
    return f"{row.name}: {'; '.join(row.figures)}."


def _today(found: Drift) -> str:
    if found.problem:
        return f"Today there is no answer: {found.problem}"
    return f"Today the answer would be: {fill_slots(found.today.verdict, found.today.values)}" if found.today else ""


def drift_page(
    title: str,
    link: str,
    number: int,
    told: DriftBanner | None,
    opened: OpenedAnswer,
    before: OpenedAnswer | None,
    today: OpenedAnswer | None,
    problem: str,
    mine: bool,
) -> DriftPage:
    """Return both answers, output by output. `before` is the answer that today's is compared with: the stored one, or
    for a wall that with the stored rows. Without `today` there is a `problem`, or nothing has changed."""
    rows = tuple(_tables(before, today)) if before and today else ()
    outputs = dict(_outputs(before.cards, today.cards)) if before and today else {}
    return DriftPage(
        title=title,
        link=link,
        number=number,
        banner=told,
        verdict=opened.verdict,
        html=opened.html,
        styles=opened.styles,
        now=today.verdict if today else "",
        problem=problem,
        outputs=tuple(sorted(outputs.values(), key=lambda row: not row.differs)),
        rows=rows[:_MOST_ROWS],
        more=max(0, len(rows) - _MOST_ROWS),
        mine=mine,
        kind=opened.state,
        now_kind=today.state if today else "",
        changes=tuple(_changes(outputs, today.headline)) if today else (),
    )


def _changes(outputs: Mapping[str, DriftRow], headline: Iterable[str]) -> Iterator[str]:
    """Yield each headline output that differs: `Latency 5.12 → 4.79 ms (−6.4 %)`."""
    for row in (outputs[name] for name in headline if name in outputs):
        if row.differs:
            percent = f" ({row.change.rpartition('(')[2]}" if "(" in row.change else ""
            yield f"{row.label}: {row.before} → {row.after}{percent}"


def _outputs(before: Mapping[str, Card], today: Mapping[str, Card]) -> Iterator[tuple[str, DriftRow]]:
    """Yield each output that both answers have, with its name. Numbers are compared as numbers, because the text has
    only three digits."""
    for name, now in today.items():
        if name in before:
            then = before[name]
            differs = not _same(then, now)
            yield name, DriftRow(now.label, then.value, now.value, differs, _change(then, now) if differs else "")


def _change(then: Card, now: Card) -> str:
    """Return the difference of two numbers of one unit, `−1.5 ms (−14 %)`; empty where there is none."""
    if then.number is None or now.number is None or then.unit != now.unit:
        return ""
    change = now.number - then.number
    if not math.isfinite(change):
        return ""
    sign = "+" if change > 0 else "−"
    told = f"{sign}{format_quantity(abs(change), now.unit, now.display_unit)}"
    share = f" ({sign}{format_quantity(abs(change / then.number), '1', 'percent')})" if then.number else ""
    return told + share


def _same(then: Card, now: Card) -> bool:
    if then.number is None or now.number is None or then.unit != now.unit:
        return then.value == now.value
    return then.number == now.number or (then.number != then.number and now.number != now.number)


def _tables(before: OpenedAnswer, today: OpenedAnswer) -> Iterator[DriftRow]:
    """Yield the table rows that differ, matched by their first cell; a missing row is marked as such."""
    if not before.page or not today.page:
        return
    now = {each.title: each for each in today.page.summary.tables}
    for table in before.page.summary.tables:
        rows = (table.table.rows, now[table.title].table.rows if table.title in now else ())
        width = _telling(rows)
        then_rows, now_rows = (_by_first(each, width) for each in rows)
        for name in dict.fromkeys((*then_rows, *now_rows)):
            then, today_row = (each.get(name, "not among them") for each in (then_rows, now_rows))
            if then != today_row:
                yield DriftRow(f"{table.title}: {name}", then, today_row, True)


def _telling(tables: tuple[Rows, Rows]) -> int:
    """Return how many leading cells identify a row in both tables."""
    most = max((len(row) for rows in tables for row in rows), default=1)
    apart = (n for n in range(1, most) if all(len({row[:n] for row in rows}) == len(rows) for rows in tables))
    return next(apart, most)


def _by_first(rows: Rows, width: int) -> dict[str, str]:
    """Return rows by their leading cells, with the other cells as text."""
    return {", ".join(row[:width]): " · ".join(cell for cell in row[width:] if cell) for row in rows}
