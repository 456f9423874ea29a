"""What keeps a step from the peak: a ledger of seconds, and the same losses as factors that multiply."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from solvers.declare import Array, Truth
from solvers.laws.operators import ClassTime


class StepLoss(IntEnum):
    """What a step loses time to, in the order a ledger has them."""

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
    classes: tuple[ClassTime, ClassTime, ClassTime],
    scores: Array,
    small: Array,
    launch: Array,
    again: tuple[Truth, Truth],
    pipeline: tuple[Array, Array],
    communication: Array,
) -> NDArray[np.float64]:
    """Seconds of a step along the first axis: useful time, then each Loss in order. A step is so many forward
    `passes` of three `classes` (matrix products, attention, convolutions), of `scores`, `small` operators and `launch`
    (seconds a pass). `again` says whether attention, and whether a whole pass, is computed twice; `pipeline` has p
    stages and m microbatches, whose bubble is (p − 1)/m of the busy time (Narayanan et al. 2021, arXiv:2104.04473,
    section 2.2); `communication` is what is not hidden, in seconds. Arrays broadcast."""
    useful, stall = sum(each.ideal for each in classes), sum(each.stall for each in classes)
    forward = [useful, *(each.below_peak for each in classes), stall, scores, small, launch]
    one_pass = sum(forward)
    repeated = again[0] * (classes[1].total + scores) + again[1] * one_pass
    stages, microbatches = pipeline
    bubble = (passes * one_pass + repeated) * (np.asarray(stages) - 1) / microbatches
    return np.stack(np.broadcast_arrays(*(passes * each for each in forward), repeated, bubble, communication))


def efficiency_factors(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """For a ledger: what each loss leaves, the time before it over the time with it. Their product is useful time
    over all of it. Another order of the same losses would share the product out differently."""
    total = np.cumsum(seconds, axis=0)
    return np.asarray(total[:-1] / total[1:])
