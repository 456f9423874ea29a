"""Work of one step of a network on one chip: FLOP, bytes of memory traffic, bytes held in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Codes
from solvers.specs import Model

# Bytes of one number in each Precision, widest first.
_BYTES = np.array([8, 4, 4, 2, 2, 1, 1, 0.5, 0.5])


@dataclass(frozen=True)
class Work:
    """Work of one step of a batch: `flop` in FLOP; `moved` (memory traffic), `resident` (held in memory) and `weights`
    in bytes. Each further sequence adds `flop_per_sequence` FLOP, `moved_per_sequence` and `resident_per_sequence`
    bytes, and processes `tokens_per_sequence` tokens. The weights are shared by all and read or written `weight_passes`
    times; `moved_per_step` bytes more move whatever the batch (an optimizer's)."""

    flop: Array
    moved: Array
    resident: Array
    weights: Array
    flop_per_sequence: Array
    moved_per_sequence: Array
    resident_per_sequence: Array
    tokens_per_sequence: Array
    weight_passes: Array
    moved_per_step: Array


def bytes_per_element(precision: Codes) -> Array:
    """Bytes per element stored in `precision` (codes of `Precision`): 8 for fp64 down to 0.5 for fp4 and int4. Arrays
    broadcast. Derived: the width of the format. Scales of block formats are not counted."""
    return _BYTES[precision]


def active_parameters(model: Model) -> Array:
    """Parameters a token uses, a dimensionless count Na: the active parameters of a mixture-of-experts `model`, else
    all N. Arrays broadcast. Fedus et al. 2022 (Switch Transformers), arXiv:2101.03961, section 2. As the catalog states
    them: embeddings may be counted."""
    return np.where(np.isnan(model.active_parameters), model.parameters, model.active_parameters)


def kv_elements_per_token(model: Model) -> Array:
    """Elements one token adds to the KV cache of a `model`, a dimensionless count: 2·L·h_kv·d, with L layers that have
    a cache, h_kv KV heads of dimension d, or the latent vector of each layer for multi-head latent attention. Arrays
    broadcast. Kwon et al. 2023, arXiv:2309.06180, section 3; DeepSeek-AI 2024 (DeepSeek-V2), arXiv:2405.04434, section
    2.1. In a layer with a window: while the sequence is shorter than the window."""
    return np.asarray(model.kv_layers * model.kv_elements_per_layer)


def kv_elements(model: Model, tokens: Array) -> Array:
    """Elements of the KV cache of a `model` after s `tokens`, a dimensionless count: a·s + b·min(s, w) + c, where b is
    of the layers that keep a window of the last w tokens, a of those that keep all, c of the encoder outputs that a
    decoder attends to. Arrays broadcast. Beltagy et al. 2020 (Longformer), arXiv:2004.05150, section 3.1; Raffel et al.
    2020 (T5), arXiv:1910.10683, section 2.1. Chunked attention counts as a window of one chunk, its largest cache."""
    layers = model.kv_layers
    kept = layers * np.asarray(tokens, dtype=float)
    if np.any(model.windowed_layers):  # true also where it is unknown, which counts as none
        kept = kept - np.nan_to_num(model.windowed_layers) * tokens_out_of_window(model, tokens)
    if np.any(model.cross_attention_tokens):
        kept = kept + layers * np.nan_to_num(model.cross_attention_tokens)
    return np.asarray(kept * model.kv_elements_per_layer)


def tokens_out_of_window(model: Model, tokens: Array) -> Array:
    """Of a number of `tokens` s, those that a layer with a window of a `model` keeps no longer, a dimensionless count:
    max(s − w, 0), with w the tokens of the window; 0 where the model has none. Arrays broadcast. Beltagy et al. 2020
    (Longformer), arXiv:2004.05150, section 3.1. The window counts the token itself."""
    return np.asarray(np.fmax(tokens - np.asarray(model.attention_window), 0.0))


def kv_bytes_per_token(model: Model, precision: Codes) -> Array:
    """Bytes one token adds to the KV cache of a `model` that stores keys and values in `precision` (codes of
    `Precision`): elements per token times bytes per element. Arrays broadcast. Kwon et al. 2023, arXiv:2309.06180,
    section 3. As `kv_elements_per_token`."""
    return kv_elements_per_token(model) * bytes_per_element(precision)


def recurrent_state_bytes(model: Model, precision: Codes) -> Array:
    """Bytes of recurrent state one sequence keeps in a state-space `model` stored in `precision` (codes of
    `Precision`), independent of its length; 0 for other models. Arrays broadcast. Gu and Dao 2023 (Mamba),
    arXiv:2312.00752, section 3. The catalog gives the number of elements."""
    return model.state_elements * bytes_per_element(precision)


def cache_bytes(model: Model, tokens: Array, precision: Codes) -> Array:
    """Bytes one sequence of s `tokens` keeps in memory: its KV cache and the recurrent state of a `model`, stored in
    `precision` (codes of `Precision`). Arrays broadcast. Derived: `kv_elements` times bytes per element, and
    `recurrent_state_bytes`."""
    return kv_elements(model, tokens) * bytes_per_element(precision) + recurrent_state_bytes(model, precision)


def attention_flop_per_pair(model: Model) -> Array:
    """FLOP per (query, key) pair over all layers of a `model`: 4·L·h·d for QKᵀ and AV, with L layers that attend and h
    heads of dimension d, 2 FLOP per multiply-add. Arrays broadcast. Chowdhery et al. 2022, arXiv:2204.02311, appendix
    B. Softmax is not counted."""
    return 4 * _attending_layers(model) * model.attention_heads * model.head_dim


def _attending_layers(model: Model) -> Array:
    """All layers, an encoder's too; in a hybrid those that are not recurrent."""
    is_hybrid = (np.asarray(model.state_elements) > 0) & ~np.isnan(model.kv_cache_layers)
    return np.where(is_hybrid, model.kv_cache_layers, model.layers)


def decode_attention_flop(model: Model, context: Array) -> Array:
    """FLOP of attention for one new token of a `model` after `context` tokens s: 4·h·d·((L − L_w)·s + L_w·min(s, w)),
    with L_w of L layers that look back w tokens only. Arrays broadcast. Chowdhery et al. 2022, arXiv:2204.02311,
    appendix B; Beltagy et al. 2020 (Longformer), arXiv:2004.05150, section 3.1. Softmax is not counted."""
    pairs = np.asarray(context, dtype=float)
    if np.any(model.windowed_layers):
        pairs = pairs - _windowed_share(model) * tokens_out_of_window(model, context)
    return np.asarray(attention_flop_per_pair(model) * pairs)


def prefill_attention_flop(model: Model, prompt: Array, cached: Array) -> Array:
    """FLOP of causal attention while a `model` reads a prompt of S tokens (`prompt`), of which the first P are
    `cached`: 4·h·d for each of (S−P)P + (S−P)(S−P+1)/2 pairs and layer, fewer in a layer that looks back w tokens only.
    Arrays broadcast. Chowdhery et al. 2022, arXiv:2204.02311, appendix B; Beltagy et al. 2020 (Longformer),
    arXiv:2004.05150, section 3.1. Softmax is not counted."""
    end, start = np.asarray(prompt, dtype=float), np.asarray(cached, dtype=float)
    new = end - start
    pairs = new * start + new * (new + 1) / 2
    if np.any(model.windowed_layers):
        pairs = pairs - _windowed_share(model) * (_pairs_out_of_window(model, end) - _pairs_out_of_window(model, start))
    return np.asarray(attention_flop_per_pair(model) * pairs)


def _windowed_share(model: Model) -> Array:
    return np.asarray(np.nan_to_num(model.windowed_layers) / np.maximum(_attending_layers(model), 1))


def _pairs_out_of_window(model: Model, tokens: Array) -> Array:
    """Of the causal pairs of a query and a key among a number of `tokens`, those that a window leaves out."""
    beyond = tokens_out_of_window(model, tokens)
    return np.asarray(beyond * (beyond + 1) / 2)


def routed_parameters(model: Model) -> Array:
    """Parameters of all routed experts of a `model`, a dimensionless count R; 0 when dense. Where the catalog does not
    give it, it follows from k of E experts per token: R(1 − k/E) = N − Na, with N parameters of which Na are active.
    Arrays broadcast. Derived from the definition of active parameters. All routed experts are equally large."""
    share = model.experts_per_token / np.maximum(model.experts, 1)
    derived = (model.parameters - active_parameters(model)) / np.where(share < 1, 1 - share, 1)
    given = np.where(np.isnan(model.expert_parameters), derived, model.expert_parameters)
    return np.where(np.asarray(model.experts) > 0, given, 0.0)


def parameters_read(model: Model, tokens: Array) -> Array:
    """Parameters of a `model` that a step over `tokens` tokens T reads, a dimensionless count: N when dense, else
    N − R(1 − k/E)^T, with R routed parameters and k of E experts drawn by each token. Arrays broadcast. Derived: the
    expected number of experts that at least one token draws. Tokens draw experts independently and evenly."""
    if np.all(np.asarray(model.experts) == 0):
        return np.asarray(model.parameters, dtype=float)
    undrawn = np.power(_not_drawn(model), tokens)
    return model.parameters - routed_parameters(model) * undrawn


def _not_drawn(model: Model) -> Array:
    return np.asarray(1 - model.experts_per_token / np.maximum(model.experts, 1))


def decode_work(model: Model, batch_size: Array, context: Array, precision: Codes, kv_precision: Codes) -> Work:
    """Work (FLOP and bytes) of one decode step of a `model`: one token for each of B sequences (`batch_size`) with
    `context` tokens s each: B(2·Na + attention·s) FLOP, and the weights once and B·s tokens of KV cache read.
    `precision` of the weights and `kv_precision` of the cache are codes of `Precision`. Arrays broadcast. Pope et al.
    2023, arXiv:2211.05102, section 2. Activations stay on the chip."""
    per_sequence = cache_bytes(model, context, kv_precision)
    flop = 2 * active_parameters(model) + decode_attention_flop(model, context)
    return _step(model, batch_size, precision, flop, per_sequence, np.float64(1))


def prefill_work(
    model: Model, batch_size: Array, prompt: Array, cached: Array, precision: Codes, kv_precision: Codes
) -> Work:
    """Work (FLOP and bytes) of reading the prompts of B sequences (`batch_size`) by a `model`: S tokens each
    (`prompt`), of which the first P are `cached`. Each new token attends to the cached tokens and to the new ones up to
    itself, see `prefill_attention_flop`. `precision` of the weights and `kv_precision` of the cache are codes of
    `Precision`. Arrays broadcast. Pope et al. 2023, arXiv:2211.05102, section 2. Fused attention; activations stay on
    the chip."""
    new = np.asarray(prompt - cached, dtype=float)
    flop = 2 * active_parameters(model) * new + prefill_attention_flop(model, prompt, cached)
    per_sequence = cache_bytes(model, prompt, kv_precision)
    return _step(model, batch_size, precision, flop, per_sequence, new)


def forward_work(model: Model, batch_size: Array, precision: Codes) -> Work:
    """Work (FLOP and bytes) of one forward pass over B inputs of fixed size (`batch_size`) by a `model` whose FLOP and
    activation bytes per input the catalog states; `precision` of the weights is a code of `Precision`. Arrays
    broadcast. Williams, Waterman and Patterson 2009, doi:10.1145/1498765.1498785, section 2. Networks that do not
    generate tokens."""
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
        moved_per_step=np.zeros_like(weights),
    )


