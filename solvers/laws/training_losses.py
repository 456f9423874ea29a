"""Where the time of a training step on one device goes, by the law of kernels: the same step as `language_training`
has, told by what keeps it from the peak rate."""

from __future__ import annotations

import dataclasses

import numpy as np

from solvers.declare import Array
from solvers.laws.decoder import Layout
from solvers.laws.language_training import TrainingJob, price_arithmetic, price_kernels, price_update
from solvers.laws.losses import StepLosses
from solvers.laws.model_decoder import decoder_of
from solvers.laws.training_memory import Recomputation
from solvers.laws.training_pass import ATTENTION_BACKWARD, scores_time
from solvers.laws.training_work import causal_attention_flop, forward_flop
from solvers.laws.transformer_pass import PassTime
from solvers.specs import Model, peak_rate


def training_losses(
    model: Model, job: TrainingJob, stages: Array, microbatches: Array, communication: Array
) -> StepLosses:
    """Seconds of one training step of a `model` by loss, for a `job` of one device and one microbatch, with the bubble
    of a pipeline of p `stages` and m `microbatches`, (p − 1)/m of the busy time, and exposed `communication` (seconds)
    on top. Arrays broadcast. Chowdhery et al. 2022, arXiv:2204.02311, appendix B, for the useful time; Narayanan et al.
    2021, arXiv:2104.04473, section 2.2, for the bubble. What the backward pass of fused attention computes again counts
    as attention below peak, not as recomputation. Losses are attributed in this order."""
    once = dataclasses.replace(job, recomputation=Recomputation.NONE)
    times, peak = price_kernels(model, job, job.device), peak_rate(job.chip, job.precision)
    first, again = times.once, _sum(times.recomputed)
    useful = np.asarray(3 * forward_flop(model, job.sequences, job.length) / peak)
    attention_useful = 3 * causal_attention_flop(model, job.sequences, job.length) / peak
    launches = _launches(model, once)
    gemm_launch = launches.products + launches.experts + launches.head
    gemm_busy = first.products + first.experts + first.head - gemm_launch
    attention_busy = first.attention - launches.attention
    gemm, attention = price_arithmetic(model, once)
    gemm, attention = np.minimum(gemm, gemm_busy), np.minimum(attention, attention_busy)
    memory = gemm_busy - gemm + attention_busy - attention
    moved = scores_time(decoder_of(model), job.device, Layout(), np.asarray(job.sequences) * job.length, job.length)
    launch = gemm_launch + launches.attention
    update = price_update(model, job)

    def seconds(scores: Array) -> tuple[Array, ...]:
        added = (1 + ATTENTION_BACKWARD) * scores
        repeated = again + np.where(np.asarray(job.recomputation) == Recomputation.NONE, 0.0, scores)
        bubble = (_sum(first) + added + repeated) * (np.asarray(stages) - 1) / microbatches
        below = (gemm - (useful - attention_useful), attention - attention_useful, 0.0)
        return (useful, *below, memory, added, first.small, launch, repeated, bubble, communication, update)

    return StepLosses(
        fused=seconds(0.0),
        unfused=seconds(moved),
        gemm=(first.products + first.experts + first.head) / 3,
        attention=first.attention / (1 + ATTENTION_BACKWARD),
        scores=moved,
        convolution=np.zeros_like(moved),
    )


def _sum(time: PassTime) -> Array:
    """Seconds of all classes but all-reduces, of which one device has none."""
    return time.products + time.attention + time.experts + time.small + time.head


def _launches(model: Model, job: TrainingJob) -> PassTime:
    """Return the seconds of the floors of kernels, by class: the same for a step of any size."""
    small = dataclasses.replace(job, sequences=1.0, length=1.0)
    constants = dataclasses.replace(job.device.constants, kernel_floor=0.0)
    with_floors = price_kernels(model, small, job.device).once
    without = price_kernels(model, small, dataclasses.replace(job.device, constants=constants)).once
    names = (f.name for f in dataclasses.fields(PassTime))
    return PassTime(*(np.asarray(getattr(with_floors, name) - getattr(without, name)) for name in names))
