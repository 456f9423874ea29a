"""Evaluates one box of configurations with one vectorised call per wall, compares it with the goals, and merges
results.

Boxes are independent of each other and merge in any order; a `Search` can be pickled and sent to another process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.errors import InputError, InputErrors
from solvers.pipeline.chain import Pipeline

from .front import Floats, dominated, front, merged_fronts
from .goals import Constraint, Objective
from .space import Box, Space

# Few enough rows for the arrays of a box to stay in the cache of a core, and for a box to take milliseconds and tens of
# megabytes.
ROWS = 2**16
# The factor by which boxes may be larger where most arrays are shorter than a box. Python's time per box, about 4 ms
# for three walls, during which no other thread runs, is then a smaller share.
_LARGER = 4


@dataclass(frozen=True)
class Search:
    """A search: the pipeline, the values given to all configurations, the axes and the goals; `relax` is the share
    by which each limit is also tried relaxed (0: not). `most_front` is the largest front that is searched for.
    Picklable."""

    pipeline: Pipeline
    given: Mapping[tuple[str, str], Any]
    space: Space
    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint, ...]
    keep: int = 10
    rows: int = ROWS
    relax: float = 0.0
    most_front: float = np.inf

    @property
    def boxes(self) -> int:
        """Return how many boxes of at most `rows` configurations the space has."""
        return self.space.boxes(self.rows)


@dataclass(frozen=True)
class ScoredRows:
    """Configurations by number, with their scores (smaller is better)."""

    number: NDArray[np.int64]
    scores: Floats

    def __getitem__(self, chosen: Any) -> ScoredRows:
        return ScoredRows(self.number[chosen], self.scores[chosen])

    def __add__(self, other: ScoredRows) -> ScoredRows:
        return ScoredRows(np.concatenate((self.number, other.number)), np.concatenate((self.scores, other.scores)))


@dataclass(frozen=True)
class PartialResult:
    """The result of some configurations. For each constraint: how many fail it, how many fail it alone, how many
    have no value for it, the value nearest to meeting it, and in `freed`, one row per constraint, the best score by
    each objective among those that only the relaxed limit admits (infinite where there are none). `left_out` counts
    those without a value for some goal: a figure they need is unknown."""

    count: int
    feasible: int
    failed: NDArray[np.int64]
    alone: NDArray[np.int64]
    unknown: NDArray[np.int64]
    nearest: Floats
    freed: Floats
    unscored: int
    top: ScoredRows
    front: ScoredRows
    left_out: int = 0


def empty_result(search: Search) -> PartialResult:
    """Return the result of no configurations."""
    none = np.zeros(len(search.constraints), dtype=np.int64)
    rows = ScoredRows(np.zeros(0, dtype=np.int64), np.zeros((0, len(search.objectives))))
    freed = np.full((len(none), len(search.objectives)), np.inf)
    return PartialResult(0, 0, none, none, none, np.full(len(none), np.nan), freed, 0, rows, rows)


def with_larger_boxes(search: Search) -> Search:
    """Return the search with boxes of up to four times as many configurations, as far as its outputs vary along some of
    the axes only, so that their arrays are no longer. Depends on the search alone: every process finds the same
    boxes."""
    if search.boxes < 2:
        return search
    box = search.space.box(0, search.rows)
    answers = search.pipeline.evaluate({**search.given, **_ends(search, box)})
    sizes = [np.size(answers[stage.name].value(name)) for stage in search.pipeline.stages for name in stage.outputs]
    times = 1
    while 2 * times <= _LARGER and 2 * times * sum(sizes) <= len(sizes) * box.size:
        times *= 2
    return replace(search, rows=times * search.rows)


def evaluate_box(search: Search, box_number: int, known: PartialResult | None = None) -> PartialResult:
    """Return the result of one box. The result `known` of other boxes only saves work on rows it dominates."""
    box = search.space.box(box_number, search.rows)
    answers = search.pipeline.evaluate({**search.given, **_ends(search, box)})
    values = [constraint.metric.read(answers) for constraint in search.constraints]
    met = [c.met(value) for c, value in zip(search.constraints, values, strict=True)]
    scores = [objective.score(answers) for objective in search.objectives]
    scored = _all(~np.isnan(score) for score in scores)
    valued = _all([scored, *(~np.isnan(value) for value in values)])
    holds = _all(met)
    rows = _rows(box, holds & scored, scores)
    lone = _lone(met)
    feasible = _number_of(holds, box)
    return PartialResult(
        count=box.size,
        feasible=feasible,
        failed=np.array([box.size - _number_of(each, box) for each in met], dtype=np.int64),
        alone=np.array([_number_of(np.broadcast_to(each, box.sides), box) for each in lone], dtype=np.int64),
        unknown=np.array([_number_of(np.isnan(v), box) for v in values], dtype=np.int64),
        nearest=np.array([_nearest(c, v) for c, v in zip(search.constraints, values, strict=True)], dtype=float),
        freed=_freed(search, values, lone, scores),
        unscored=feasible - _number_of(holds & scored, box),
        top=_top(rows, search.keep, known),
        front=_front(rows, known),
        left_out=box.size - _number_of(valued, box),
    )


def _all(conditions: Iterable[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """Return where all conditions hold; the grids broadcast only as far as necessary."""
    together = np.array(True)
    for each in sorted(conditions, key=np.size):
        together = together & each
    return together


def _ends(search: Search, box: Box) -> dict[tuple[str, str], Any]:
    return search.pipeline.assigned(search.space.columns(box))


def _number_of(holds: Any, box: Box) -> int:
    """Return how many configurations of a box meet `holds`; a value that does not vary along an axis counts once for
    each position on it."""
    return int(np.count_nonzero(holds)) * (box.size // max(np.size(holds), 1))


def _lone(met: list[NDArray[np.bool_]]) -> list[NDArray[np.bool_]]:
    """Return, for each constraint, where it is the only one violated."""
    failures = sum((~each).astype(np.int8) for each in met)
    one = np.equal(failures, 1)
    return [np.asarray(one & ~each) for each in met]


def _freed(search: Search, values: list[NDArray[Any]], lone: list[NDArray[np.bool_]], scores: list[Floats]) -> Floats:
    """Return the best scores among the configurations that each relaxed limit alone would admit."""
    freed = np.full((len(values), len(scores)), np.inf)
    if not search.relax:
        return freed
    for row, constraint, value, only in zip(freed, search.constraints, values, lone, strict=True):
        relaxed = constraint.relaxed(search.relax)
        if relaxed is None or not only.any():
            continue
        let_in = only & relaxed.met(value)
        if let_in.any():
            row[:] = [np.fmin.reduce(np.where(let_in, score, np.inf), axis=None) for score in scores]
    return freed


def _nearest(constraint: Constraint, value: NDArray[Any]) -> float:
    """Return the value nearest to meeting a limit."""
    if constraint.wants_small:
        return float(np.fmin.reduce(value, axis=None))
    return float(np.fmax.reduce(value, axis=None)) if constraint.wants_large else np.nan


def _rows(box: Box, chosen: Any, scores: list[Floats]) -> ScoredRows:
    """Return the chosen configurations of a box by number; a box holds consecutive numbers."""
    place = np.flatnonzero(box.line(chosen))
    columns = [box.line(score)[place] for score in scores]
    return ScoredRows(place + box.first, np.stack(columns, axis=1) if columns else np.zeros((len(place), 0)))


def _top(rows: ScoredRows, keep: int, known: PartialResult | None) -> ScoredRows:
    """Return the best rows by the first objective, ties by the next, then by number."""
    if rows.scores.shape[1] == 0:
        return rows[:keep]
    first = rows.scores[:, 0]
    if known is not None and len(known.top.number) == keep:
        rows = rows[first <= known.top.scores[-1, 0]]
        first = rows.scores[:, 0]
    if len(first) > keep:
        rows = rows[first <= np.partition(first, keep - 1)[keep - 1]]
    return rows[np.lexsort((rows.number, *rows.scores.T[::-1]))[:keep]]


def _front(rows: ScoredRows, known: PartialResult | None) -> ScoredRows:
    """Return the rows that no other dominates; with one objective that is the best row."""
    if rows.scores.shape[1] == 0:
        return rows[:0]
    if known is not None and len(known.front.number):
        rows = rows[~dominated(rows.scores, _scouts(known.front))]
    return rows[front(rows.scores)]


def _scouts(known: ScoredRows) -> Floats:
    """Return a few rows of a front, spread along it."""
    return known[np.unique(np.linspace(0, len(known.number) - 1, 8).astype(int))].scores


def merge(search: Search, one: PartialResult, other: PartialResult) -> PartialResult:
    """Return the merged result of two disjoint sets of boxes. Raise InputErrors when more configurations than
    `search.most_front` are Pareto-optimal."""
    together = _together(one.front, other.front)
    if len(together.number) > search.most_front:
        raise InputErrors([InputError("goals", _too_many(search))])
    return PartialResult(
        count=one.count + other.count,
        feasible=one.feasible + other.feasible,
        failed=one.failed + other.failed,
        alone=one.alone + other.alone,
        unknown=one.unknown + other.unknown,
        nearest=_nearer(search, one.nearest, other.nearest),
        freed=np.fmin(one.freed, other.freed),
        unscored=one.unscored + other.unscored,
        top=_top(one.top + other.top, search.keep, None),
        front=together,
        left_out=one.left_out + other.left_out,
    )


def _together(one: ScoredRows, other: ScoredRows) -> ScoredRows:
    """Return the front of two fronts, in the order of the first score; of equal rows the first by number."""
    if not one.scores.shape[1]:
        return one
    if not len(one.number) or not len(other.number):
        return one + other
    if one.number.max() > other.number.min() and other.number.max() > one.number.min():
        both = one + other
        both = both[np.argsort(both.number, kind="stable")]
        return both[front(both.scores)]
    early, late = (one, other) if one.number.max() < other.number.min() else (other, one)
    kept, new = merged_fronts(early.scores, late.scores)
    both = early[kept] + late[new]
    return both[np.lexsort(both.scores.T[::-1])]


def _too_many(search: Search) -> str:
    names = " and ".join(", ".join(f"'{objective.text}'" for objective in search.objectives).rsplit(", ", 1))
    return (
        f"needs a Pareto front of at most {search.most_front:,} configurations; with {names} there are more. Remove an "
        "objective, add a limit that excludes some, or give the axes fewer steps."
    )


def _nearer(search: Search, one: Floats, other: Floats) -> Floats:
    large = np.array([constraint.wants_large for constraint in search.constraints], dtype=bool)
    return np.asarray(np.where(large, np.fmax(one, other), np.fmin(one, other)))
