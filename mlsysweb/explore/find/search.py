"""Runs the search of a design space and collects the details that its page presents."""

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

# The largest space searched within a request; a larger one becomes a job.
IN_REQUEST = 1_100_000
# Configurations sampled for the chart: the first ones as dots, all of them for the density.
_DRAWN = 12_000
# Cached outcomes: requests for other rows or another sort order do not repeat the search.
_RECENT = 8
_recent: OrderedDict[tuple[str, str], Outcome] = OrderedDict()


def search_now(question: DesignSpaceQuestion, declared: DeclaredSearch) -> Outcome:
    """Return the outcome of a space small enough for a request. Outcomes are cached. Raise InputErrors."""
    key = (question.query, CatalogVersion.now())
    if key not in _recent:
        _recent[key] = run(declared.search)
        while len(_recent) > _RECENT:
            _recent.popitem(last=False)
    _recent.move_to_end(key)
    return _recent[key]


def search_report(declared: DeclaredSearch, outcome: Outcome, columns: Sequence[ResultColumn]) -> SearchReport:
    """Return the report of an outcome: sample, neighbours and table rows."""
    search = outcome.search
    some = evaluate(search, sample(search, _DRAWN))
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
