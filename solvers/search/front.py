"""The Pareto front and its knee. Scores are minimized; a row is one configuration.

A row dominates another when it is no worse in any score and better in one. Of rows with equal scores the first
represents all. Kung, Luccio and Preparata 1975 (doi:10.1145/321906.321910): two scores in one sweep over sorted rows,
more by divide and conquer, each half separately and then one against the other with one score fewer.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.int_]

# The number of rows, best in some mixture of the scores, that eliminate dominated rows before sorting.
_SCOUTS = 10
# Below this number of pairs, comparing all at once is faster than partitioning.
_FEW, _PAIRS = 64, 2**18


def front(scores: Floats) -> Numbers:
    """Return the rows of `scores` (n, m) that no other row dominates, in the order of the first score. Rows with an
    unknown score are excluded."""
    known = np.flatnonzero(~np.isnan(scores).any(axis=1))
    left = known[~dominated(scores[known], scores[known][_scouts(scores[known])])]
    if left.size == 0:
        return left
    order = left[np.lexsort(scores[left].T[::-1])]
    rows = scores[order]
    return order[_sweep(rows) if rows.shape[1] <= 2 else _divide(rows)]


def merged_fronts(early: Floats, late: Floats) -> tuple[Numbers, Numbers]:
    """Return which rows of each of two fronts (n, m) are in the front of both together. Of equal rows the one of
    `early` stays. Compares each front with the other alone, so that a large front and a small one cost little more than
    the large one sorted."""
    if not len(early) or not len(late):
        return np.arange(len(early)), np.arange(len(late))
    new = np.flatnonzero(~_no_better(late, early))
    return np.flatnonzero(~_no_better(early, late[new])), new


def _no_better(rows: Floats, by: Floats) -> NDArray[np.bool_]:
    """Return for which rows some row of `by` is no worse in every score."""
    if rows.shape[1] == 1:
        return np.asarray(rows[:, 0] >= by[:, 0].min(initial=np.inf))
    return _covered(rows, by, 0) if len(by) else np.zeros(len(rows), dtype=bool)


def dominated(scores: Floats, by: Floats) -> NDArray[np.bool_]:
    """Return which rows any row of `by` dominates. Compares column by column, so that a row is read once per score."""
    lost = np.zeros(len(scores), dtype=bool)
    columns = np.ascontiguousarray(scores.T)
    for rival in by:
        no_better = np.logical_and.reduce([column >= r for column, r in zip(columns, rival, strict=True)])
        if no_better.any():
            worse = np.logical_or.reduce([column > r for column, r in zip(columns, rival, strict=True)])
            lost |= no_better & worse
    return lost


def _scouts(scores: Floats) -> Numbers:
    """Return rows that probably dominate many: the best in each score and in mixtures of them."""
    if len(scores) <= _SCOUTS:
        return np.arange(0)
    low, spread = _extent(scores)
    with np.errstate(invalid="ignore"):
        blended = _blends(scores.shape[1]) @ ((scores - low) / spread).T
    return np.unique(np.argmin(np.where(np.isnan(blended), np.inf, blended), axis=1))


@cache
def _blends(columns: int) -> Floats:
    random = np.random.default_rng(0)
    return np.vstack((np.eye(columns), random.dirichlet(np.ones(columns), _SCOUTS - columns)))


def _extent(scores: Floats) -> tuple[Floats, Floats]:
    """Return the minimum of each score and the range of its finite values; 1 where there is none."""
    finite = np.where(np.isfinite(scores), scores, np.nan)
    with np.errstate(invalid="ignore"):
        low = np.nan_to_num(np.fmin.reduce(finite, axis=0))
        spread = np.nan_to_num(np.fmax.reduce(finite, axis=0) - low)
    return low, np.where(spread > 0, spread, 1.0)


def _sweep(rows: Floats) -> Numbers:
    """Return the front of one or two scores, sorted: a row is in it when its last score is less than all before it."""
    last = rows[:, -1] if rows.shape[1] == 2 else np.zeros(len(rows))
    best_before = np.concatenate(([np.inf], np.minimum.accumulate(last)[:-1]))
    stands = last < best_before
    stands[0] = True
    return np.flatnonzero(stands)


def _divide(rows: Floats) -> Numbers:
    """Return the front of three scores or more, rows sorted by the first and then the others: the fronts of two halves,
    without the rows of the later half that a row of the earlier one is no worse than. No row of the later half
    dominates one of the earlier."""
    if len(rows) <= _FEW:
        return np.flatnonzero(~np.tril(_no_worse(rows, rows, 0), -1).any(axis=1))
    half = len(rows) // 2
    early, late = _divide(rows[:half]), half + _divide(rows[half:])
    return np.concatenate((early, late[~_covered(rows[late], rows[early], 1)]))


def _covered(rows: Floats, by: Floats, k: int) -> NDArray[np.bool_]:
    """Return for which rows some row of `by` is no worse in the scores from the k-th on. Both are partitioned at a
    value of the k-th score; rows of `by` below it need no further comparison in that score."""
    if k == rows.shape[1] - 2 and len(by):
        return _above_stairs(rows[:, k:], by[:, k:])
    if len(rows) * len(by) <= _PAIRS:
        return np.asarray(_no_worse(rows, by, k).any(axis=1))
    pivot = np.partition(rows[:, k], len(rows) // 2)[len(rows) // 2]
    low, low_by = rows[:, k] < pivot, by[:, k] < pivot
    if not (low.any() or low_by.any()):
        low, low_by = np.zeros(len(rows), dtype=bool), by[:, k] <= pivot
    covered = np.zeros(len(rows), dtype=bool)
    covered[low] = _covered(rows[low], by[low_by], k)
    covered[~low] = _covered(rows[~low], by[low_by], k + 1)
    # Where the pivot is the minimum, the remaining rows of `by` lie above it, and so do the rows they may dominate.
    left = ~covered & (rows[:, k] >= (by[~low_by, k].min() if not low_by.all() else np.inf))
    covered[left] = _covered(rows[left], by[~low_by], k)
    return covered


def _above_stairs(rows: Floats, by: Floats) -> NDArray[np.bool_]:
    """Return the same for the last two scores: a binary search in the running minimum of `by`."""
    order = np.argsort(by[:, 0], kind="stable")
    lowest = np.concatenate(([np.inf], np.minimum.accumulate(by[order, 1])))
    step = np.searchsorted(by[order, 0], rows[:, 0], side="right")
    return np.asarray((step > 0) & (lowest[step] <= rows[:, 1]))


def _no_worse(rows: Floats, by: Floats, k: int) -> NDArray[np.bool_]:
    """Return, for each row and each row of `by`, whether the latter is no worse in the scores from the k-th on."""
    answer = np.ones((len(rows), len(by)), dtype=bool)
    for column in range(k, rows.shape[1]):
        answer &= by[None, :, column] <= rows[:, None, column]
    return answer


def knee(scores: Floats) -> int:
    """Return the index in `scores` of the knee of a front, -1 for an empty front: with each score scaled to 0 at the
    best and 1 at the worst, the row furthest below the chord between the extremes (with three scores or more, below the
    plane through them). Das 1999, doi:10.1007/s001580050111."""
    if len(scores) == 0:
        return -1
    low, spread = _extent(scores)
    height = ((scores - low) / spread).sum(axis=1)
    return int(np.argmin(np.where(np.isfinite(height), height, np.inf)))
