"""Evaluates single configurations: a sample of the space, the neighbours of one, or one given by its values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .explore import Search
from .front import Floats


@dataclass(frozen=True)
class Evaluation:
    """Configurations, one per row: their numbers, the value each constraint compares, which constraints they fail,
    and the value of each objective (a sum is in the unit of its first metric)."""

    number: NDArray[np.int64]
    values: Floats
    failed: NDArray[np.bool_]
    objectives: Floats

    @property
    def feasible(self) -> NDArray[np.bool_]:
        """Return which configurations meet every constraint."""
        return np.asarray(~self.failed.any(axis=1))


def evaluate(search: Search, numbers: NDArray[np.int64]) -> Evaluation:
    """Return the evaluation of the configurations with these numbers, from one vectorised call."""
    count = len(numbers)
    answers = search.pipeline.evaluate({**search.given, **search.pipeline.assigned(search.space.at(numbers))})
    values = [_column(c.metric.read(answers), count) for c in search.constraints]
    failed = [~c.met(value) for c, value in zip(search.constraints, values, strict=True)]
    scores = [o.sign * _column(o.score(answers), count) for o in search.objectives]
    return Evaluation(numbers, _table(values, count, float), _table(failed, count, bool), _table(scores, count, float))


def _column(value: NDArray[Any], count: int) -> Floats:
    return np.broadcast_to(np.asarray(value, dtype=float), (count,))


def _table(columns: list[Any], count: int, kind: type) -> NDArray[Any]:
    return np.stack(columns, axis=1) if columns else np.zeros((count, 0), dtype=kind)


def sample(search: Search, most: int) -> NDArray[np.int64]:
    """Return the numbers of at most `most` configurations, drawn from the space at random with a fixed seed;
    equidistant numbers would have the same values along some axes."""
    size = search.space.size
    if size <= most:
        return np.arange(size)
    return np.unique(np.random.default_rng(0).integers(0, size, most))


def line_along(search: Search, number: int, axis: int, most: int = 15) -> NDArray[np.int64]:
    """Return the numbers of at most `most` configurations that differ from `number` along one axis only: the nearest
    ones, and itself."""
    shape = search.space.shape
    places = list(np.unravel_index(number, shape))
    first = max(0, min(int(places[axis]) - most // 2, shape[axis] - most))
    step = int(np.prod(shape[axis + 1 :], dtype=np.int64))
    start = number - int(places[axis]) * step
    return start + step * np.arange(first, min(first + most, shape[axis]), dtype=np.int64)
