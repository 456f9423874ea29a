"""The sizes of a transformer decoder that decide how large its kernels are, and what it keeps of a sequence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Truth


@dataclass(frozen=True, kw_only=True, eq=False)
class Decoder:
    """Sizes of a decoder; each a scalar or an array, and arrays broadcast.

    Layers are of two kinds by their attention (`windowed_layers` look back `window` tokens, the rest of
    `attention_layers` at everything) and of two kinds by their MLP (`expert_layers` route, the rest is dense). With
    multi-head latent attention `latent` (the compressed KV vector, positions included) is above zero and head sizes
    are given apart: `head_dim` of queries and keys, `value_dim` of values, `latent_rank` of the compressed vector
    without positions, `query_rank` of compressed queries (0: not compressed).
    """

    layers: Array
    hidden: Array
    heads: Array
    kv_heads: Array
    head_dim: Array
    intermediate: Array
    vocabulary: Array
    gated: Truth = True
    attention_layers: Array | None = None
    windowed_layers: Array = 0.0
    window: Array = 0.0
    state: Array = 0.0
    experts: Array = 0.0
    experts_per_token: Array = 0.0
    expert_intermediate: Array = 0.0
    shared_intermediate: Array = 0.0
    expert_layers: Array = 0.0
    latent: Array = 0.0
    latent_rank: Array = 0.0
    query_rank: Array = 0.0
    value_dim: Array = 0.0

    @property
    def attending(self) -> Array:
        """Layers with attention; all of them unless some only keep a state."""
        return self.layers if self.attention_layers is None else self.attention_layers

    @property
    def is_latent(self) -> bool:
        """Whether any of the decoders compresses its cache (multi-head latent attention)."""
        return bool(np.any(np.asarray(self.latent) > 0))

    @property
    def has_experts(self) -> bool:
        """Whether any of the decoders routes tokens to experts."""
        return bool(np.any(np.asarray(self.expert_layers) > 0))


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How weights and cache are stored and a layer is split: bytes of a weight and of a number in the cache, devices
    each layer is split over (t), and devices among them that hold different experts (e, at most t)."""

    weight_bytes: Array = 2.0
    cache_bytes: Array = 2.0
    tensor_parallel: Array = 1.0
    expert_parallel: Array = 1.0


@dataclass(frozen=True)
class KvCache:
    """Numbers one sequence keeps: KV(s) = a·s + b·min(s, w) + c, with a `per_token` (of the layers that look at
    everything), b `per_windowed_token`, w the `window` and c a `state` of fixed size."""

    per_token: Array
    per_windowed_token: Array
    window: Array
    state: Array

    def elements(self, context: Array) -> Array:
        """Numbers kept for one sequence of `context` tokens (s). Arrays broadcast."""
        kept = self.per_token * context
        if np.any(np.asarray(self.per_windowed_token) > 0):
            kept = kept + self.per_windowed_token * np.minimum(context, self.window)
        return kept + self.state


def kv_heads_per_device(decoder: Decoder, tensor_parallel: Array) -> Array:
    """KV heads of a `decoder` that each of t `tensor_parallel` devices keeps, a count, max(kv/t, 1): heads that do not
    divide are copied. Arrays broadcast. Pope et al. 2023, arXiv:2211.05102, section 3.3."""
    return np.maximum(decoder.kv_heads / np.asarray(tensor_parallel, dtype=float), 1.0)


def kv_cache(decoder: Decoder, tensor_parallel: Array = 1.0) -> KvCache:
    """The counts of numbers that each of t `tensor_parallel` devices keeps of one sequence of a `decoder`. KV heads
    that do not divide by t are copied, and so is the compressed vector of multi-head latent attention, which has no
    heads (DeepSeek-AI 2024, arXiv:2405.04434, section 2.1.2). Arrays broadcast. A state is divided by t."""
    keys_and_values = 2 * kv_heads_per_device(decoder, tensor_parallel) * decoder.head_dim
    per_layer = keys_and_values
    if decoder.is_latent:
        per_layer = np.where(np.asarray(decoder.latent) > 0, decoder.latent, keys_and_values)
    return KvCache(
        per_token=(decoder.attending - np.asarray(decoder.windowed_layers)) * per_layer,
        per_windowed_token=decoder.windowed_layers * per_layer,
        window=decoder.window,
        state=decoder.state / np.asarray(tensor_parallel, dtype=float),
    )


