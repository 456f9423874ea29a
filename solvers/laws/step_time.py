"""How long a step lasts under two roofs and what is added to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers.declare import Array, Codes


class Bound(IntEnum):
    """What a step waits for longest."""

    COMPUTE = 0
    MEMORY = 1
    OVERHEAD = 2
    NETWORK = 3


@dataclass(frozen=True)
class StepTime:
    """Seconds of a step by cause; compute and memory overlap, the rest is added."""

    compute: Array
    memory: Array
    overhead: Array
    network: Array
    total: Array
    bound: Codes


def step_time(
    flop: Array, moved: Array, rate: Array, bandwidth: Array, overhead: Array, network: Array = 0.0
) -> StepTime:
    """The time of `flop` FLOP at `rate` FLOP/s beside `moved` bytes at `bandwidth` byte/s, both as kernels reach
    them, plus `overhead` and `network` seconds that overlap with neither. Arrays broadcast. Williams, Waterman and
    Patterson 2009, doi:10.1145/1498765.1498785, equation 1. A tie of the roofs counts as memory-bound."""
    compute, memory = flop / rate, moved / bandwidth
    busy = np.maximum(compute, memory)
    # Comparisons, not argmax: that costs as much as all the rest together.
    bound = np.where(compute > memory, Bound.COMPUTE, Bound.MEMORY)
    bound = np.where(overhead > busy, Bound.OVERHEAD, bound)
    bound = np.where(network > np.maximum(busy, overhead), Bound.NETWORK, bound)
    return StepTime(compute, memory, np.asarray(overhead), np.asarray(network), busy + overhead + network, bound)
