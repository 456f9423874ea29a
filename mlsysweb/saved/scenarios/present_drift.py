"""Stage 5: what has moved since something was kept. Reads, never solves."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.row_diff import RowDiff
from mlsysweb.show.results.page import ResultPage
from solvers.formatting import fill_slots, format_value
from solvers.result import Result

from .drift_result import Drift
from .page import DriftBanner, DriftPage, DriftRow


def banner(found: Drift, link: str, number: int) -> DriftBanner:
    """What moved, in sentences, and what the answer would be today."""
    sentences = [_of_row(row) for row in found.rows]
    sentences += [f"{wall[:1].upper()}{wall[1:]}." for wall in found.walls]
    return DriftBanner(tuple(sentences), _today(found), f"{link}v/{number}/drift/")


def _of_row(row: RowDiff) -> str:
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
    kept: ResultPage | None,
    today: ResultPage | None,
    shown: tuple[str, str],
    found: Drift | None,
    mine: bool,
    styles: str,
) -> DriftPage:
    """Both answers, output by output; `shown` is what another page than a wall's showed then and shows now."""
    return DriftPage(
        title=title,
        link=link,
        number=number,
        banner=told,
        kept=kept,
        today=today,
        outputs=tuple(_outputs(found.today, found.replayed)) if found and found.today and found.replayed else (),
        before=shown[0],
        now=shown[1],
        mine=mine,
        styles="" if kept else styles,
    )


def _outputs(today: Result, replayed: Result) -> Iterator[DriftRow]:
    """What the rows as they were come to, beside what today's do."""
    for name in today.outputs:
        if name not in replayed.values:
            continue
        before, after = replayed.values[name], today.values[name]
        same = before.value == after.value or (before.value != before.value and after.value != after.value)
        yield DriftRow(after.label, format_value(before), format_value(after), not same)
