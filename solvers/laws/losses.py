"""Where the time of a step goes between the peak rate and what is achieved: seconds by loss, and factors that
multiply."""

from __future__ import annotations

from dataclasses import dataclass
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
    UPDATE = 10


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
) -> tuple[Array, ...]:
    """Seconds of a step: the useful time, then each `StepLoss` in order. A step is a number of
    forward `passes` (3 for training) with the operator `times` of one pass, of which `scores` (seconds, moving
    attention scores) and `launch` (seconds, launching kernels) are added to each. The backward pass repeats attention
    (`recomputes_attention`) or a whole forward pass (`recomputes_all`). The pipeline bubble is (p − 1)/m of the busy
    time, with p `stages` and m `microbatches`; `communication` is the exposed part in seconds. Arrays broadcast.
    Narayanan et al. 2021, arXiv:2104.04473, section 2.2 (bubble); Korthikanti et al. 2023, arXiv:2205.05198, section 5
    (recomputation). Losses are attributed in this order; another order would attribute them differently. Updating the
    weights is not counted."""
    classes = (times.gemm, times.fused, times.convolution)
    useful, stall = sum(each.ideal for each in classes), sum(each.stall for each in classes)
    forward = [useful, *(each.below_peak for each in classes), stall, scores, times.elementwise, launch]
    one_pass = sum(forward)
    repeated = recomputes_attention * (times.fused.total + scores) + recomputes_all * one_pass
    bubble = (passes * one_pass + repeated) * (np.asarray(stages) - 1) / microbatches
    every = (passes * np.asarray(each) for each in forward)
    return (*every, np.asarray(repeated), np.asarray(bubble), communication, 0.0)


@dataclass(frozen=True, kw_only=True)
class StepLosses:
    """Seconds of a step, the useful time and each `StepLoss` in order: with `fused` attention and `unfused`. The others
    are seconds of one forward pass: `gemm` of matrix products, `attention` where it is fused, what moving `scores` adds
    to it, and `convolution`."""

    fused: tuple[Array, ...]
    unfused: tuple[Array, ...]
    gemm: Array
    attention: Array
    scores: Array
    convolution: Array


def chosen_losses(choice: Truth, one: StepLosses, other: StepLosses) -> StepLosses:
    """Seconds of `one` where `choice` (true or false), else of the `other`. Arrays broadcast. Derived: field by
    field."""

    def chosen(name: str) -> Array:
        return np.asarray(np.where(choice, getattr(one, name), getattr(other, name)))

    def all_chosen(name: str) -> tuple[Array, ...]:
        pairs = zip(getattr(one, name), getattr(other, name), strict=True)
        return tuple(np.where(choice, first, second) for first, second in pairs)

    return StepLosses(
        fused=all_chosen("fused"),
        unfused=all_chosen("unfused"),
        gemm=chosen("gemm"),
        attention=chosen("attention"),
        scores=chosen("scores"),
        convolution=chosen("convolution"),
    )


def efficiency_factors(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Dimensionless factor of each loss along the first axis, for the `seconds` of `time_by_loss`: the time without it
    over the time with it, losses added in order. Their product is the useful time over the total. Arrays broadcast.
    Derived: a telescoping product. Another order of the same losses would give other factors."""
    total = np.cumsum(seconds, axis=0)
    return np.asarray(total[:-1] / total[1:])
