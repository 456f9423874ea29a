"""What one step of a network asks of a chip: arithmetic, bytes moved, bytes resident."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Codes
from solvers.specs import Model

# Bytes of one number in each Precision, widest first.
_BYTES = np.array([8, 4, 4, 2, 2, 1, 1, 0.5, 0.5])


@dataclass(frozen=True)
class Work:
    """One step of a batch. `flop_per_sequence`, `moved_per_sequence` and `resident_per_sequence` are what each further
    sequence adds; `weights` stay in memory for all of them and are moved `weight_passes` times."""

    flop: Array
    moved: Array
    resident: Array
    weights: Array
    flop_per_sequence: Array
    moved_per_sequence: Array
    resident_per_sequence: Array
    tokens_per_sequence: Array
    weight_passes: Array


def bytes_per_element(precision: Codes) -> Array:
    """Bytes of one number stored in `precision`."""
    return _BYTES[precision]


def active_parameters(model: Model) -> Array:
    """Parameters a token uses, Na; all of them (N) when the model is dense."""
    return np.where(np.isnan(model.active_parameters), model.parameters, model.active_parameters)


def kv_elements_per_token(model: Model) -> Array:
    """Numbers one token leaves in the KV cache: keys and values of every KV head, or the latent vector of
    multi-head latent attention (DeepSeek-V2, arXiv:2405.04434)."""
    latent = model.kv_elements_per_token_per_layer
    per_layer = np.where(np.isnan(latent), 2 * np.asarray(model.kv_heads) * model.head_dim, latent)
    return np.asarray(model.layers * per_layer)


def kv_bytes_per_token(model: Model, precision: Codes) -> Array:
    """KV-cache bytes of one token, kv_token."""
    return kv_elements_per_token(model) * bytes_per_element(precision)


def recurrent_state_bytes(model: Model, precision: Codes) -> Array:
    """Bytes of recurrent state one sequence keeps, however long it is (state-space models)."""
    return model.state_elements * bytes_per_element(precision)


def attention_flop_per_pair(model: Model) -> Array:
    """FLOP per (query, key) pair over all layers: QKᵀ and AV, 2 FLOP per multiply-add."""
    return 4 * np.asarray(model.layers) * model.attention_heads * model.head_dim


def routed_parameters(model: Model) -> Array:
    """Parameters of all routed experts, R; 0 when dense. Where the figure is not given it follows from the
    counts: a token leaves out R(1 − k/E) = N − Na."""
    share = model.experts_per_token / np.maximum(model.experts, 1)
    derived = (model.parameters - active_parameters(model)) / np.where(share < 1, 1 - share, 1)
    given = np.where(np.isnan(model.expert_parameters), derived, model.expert_parameters)
    return np.where(np.asarray(model.experts) > 0, given, 0.0)


def parameters_read(model: Model, tokens: Array) -> Array:
    """Parameters a step with `tokens` tokens reads: N when dense; for a mixture of experts each token draws k of
    E experts and an expert nobody drew, with chance (1 − k/E)^tokens, is not read."""
    undrawn = np.power(_not_drawn(model), tokens)
    return model.parameters - routed_parameters(model) * undrawn


def _not_drawn(model: Model) -> Array:
    return np.asarray(1 - model.experts_per_token / np.maximum(model.experts, 1))


def decode_work(model: Model, batch_size: Array, context: Array, precision: Codes, kv_precision: Codes) -> Work:
    """One token for each of B sequences whose context is s tokens long."""
    per_sequence = kv_bytes_per_token(model, kv_precision) * context + recurrent_state_bytes(model, kv_precision)
    flop = 2 * active_parameters(model) + attention_flop_per_pair(model) * context
    return _step(model, batch_size, precision, flop, per_sequence, np.float64(1))


def prefill_work(
    model: Model, batch_size: Array, prompt: Array, cached: Array, precision: Codes, kv_precision: Codes
) -> Work:
    """The prompts of B sequences, S tokens each of which the first P are cached: causal attention, so each new
    token looks at the cached ones and at those before it."""
    new = np.asarray(prompt - cached, dtype=float)
    pairs = new * cached + new * (new + 1) / 2
    flop = 2 * active_parameters(model) * new + attention_flop_per_pair(model) * pairs
    per_sequence = kv_bytes_per_token(model, kv_precision) * prompt + recurrent_state_bytes(model, kv_precision)
    return _step(model, batch_size, precision, flop, per_sequence, new)


def forward_work(model: Model, batch_size: Array, precision: Codes) -> Work:
    """One pass over B inputs of fixed size: networks that do not generate."""
    one = np.zeros_like(model.parameters)
    return _step(model, batch_size, precision, model.inference_flop + one, model.activation_bytes + one, np.float64(1))


def _step(model: Model, batch_size: Array, precision: Codes, flop: Array, per_sequence: Array, tokens: Array) -> Work:
    weights = np.asarray(model.parameters * bytes_per_element(precision))
    touched = parameters_read(model, batch_size * tokens) * bytes_per_element(precision)
    return Work(
        flop=batch_size * flop,
        moved=touched + batch_size * per_sequence,
        resident=weights + batch_size * per_sequence,
        weights=weights,
        flop_per_sequence=flop,
        moved_per_sequence=per_sequence,
        resident_per_sequence=per_sequence,
        tokens_per_sequence=tokens,
        weight_passes=np.ones_like(tokens),
    )


def compute_bound_batch_size(model: Model, work: Work, precision: Codes, rate: Array, bandwidth: Array) -> Array:
    """The smallest whole batch whose arithmetic outlasts its bytes; infinite where none does.

    Every sequence adds f FLOP and v bytes, the weights are shared, so arithmetic wins only if f/rate > v/bandwidth.
    `rate` in FLOP/s and `bandwidth` in byte/s are what kernels reach. With experts the weights read grow with the
    batch: Newton from the dense answer, where the (convex) balance is still positive, comes down to the root.
    """
    gain = work.flop_per_sequence / rate - work.moved_per_sequence / bandwidth
    per_parameter = work.weight_passes * bytes_per_element(precision) / bandwidth
    with np.errstate(divide="ignore", invalid="ignore"):
        batch: Array = np.where(gain > 0, model.parameters * per_parameter / gain, np.inf)
        if np.any(np.asarray(model.experts) > 0):
            batch = _descend(model, work, gain, per_parameter, batch)
    return np.where(np.isfinite(batch), np.maximum(np.floor(batch) + 1, 1), np.inf)


def _descend(model: Model, work: Work, gain: Array, per_parameter: Array, batch: Array) -> Array:
    routed, not_drawn, tokens = routed_parameters(model), _not_drawn(model), work.tokens_per_sequence
    for _ in range(40):  # quadratic near the root; 40 bounds the slow start of the most routed models
        undrawn = routed * np.power(not_drawn, batch * tokens)
        balance = batch * gain - per_parameter * (model.parameters - undrawn)
        slope = gain + per_parameter * undrawn * np.log(np.maximum(not_drawn, 1e-300)) * tokens
        batch = np.where(slope > 0, batch - balance / slope, batch)
    return batch
