"""The first change of a fixed list with which a training run fits in memory, and what a device then needs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.laws.ratio import ratio_or_inf
from solvers.laws.training_memory import (
    ADAM_BYTES,
    Attention,
    Recomputation,
    SequenceParallel,
    activation_bytes_per_layer,
    layers_in_flight,
    model_state_bytes,
    parameters_per_device,
)
from solvers.specs import Model

# Of a quotient that is whole but for the rounding of floating-point numbers.
_ROUNDING = 1e-12
# Tensor parallelism over more devices leaves most nodes.
_MOST_TENSOR = 8
# The largest group that Grattafiori et al. 2024 report; beyond it, sharding and recomputation are tried with it.
_MOST_CONTEXT = 16

REMEDY_HELP = "The first change, cheapest first, with which the run fits; none where it fits or no change is enough."
REMEDY_SIZE_HELP = "Micro-batch size, ZeRO stage, or devices of the dimension that the change enlarges."


class Remedy(IntEnum):
    """The changes that are tried, cheapest first; NONE where the run fits or none of them is enough."""

    NONE = 0
    SMALLER_MICROBATCH = 1
    RECOMPUTATION = 2
    ZERO_STAGE = 3
    ZERO_AND_RECOMPUTATION = 4
    TENSOR_PARALLELISM = 5
    CONTEXT_PARALLELISM = 6
    PIPELINE_STAGES = 7
    STAGES_AND_RECOMPUTATION = 8
    CONTEXT_AND_ALL = 9


@dataclass(frozen=True, kw_only=True)
class MemoryPlan:
    """A training run as far as its memory depends on it: b `sequences` of s tokens (`length`) for each micro-batch,
    counts of devices by dimension, m `microbatches` in flight at most, codes of `Precision`, `Recomputation`,
    `Attention` and `SequenceParallel`, and `optimizer_bytes` per parameter."""

    model: Model
    precision: Codes
    sequences: Array
    length: Array
    data: Array
    tensor: Array
    pipeline: Array
    context: Array
    expert: Array
    virtual: Array
    microbatches: Array
    zero_stage: Array
    recomputation: Codes
    attention: Codes
    sequence_parallel: Codes
    optimizer_bytes: Array = ADAM_BYTES

    @property
    def total(self) -> Array:
        """Bytes of model states and activations of a device."""
        replicas = np.asarray(self.data, dtype=float) * self.context
        part = parameters_per_device(self.model, self.tensor, self.pipeline, self.expert)
        state = model_state_bytes(part, self.precision, self.zero_stage, replicas, self.expert, self.optimizer_bytes)
        layer = activation_bytes_per_layer(
            self.model,
            self.sequences,
            self.length,
            self.tensor,
            self.context,
            self.recomputation,
            np.asarray(self.attention) == Attention.FUSED,
            np.asarray(self.sequence_parallel) == SequenceParallel.ON,
        )
        kept = layers_in_flight(self.model.layers, self.pipeline, self.virtual, self.microbatches)
        return np.asarray(state.total + layer * kept)


@dataclass(frozen=True)
class MemoryRemedy:
    """A `remedy` (code of `Remedy`), its `size` (sequences of a micro-batch, ZeRO stage, or devices of the dimension;
    not a number where it has none) and the bytes a device needs with it (not a number where there is no remedy)."""

    remedy: Codes
    size: Array
    total: Array


def memory_remedy(plan: MemoryPlan, room: Array) -> MemoryRemedy:
    """The first change of a `plan` with which a device needs at most `room` bytes. Arrays broadcast. Rajbhandari et al.
    2020, arXiv:1910.02054, Korthikanti et al. 2023, arXiv:2205.05198, and Grattafiori et al. 2024, arXiv:2407.21783,
    section 3.3, for what each change divides. Dimensions grow by factors of two; what they cost in time is not
    weighed."""
    short = np.asarray(plan.total > room)
    unknown = np.full(short.shape, np.nan)
    found = MemoryRemedy(np.zeros(short.shape, dtype=int), unknown, unknown)
    if not np.any(short):
        return found
    for remedy, size, changed, allowed in _changes(plan, room):
        needed = changed.total
        chosen = short & (found.remedy == Remedy.NONE) & allowed & (needed <= room)
        found = MemoryRemedy(
            np.where(chosen, remedy, found.remedy),
            np.where(chosen, size, found.size),
            np.where(chosen, needed, found.total),
        )
    return found


def _changes(plan: MemoryPlan, room: Array) -> Iterator[tuple[Remedy, Array, MemoryPlan, Truth]]:
    """Yield each change with its size, the plan with it, and where it changes anything and can be made."""
    # Of b sequences take all but b−1 away: memory is linear in them.
    one_less = plan.total - dataclasses.replace(plan, sequences=np.asarray(plan.sequences, dtype=float) - 1).total
    fewer = np.maximum(np.floor(plan.sequences - ratio_or_inf(plan.total - room, one_less)), 1)
    yield Remedy.SMALLER_MICROBATCH, fewer, dataclasses.replace(plan, sequences=fewer), fewer < plan.sequences
    full = dataclasses.replace(plan, recomputation=Recomputation.FULL)
    again = np.asarray(plan.recomputation) != Recomputation.FULL
    yield Remedy.RECOMPUTATION, np.nan, full, again
    copies = np.asarray(plan.data) > 1
    for stage in (1, 2, 3):
        higher = copies & (np.asarray(plan.zero_stage) < stage)
        yield Remedy.ZERO_STAGE, stage, dataclasses.replace(plan, zero_stage=stage), higher
    most = dataclasses.replace(full, zero_stage=3)
    yield Remedy.ZERO_AND_RECOMPUTATION, np.nan, most, copies & again & (np.asarray(plan.zero_stage) < 3)
    heads, layers = np.asarray(plan.model.attention_heads), np.asarray(plan.model.layers)
    wider, size = _split(plan, "tensor", room)
    yield Remedy.TENSOR_PARALLELISM, size, wider, (size <= _MOST_TENSOR) & (np.mod(heads, size) == 0)
    longer, size = _split(plan, "context", room)
    yield Remedy.CONTEXT_PARALLELISM, size, longer, size <= _MOST_CONTEXT
    deeper, size = _split(plan, "pipeline", room)
    yield Remedy.PIPELINE_STAGES, size, deeper, size * plan.virtual <= layers
    deeper, size = _split(full, "pipeline", room)
    yield Remedy.STAGES_AND_RECOMPUTATION, size, deeper, size * plan.virtual <= layers
    longer, size = _split(most, "context", room)
    yield Remedy.CONTEXT_AND_ALL, size, longer, size <= np.asarray(plan.length)


def _split(plan: MemoryPlan, dimension: str, room: Array) -> tuple[MemoryPlan, Array]:
    """Return the plan with a `dimension` as large as it must be, and its size; infinite where no size is enough.

    Of F + S/n bytes at n times the size, two evaluations tell F and S. It only guesses where memory is no such line
    (a short pipeline): the caller counts the bytes of the plan."""
    size = np.asarray(getattr(plan, dimension), dtype=float)

    def at(larger: Array) -> MemoryPlan:
        changed: dict[str, Any] = {dimension: larger}
        return dataclasses.replace(plan, **changed)

    now = plan.total
    divided = 2 * (now - at(2 * size).total)
    left = room - (now - divided)
    factor = np.where(left > 0, ratio_or_inf(divided, left), np.inf)
    doublings = np.ceil(np.log2(np.maximum(factor, 1) * (1 - _ROUNDING)))
    grown = size * 2.0 ** np.maximum(doublings, 1)
    return at(grown), grown
