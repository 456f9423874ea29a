"""What training asks of devices: arithmetic forward, backward and again, and bytes of memory moved."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array, Codes
from solvers.laws.training_memory import ADAM_BYTES, DeviceParameters, Recomputation, activation_bytes_per_layer
from solvers.laws.transformer import (
    Work,
    active_parameters,
    attention_flop_per_pair,
    bytes_per_element,
    parameters_read,
)
from solvers.specs import Model


def causal_attention_flop(model: Model, sequences: Array, length: Array) -> Array:
    """FLOP of QKᵀ and AV of all layers for so many `sequences` of `length` tokens s, each of which looks at itself and
    those before it: s(s+1)/2 pairs. Arrays broadcast. Chowdhery et al. 2022, arXiv:2204.02311, appendix B."""
    s = np.asarray(length, dtype=float)
    return np.asarray(sequences * attention_flop_per_pair(model) * s * (s + 1) / 2)


def forward_flop(model: Model, sequences: Array, length: Array) -> Array:
    """FLOP of a forward pass over so many `sequences` of `length` tokens: 2 a parameter a token passes, and attention.
    Arrays broadcast. Chowdhery et al. 2022, arXiv:2204.02311, appendix B."""
    tokens = np.asarray(sequences, dtype=float) * length
    return np.asarray(2 * active_parameters(model) * tokens) + causal_attention_flop(model, sequences, length)


def recomputation_flop(model: Model, sequences: Array, length: Array, recomputation: Codes) -> Array:
    """FLOP the backward pass does a second time: nothing, attention's, or a whole forward pass. Arrays broadcast.
    Korthikanti et al. 2023, arXiv:2205.05198, section 5."""
    way = np.asarray(recomputation)
    scores = causal_attention_flop(model, sequences, length)
    every = forward_flop(model, sequences, length)
    return np.where(way == Recomputation.FULL, every, np.where(way == Recomputation.SELECTIVE, scores, 0.0))


def memory_traffic(part: DeviceParameters, number_bytes: Array, passed: Array, activations: Array) -> Array:
    """Bytes a device moves for one microbatch: the weights it holds once in each of `passed` passes and their gradients
    once (`number_bytes` each), `activations` bytes out and in again. Arrays broadcast. At least: nothing is read twice."""
    return np.asarray((passed + 1) * part.total * number_bytes + 2 * activations)


def stage_imbalance(layers: Array, stages: Array, virtual_stages: Array) -> Array:
    """Layers of the fullest pipeline stage over those of a mean one, 1 where `layers` divide evenly by stages times
    `virtual_stages`. Arrays broadcast."""
    parts = np.asarray(stages, dtype=float) * virtual_stages
    return np.asarray(np.ceil(layers / parts) * parts / layers)


def training_work(model: Model, batch_size: Array, length: Array, precision: Codes) -> Work:
    """One step of training on one device: a batch of B sequences of `length` tokens, or of B inputs of fixed size.
    Three times a forward pass; weights are read forward and backward and gradients written; activations (attention
    fused) go out and in again; Adam in mixed precision stays in memory. Arrays broadcast. Kaplan et al. 2020,
    arXiv:2001.08361, section 2.1; Korthikanti et al. 2023, arXiv:2205.05198."""
    fixed = ~np.isnan(model.inference_flop)
    tokens = np.where(fixed, 1.0, length)
    flop = 3 * np.where(fixed, model.inference_flop, forward_flop(model, 1, length))
    layer = activation_bytes_per_layer(model, 1, length, 1, 1, Recomputation.SELECTIVE, True, False)
    kept = np.where(fixed, model.activation_bytes, np.asarray(model.layers) * layer)
    stored = bytes_per_element(precision)
    state = np.asarray(model.parameters * (2 * stored + ADAM_BYTES))
    return Work(
        flop=batch_size * flop,
        moved=3 * parameters_read(model, batch_size * tokens) * stored + 2 * batch_size * kept,
        resident=state + batch_size * kept,
        weights=state,
        flop_per_sequence=flop,
        moved_per_sequence=2 * kept,
        resident_per_sequence=kept,
        tokens_per_sequence=tokens,
        weight_passes=np.full_like(tokens, 3.0),
    )
