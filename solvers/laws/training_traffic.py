"""Bytes that devices exchange in one layer and microbatch when a training run is split over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array
from solvers.specs import Model

# Activations are sent in 16 bits.
_BYTES = 2.0


def activation_bytes(model: Model, sequences: Array, length: Array, context_parallel: Array) -> Array:
    """Bytes of activations between two layers of a `model`: 2·b·s·h/c, for b `sequences` of s tokens (`length`), hidden
    size h and c `context_parallel` devices that share the tokens. Arrays broadcast. Shoeybi et al. 2019,
    arXiv:1909.08053, section 3. 16 bits per element."""
    tokens = np.asarray(sequences, dtype=float) * length / context_parallel
    return np.asarray(tokens * model.hidden_size * _BYTES)


def kv_bytes(model: Model, sequences: Array, length: Array, tensor_parallel: Array) -> Array:
    """Bytes of the keys and values of one layer of a `model`: 2·2·b·s·h_kv·d/t, for b `sequences` of s tokens
    (`length`), h_kv KV heads of dimension d, and t `tensor_parallel` devices that share the heads. Arrays broadcast.
    Grattafiori et al. 2024, arXiv:2407.21783, section 3.3.2. 16 bits per element."""
    heads = 2 * np.asarray(model.kv_heads) * model.head_dim / tensor_parallel
    return np.asarray(np.asarray(sequences, dtype=float) * length * heads * _BYTES)


def expert_dispatch_bytes(model: Model, message: Array) -> Array:
    """Bytes of the tokens sent to k experts each in one layer of a `model`: k·M, with M the bytes of the tokens
    (`message`); 0 without experts. Arrays broadcast. Lepikhin et al. 2021 (GShard), arXiv:2006.16668, section 2.2. Each
    expert receives equally many tokens."""
    return np.where(np.asarray(model.experts) > 0, model.experts_per_token, 0) * message


@dataclass(frozen=True)
class LayerMessages:
    """Bytes one device sends for one layer and microbatch: `activations` (all-reduced over the tensor-parallel
    devices), `boundary` (the device's part of them, sent to the next stage), `kv` (keys and values) and `experts`."""

    activations: Array
    boundary: Array
    kv: Array
    experts: Array


def layer_messages(
    model: Model,
    sequences: Array,
    length: Array,
    tensor_parallel: Array,
    context_parallel: Array,
    activations_parallel: Array,
) -> LayerMessages:
    """Bytes one device sends for one layer of a `model` and one microbatch of b `sequences` of s tokens (`length`),
    with t `tensor_parallel` and c `context_parallel` devices; each of `activations_parallel` devices holds a part of
    the activations between operators (t with sequence parallelism, else 1). Arrays broadcast. Derived:
    `activation_bytes`, `kv_bytes` and `expert_dispatch_bytes`. 16 bits per element."""
    activations = activation_bytes(model, sequences, length, context_parallel)
    boundary = activations / activations_parallel
    kv = kv_bytes(model, sequences, length, tensor_parallel)
    return LayerMessages(activations, boundary, kv, expert_dispatch_bytes(model, boundary))
