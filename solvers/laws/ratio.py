"""Division where the divisor may be nothing."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array


def ratio_or_inf(over: Array, under: Array) -> Array:
    """over/under; infinite where `under` is zero, so that a caller says in words what that means."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(np.asarray(under) == 0, np.inf, np.divide(over, under))
