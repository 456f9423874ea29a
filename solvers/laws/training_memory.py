"""Memory of a device in training: weights, gradients, optimizer state, activations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.laws.transformer import bytes_per_element, routed_parameters
from solvers.specs import Model

# Bytes of Adam per parameter in mixed precision: a copy of the weight, its mean gradient and its variance, in fp32.
ADAM_BYTES = 12.0
# Bytes that its update reads and writes for each parameter: that state both ways, a gradient and a weight (Rajbhandari
# et al. 2020, arXiv:1910.02054, section 3.1).
UPDATE_BYTES = 30.0


class Recomputation(IntEnum):
    """The activations that the backward pass recomputes instead of keeping it in memory."""

    NONE = 0
    SELECTIVE = 1
    FULL = 2


class Attention(IntEnum):
    """Whether attention scores are written to memory."""

    UNFUSED = 0
    FUSED = 1


class SequenceParallel(IntEnum):
    """Whether norms and dropouts are also split over the tensor-parallel devices."""

    OFF = 0
    ON = 1


@dataclass(frozen=True)
class DeviceParameters:
    """Parameters a device holds before ZeRO, as counts: `dense` ones, used by every token, and those of `routed`
    experts."""

    dense: Array
    routed: Array

    @property
    def total(self) -> Array:
        """All parameters the device holds."""
        return self.dense + self.routed


@dataclass(frozen=True)
class ModelState:
    """Bytes of the model state of one device."""

    weights: Array
    gradients: Array
    optimizer: Array

    @property
    def total(self) -> Array:
        """Bytes of weights, gradients and optimizer state together."""
        return self.weights + self.gradients + self.optimizer


def parameters_per_device(
    model: Model, tensor_parallel: Array, pipeline_parallel: Array, expert_parallel: Array
) -> DeviceParameters:
    """Parameters (counts) one device holds of a `model`: N/(t·p) over t `tensor_parallel` and p `pipeline_parallel`
    devices, routed experts also divided by e (`expert_parallel`). Arrays broadcast. Narayanan et al. 2021,
    arXiv:2104.04473, section 3. Embeddings are spread evenly over the stages."""
    split = np.asarray(tensor_parallel, dtype=float) * pipeline_parallel
    routed = routed_parameters(model)
    return DeviceParameters((model.parameters - routed) / split, routed / (split * expert_parallel))


def model_state_bytes(
    part: DeviceParameters,
    precision: Codes,
    zero_stage: Array,
    replicas: Array,
    expert_parallel: Array,
    optimizer_bytes: Array,
) -> ModelState:
    """Bytes of weights, gradients and optimizer state of a device that holds `part`: b, b and `optimizer_bytes` per
    parameter, b the bytes of `precision` (codes of `Precision`). From `zero_stage` 3, 2 and 1 on they are divided over
    r `replicas`, those of experts over r/e (`expert_parallel`). Arrays broadcast. Rajbhandari et al. 2020,
    arXiv:1910.02054, figure 1. Buffers and fragmentation are not counted."""
    size, stage = bytes_per_element(precision), np.asarray(zero_stage)
    sharded = part.dense / replicas + part.routed / (np.asarray(replicas, dtype=float) / expert_parallel)
    whole = part.total
    return ModelState(
        weights=size * np.where(stage >= 3, sharded, whole),
        gradients=size * np.where(stage >= 2, sharded, whole),
        optimizer=optimizer_bytes * np.where(stage >= 1, sharded, whole),
    )


def activation_bytes_per_layer(
    model: Model,
    batch_size: Array,
    sequence_length: Array,
    tensor_parallel: Array,
    context_parallel: Array,
    recomputation: Codes,
    fused: Truth,
    sequence_parallel: Truth,
) -> Array:
    """Bytes one layer of a `model` keeps for the backward pass: s·b·h(10 + (24 + 5a·s/h)/t)/c, for b sequences
    (`batch_size`) of s tokens (`sequence_length`), t `tensor_parallel` and c `context_parallel` devices, hidden size h
    and a heads; without 5a·s/h where attention is `fused` (true or false) or `recomputation` (codes of `Recomputation`)
    selective, 2sbh/c where it is full; with `sequence_parallel` (true or false) t divides all of it. Arrays broadcast.
    Korthikanti et al. 2023, arXiv:2205.05198, equations 2 to 6 and table 2. A transformer with an MLP of 4h, dropout,
    and activations in 16 bits."""
    t, again = np.asarray(tensor_parallel, dtype=float), np.asarray(recomputation)
    hidden = np.asarray(model.hidden_size, dtype=float)
    tokens = np.asarray(sequence_length, dtype=float) / context_parallel * batch_size
    scores = 5 * np.asarray(model.attention_heads) * sequence_length / np.where(hidden > 0, hidden, 1)
    kept_scores = np.where(np.asarray(fused) | (again != Recomputation.NONE), 0.0, scores)
    everywhere = 1 / np.where(sequence_parallel, t, 1.0)
    kept = 10 * everywhere + (24 + kept_scores) / t
    return np.asarray(tokens * hidden * np.where(again == Recomputation.FULL, 2 * everywhere, kept))


def layers_in_flight(layers: Array, stages: Array, virtual_stages: Array, microbatches: Array) -> Array:
    """Layers whose activations a device of the first pipeline stage keeps at the same time, a dimensionless count over
    all microbatches in flight: L/p·min(p, m), for L `layers`, p `stages` and m `microbatches`; L/p·min(p + (p−1)/v, m)
    where v `virtual_stages` are interleaved. Arrays broadcast. Korthikanti et al. 2023, arXiv:2205.05198, section
    4.2.3. One-forward-one-backward schedules."""
    p, v = np.asarray(stages, dtype=float), np.asarray(virtual_stages, dtype=float)
    in_flight = np.where(v > 1, p + (p - 1) / v, p)
    return layers / p * np.minimum(in_flight, microbatches)


def is_valid_layout(model: Model, tensor: Array, stages: Array, experts: Array, replicas: Array) -> Truth:
    """Whether (true or false) a `model` can be split so: `tensor`-parallel devices divide its attention heads, no more
    pipeline `stages` (virtual ones counted) than layers, no more expert-parallel devices (`experts`) than experts, and
    these divide the data-parallel `replicas`; all are counts. Arrays broadcast. Shoeybi et al. 2019, arXiv:1909.08053,
    section 3: each device holds equally many whole heads. Layers that do not divide evenly are allowed."""
    spread = (np.asarray(experts) <= np.maximum(model.experts, 1)) & (np.mod(replicas, experts) == 0)
    layered = np.asarray(stages) <= np.asarray(model.layers)
    return np.asarray(spread & layered & (np.mod(model.attention_heads, tensor) == 0))
