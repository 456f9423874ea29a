"""A space looked through: the whole search with its closer looks, ready to be presented."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from catalog.models import CatalogVersion
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.question import DesignSpaceQuestion, declared_search
from mlsysweb.explore.find.columns import ResultColumn
from mlsysweb.explore.find.report import DeclaredSearch, Neighbours, SearchReport, TriedConfiguration
from solvers.search.evaluation import Evaluation, evaluate, line_along, sample
from solvers.search.explore import Search
from solvers.search.limits import limits
from solvers.search.result import left_out_sentences
from solvers.search.run import Candidate, Outcome, candidates, check, run

# What one request looks through itself; a larger space is a job.
IN_REQUEST = 1_100_000
# Drawn from the space for its picture: the first for dots, all for the density behind them.
_DRAWN = 12_000
# So many outcomes are kept, for the rows and sort orders asked of them next.
_RECENT = 8
_recent: OrderedDict[tuple[str, str], Outcome] = OrderedDict()


def search_now(question: DesignSpaceQuestion, asked: DeclaredSearch) -> Outcome:
    """The outcome of a space small enough for a request; asked again, it is still known. Raises InputErrors."""
    key = (question.query, CatalogVersion.now())
    if key not in _recent:
        _recent[key] = run(asked.search)
        while len(_recent) > _RECENT:
            _recent.popitem(last=False)
    _recent.move_to_end(key)
    return _recent[key]


def search_report(asked: DeclaredSearch, outcome: Outcome, columns: Sequence[ResultColumn]) -> SearchReport:
    """The closer looks at an outcome."""
    search = outcome.search
    some = evaluate(search, sample(search, _DRAWN))
    ranked = {c.number: c for c in (*outcome.top, *outcome.front)}
    return SearchReport(
        declared=asked,
        outcome=outcome,
        drawn=some,
        cells=_cells(search, some, columns),
        beside=tuple(_beside(outcome)) if outcome.top else (),
        limits=(*limits(outcome), *left_out_sentences(outcome.seen.left_out, outcome.seen.count)),
        rows=tuple(ranked.values()),
    )


def _cells(search: Search, some: Evaluation, columns: Sequence[ResultColumn]) -> dict[str, NDArray[np.float64]]:
    """The numeric cells of the configurations drawn: objectives, what constraints are held against, and axes."""
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
    """One configuration, on an axis or off it; an axis nothing is said of stands where the best does. Raises
    InputErrors as `declared` does."""
    axes = tuple((name, places.get(name, text)) for name, text in question.axes)
    declared = declared_search(
        DesignSpaceQuestion(question.walls, question.links, axes, question.goals), look_up, all_of
    )
    one = declared.search
    check(one)
    number = np.zeros(1, dtype=np.int64)
    seen = evaluate(one, number)
    found = candidates(one, number)[0]
    # An axis of one value is given to all configurations, and set by none of them.
    candidate = replace(found, places={**places, **found.places}, inputs={**declared.given, **found.inputs})
    return TriedConfiguration(one.constraints, candidate, seen, _rival(outcome, seen))


def _rival(outcome: Outcome, seen: Evaluation) -> Candidate | None:
    """The first of the front that is no worse in any objective and better in one."""
    signs = np.array([objective.sign for objective in outcome.search.objectives])
    own = seen.objectives[0] * signs
    scores = outcome.seen.front.scores
    beats = (scores <= own).all(axis=1) & (scores < own).any(axis=1) if len(scores) else np.zeros(0, dtype=bool)
    return outcome.front[int(np.flatnonzero(beats)[0])] if beats.any() else None
