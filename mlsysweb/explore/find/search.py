"""Runs the search of a design space and collects the details that its page presents."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from catalog.models import CatalogVersion
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.question import GOAL, DesignSpaceQuestion, declared_search
from mlsysweb.explore.find.columns import ResultColumn
from mlsysweb.explore.find.report import DeclaredSearch, Neighbours, SearchReport, TriedConfiguration
from mlsysweb.show.work_limits import heavy_work
from solvers.errors import InputError, InputErrors
from solvers.search.evaluation import Evaluation, evaluate, line_along, sample
from solvers.search.explore import Search, evaluate_box
from solvers.search.limits import limits
from solvers.search.result import left_out_sentences
from solvers.search.run import Candidate, Outcome, candidates, check, run

# The largest space searched within a request; a larger one becomes a job.
IN_REQUEST = 1_100_000
# Configurations sampled for the chart: the first ones as dots, all of them for the density.
_DRAWN = 12_000
# And of a search that was not finished, since its configurations take long.
_DRAWN_OF_PART = 2_000
# A space of more configurations than this is heavy work.
_LIGHT = 10_000
# The configurations evaluated first, to find how many take a box the time below (in seconds of processor time): short,
# so that a search ends soon after its time is spent.
_FIRST, _BOX = 2**12, 0.05
# Cached outcomes, and the rows of their fronts together (about 2 kB each): requests for other rows or another sort
# order do not repeat the search.
_RECENT, _RECENT_ROWS = 8, 20_000
_recent: OrderedDict[tuple[str, str], Outcome] = OrderedDict()
_lock = Lock()


def search_now(question: DesignSpaceQuestion, declared: DeclaredSearch) -> Outcome:
    """Return the outcome of a space small enough for a request, not complete where its time was spent before. Outcomes
    are cached. Raise InputErrors, and Busy or ClientGone as `heavy_work` does."""
    key = (question.query, CatalogVersion.now())
    found = _cached(key)
    if found is None and declared.search.space.size <= _LIGHT:
        found = _kept(key, _searched(question, declared.search, lambda: False))
    elif found is None:
        with heavy_work() as spent:
            # Another request may have searched it while this one waited.
            found = _cached(key) or _kept(key, _searched(question, declared.search, spent))
    return found


def _cached(key: tuple[str, str]) -> Outcome | None:
    with _lock:
        if key in _recent:
            _recent.move_to_end(key)
        return _recent.get(key)


def _kept(key: tuple[str, str], found: Outcome) -> Outcome:
    """Cache an outcome instead of the oldest ones, and return it."""
    with _lock:
        _recent[key] = found
        while len(_recent) > _RECENT or (len(_recent) > 1 and _rows_kept() > _RECENT_ROWS):
            _recent.popitem(last=False)
    return found


def _rows_kept() -> int:
    return sum(len(each.front) for each in _recent.values())


def _searched(question: DesignSpaceQuestion, search: Search, spent: Callable[[], bool]) -> Outcome:
    """Return the outcome of the boxes that are done before the time is spent. Raise InputErrors, about the front at its
    last objective."""
    start = time.perf_counter()
    try:
        found = run(replace(search, rows=_rows_in_a_box(search)), cancelled=spent)
        return replace(found, seconds=time.perf_counter() - start)
    except InputErrors as bad:
        last = max((k for k, text in enumerate(question.goals) if text.lower().startswith(("mini", "maxi"))), default=0)
        raise InputErrors(
            InputError(f"{GOAL}-{last}" if e.field == "goals" else e.field, e.sentence) for e in bad.errors
        ) from None


def _rows_in_a_box(search: Search) -> int:
    """Return how many configurations of a search take about as long as a box should."""
    rows = _FIRST
    if search.space.size > rows:
        start = time.thread_time()
        evaluate_box(replace(search, rows=rows), 0)
        seconds = time.thread_time() - start
        while 2 * seconds < _BOX and rows < search.rows:
            rows, seconds = 2 * rows, 2 * seconds
    return rows


def search_report(declared: DeclaredSearch, outcome: Outcome, columns: Sequence[ResultColumn]) -> SearchReport:
    """Return the report of an outcome: sample, neighbours and table rows."""
    search = outcome.search
    some = evaluate(search, sample(search, _DRAWN if outcome.complete else _DRAWN_OF_PART))
    ranked = {c.number: c for c in (*outcome.top, *outcome.front)}
    return SearchReport(
        declared=declared,
        outcome=outcome,
        sample=some,
        cells=_cells(search, some, columns),
        beside=tuple(_beside(outcome)) if outcome.top else (),
        limits=(*limits(outcome), *left_out_sentences(outcome.seen.left_out, outcome.seen.count)),
        rows=tuple(ranked.values()),
    )


def _cells(search: Search, some: Evaluation, columns: Sequence[ResultColumn]) -> dict[str, NDArray[np.float64]]:
    """Return the numeric cells of the sampled configurations: objectives, the values that constraints compare, and
    axes."""
    goals = [column for column in columns if column.sign]
    cells = {column.key: some.objectives[:, k] for k, column in enumerate(goals)}
    for k, constraint in enumerate(search.constraints):
        cells.setdefault(f"{constraint.metric.stage}.{constraint.metric.name}", some.values[:, k])
    places = np.unravel_index(some.number, search.space.shape) if search.space.axes else ()
    for axis, place in zip(search.space.axes, places, strict=True):
        if not isinstance(axis.labels[0], str):
            cells[axis.name] = np.array(axis.labels, dtype=float)[place]
    return cells


def _beside(outcome: Outcome) -> list[Neighbours]:
    search, best = outcome.search, outcome.top[0].number
    beside = []
    for k, each in enumerate(search.space.axes):
        numbers = line_along(search, best, k)
        places = search.space.labels(numbers)
        here = int(np.flatnonzero(numbers == best)[0])
        beside.append(Neighbours(each.name, tuple(p[each.name] for p in places), evaluate(search, numbers), here))
    return beside


def try_configuration(question: DesignSpaceQuestion, outcome: Outcome, places: Mapping[str, str]) -> TriedConfiguration:
    """Evaluate one configuration, whose values need not lie on the axes; an axis left empty takes the value of the
    best. Raise InputErrors as `declared_search` does."""
    axes = tuple((name, places.get(name, text)) for name, text in question.axes)
    declared = declared_search(
        DesignSpaceQuestion(question.walls, question.links, axes, question.goals), look_up, all_of
    )
    one = declared.search
    check(one)
    number = np.zeros(1, dtype=np.int64)
    evaluation = evaluate(one, number)
    found = candidates(one, number)[0]
    # An axis with one value is common to all configurations; none of them sets it.
    candidate = replace(found, places={**places, **found.places}, inputs={**declared.given, **found.inputs})
    return TriedConfiguration(one.constraints, candidate, evaluation, _rival(outcome, evaluation))


def _rival(outcome: Outcome, seen: Evaluation) -> Candidate | None:
    """Return the first configuration of the front that is no worse in any objective and better in one."""
    signs = np.array([objective.sign for objective in outcome.search.objectives])
    own = seen.objectives[0] * signs
    scores = outcome.seen.front.scores
    beats = (scores <= own).all(axis=1) & (scores < own).any(axis=1) if len(scores) else np.zeros(0, dtype=bool)
    return outcome.front[int(np.flatnonzero(beats)[0])] if beats.any() else None
