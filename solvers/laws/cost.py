"""Cost of owning a fleet and of renting one: depreciation, break-even utilization, spot machines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array
from solvers.laws.goodput import daly_goodput, daly_interval
from solvers.laws.ratio import ratio_or_inf

YEAR = 365 * 86400.0
# Yearly maintenance as a share of the purchase price.
MAINTENANCE = 0.05


@dataclass(frozen=True)
class Depreciation:
    """Depreciation in USD by what was bought. The cost beside the accelerators divides into network, power and cooling,
    facility and staff as 20 : 15 : 10 : 15. With a fleet 2.5 times as expensive as its accelerators the five parts are
    40, 20, 15, 10 and 15 % of the total."""

    accelerators: Array
    network: Array
    power_cooling: Array
    facility: Array
    staff: Array


def depreciation(purchase: Array, multiplier: Array, duration: Array, amortization: Array) -> Depreciation:
    """Straight-line depreciation in USD, by part: in total C·T/L, with C the `purchase` price of the fleet in USD, T
    the `duration` and L the `amortization` period, both in seconds; 1/k of it for the accelerators, with k the
    dimensionless `multiplier` (fleet price over accelerator price, at least 1). Arrays broadcast. Barroso, Hölzle and
    Ranganathan 2018, doi:10.2200/S00874ED3V01Y201809CAC046, chapter 6. No interest and no residual value."""
    whole = purchase * np.asarray(duration, dtype=float) / amortization
    accelerators = whole / np.asarray(multiplier, dtype=float)
    above = (whole - accelerators) / 60
    return Depreciation(accelerators, 20 * above, 15 * above, 10 * above, 15 * above)


def maintenance_cost(purchase: Array, duration: Array) -> Array:
    """Maintenance in USD over the `duration` T in seconds: 5 % of the `purchase` price (USD) per year. Arrays
    broadcast. Barroso, Hölzle and Ranganathan 2018, doi:10.2200/S00874ED3V01Y201809CAC046, chapter 6. The same rate for
    all that was bought."""
    return np.asarray(MAINTENANCE * purchase * np.asarray(duration, dtype=float) / YEAR)


def break_even_utilization(idle_cost: Array, busy_cost: Array, rent: Array) -> Array:
    """The dimensionless utilization u above which owning is cheaper than renting: the solution of F + u·(B − F) = u·R,
    with F the cost of owning when always idle (`idle_cost`), B when always busy (`busy_cost`) and R the `rent` when
    always busy, all in USD. Infinite where renting is cheaper at any utilization. Arrays broadcast. Derived: both costs
    are linear in u."""
    saved = np.asarray(rent) - (np.asarray(busy_cost) - idle_cost)
    share = ratio_or_inf(idle_cost, np.maximum(saved, 0))
    return np.where(share > 1, np.inf, share)


@dataclass(frozen=True)
class SpotRun:
    """A job on machines that may be reclaimed: mean seconds between interruptions (`mtbf`), seconds between checkpoints
    (`interval`), and the share of the time that is useful work (`goodput`)."""

    mtbf: Array
    interval: Array
    goodput: Array

    def rate(self, price: Array) -> Array:
        """Price per second of useful work in USD/s: c/G, with c the `price` in USD/s and G the goodput; infinite where
        no useful work is done. Arrays broadcast. Derived."""
        return ratio_or_inf(price, self.goodput)


def spot_run(machines: Array, machine_mtbf: Array, checkpoint_time: Array, recovery_time: Array) -> SpotRun:
    """Interruptions, checkpoint interval (both in seconds) and goodput of a job on a number of `machines` k, each
    reclaimed every m seconds on average (`machine_mtbf`), that writes a checkpoint in δ seconds (`checkpoint_time`) at
    the best interval and resumes R seconds (`recovery_time`) after an interruption. The job is interrupted every m/k
    seconds. Arrays broadcast. Daly 2006, doi:10.1016/j.future.2004.11.016, equations 20 and 37. Interruptions are
    independent, at a constant rate; see `daly_goodput`."""
    mtbf = np.asarray(machine_mtbf / machines)
    interval = daly_interval(checkpoint_time, mtbf)
    return SpotRun(mtbf, interval, daly_goodput(checkpoint_time, interval, recovery_time, mtbf))
