"""The rows of a search as a table, filtered, sorted and paginated, with the chart of parallel coordinates."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from mlsysweb.explore.find.columns import ResultColumn
from mlsysweb.explore.show.page import Brush, ColumnHead, ConfigurationRow, RowsPage
from mlsysweb.show.charts import parallel as uprights
from mlsysweb.show.charts.parallel import Parallel
from solvers.errors import InputError
from solvers.quantities import format_quantity, to_si
from solvers.search.run import Candidate

SORT, PAGE, LOW, HIGH = "sort", "page", "from.", "to."
_A_PAGE = 20
# The most lines the chart draws; more would hide each other.
_THREADS = 200


@dataclass(frozen=True)
class TableQuery:
    """The requested view of the table: sort column, page, and the filter ranges as typed."""

    sort: str = ""
    page: int = 1
    low: Mapping[str, str] = field(default_factory=dict)
    high: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, query: Mapping[str, str]) -> TableQuery:
        page = query.get(PAGE, "1")
        ends = (
            {n[len(end) :]: t.strip() for n, t in query.items() if n.startswith(end) and t.strip()}
            for end in (LOW, HIGH)
        )
        return cls(query.get(SORT, ""), max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1, *ends)

    def query(self, *, sort: str | None = None, page: int = 1) -> list[tuple[str, str]]:
        sort = self.sort if sort is None else sort
        told = [(SORT, sort)] if sort else []
        told += [(PAGE, str(page))] if page > 1 else []
        return told + [(LOW + k, v) for k, v in self.low.items()] + [(HIGH + k, v) for k, v in self.high.items()]


def rows_page(
    candidates: Sequence[Candidate],
    columns: Sequence[ResultColumn],
    wanted: TableQuery,
    *,
    url: str,
    question: Sequence[tuple[str, str]],
    opened: Callable[[Candidate], str],
    front: frozenset[int],
    knee: int,
) -> RowsPage:
    """Return the table: the rows that pass the filters, sorted by the requested column, else ranked as by the
    search."""

    def link(told: list[tuple[str, str]]) -> str:
        return f"{url}?{urlencode([*question, *told])}#rows"

    ends, brushes = _brushes(columns, wanted)
    kept = [all(_inside(c.read(each), ends[c.key]) for c in columns if c.key in ends) for each in candidates]
    left = _sorted([each for each, keep in zip(candidates, kept, strict=True) if keep], columns, wanted.sort)
    pages = max(1, math.ceil(len(left) / _A_PAGE))
    page = min(wanted.page, pages)
    first = (page - 1) * _A_PAGE
    shown = left[first : first + _A_PAGE]
    return RowsPage(
        parallel=_drawing(candidates, kept, columns, ends, front),
        brushes=tuple(brushes),
        heads=tuple(_head(column, wanted, link) for column in columns),
        rows=tuple(
            ConfigurationRow(
                tuple(c.words(c.read(each)) for c in columns), opened(each), _mark(each.number, front, knee)
            )
            for each in shown
        ),
        told=_told(first, len(shown), len(left), len(candidates)),
        before=link(wanted.query(page=page - 1)) if page > 1 else "",
        after=link(wanted.query(page=page + 1)) if page < pages else "",
        clear=link([]) if ends else "",
        sort=wanted.sort,
        question=tuple(question),
        action=url,
    )


def _told(first: int, shown: int, left: int, every: int) -> str:
    if not left:
        return f"None of {every} lies within all brushes."
    whole = f"{left} of {every}" if left < every else str(every)
    return f"{first + 1} to {first + shown} of {whole}"


def _mark(number: int, front: frozenset[int], knee: int) -> str:
    if number == knee:
        return "knee"
    return "front" if number in front else ""


def _head(column: ResultColumn, wanted: TableQuery, link: Any) -> ColumnHead:
    by, now = wanted.sort.removeprefix("-"), ""
    if by == column.key:
        now = "descending" if wanted.sort.startswith("-") else "ascending"
    return ColumnHead(
        column.label, link(wanted.query(sort=f"-{column.key}" if now == "ascending" else column.key)), now
    )


def _sorted(candidates: list[Candidate], columns: Sequence[ResultColumn], sort: str) -> list[Candidate]:
    column = next((c for c in columns if c.key == sort.removeprefix("-")), None)
    if column is None:
        return candidates
    return sorted(candidates, key=lambda each: _order(column.read(each)), reverse=sort.startswith("-"))


def _order(cell: Any) -> tuple[bool, Any]:
    """Return a sort key that puts unknown values last."""
    return (cell != cell, 0.0) if isinstance(cell, float) and cell != cell else (False, cell)


def _brushes(columns: Sequence[ResultColumn], wanted: TableQuery) -> tuple[dict[str, tuple[float, float]], list[Brush]]:
    """Return the filter range of each column and its two form fields; an invalid bound does not filter."""
    ends: dict[str, tuple[float, float]] = {}
    brushes = []
    for column in columns:
        if not column.numeric:
            continue
        low, high = wanted.low.get(column.key, ""), wanted.high.get(column.key, "")
        error = ""
        try:
            least = to_si(column.label, low, column.unit) if low else -math.inf
            most = to_si(column.label, high, column.unit) if high else math.inf
            if low or high:
                ends[column.key] = (least, most)
        except InputError as wrong:
            error = f"{wrong.field} {wrong.sentence}"
        brushes.append(Brush(column.key, column.label, low, high, error))
    return ends, brushes


def _inside(cell: Any, ends: tuple[float, float]) -> bool:
    # Values are shown with three digits; a filter set to a shown value must keep the row it was read from.
    return isinstance(cell, float | int) and ends[0] - abs(ends[0]) * 5e-3 <= cell <= ends[1] + abs(ends[1]) * 5e-3


def _drawing(
    candidates: Sequence[Candidate],
    kept: Sequence[bool],
    columns: Sequence[ResultColumn],
    ends: Mapping[str, tuple[float, float]],
    front: frozenset[int],
) -> Parallel | None:
    drawn = [column for column in columns if column.numeric or not column.terms]
    if len(drawn) < 2 or not candidates:
        return None
    places = _places_drawn([each.number in front for each in candidates])
    some = [candidates[place] for place in places]
    return uprights.parallel(
        [_column(column, some) for column in drawn],
        [kept[place] for place in places],
        [each.number in front for each in some],
        dict(ends),
    )


def _places_drawn(front: Sequence[bool]) -> list[int]:
    """Return the places of at most `_THREADS` rows, in order: those of the front first, then every k-th other."""
    best, others = ([place for place, of_front in enumerate(front) if of_front == wanted] for wanted in (True, False))
    best = best[:: max(1, math.ceil(len(best) / _THREADS))]
    left = _THREADS - len(best)
    return sorted([*best, *(others[:: max(1, math.ceil(len(others) / left))] if left else [])])


def _column(column: ResultColumn, candidates: Sequence[Candidate]) -> uprights.ParallelAxis:
    cells = [column.read(each) for each in candidates]
    if not column.numeric:
        words = tuple(dict.fromkeys(str(cell) for cell in cells))
        places = [float(words.index(str(c))) for c in cells]
        return uprights.ParallelAxis(column.key, column.label, places, tuple(column.words(word) for word in words))
    known = [float(c) for c in cells if math.isfinite(c)] or [0.0]
    low, high = min(known), max(known)
    log = low > 0 and high / low > 20
    middle = math.sqrt(low * high) if log else (low + high) / 2
    ticks = tuple((v, format_quantity(v, column.unit, column.display_unit)) for v in dict.fromkeys((low, middle, high)))
    return uprights.ParallelAxis(column.key, column.label, [float(c) for c in cells], (), ticks, log)
