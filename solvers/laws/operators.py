"""What each class of operator of one forward pass computes and moves: matrix products, attention, convolutions and the
small ones between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.laws.phase import generates
from solvers.laws.transformer import (
    active_parameters,
    attention_flop_per_pair,
    bytes_per_element,
    kv_bytes_per_token,
    parameters_read,
    recurrent_state_bytes,
)
from solvers.specs import Model

# Activations and scores are kept in 16 bits, whatever the weights are stored in.
_ACTIVATION_BYTES = 2

# Dao et al. 2022, algorithm 0: scores are written, read by the softmax, written again and read for the values.
_SCORE_PASSES = 4

# QKV, output, up (with gate) and down.
_PRODUCTS_PER_LAYER = 4


@dataclass(frozen=True)
class OperatorWork:
    """FLOP and bytes of one forward pass of a batch by class. `scores_moved` is what attention moves on top when it is
    not fused; `scores_bytes` what one layer's scores take; `tokens` what the pass carries (samples of fixed size
    count as one)."""

    gemm_flop: Array
    gemm_moved: Array
    attention_flop: Array
    attention_moved: Array
    scores_moved: Array
    scores_bytes: Array
    convolution_flop: Array
    convolution_moved: Array
    elementwise_moved: Array
    tokens: Array


def has_fixed_size(model: Model) -> Truth:
    """Whether a pass is one input of fixed size (an image, a sound), whose FLOP the model states."""
    return np.asarray(~np.isnan(model.inference_flop) & (np.asarray(model.generative) != 1) & ~_recurs(model))


def _recurs(model: Model) -> Truth:
    return np.asarray(model.state_elements) > 0


def supports_pass(model: Model, decodes: Truth) -> Truth:
    """Whether the pass means anything for the model: decode needs one that generates, a forward pass attention, a
    state, or FLOP that are stated."""
    attends = np.asarray(model.layers * model.attention_heads) > 0
    return np.where(decodes, generates(model), attends | _recurs(model) | has_fixed_size(model))


def operator_work(
    model: Model, decodes: Truth, batch_size: Array, sequence: Array, precision: Codes, elementwise_passes: Array
) -> OperatorWork:
    """One forward pass of B sequences of s tokens, or where it `decodes` of one token for each. A fixed-size network
    with attention heads is all matrix products, one without all convolutions. Small operators pass over the
    activations `elementwise_passes` times a layer. Attention that is fused reads queries, keys and values and writes
    its result, once (Dao et al. 2022, arXiv:2205.14135, theorem 2 where a row of blocks fits on the chip); not fused
    it moves the whole square of scores. The arithmetic of a pass the model is not able to take is unknown. Arrays
    broadcast."""
    fixed, attends = has_fixed_size(model), np.asarray(model.attention_heads) > 0
    new = np.where(fixed | np.asarray(decodes), 1.0, sequence)
    tokens = batch_size * new
    weights = parameters_read(model, tokens) * bytes_per_element(precision)
    pass_flop = np.where(fixed, batch_size * np.asarray(model.inference_flop), 0.0)
    pass_moved = np.where(fixed, weights + batch_size * np.asarray(model.activation_bytes), 0.0)
    queries = np.asarray(model.layers * model.attention_heads) * batch_size * new
    gemm_flop = np.where(fixed, np.where(attends, pass_flop, 0), 2 * active_parameters(model) * tokens)
    return OperatorWork(
        gemm_flop=np.where(supports_pass(model, decodes), gemm_flop, np.nan),
        gemm_moved=np.where(
            fixed, np.where(attends, pass_moved, 0), weights + tokens * _product_elements(model) * _ACTIVATION_BYTES
        ),
        attention_flop=np.where(fixed, 0.0, attention_flop_per_pair(model) * batch_size * _pairs(decodes, sequence)),
        attention_moved=np.where(fixed, 0.0, _attention_moved(model, batch_size, sequence, queries, precision)),
        scores_moved=np.where(fixed, 0.0, _SCORE_PASSES * queries * sequence * _ACTIVATION_BYTES),
        scores_bytes=np.where(fixed, 0.0, queries / np.maximum(model.layers, 1) * sequence * _ACTIVATION_BYTES),
        convolution_flop=np.where(attends, 0, pass_flop),
        convolution_moved=np.where(attends, 0, pass_moved),
        elementwise_moved=np.where(
            fixed, 0.0, elementwise_passes * np.asarray(model.layers * model.hidden_size) * tokens * _ACTIVATION_BYTES
        ),
        tokens=tokens,
    )


def _pairs(decodes: Truth, sequence: Array) -> Array:
    """Pairs of query and key of one sequence: causal, so half of the square when all its tokens are new."""
    return np.where(decodes, sequence, np.asarray(sequence) * (np.asarray(sequence) + 1) / 2)


def _product_elements(model: Model) -> Array:
    """Activations that the matrix products of a token read and write: every weight matrix has the hidden size h on one
    side, so the other sides add up to Na/h over all of them."""
    hidden = np.asarray(model.hidden_size, dtype=float)
    others = np.where(hidden > 0, active_parameters(model) / np.where(hidden > 0, hidden, 1), 0.0)
    return _PRODUCTS_PER_LAYER * model.layers * hidden + others


def _attention_moved(model: Model, batch_size: Array, sequence: Array, queries: Array, precision: Codes) -> Array:
    """Queries in and results out, keys and values (or the recurrent state, in and out)."""
    kept = sequence * kv_bytes_per_token(model, precision) + 2 * recurrent_state_bytes(model, precision)
    return 2 * queries * model.head_dim * _ACTIVATION_BYTES + batch_size * kept


@dataclass(frozen=True)
class ClassTime:
    """Seconds of one class of operators: what its arithmetic needs at the peak, what kernels add, what memory adds."""

    ideal: Array
    below_peak: Array
    stall: Array

    @property
    def total(self) -> Array:
        return self.ideal + self.below_peak + self.stall


def class_time(flop: Array, moved: Array, peak: Array, efficiency: Array, bandwidth: Array) -> ClassTime:
    """The time of `flop` FLOP in kernels that reach the share η (`efficiency`) of the `peak` FLOP/s, while `moved`
    bytes pass at `bandwidth` byte/s: the longer of the two. Arrays broadcast. Williams, Waterman and Patterson 2009,
    doi:10.1145/1498765.1498785, equation 1."""
    ideal = np.asarray(flop / peak)
    compute = ideal / efficiency
    return ClassTime(ideal, compute - ideal, np.maximum(moved / bandwidth - compute, 0.0))
