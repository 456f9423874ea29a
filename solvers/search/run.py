"""Runs a search: every box of the space, one after the other or in threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.errors import InputError, InputErrors
from solvers.fields import Choice, Label

from .explore import PartialResult, Search, empty_result, evaluate_box, merge
from .front import knee
from .goals import Answers, Constraint, Metric


@dataclass(frozen=True)
class ConstraintFailures:
    """How many configurations a constraint excludes, how many it alone excludes, how many have no value for it, and
    the value nearest to meeting it (NaN for labels)."""

    constraint: Constraint
    failed: int
    alone: int
    unknown: int
    nearest: float


@dataclass(frozen=True)
class Candidate:
    """One configuration: its number, its place along each axis, the values of the inputs it sets, and the value of
    every metric of a goal."""

    number: int
    places: Mapping[str, Any]
    inputs: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """The outcome of a search. `complete` is false when it was cancelled; `boxes` says how many boxes are done, and
    another run can continue from there. `knee` is a place in `front`, -1 where there is none. `seconds` is the time of
    a search that was measured, 0 otherwise."""

    search: Search
    seen: PartialResult
    boxes: int
    top: tuple[Candidate, ...]
    front: tuple[Candidate, ...]
    knee: int
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Return whether all boxes are done."""
        return self.seen.count == self.search.space.size

    @property
    def reasons(self) -> tuple[ConstraintFailures, ...]:
        """Return the failures of each constraint, the one that excludes most first."""
        seen = self.seen
        each = zip(self.search.constraints, seen.failed, seen.alone, seen.unknown, seen.nearest, strict=True)
        failures = [ConstraintFailures(c, int(f), int(a), int(u), float(n)) for c, f, a, u, n in each]
        return tuple(sorted(failures, key=lambda reason: -reason.failed))


Progress = Callable[[int, int], None]


def run(
    search: Search,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    threads: int = 1,
    after: Outcome | None = None,
) -> Outcome:
    """Return the outcome of all configurations, box by box. `progress` is called with the number of boxes done and the
    total; `cancelled` is called between boxes; `after` is an incomplete outcome of the same search to continue from.
    Raise InputErrors when a stage lacks an input that neither an axis nor a value gives."""
    check(search)
    seen, done = (after.seen, after.boxes) if after else (empty_result(search), 0)
    for seen_so_far in _seen(search, seen, done, threads):
        seen, done = seen_so_far, done + 1
        if progress:
            progress(seen.count, search.space.size)
        if cancelled and cancelled():
            break
    return outcome(search, seen, done)


def outcome(search: Search, seen: PartialResult, boxes: int) -> Outcome:
    """Return the outcome of the first `boxes` boxes: the best configurations and the front, with the metrics of all
    goals."""
    rows = candidates(search, np.concatenate((seen.top.number, seen.front.number)))
    ranked = len(seen.top.number)
    return Outcome(search, seen, boxes, rows[:ranked], rows[ranked:], knee(seen.front.scores))


def _seen(search: Search, seen: PartialResult, start: int, threads: int) -> Iterator[PartialResult]:
    """Yield the merged result after each box from `start` on. Threads work at most one box ahead each, so that memory
    stays bounded."""
    numbers = iter(range(start, search.boxes))
    if threads == 1:
        for number in numbers:
            seen = merge(search, seen, evaluate_box(search, number, seen))
            yield seen
        return
    with ThreadPoolExecutor(threads) as pool:
        ahead = [pool.submit(evaluate_box, search, number, seen) for number in islice(numbers, threads)]
        while ahead:
            seen = merge(search, seen, ahead.pop(0).result())
            ahead += [pool.submit(evaluate_box, search, number, seen) for number in islice(numbers, 1)]
            yield seen


def check(search: Search) -> None:
    """Check that every stage has all its inputs. Raise InputErrors that name the missing ones."""
    along = {end for axis in search.space.axes for name in axis.columns for end in search.pipeline.ends(name)}
    lacking = list(search.pipeline.lacking({**search.given, **dict.fromkeys(along)}))
    if lacking:
        raise InputErrors(
            InputError(f"{s}.{n}", "is a gap: no axis runs along it and nothing is given.") for s, n in lacking
        )
    if search.keep < 1 or search.rows < 1:
        raise InputErrors([InputError("keep", "needs at least one configuration to keep and to look at.")])


def candidates(search: Search, numbers: NDArray[np.int64]) -> tuple[Candidate, ...]:
    """Return the configurations with these numbers and their metrics, evaluated once more."""
    if not len(numbers):
        return ()
    answers = search.pipeline.evaluate({**search.given, **search.pipeline.assigned(search.space.at(numbers))})
    columns = {f"{m.stage}.{m.name}": _words(m, answers, len(numbers)) for m in _spoken_of(search)}
    values = [dict(zip(columns, each, strict=True)) for each in zip(*columns.values(), strict=True)]
    space = search.space
    each = (numbers.tolist(), space.labels(numbers), space.settings(numbers), values or [{}] * len(numbers))
    return tuple(Candidate(*one) for one in zip(*each, strict=True))


def _spoken_of(search: Search) -> list[Metric]:
    spoken = [metric for objective in search.objectives for metric, _ in objective.terms]
    return spoken + [constraint.metric for constraint in search.constraints]


def _words(metric: Metric, answers: Answers, count: int) -> list[Any]:
    """Return a metric's values, names instead of codes."""
    values = np.broadcast_to(metric.read(answers), (count,)).tolist()
    kind = metric.declared.kind if isinstance(metric.declared, Label | Choice) else None
    return [kind(int(value)).name.lower() for value in values] if kind else values
