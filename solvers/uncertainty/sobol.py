"""Sobol indices: the shares of an output's variance that its inputs cause, each on its own and together with others.

The points are those of a scrambled Sobol sequence (Owen 1998, doi:10.1006/jcom.1998.0487) in several independent
scrambles, so that the spread between them is the error of every figure. The design and the estimators are those of
Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018, Table 2 (b) and (f).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Independent scrambles of a sample. An even share of it each; a power of two, as the size of a sample is.
SCRAMBLES = 8
# The numbers of base points to choose from.
SAMPLES = (256, 1024, 4096)
# Fewer points of a scramble give no estimate.
_FEWEST = 16


@dataclass(frozen=True)
class SobolIndices:
    """The indices of one output, one entry per input: shares of its variance, dimensionless. `first` is that of an
    input on its own, `total` with all its interactions. The errors are half widths of 95 % intervals. `samples` is the
    number of base points the estimates use."""

    first: Floats
    total: Floats
    first_error: Floats
    total_error: Floats
    samples: int


@lru_cache(maxsize=8)  # at most 5 MB each
def saltelli_design(inputs: int, samples: int, seed: int = 0) -> Floats:
    """Return points between 0 and 1 of shape ((inputs + 2) · samples, inputs): the blocks A and B of `samples` points
    each, then for each input A with its column from B. `samples` is a power of two, at least `SCRAMBLES`; each of the
    scrambles has a consecutive share of every block. The same seed gives the same points."""
    points = _points(inputs, samples, seed)
    a, b = points[:, :inputs], points[:, inputs:]
    exchanged = [np.where(np.arange(inputs) == k, b, a) for k in range(inputs)]
    design = np.concatenate([a, b, *exchanged])
    design.setflags(write=False)
    return design


@lru_cache(maxsize=8)  # at most 1 MB each
def _points(inputs: int, samples: int, seed: int) -> Floats:
    """Return the points of both blocks side by side, which no question changes, of shape (samples, 2 · inputs)."""
    from scipy.stats import qmc  # a second and 75 MB: only where something is sampled

    share = samples // SCRAMBLES
    scrambles = (qmc.Sobol(2 * inputs, scramble=True, rng=np.random.default_rng([seed, k])) for k in range(SCRAMBLES))
    points = np.concatenate([each.random(share) for each in scrambles])
    points.setflags(write=False)
    return points


def sobol_indices(answers: Floats, inputs: int) -> SobolIndices | None:
    """Return the indices of an output from its values at the points of `saltelli_design`, in their order. A base point
    of which any value is not finite is left out; None where fewer than half are complete, or nothing varies.

    `scipy.stats.sobol_indices` has the same estimators, but takes complete samples of a power of two only."""
    blocks = answers.reshape(inputs + 2, SCRAMBLES, -1)
    complete = np.asarray(np.isfinite(blocks).all(axis=0))
    known = blocks.reshape(inputs + 2, -1) if complete.all() else blocks[:, complete]
    if complete.sum(axis=1).min() < _FEWEST or complete.mean() < 0.5 or not np.ptp(known[:2]) > 0:
        return None
    first, total = _estimates(known)
    if complete.all():  # all scrambles in one call
        each = tuple(column.T for column in _estimates(blocks))
    else:
        apart = [_estimates(blocks[:, k, complete[k]]) for k in range(SCRAMBLES)]
        each = tuple(np.array(column) for column in zip(*apart, strict=True))
    first_error, total_error = half_width(np.stack(each, axis=1))
    return SobolIndices(first, total, first_error, total_error, int(complete.sum()))


def _estimates(blocks: Floats) -> tuple[Floats, Floats]:
    """Return first-order and total indices from the rows A, B and one for each input, all of the same points along the
    last axis; one entry per input, and per sample where the rows are of several."""
    with np.errstate(all="ignore"):
        centred = blocks - blocks[:2].mean(axis=(0, -1))[..., np.newaxis]
        a, b, exchanged = centred[0], centred[1], centred[2:]
        variance = centred[:2].var(axis=(0, -1))
        differences = exchanged - a
        first = np.mean(b * differences, axis=-1) / variance
        total = np.mean(differences**2, axis=-1) / (2 * variance)
    return first, total


def half_width(estimates: Floats) -> Floats:
    """Return half the width of the 95 % interval of the mean of independent estimates, along the first axis, in the
    unit of the estimates."""
    count = len(estimates)
    with np.errstate(all="ignore"):
        spread = np.std(estimates, axis=0, ddof=1) / np.sqrt(count)
    return np.asarray(_student(count - 1) * spread)


@cache
def _student(degrees: int) -> float:
    """Return the 97.5 % quantile of Student's t distribution."""
    from scipy.stats import t

    return float(t.ppf(0.975, degrees))
