"""Who is beaten by nobody, and where the front bends. Scores are to be made small; a row is one configuration.

One row beats another when it is no worse in any score and better in one. Of rows with the same scores the first stands
for all. Kung, Luccio and Preparata 1975 (doi:10.1145/321906.321910) for two scores in one sweep; for three and four,
rows in the order of their sum, which no later row can beat, taken in blocks that grow with the front.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.int_]

# Rows that weed out the others before anything is sorted: those best in some blend of the scores.
_SCOUTS = 10
_BLOCK = 256


def front(scores: Floats) -> Numbers:
    """The rows of `scores` (n, m) that none beats, in the order of the first score. Rows with an unknown score are
    left out."""
    known = np.flatnonzero(~np.isnan(scores).any(axis=1))
    left = known[~beaten(scores[known], scores[known][_scouts(scores[known])])]
    if left.size == 0:
        return left
    rows = scores[left]
    kept = _sweep(rows) if scores.shape[1] <= 2 else _blocks(rows)
    return left[kept]


def beaten(scores: Floats, by: Floats) -> NDArray[np.bool_]:
    """Which rows any row of `by` beats. Column by column, so that a row is read once for each score it takes."""
    lost = np.zeros(len(scores), dtype=bool)
    columns = np.ascontiguousarray(scores.T)
    for rival in by:
        no_better = np.logical_and.reduce([column >= r for column, r in zip(columns, rival, strict=True)])
        if no_better.any():
            worse = np.logical_or.reduce([column > r for column, r in zip(columns, rival, strict=True)])
            lost |= no_better & worse
    return lost


def _scouts(scores: Floats) -> Numbers:
    """Rows that probably beat many: the best in each score and in blends of them."""
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
    """The least of each score and how far the finite ones spread; 1 where they do not."""
    finite = np.where(np.isfinite(scores), scores, np.nan)
    with np.errstate(invalid="ignore"):
        low = np.nan_to_num(np.fmin.reduce(finite, axis=0))
        spread = np.nan_to_num(np.fmax.reduce(finite, axis=0) - low)
    return low, np.where(spread > 0, spread, 1.0)


def _sweep(scores: Floats) -> Numbers:
    """One or two scores: sorted by the first, a row stands when its second is less than all before it."""
    order = np.lexsort(scores.T[::-1])
    last = scores[order, -1]
    best_before = np.concatenate(([np.inf], np.minimum.accumulate(last)[:-1]))
    stands = last < best_before
    stands[0] = True
    return order[stands] if scores.shape[1] == 2 else order[:1]


def _blocks(scores: Floats) -> Numbers:
    """Three scores or more: by the sum of ranks, a block at a time against the front so far and then within itself."""
    order = np.lexsort((*scores.T[::-1], _rank_sum(scores)))
    rows = scores[order]
    kept = np.zeros(0, dtype=int)
    for start in range(0, len(rows), _BLOCK):
        block = np.arange(start, min(start + _BLOCK, len(rows)))
        block = block[~_beaten_or_same(rows[block], rows[kept])]
        inside = np.tril(_no_worse(rows[block], rows[block]), -1).any(axis=1)
        kept = np.concatenate((kept, block[~inside]))
    found = order[kept]
    return found[np.lexsort(scores[found].T[::-1])]


def _rank_sum(scores: Floats) -> Floats:
    low, spread = _extent(scores)
    return np.asarray(np.clip((scores - low) / spread, -1e300, 1e300).sum(axis=1))


def _beaten_or_same(rows: Floats, by: Floats) -> NDArray[np.bool_]:
    return np.asarray(_no_worse(rows, by).any(axis=1))


def _no_worse(rows: Floats, by: Floats) -> NDArray[np.bool_]:
    """For each row and each rival whether the rival is no worse in every score."""
    answer = np.ones((len(rows), len(by)), dtype=bool)
    for k in range(rows.shape[1]):
        answer &= by[None, :, k] <= rows[:, None, k]
    return answer


def knee(scores: Floats) -> int:
    """The row of a front where it bends most: scaled to 0 at the best and 1 at the worst of each score, the one
    furthest below the chord between the extremes (with three scores or more, below the plane through them); its place
    in `scores`, -1 for an empty front. Das 1999, doi:10.1007/s001580050111."""
    if len(scores) == 0:
        return -1
    low, spread = _extent(scores)
    height = ((scores - low) / spread).sum(axis=1)
    return int(np.argmin(np.where(np.isfinite(height), height, np.inf)))