def touched_experts(decoder: Decoder, tokens: Array) -> Array:
    """Experts of a layer of a `decoder` that at least one of a number of `tokens` reaches, a count, E·(1 − (1 −
    k/E)^tokens): each token draws k of E experts, all equally likely. Arrays broadcast. Fedus et al. 2022,
    arXiv:2101.03961, for the routing; routers that prefer some experts reach fewer."""
    experts = np.asarray(decoder.experts, dtype=float)
    with np.errstate(divide="ignore"):
        log_missed = np.log1p(-decoder.experts_per_token / np.maximum(experts, 1))
    return np.asarray(-experts * np.expm1(tokens * log_missed))


def parameters(decoder: Decoder) -> Array:
    """Parameters of a `decoder`, a count: matrices of all layers, every expert, and both embeddings (not shared); norms
    and biases, below 0.1 % of them, left out. Arrays broadcast. Derived: the sum over its matrices."""
    d = decoder
    heads = np.asarray(d.heads, dtype=float)
    attention = d.hidden * (heads + 2 * np.asarray(d.kv_heads)) * d.head_dim + heads * d.head_dim * d.hidden
    if d.is_latent:
        attention = np.where(np.asarray(d.latent) > 0, _latent_parameters(d), attention)
    matrices = np.where(d.gated, 3, 2) * np.asarray(d.hidden)
    dense = (d.layers - np.asarray(d.expert_layers)) * matrices * d.intermediate
    routed = d.expert_layers * matrices * (d.experts * d.expert_intermediate + np.asarray(d.shared_intermediate))
    return np.asarray(d.attending * attention + dense + routed + 2 * np.asarray(d.vocabulary) * d.hidden)


def _latent_parameters(d: Decoder) -> Array:
    rank, queries = np.asarray(d.query_rank, dtype=float), np.asarray(d.heads) * d.head_dim
    into_queries = np.where(rank > 0, rank * (d.hidden + queries), d.hidden * queries)
    # Keys without positions and values, both from the compressed vector.
    positions = np.asarray(d.latent) - d.latent_rank
    expanded = d.heads * (np.asarray(d.head_dim) - positions + d.value_dim) * d.latent_rank
    return np.asarray(into_queries + d.hidden * d.latent + expanded + d.heads * np.asarray(d.value_dim) * d.hidden)


def parameters_per_device(decoder: Decoder, tensor_parallel: Array = 1.0) -> Array:
    """Parameters of a `decoder` that each of t `tensor_parallel` devices holds, a count: N/t, and what does not divide:
    projections to KV heads that are copied, and those to and from compressed vectors. Arrays broadcast. Pope et al.
    2023, arXiv:2211.05102, section 3.3; DeepSeek-AI 2024, arXiv:2405.04434, section 2.1. It is all one whether experts
    are split or spread out."""
    d, split = decoder, np.asarray(tensor_parallel, dtype=float)
    copied = 2 * (kv_heads_per_device(d, split) - d.kv_heads / split) * d.head_dim * d.hidden
    if d.is_latent:
        down = d.hidden * (np.asarray(d.query_rank) + d.latent)
        copied = np.where(np.asarray(d.latent) > 0, down * (1 - 1 / split), copied)
    return np.asarray(parameters(d) / split + d.attending * copied)


def memory_per_device(
    decoder: Decoder,
    weight_bytes: Array,
    cache_bytes: Array,
    tensor_parallel: Array,
    batch_size: Array,
    context: Array,
) -> Array:
    """Bytes each of t `tensor_parallel` devices holds of a `decoder` to serve `batch_size` sequences of `context`
    tokens, weights stored in `weight_bytes` each (embeddings and head in 16 bits), cache in `cache_bytes`, copies
    counted. Arrays broadcast. Pope et al. 2023, arXiv:2211.05102, section 3.3. Without activations and what the engine
    keeps."""
    split = np.asarray(tensor_parallel, dtype=float)
    embeddings = 2 * np.asarray(decoder.vocabulary) * decoder.hidden / split
    layers = (parameters_per_device(decoder, split) - embeddings) * weight_bytes
    return np.asarray(layers + 2 * embeddings + batch_size * kv_cache(decoder, split).elements(context) * cache_bytes)
