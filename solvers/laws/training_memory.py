"""What a device holds while a network is trained: weights, gradients, optimizer state, activations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.laws.transformer import bytes_per_element, routed_parameters
from solvers.specs import Model

# Bytes of Adam per parameter in mixed precision: a copy of the weight, its mean gradient and its variance, in fp32.
ADAM_BYTES = 12.0


class Recomputation(IntEnum):
    """What the backward pass computes again instead of having kept it."""

    NONE = 0
    SELECTIVE = 1
    FULL = 2


class Attention(IntEnum):
    """Whether the scores of attention are ever written to memory."""

    UNFUSED = 0
    FUSED = 1


class SequenceParallel(IntEnum):
    """Whether norms and dropouts, too, are spread over the tensor-parallel devices."""

    OFF = 0
    ON = 1


@dataclass(frozen=True)
class DeviceParameters:
    """Parameters a device holds before ZeRO: those every token uses, and those of its routed experts."""

    dense: Array
    routed: Array

    @property
    def total(self) -> Array:
        return self.dense + self.routed


@dataclass(frozen=True)
class ModelState:
    """Bytes of the model state of one device."""

    weights: Array
    gradients: Array
    optimizer: Array

    @property
    def total(self) -> Array:
        return self.weights + self.gradients + self.optimizer


def parameters_per_device(
    model: Model, tensor_parallel: Array, pipeline_parallel: Array, expert_parallel: Array
) -> DeviceParameters:
    """Parameters one device holds: N/(t·p), the routed experts among them divided by the expert-parallel devices (e)
    too. Arrays broadcast. Narayanan et al. 2021, arXiv:2104.04473, section 3. Embeddings count as spread evenly."""
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
    """Bytes of weights, gradients and optimizer state of one device that holds `part`: b, b and `optimizer_bytes` a
    parameter, b the bytes of `precision`. From ZeRO stage 3, 2 and 1 on they are divided over the `replicas` (those of
    an expert over replicas/e). Arrays broadcast. Rajbhandari et al. 2020, arXiv:1910.02054, figure 1."""
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
    spread: Truth,
) -> Array:
    """Bytes one layer keeps for the backward pass of `batch_size` sequences (b) of s tokens, of which each device has
    the share of its context-parallel group: sbh(10 + (24 + 5as/h)/t), without 5as/h where the scores are never kept
    (`fused`) or computed again (selective), 2sbh when all is; with `spread` (sequence parallelism) t divides all of
    it. Arrays broadcast. Korthikanti et al. 2023, arXiv:2205.05198, equations 2 to 6 and table 2: a transformer with
    an MLP of 4h, dropout, and activations in 16 bits."""
    t, again = np.asarray(tensor_parallel, dtype=float), np.asarray(recomputation)
    hidden = np.asarray(model.hidden_size, dtype=float)
    tokens = np.asarray(sequence_length, dtype=float) / context_parallel * batch_size
    scores = 5 * np.asarray(model.attention_heads) * sequence_length / np.where(hidden > 0, hidden, 1)
    kept_scores = np.where(np.asarray(fused) | (again != Recomputation.NONE), 0.0, scores)
    everywhere = 1 / np.where(spread, t, 1.0)
    kept = 10 * everywhere + (24 + kept_scores) / t
    return np.asarray(tokens * hidden * np.where(again == Recomputation.FULL, 2 * everywhere, kept))


def layers_in_flight(layers: Array, stages: Array, virtual_stages: Array, microbatches: Array) -> Array:
    """Layers whose activations a device of the first pipeline stage keeps at once, counted for each microbatch in
    flight: those of p microbatches for L/p layers, L in all, as one backward follows each forward; L(1 + (p−1)/(pv))
    when v `virtual_stages` are interleaved; fewer where there are fewer `microbatches` than that. Arrays broadcast.
    Korthikanti et al. 2023, arXiv:2205.05198, section 4.2.3."""
    p, v = np.asarray(stages, dtype=float), np.asarray(virtual_stages, dtype=float)
    in_flight = np.where(v > 1, p + (p - 1) / v, p)
    return layers / p * np.minimum(in_flight, microbatches)


def is_valid_layout(model: Model, tensor: Array, stages: Array, experts: Array, copies: Array) -> Truth:
    """Whether there are as many heads as `tensor`-parallel devices, as many layers as pipeline `stages` (virtual ones
    counted), and as many experts as devices they are spread over, in whole parts of the `copies`. Arrays broadcast."""
    spread = (np.asarray(experts) <= np.maximum(model.experts, 1)) & (np.mod(copies, experts) == 0)
    layered = np.asarray(stages) <= np.asarray(model.layers)
    return np.asarray(spread & layered & (np.asarray(tensor) <= np.asarray(model.attention_heads)))
