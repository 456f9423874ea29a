"""Presenter (stage 5) of the design space. Does not search."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import numpy as np
import orjson

from mlsysweb.explore.find.columns import ResultColumn
from mlsysweb.explore.find.report import SearchReport, TriedConfiguration
from mlsysweb.explore.show.page import ConstraintRow, DesignSpacePage, JobProgress, NeighbourStep, RowsPage, WhyPage
from mlsysweb.explore.show.verdict import nearest_value, verdict
from mlsysweb.explore.show.words import capitalized, decapitalized, place_in_words, places_in_words
from mlsysweb.show.charts.pareto import Density, PointSet, pareto
from mlsysweb.show.results.page import Card, Figure, Link, Table
from mlsysweb.show.results.present import card, embedded
from solvers.grammar import agree
from solvers.quantities import format_quantity
from solvers.search.run import Outcome
from solvers.verdict import State

# Limits on the number of dominated, infeasible and Pareto-optimal dots: more overlap and make the page larger.
_BEATEN, _FAILING, _FRONT = 240, 120, 240
_CELLS = (36, 28)
# The name in a link of the configuration, by its number, whose own page it opens.
OPEN = "open"


@dataclass(frozen=True)
class DesignSpaceLinks:
    """The page's path and the question's link, the link of a candidate, and the export formats."""

    url: str
    query: str
    opened: Callable[[Any], str]
    exports: tuple[Link, ...]


def design_space_page(
    report: SearchReport,
    columns: tuple[ResultColumn, ...],
    rows: RowsPage,
    why: WhyPage,
    tried: TriedConfiguration | None,
    progress: JobProgress | None,
    around: DesignSpaceLinks,
) -> DesignSpacePage:
    """Return the page of a search, complete or in progress."""
    outcome = report.outcome
    objectives = [column for column in columns if column.sign]
    return DesignSpacePage(
        verdict=verdict(outcome, columns, objectives),
        kind=State.OK if outcome.top else State.MISSED if outcome.seen.count else "",
        cards=tuple(_cards(outcome, objectives)) if outcome.seen.count else (),
        figures=tuple(_figures(report, columns, objectives, tried, around))
        if not progress or outcome.seen.count
        else (),
        reasons=tuple(_reasons(outcome, objectives)) if outcome.seen.count else (),
        demanded=tuple(c.words for c in outcome.search.constraints if c.text in report.declared.demanded),
        steps=tuple(_steps(report, columns, objectives)),
        step_heads=tuple(column.label for column in objectives),
        rows=rows if report.rows else None,
        why=why,
        best=around.opened(outcome.top[0]) if outcome.top else "",
        exports=around.exports if report.rows else (),
        progress=progress,
        query=around.query,
        url=f"{around.url}?{around.query}",
        limits=report.limits,
        took=_took(outcome),
    )


def _took(outcome: Outcome) -> str:
    """Return how long a search took; empty where that was not measured."""
    if not outcome.seconds:
        return ""
    time = format_quantity(outcome.seconds, "s", digits=2)
    return f"{agree(f'{outcome.seen.count:,}', ' configurations')} evaluated in {time}."


def waiting_page(progress: JobProgress, around: DesignSpaceLinks) -> DesignSpacePage:
    """Return the page of a space too large for a request whose job has not been started, or waits for its turn."""
    return DesignSpacePage(
        verdict="Search queued. The result is shown here once it is found." if progress.moving else progress.told,
        kind="",
        cards=(),
        figures=(),
        reasons=(),
        demanded=(),
        steps=(),
        step_heads=(),
        rows=None,
        why=None,
        best="",
        exports=(),
        progress=progress,
        query=around.query,
        url=f"{around.url}?{around.query}",
    )


def _cards(outcome: Outcome, objectives: list[ResultColumn]) -> Iterator[Card]:
    if outcome.top:
        for column in objectives:
            name = column.terms[0][0].partition(".")[2]
            yield card(name, column.value(float(column.read(outcome.top[0]))))
    feasible, front = outcome.seen.feasible, len(outcome.front)
    yield Card("feasible", "Feasible configurations", f"{feasible:,}", "", "", float(feasible), "1")
    help = "Better in one objective only by being worse in another."
    yield Card("front", "Pareto-optimal", f"{front:,}", help, "", float(front), "1")


def _reasons(outcome: Outcome, objectives: list[ResultColumn]) -> Iterator[ConstraintRow]:
    constraints = list(outcome.search.constraints)
    for reason in outcome.reasons:
        yield ConstraintRow(
            text=capitalized(reason.constraint.words),
            failed=f"{reason.failed:,}" + (f" ({reason.unknown:,} without a value)" if reason.unknown else ""),
            alone=f"{reason.alone:,}",
            nearest=nearest_value(reason),
            gain=_gain(outcome, constraints.index(reason.constraint), objectives),
        )


def _gain(outcome: Outcome, place: int, objectives: list[ResultColumn]) -> str:
    """Return what the first objectives gain if this one limit is relaxed by a tenth."""
    freed, scores = outcome.seen.freed[place], outcome.seen.front.scores
    texts = []
    for k, column in enumerate(objectives):
        if not np.isfinite(freed[k]):
            continue
        now = scores[:, k].min() if len(scores) else np.inf
        if freed[k] < now:
            then = column.words(float(freed[k] * column.sign))
            texts.append(
                f"{decapitalized(column.label)} {then} instead of {column.words(float(now * column.sign))}"
                if np.isfinite(now)
                else f"{decapitalized(column.label)} {then}, where now there is nothing"
            )
    return "; ".join(texts)


def _steps(
    report: SearchReport, columns: tuple[ResultColumn, ...], objectives: list[ResultColumn]
) -> Iterator[NeighbourStep]:
    """Yield the neighbours one step down and one step up along each axis."""
    by_key = {column.key: column for column in columns}
    constraints = report.outcome.search.constraints
    for beside in report.beside:
        column, values = by_key[beside.axis], beside.evaluation.objectives
        rows = range(len(beside.labels)) if not column.numeric else (beside.here - 1, beside.here + 1)
        for row in rows:
            if not 0 <= row < len(beside.labels) or row == beside.here:
                continue
            broken = [c.words for c, failed in zip(constraints, beside.evaluation.failed[row], strict=True) if failed]
            yield NeighbourStep(
                axis=column.label,
                to=column.words(beside.labels[row]),
                effects=tuple(_effect(values[row, k], values[beside.here, k]) for k in range(len(objectives))),
                broken=", ".join(broken),
                here=False,
            )


def _effect(value: float, best: float) -> str:
    if not (np.isfinite(value) and np.isfinite(best)) or best == 0:
        return "unknown"
    change = value / best - 1
    return (
        "same" if abs(change) < 5e-4 else f"{'+' if change > 0 else '−'}{format_quantity(abs(change), '1', 'percent')}"
    )


def _figures(
    report: SearchReport,
    columns: tuple[ResultColumn, ...],
    objectives: list[ResultColumn],
    tried: TriedConfiguration | None,
    around: DesignSpaceLinks,
) -> Iterator[Figure]:
    """Yield the charts: the front by the first two objectives, or one objective against the metric of a constraint or
    the first axis."""
    across = objectives[1] if len(objectives) > 1 else _other(columns)
    if across is None or not objectives or not report.sample.number.size:
        return
    first = objectives[0]
    drawn = report.cells
    x, y = (np.asarray(drawn[c.key], dtype=float) for c in (first, across))
    known = np.isfinite(x) & np.isfinite(y)
    feasible = report.sample.feasible
    front = sorted(report.outcome.front, key=lambda c: first.read(c))
    shown = front[:: max(1, len(front) // _FRONT)]
    logs = (_spreads(x[known & feasible]), _spreads(y[known & feasible]))
    known &= ((x > 0) | (not logs[0])) & ((y > 0) | (not logs[1]))
    good, bad = np.flatnonzero(known & feasible), np.flatnonzero(known & ~feasible)
    near = bad[_within(x[bad], y[bad], x[good], y[good])]
    bend = report.outcome.knee
    plot = pareto(
        first.value(),
        across.value(),
        logs,
        front=_points(shown, first, across, columns),
        knee=_points([report.outcome.front[bend]] if bend >= 0 else [], first, across, columns),
        beaten=_dots(report, columns, good[:_BEATEN], x, y),
        failing=_dots(report, columns, near[:_FAILING], x, y),
        tried=replace(_points([tried.candidate] if tried else [], first, across, columns), numbers=()),
        density=_density(x[good], y[good], logs) if len(good) > _BEATEN else None,
        opening=f"{around.url}?{around.query}&{OPEN}=",
    )
    title = f"{first.label} vs. {decapitalized(across.label)}"
    table = Table(
        tuple(column.label for column in columns),
        tuple(tuple(c.words(c.read(each)) for c in columns) for each in front[:: max(1, len(front) // 24)]),
    )
    yield Figure(
        "front-0",
        title,
        f"{len(front):,} Pareto-optimal configuration{'' if len(front) == 1 else 's'}; the table below lists them.",
        embedded(orjson.dumps(plot).decode()),
        table,
    )


def _other(columns: tuple[ResultColumn, ...]) -> ResultColumn | None:
    numeric = [column for column in columns if column.numeric and not column.sign]
    return next((c for c in numeric if c.terms), next(iter(numeric), None))


def _spreads(values: Any) -> bool:
    """Return whether values span so wide a range that they need a log axis."""
    return bool(values.size and values.min() > 0 and values.max() / values.min() > 30)


def _within(x: Any, y: Any, good_x: Any, good_y: Any) -> Any:
    """Return which infeasible dots lie near the feasible ones. One that is off by a factor of a thousand would compress
    the chart."""
    if not good_x.size:
        return np.ones(len(x), dtype=bool)
    return (x <= good_x.max() * 1.5) & (y <= good_y.max() * 1.5) & (x >= good_x.min() / 1.5) & (y >= good_y.min() / 1.5)


def _points(candidates: Any, x: ResultColumn, y: ResultColumn, columns: tuple[ResultColumn, ...]) -> PointSet:
    return PointSet(
        [float(x.read(c)) for c in candidates],
        [float(y.read(c)) for c in candidates],
        [places_in_words(c, columns) for c in candidates],
        [c.number for c in candidates],
    )


def _dots(report: SearchReport, columns: tuple[ResultColumn, ...], rows: Any, x: Any, y: Any) -> PointSet:
    axes = [column for column in columns if not column.terms]
    places = report.outcome.search.space.labels(report.sample.number[rows])
    names = [constraint.words for constraint in report.outcome.search.constraints]
    words = []
    for row, place in zip(rows, places, strict=True):
        broken = [name for name, failed in zip(names, report.sample.failed[row], strict=True) if failed]
        own = ", ".join(place_in_words(column, place[column.key]) for column in axes)
        words.append(f"{own}<br>violates {' and '.join(broken)}" if broken else own)
    return PointSet(x[rows].tolist(), y[rows].tolist(), words, report.sample.number[rows].tolist())


def _density(x: Any, y: Any, logs: tuple[bool, bool]) -> Density:
    edges = [
        (np.geomspace if log else np.linspace)(v.min(), v.max(), cells + 1)
        for v, log, cells in zip((x, y), logs, _CELLS, strict=True)
    ]
    counts, _, _ = np.histogram2d(x, y, bins=edges)
    column, row = np.nonzero(counts)
    share = np.log1p(counts[column, row]) / np.log1p(counts.max())
    middles = [np.sqrt(e[:-1] * e[1:]) if log else (e[:-1] + e[1:]) / 2 for e, log in zip(edges, logs, strict=True)]
    return Density(middles[0][column].tolist(), middles[1][row].tolist(), (0.05 + 0.3 * share).round(2).tolist())


def configuration_url(
    pipeline_url: str, wall_url: str, walls: tuple[str, ...], links: str, text: Mapping[str, str]
) -> str:
    """Return the URL of one configuration: the page of its wall if there is one wall only, else the pipeline."""
    if len(walls) == 1:
        return f"{wall_url}?{urlencode(text)}"
    wires = {"links": links} if links else {}
    return f"{pipeline_url}?{urlencode({'stages': ','.join(walls), **wires, **text})}"
