"""Time of collective operations over a link. The walls of the fleet share these."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array


def ring_all_reduce(message: Array, devices: Array, bandwidth: Array, latency: Array) -> Array:
    """Seconds to sum `message` bytes (M) over n `devices` in a ring whose links carry `bandwidth` (β) bytes a second
    one way and start a message in `latency` (α) seconds: 2(n−1)/n·M/β + 2(n−1)α, nothing for one device. Arrays
    broadcast. Patarasuk and Yuan 2009, doi:10.1016/j.jpdc.2008.09.002."""
    steps = 2 * (np.asarray(devices, dtype=float) - 1)
    return np.asarray(steps / devices * message / bandwidth + steps * latency)
