"""Owning a fleet and renting one: what is bought, how it is written off, and from what use on it pays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array
from solvers.laws.ratio import ratio_or_inf

YEAR = 365 * 86400.0
# Maintenance a year, of the purchase price.
MAINTENANCE = 0.05


@dataclass(frozen=True)
class Capital:
    """USD that are written off, by what was bought. What comes on top of the accelerators divides as 20, 15, 10 and 15:
    at 2.5 times their price the parts are 40, 20, 15, 10 and 15 % of the whole."""

    accelerators: Array
    network: Array
    power_cooling: Array
    facility: Array
    staff: Array


def depreciation(purchase: Array, multiplier: Array, duration: Array, amortization: Array) -> Capital:
    """What `purchase` USD lose in `duration` seconds when written off evenly over `amortization` seconds, by part; the
    accelerators are one `multiplier`-th of it (at least 1). Arrays broadcast. Barroso, Hölzle and Ranganathan 2018,
    doi:10.2200/S00874ED3V01Y201809CAC046, chapter 6. No interest, nothing left at the end."""
    whole = purchase * np.asarray(duration, dtype=float) / amortization
    accelerators = whole / np.asarray(multiplier, dtype=float)
    above = (whole - accelerators) / 60
    return Capital(accelerators, 20 * above, 15 * above, 10 * above, 15 * above)


def break_even(unused: Array, full: Array, rent: Array) -> Array:
    """The share u of the time in use from which on owning is cheaper: unused + u(full − unused) = u·rent, all USD:
    `unused` and `full` what owning costs idle and always in use, `rent` what renting costs always in use. Infinite
    where renting is cheaper at any use. Arrays broadcast."""
    saved = np.asarray(rent) - (np.asarray(full) - unused)
    share = ratio_or_inf(unused, np.maximum(saved, 0))
    return np.where(share > 1, np.inf, share)
