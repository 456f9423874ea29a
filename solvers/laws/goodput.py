"""The share of a run's time that is useful with checkpoints and failures, in Daly's full form."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from solvers.declare import Array

# Failures are rare where at least this number of checkpoints and restarts fits between two of them.
_RARE = 5.0


def daly_interval(checkpoint_time: Array, mtbf: Array) -> Array:
    """Seconds of work between checkpoints at which least time is lost: √(2δM)·(1 + √(δ/(2M))/3 + (δ/(2M))/9) − δ for
    δ < 2M, else M, with δ seconds for a checkpoint (`checkpoint_time`) and M between failures (`mtbf`); infinite where
    nothing fails. Arrays broadcast. Daly 2006, doi:10.1016/j.future.2004.11.016, equation 37. Failures independent, at
    a constant rate."""
    write, between = np.asarray(checkpoint_time, dtype=float), np.asarray(mtbf, dtype=float)
    if_infinite = np.isinf(between)
    mean = np.where(if_infinite, 1.0, between)
    ratio = write / (2 * mean)
    interval = np.sqrt(2 * write * mean) * (1 + np.sqrt(ratio) / 3 + ratio / 9) - write
    return np.where(if_infinite, np.inf, np.where(write < 2 * mean, interval, mean))


def daly_goodput(checkpoint_time: Array, interval: Array, recovery_time: Array, mtbf: Array) -> Array:
    """Share of the time left for work that stays: τ/(M·e^(R/M)·(e^((τ+δ)/M) − 1)), with δ seconds for a checkpoint
    (`checkpoint_time`) after every τ seconds of work (`interval`), R to start again (`recovery_time`) and M between
    failures (`mtbf`). Arrays broadcast. Daly 2006, doi:10.1016/j.future.2004.11.016, equation 20: failures while
    writing and while starting again count, so it stays above zero, unlike Young's first order. Failures independent,
    at a constant rate; a run of many intervals. Its limits: τ/(τ+δ) where nothing fails, e^(−R/M) where both δ and τ
    are 0, and 0 where only τ is, or where τ is infinite and something fails."""
    work, write = np.asarray(interval, dtype=float), np.asarray(checkpoint_time, dtype=float)
    between = np.asarray(mtbf, dtype=float)
    if_infinite, endless, none = np.isinf(between), np.isinf(work), work <= 0
    mean = np.where(if_infinite, 1.0, between)
    finite = np.where(endless | none, 1.0, work)
    started = np.exp(-np.asarray(recovery_time) / mean)
    with np.errstate(over="ignore", divide="ignore"):
        # e^((τ+δ)/M) overflows to infinity, and the share to its limit 0.
        failing = finite / mean * started / np.expm1((finite + write) / mean)
    share = np.where(if_infinite, finite / (finite + write), failing)
    unwritten = np.where(write > 0, 0.0, np.where(if_infinite, 1.0, started))
    return np.where(none, unwritten, np.where(endless, np.where(if_infinite, 1.0, 0.0), share))


class TimeShares(NamedTuple):
    """Shares (0 to 1) of a run's time: `goodput`, the work that stays, and what is lost to `writing` checkpoints that
    are kept, to work done `again`, with the writing that was in vain, and to `restarting`. They add up to 1."""

    goodput: Array
    writing: Array
    again: Array
    restarting: Array


def time_shares(checkpoint_time: Array, interval: Array, recovery_time: Array, mtbf: Array) -> TimeShares:
    """Where a run's time goes, as shares of it, for δ seconds a checkpoint (`checkpoint_time`) after every τ of work
    (`interval`), R to start again (`recovery_time`) and M between failures (`mtbf`): G of `daly_goodput`; G·δ/τ for
    checkpoints; 1 − e^(−R/M) for starting again, every failure taking M·(1 − e^(−R/M)) seconds until the next or its
    end; what is left is work and writing that a failure undid. Arrays broadcast. Derived from Daly 2006,
    doi:10.1016/j.future.2004.11.016, equation 20, and a failure every M seconds whatever the run does."""
    work, write = np.asarray(interval, dtype=float), np.asarray(checkpoint_time, dtype=float)
    left = daly_goodput(write, work, recovery_time, mtbf)
    per_work = np.where(work > 0, write / np.where(work > 0, work, 1.0), 0.0)
    restarting = -np.expm1(-np.asarray(recovery_time, dtype=float) / mtbf)
    return TimeShares(left, left * per_work, np.maximum(1 - restarting - left * (1 + per_work), 0.0), restarting)


def least_mtbf(checkpoint_time: Array, recovery_time: Array) -> Array:
    """Seconds between failures below which goodput falls steeply and first-order figures mislead: 5·(δ + R), with δ
    seconds for a checkpoint (`checkpoint_time`) and R to start again (`recovery_time`). Arrays broadcast. Derived: a
    convention, there one checkpoint and one restart take a fifth of the time between two failures."""
    return np.asarray(_RARE * (np.asarray(checkpoint_time, dtype=float) + recovery_time))
