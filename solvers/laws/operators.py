"""Work and time of each class of operators in one forward pass: matrix products, attention, convolutions,
elementwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.laws.phase import generates
from solvers.laws.transformer import (
    active_parameters,
    bytes_per_element,
    cache_bytes,
    decode_attention_flop,
    parameters_read,
    prefill_attention_flop,
    recurrent_state_bytes,
)
from solvers.specs import Model

# Activations and scores are stored in 16 bits, whatever the precision of the weights.
_ACTIVATION_BYTES = 2

# Dao et al. 2022, algorithm 0: scores are written, read by the softmax, written again and read for the values.
_SCORE_PASSES = 4

# QKV, output, up (with gate) and down.
_PRODUCTS_PER_LAYER = 4


@dataclass(frozen=True)
class OperatorWork:
    """Work of one forward pass of a batch by class of operators: `*_flop` in FLOP, `*_moved` (memory traffic) in bytes.
    `scores_moved` is the extra traffic of attention that is not fused, `scores_bytes` the size of the attention scores
    of one layer, `tokens` the number of tokens in the pass (an input of fixed size counts as one)."""

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
    """Whether (true or false) a pass of a `model` is one input of fixed size, such as an image, whose FLOP the catalog
    states. Arrays broadcast. Derived from the catalog row: FLOP per pass known, not generative, no recurrent state."""
    return np.asarray(~np.isnan(model.inference_flop) & (np.asarray(model.generative) != 1) & ~_recurs(model))


def _recurs(model: Model) -> Truth:
    return np.asarray(model.state_elements) > 0


def supports_pass(model: Model, decodes: Truth) -> Truth:
    """Whether (true or false) a pass is defined for a `model`: decode (where `decodes`) needs one that generates
    tokens, a forward pass attention, a recurrent state, or stated FLOP. Arrays broadcast. Derived from the catalog
    row."""
    attends = np.asarray(model.layers * model.attention_heads) > 0
    return np.where(decodes, generates(model), attends | _recurs(model) | has_fixed_size(model))


def operator_work(
    model: Model, decodes: Truth, batch_size: Array, sequence: Array, precision: Codes, elementwise_passes: Array
) -> OperatorWork:
    """Work (FLOP and bytes) of one forward pass of a `model` over B sequences (`batch_size`) of s tokens (`sequence`),
    or where it `decodes` of one token for each. `precision` (code of `Precision`) is that of the weights; elementwise
    operators read or write the activations of a layer `elementwise_passes` times, a dimensionless count. A network of
    fixed input size is all matrix products with attention heads, all convolutions without. Arrays broadcast. Dao et al.
    2022, arXiv:2205.14135, theorem 2: fused attention reads queries, keys and values and writes its result once (where
    a row of blocks fits on the chip), unfused it moves the full square of scores (algorithm 0). FLOP are unknown for a
    pass that the model does not support."""
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
        attention_flop=np.where(fixed, 0.0, batch_size * _attention_flop(model, decodes, sequence)),
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


def _attention_flop(model: Model, decodes: Truth, sequence: Array) -> Array:
    """Of one sequence: causal, so half of the square when all its tokens are new."""
    return np.where(decodes, decode_attention_flop(model, sequence), prefill_attention_flop(model, sequence, 0.0))


def _product_elements(model: Model) -> Array:
    """Return the activations that the matrix products of a token read and write: every weight matrix has the hidden
    size h on one side, so the other sides add up to Na/h over all of them."""
    hidden = np.asarray(model.hidden_size, dtype=float)
    others = np.where(hidden > 0, active_parameters(model) / np.where(hidden > 0, hidden, 1), 0.0)
    return _PRODUCTS_PER_LAYER * model.layers * hidden + others


def _attention_moved(model: Model, batch_size: Array, sequence: Array, queries: Array, precision: Codes) -> Array:
    """Queries in and results out, keys and values (or the recurrent state, in and out)."""
    kept = cache_bytes(model, sequence, precision) + recurrent_state_bytes(model, precision)
    return 2 * queries * model.head_dim * _ACTIVATION_BYTES + batch_size * kept


@dataclass(frozen=True)
class ClassTime:
    """Seconds of one class of operators: its FLOP at the peak rate (`ideal`), what kernels `below_peak` add, and the
    memory `stall` on top."""

    ideal: Array
    below_peak: Array
    stall: Array

    @property
    def total(self) -> Array:
        """Return the seconds of the class in total."""
        return self.ideal + self.below_peak + self.stall


def class_time(flop: Array, moved: Array, peak: Array, efficiency: Array, bandwidth: Array) -> ClassTime:
    """Seconds of one class of operators: max(W/(ηπ), Q/β), split into ideal W/π, below peak and memory stall; with W
    the FLOP (`flop`), Q the bytes `moved`, π the `peak` rate in FLOP/s, η the dimensionless `efficiency` of kernels (0
    to 1) and β the `bandwidth` in byte/s. Arrays broadcast. Williams, Waterman and Patterson 2009,
    doi:10.1145/1498765.1498785, equation 1. Perfect overlap within a class."""
    ideal = np.asarray(flop / peak)
    compute = ideal / efficiency
    return ClassTime(ideal, compute - ideal, np.maximum(moved / bandwidth - compute, 0.0))


@dataclass(frozen=True)
class OperatorTimes:
    """Seconds of one forward pass by class of operators: `gemm` (matrix products), attention `fused` and `unfused`,
    `convolution`, and `elementwise` operators, which only move data."""

    gemm: ClassTime
    fused: ClassTime
    unfused: ClassTime
    convolution: ClassTime
    elementwise: Array

    @property
    def scores(self) -> Array:
        """Seconds that unfused attention adds: writing and reading the scores."""
        return self.unfused.total - self.fused.total


def operator_times(
    work: OperatorWork, peak: Array, bandwidth: Array, gemm: Array, attention: Array, convolution: Array
) -> OperatorTimes:
    """Seconds of one forward pass by class of operators, for its `work`, the `peak` rate in FLOP/s, the `bandwidth` in
    byte/s and the dimensionless efficiency (0 to 1) of each class: `gemm`, `attention` and `convolution`. Arrays
    broadcast. Derived: `class_time` of each class. Classes run one after the other."""
    unfused_moved = work.attention_moved + work.scores_moved
    return OperatorTimes(
        gemm=class_time(work.gemm_flop, work.gemm_moved, peak, gemm, bandwidth),
        fused=class_time(work.attention_flop, work.attention_moved, peak, attention, bandwidth),
        unfused=class_time(work.attention_flop, unfused_moved, peak, attention, bandwidth),
        convolution=class_time(work.convolution_flop, work.convolution_moved, peak, convolution, bandwidth),
        elementwise=np.asarray(work.elementwise_moved / bandwidth),
    )
