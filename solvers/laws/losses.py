"""Where the time of a step goes between the peak rate and what is achieved: seconds by loss, and factors that
multiply."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from solvers.declare import Array, Truth
from solvers.laws.operators import OperatorTimes


class StepLoss(IntEnum):
    """Causes of lost time in a step, in the order in which `time_by_loss` lists them."""

    GEMM = 0
    ATTENTION = 1
    CONVOLUTION = 2
    MEMORY = 3
    SCORES = 4
    ELEMENTWISE = 5
    LAUNCH = 6
    RECOMPUTATION = 7
    PIPELINE = 8
    COMMUNICATION = 9


def time_by_loss(
    passes: Array,
    times: OperatorTimes,
    scores: Array,
    launch: Array,
    recomputes_attention: Truth,
    recomputes_all: Truth,
    stages: Array,
    microbatches: Array,
    communication: Array,
) -> NDArray[np.float64]:
    """Seconds of a step along the first axis: the useful time, then each `StepLoss` in order. A step is a number of
    forward `passes` (3 for training) with the operator `times` of one pass, of which `scores` (seconds, moving
    attention scores) and `launch` (seconds, launching kernels) are added to each. The backward pass repeats attention
    (`recomputes_attention`) or a whole forward pass (`recomputes_all`). The pipeline bubble is (p − 1)/m of the busy
    time, with p `stages` and m `microbatches`; `communication` is the exposed part in seconds. Arrays broadcast.
    Narayanan et al. 2021, arXiv:2104.04473, section 2.2 (bubble); Korthikanti et al. 2023, arXiv:2205.05198, section 5
    (recomputation). Losses are attributed in this order; another order would attribute them differently."""
    classes = (times.gemm, times.fused, times.convolution)
    useful, stall = sum(each.ideal for each in classes), sum(each.stall for each in classes)
    forward = [useful, *(each.below_peak for each in classes), stall, scores, times.elementwise, launch]
    one_pass = sum(forward)
    repeated = recomputes_attention * (times.fused.total + scores) + recomputes_all * one_pass
    bubble = (passes * one_pass + repeated) * (np.asarray(stages) - 1) / microbatches
    return np.stack(np.broadcast_arrays(*(passes * each for each in forward), repeated, bubble, communication))


def efficiency_factors(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Dimensionless factor of each loss along the first axis, for the `seconds` of `time_by_loss`: the time without it
    over the time with it, losses added in order. Their product is the useful time over the total. Arrays broadcast.
    Derived: a telescoping product. Another order of the same losses would give other factors."""
    total = np.cumsum(seconds, axis=0)
    return np.asarray(total[:-1] / total[1:])
