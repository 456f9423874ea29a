"""Division that gives infinity, not NaN, where the divisor is zero."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array


def ratio_or_inf(numerator: Array, denominator: Array) -> Array:
    """The ratio numerator/denominator, in the unit of `numerator` over that of `denominator`; infinite where
    `denominator` is 0, also for 0/0. Arrays broadcast. Derived. An output that uses it declares the text for
    infinity."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(np.asarray(denominator) == 0, np.inf, np.divide(numerator, denominator))
