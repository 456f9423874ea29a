"""Failures of systems of many parts, and the share of the time that is left for useful work."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array
from solvers.laws.ratio import ratio_or_inf


def combined_mtbf(*parts: tuple[Array, Array]) -> Array:
    """Mean time between failures in seconds of a system that stops when any of its parts does: 1/Σ n/m, for `parts`
    given as pairs of a count n and the mean time between failures m of one part in seconds; infinite without parts.
    Arrays broadcast. Barlow and Proschan 1965, Mathematical Theory of Reliability. Failures are independent and occur
    at constant rates."""
    return ratio_or_inf(1.0, sum(np.asarray(count) / mtbf for count, mtbf in parts))


def failure_probability(duration: Array, mtbf: Array) -> Array:
    """Probability of at least one failure within the `duration` T in seconds: 1 − e^(−T/M), with M the mean time
    between failures in seconds (`mtbf`). Arrays broadcast. Barlow and Proschan 1965, Mathematical Theory of
    Reliability. Constant failure rate."""
    return np.asarray(-np.expm1(-np.asarray(duration) / mtbf))


def young_daly_interval(checkpoint_time: Array, mtbf: Array) -> Array:
    """Seconds of work between checkpoints that lose the least time: √(2δM), with δ the seconds of writing one
    (`checkpoint_time`) and M the mean seconds between failures (`mtbf`). Arrays broadcast. Young 1974,
    doi:10.1145/361147.361115; first order of Daly 2006, doi:10.1016/j.future.2004.11.016. Accurate while δ is well
    below M; from about M/2 on no interval leaves time for work."""
    return np.sqrt(2 * np.asarray(checkpoint_time, dtype=float) * mtbf)


def checkpoint_share(checkpoint_time: Array, interval: Array) -> Array:
    """Dimensionless share of the time spent writing checkpoints: δ/τ, with δ the seconds of writing one
    (`checkpoint_time`) and τ the seconds between them (`interval`); 0 where δ is 0. Arrays broadcast. Young 1974,
    doi:10.1145/361147.361115. First order: may exceed 1."""
    return np.where(np.asarray(checkpoint_time) == 0, 0.0, ratio_or_inf(checkpoint_time, interval))


def failure_share(interval: Array, recovery_time: Array, mtbf: Array) -> Array:
    """Dimensionless share of the time lost to failures: (τ/2 + R)/M. Each failure, every M seconds (`mtbf`), loses half
    an `interval` τ of work on average and R seconds until work resumes (`recovery_time`), both in seconds; 0 where M is
    infinite. Arrays broadcast. Young 1974, doi:10.1145/361147.361115. First order: may exceed 1, then no work gets
    done."""
    never_fails = np.isinf(mtbf)
    return np.where(never_fails, 0.0, (np.where(never_fails, 0.0, interval) / 2 + recovery_time) / mtbf)


def goodput(checkpoint_time: Array, interval: Array, recovery_time: Array, mtbf: Array) -> Array:
    """Dimensionless share of the time left for useful work: 1 − δ/τ − (τ/2 + R)/M, all in seconds: δ to write a
    checkpoint (`checkpoint_time`) every τ (`interval`), R until work resumes (`recovery_time`) after a failure every M
    (`mtbf`). Arrays broadcast. Young 1974, doi:10.1145/361147.361115. First order: at or below 0 no work gets done."""
    return 1 - checkpoint_share(checkpoint_time, interval) - failure_share(interval, recovery_time, mtbf)
