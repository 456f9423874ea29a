"""Power of a chip that is partly busy."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array


def linear_power(tdp: Array, idle_fraction: Array, utilization: Array) -> Array:
    """Watts at `utilization` u of a chip with thermal design power `tdp`: a fixed idle share and the rest in
    proportion (Barroso and Hölzle 2007, doi:10.1109/MC.2007.443, figure 2)."""
    return np.asarray(tdp * (idle_fraction + (1 - np.asarray(idle_fraction)) * utilization))
