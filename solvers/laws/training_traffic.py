"""Bytes that devices send each other when a training run is split over them, for one microbatch."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array
from solvers.specs import Model

# Activations travel in 16 bits.
_BYTES = 2.0


def activation_bytes(model: Model, sequences: Array, length: Array, context_parallel: Array) -> Array:
    """Bytes of what one layer hands to the next for so many `sequences` of `length` tokens, of one of c
    `context_parallel` devices: 2·tokens·hidden/c. Arrays broadcast. Shoeybi et al. 2019, arXiv:1909.08053."""
    tokens = np.asarray(sequences, dtype=float) * length / context_parallel
    return np.asarray(tokens * model.hidden_size * _BYTES)


def kv_bytes(model: Model, sequences: Array, length: Array, tensor_parallel: Array) -> Array:
    """Bytes of one layer's keys and values of whole `sequences` of `length` tokens, of one of t `tensor_parallel`
    devices that share out the heads. Arrays broadcast. Grattafiori et al. 2024, arXiv:2407.21783, section 3.3.2."""
    heads = 2 * np.asarray(model.kv_heads) * model.head_dim / tensor_parallel
    return np.asarray(np.asarray(sequences, dtype=float) * length * heads * _BYTES)


def expert_dispatch_bytes(model: Model, message: Array) -> Array:
    """Bytes of tokens on their way to k experts each, when the tokens take `message` bytes; none without experts.
    Arrays broadcast. Lepikhin et al. 2021 (GShard), arXiv:2006.16668."""
    return np.where(np.asarray(model.experts) > 0, model.experts_per_token, 0) * message