def compute_bound_batch_size(model: Model, work: Work, precision: Codes, rate: Array, bandwidth: Array) -> Array:
    """The smallest whole batch, a dimensionless count, whose arithmetic takes longer than its memory traffic; infinite
    where none does. `work` is one step of `model` with weights in `precision` (code of `Precision`); kernels reach
    `rate` FLOP/s and `bandwidth` byte/s. Arrays broadcast. Derived from the roofline (doi:10.1145/1498765.1498785,
    equation 1): each sequence adds f FLOP and v bytes and shares the weights, so f/rate > v/bandwidth must hold. With
    experts the weights read grow with the batch: Newton's method from the dense answer, where the convex balance is
    positive, descends to the root."""
    gain = work.flop_per_sequence / rate - work.moved_per_sequence / bandwidth
    per_parameter, update = (
        work.weight_passes * bytes_per_element(precision) / bandwidth,
        work.moved_per_step / bandwidth,
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        batch: Array = np.where(gain > 0, (model.parameters * per_parameter + update) / gain, np.inf)
        if np.any(np.asarray(model.experts) > 0):
            batch = _descend(model, work, gain, per_parameter, update, batch)
    return np.where(np.isfinite(batch), np.maximum(np.floor(batch) + 1, 1), np.inf)


def _descend(model: Model, work: Work, gain: Array, per_parameter: Array, update: Array, batch: Array) -> Array:
    routed, not_drawn, tokens = routed_parameters(model), _not_drawn(model), work.tokens_per_sequence
    for _ in range(40):  # quadratic near the root; 40 bounds the slow start of the most routed models
        undrawn = routed * np.power(not_drawn, batch * tokens)
        balance = batch * gain - per_parameter * (model.parameters - undrawn) - update
        slope = gain + per_parameter * undrawn * np.log(np.maximum(not_drawn, 1e-300)) * tokens
        batch = np.where(slope > 0, batch - balance / slope, batch)
    return batch
