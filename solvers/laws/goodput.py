"""What is left of a run's time when checkpoints and failures have had theirs, in Daly's full form."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array


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
    at a constant rate; a run of many intervals. τ/(τ+δ) where nothing fails, and 0 for an infinite interval where
    something does."""
    work, write = np.asarray(interval, dtype=float), np.asarray(checkpoint_time, dtype=float)
    between = np.asarray(mtbf, dtype=float)
    if_infinite, endless = np.isinf(between), np.isinf(work)
    mean = np.where(if_infinite, 1.0, between)
    finite = np.where(endless | (work <= 0), 1.0, work)
    with np.errstate(over="ignore", divide="ignore"):
        # e^((τ+δ)/M) overflows to infinity, and the share to its limit 0.
        failing = finite / mean * np.exp(-np.asarray(recovery_time) / mean) / np.expm1((finite + write) / mean)
    share = np.where(if_infinite, finite / (finite + write), failing)
    return np.where(work <= 0, 0.0, np.where(endless, np.where(if_infinite, 1.0, 0.0), share))
