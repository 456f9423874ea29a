"""Power of a chip that is partly busy."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array


def linear_power(tdp: Array, idle_fraction: Array, utilization: Array) -> Array:
    """Electrical power in watts of one chip: P·(i + (1−i)·u), with P the thermal design power in watts (`tdp`), i the
    share of it drawn when idle (`idle_fraction`, 0 to 1) and u the share of the time in which the chip is busy
    (`utilization`, 0 to 1). Arrays broadcast. Barroso and Hölzle 2007, doi:10.1109/MC.2007.443, figure 2. A linear fit:
    measured curves rise faster at low utilization."""
    return np.asarray(tdp * (idle_fraction + (1 - np.asarray(idle_fraction)) * utilization))
