"""How often something breaks, and what of the time is left for work that stays."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array
from solvers.laws.ratio import ratio_or_inf


def combined_mtbf(*parts: tuple[Array, Array]) -> Array:
    """Mean time between failures in seconds of a system that stops when any of its parts does, each part given as
    (count n, mean time between failures m in seconds): 1/Σ n/m, infinite without parts. Arrays broadcast. Failures
    are independent and come at constant rates (Barlow and Proschan 1965, Mathematical Theory of Reliability)."""
    return ratio_or_inf(1.0, sum(np.asarray(count) / mtbf for count, mtbf in parts))


def failure_probability(duration: Array, mtbf: Array) -> Array:
    """Chance of at least one failure within `duration` T seconds at a mean time between failures M (seconds):
    1 − e^(−T/M). Arrays broadcast. Constant failure rate."""
    return np.asarray(-np.expm1(-np.asarray(duration) / mtbf))


def young_daly_interval(checkpoint_time: Array, mtbf: Array) -> Array:
    """Seconds of work between checkpoints at which least time is lost: √(2δM), with δ seconds for a checkpoint
    (`checkpoint_time`) and M seconds between failures (`mtbf`). Arrays broadcast. Young 1974,
    doi:10.1145/361147.361115; first order of Daly 2006, doi:10.1016/j.future.2004.11.016. Good while δ is well below
    M; beyond about M/2 neither this interval nor any other leaves time for work."""
    return np.sqrt(2 * np.asarray(checkpoint_time, dtype=float) * mtbf)


def checkpoint_share(checkpoint_time: Array, interval: Array) -> Array:
    """Share of the time spent writing: δ/τ, with δ seconds for a checkpoint (`checkpoint_time`) every τ seconds
    (`interval`); nothing where checkpoints cost nothing. Arrays broadcast. Young 1974, doi:10.1145/361147.361115."""
    return np.where(np.asarray(checkpoint_time) == 0, 0.0, ratio_or_inf(checkpoint_time, interval))


def failure_share(interval: Array, recovery_time: Array, mtbf: Array) -> Array:
    """Share of the time that failures take: (τ/2 + R)/M. Each failure, every M seconds (`mtbf`), loses half an
    `interval` τ of work on average and R seconds (`recovery_time`) until work goes on; nothing where nothing fails.
    Arrays broadcast. Young 1974, doi:10.1145/361147.361115. First order: may exceed 1, then no work gets done."""
    if_infinite = np.isinf(mtbf)
    return np.where(if_infinite, 0.0, (np.where(if_infinite, 0.0, interval) / 2 + recovery_time) / mtbf)


def goodput(checkpoint_time: Array, interval: Array, recovery_time: Array, mtbf: Array) -> Array:
    """Share of the time left for work that stays: 1 − δ/τ − (τ/2 + R)/M, all in seconds: δ for a checkpoint
    (`checkpoint_time`) every τ (`interval`), R until work goes on (`recovery_time`) after a failure every M (`mtbf`).
    Arrays broadcast. Young 1974, doi:10.1145/361147.361115. First order: at or below 0 no work gets done at all."""
    return 1 - checkpoint_share(checkpoint_time, interval) - failure_share(interval, recovery_time, mtbf)
