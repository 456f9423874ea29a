"""Duration of a step that overlaps arithmetic with memory traffic, and what limits it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers.declare import Array, Codes


class Bound(IntEnum):
    """The part of a step that takes longest."""

    COMPUTE = 0
    MEMORY = 1
    OVERHEAD = 2
    NETWORK = 3


@dataclass(frozen=True)
class StepTime:
    """Seconds of a step by cause. Compute and memory overlap; overhead and network are added. `bound` is a `Bound`."""

    compute: Array
    memory: Array
    overhead: Array
    network: Array
    total: Array
    bound: Codes


def step_time(
    flop: Array, moved: Array, rate: Array, bandwidth: Array, overhead: Array, network: Array = 0.0
) -> StepTime:
    """Seconds of a step and its parts: max(W/π, Q/β) + o + c, with W the FLOP (`flop`), Q the bytes of memory traffic
    (`moved`), π the FLOP/s (`rate`) and β the byte/s (`bandwidth`) that kernels reach, o the seconds of `overhead` and
    c of `network` time. Arrays broadcast. Williams, Waterman and Patterson 2009, doi:10.1145/1498765.1498785, equation
    1. Perfect overlap of arithmetic and memory, none of the rest; equal roofs count as memory-bound."""
    compute, memory = flop / rate, moved / bandwidth
    total = np.maximum(compute, memory) + overhead + network
    bound = longest_part(compute, memory, overhead, network)
    return StepTime(compute, memory, np.asarray(overhead), np.asarray(network), total, bound)


def longest_part(compute: Array, memory: Array, overhead: Array, network: Array) -> Codes:
    """The code of `Bound` for what takes longest of a step, of which `compute` and `memory` overlap and `overhead` and
    `network` are added, all in seconds. Arrays broadcast. Derived: the largest. Equal roofs count as memory-bound."""
    busy = np.maximum(compute, memory)
    # Comparisons instead of argmax, which takes as long as all the rest together; 1, not below, is Bound.MEMORY.
    bound: Codes = np.logical_not(np.asarray(compute > memory)).astype(np.int_)
    bound = np.where(overhead > busy, Bound.OVERHEAD, bound)
    if not np.any(network):  # one device, the usual question
        return bound
    return np.where(network > np.maximum(busy, overhead), Bound.NETWORK, bound)
