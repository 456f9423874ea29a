"""How long a pass of a transformer takes, as a sum over classes of kernels: they run one after the other.

Activations are exchanged in 16 bits. Not modeled: the overlap of kernels, the host, the scheduler and the sampler.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solvers.declare import Array
from solvers.laws.attention_kernels import decode_attention, prefill_attention
from solvers.laws.decoder import Decoder, Layout, kv_heads_per_device, touched_experts
from solvers.laws.kernels import HALF, SMALL_EFFICIENCY, KernelDevice, all_reduce_time, product_time

# Router, permutation, two grouped products, activation, and the way back.
_EXPERT_LAUNCHES = 6.0
# Seconds that a norm, an activation or a look-up takes at least.
_SMALL_FLOOR = 3e-6


@dataclass(frozen=True)
class PassTime:
    """Seconds of one pass by class of kernels; they run one after the other."""

    products: Array
    attention: Array
    experts: Array
    small: Array
    head: Array
    all_reduce: Array

    @property
    def total(self) -> Array:
        """Seconds of the whole pass."""
        return self.products + self.attention + self.experts + self.small + self.head + self.all_reduce


def decode_pass(
    decoder: Decoder, device: KernelDevice, layout: Layout, batch_size: Array, context: Array, new_tokens: Array = 1.0
) -> PassTime:
    """Seconds by class of one decode step of a `decoder` on each of the t devices of a `layout`, every one a `device`:
    `new_tokens` (1, or k+1 where k drafted ones are checked) for each of `batch_size` sequences (B) whose `context` is
    s tokens. Arrays broadcast. Pope et al. 2023, arXiv:2211.05102, for the split; DeepSeek-AI 2024, arXiv:2405.04434,
    section 2.1.2, for absorbed latent attention; Leviathan et al. 2023, arXiv:2211.17192, for drafted tokens, each of
    which reaches experts of its own and reads the cache with the others. No prompt shares the step."""
    tokens = batch_size * new_tokens
    attention = decode_attention(decoder, device, layout, batch_size, context, new_tokens)
    return pass_time(decoder, device, layout, tokens, tokens, attention)


def prefill_pass(
    decoder: Decoder, device: KernelDevice, layout: Layout, batch_size: Array, prompt: Array, cached: Array = 0.0
) -> PassTime:
    """Seconds by class of the prefill of `batch_size` prompts (B) of S tokens (`prompt`), P of them `cached`, by a
    `decoder` on each of the t devices of a `layout`, every one a `device`: causal attention over new·P + new·(new+1)/2
    pairs, the head on the last token only. Arrays broadcast. Pope et al. 2023, arXiv:2211.05102; Dao et al. 2022,
    arXiv:2205.14135, for attention that writes no scores. The prompts run in one pass, not in chunks."""
    new = np.asarray(prompt, dtype=float) - cached
    attention = prefill_attention(decoder, device, layout, batch_size, prompt, cached)
    return pass_time(decoder, device, layout, batch_size * new, batch_size, attention)


def pass_time(
    decoder: Decoder, device: KernelDevice, layout: Layout, tokens: Array, predicted: Array, attention: Array
) -> PassTime:
    """Seconds by class of a pass of a `decoder` that carries a number of `tokens` and runs the head on `predicted` of
    them, on each of the devices of a `layout`, every one a `device`, its `attention` priced by the caller. Arrays
    broadcast. Pope et al. 2023, arXiv:2211.05102, section 3, for the two all-reduces a layer. Balanced experts."""
    split = layout.tensor_parallel
    message = tokens * (decoder.hidden * HALF)
    head = product_time(predicted, decoder.hidden, decoder.vocabulary / split, HALF, device.half_rate, device)
    return PassTime(
        products=_products(decoder, device, layout, tokens),
        attention=attention,
        experts=_experts(decoder, device, layout, tokens),
        small=_small(decoder, device, split, tokens),
        head=head,
        all_reduce=(2 * decoder.layers + 1) * all_reduce_time(message, split, device),
    )


def _products(decoder: Decoder, device: KernelDevice, layout: Layout, tokens: Array) -> Array:
    """Projections of attention and dense MLPs (those of shared experts too), one launch each."""
    d, split = decoder, layout.tensor_parallel
    dense_layers = d.layers - d.expert_layers

    def product(inputs: Array, outputs: Array) -> Array:
        return product_time(tokens, inputs, outputs, layout.weight_bytes, device.product_rate, device)

    def mlp(width: Array) -> Array:
        return product(d.hidden, np.where(d.gated, 2, 1) * width / split) + product(width / split, d.hidden)

    time = d.attending * _projections(d, split, product)
    if d.has_dense:
        time = time + dense_layers * mlp(d.intermediate)
    if d.has_shared:
        shared = d.expert_layers * mlp(d.shared_intermediate)
        time = time + np.where(d.shared_intermediate > 0, shared, 0.0)
    return np.asarray(time)


def _projections(d: Decoder, split: Array, product: Callable[[Array, Array], Array]) -> Array:
    grouped = None
    heads = np.asarray(d.heads * d.head_dim / split)
    if not (d.is_latent and np.all(d.latent > 0)):
        keys_and_values = 2 * kv_heads_per_device(d, split) * d.head_dim
        grouped = product(d.hidden, heads + keys_and_values) + product(heads, d.hidden)
        if not d.is_latent:
            return grouped
    positions = d.latent - d.latent_rank
    values = d.heads * d.value_dim / split
    expanded = d.heads / split * (d.head_dim - positions + d.value_dim)
    compressed = np.asarray(d.query_rank) > 0
    into = product(d.hidden, np.where(compressed, d.query_rank, heads) + d.latent)
    into = into + np.where(compressed, product(d.query_rank, heads), 0.0)
    latent = into + product(d.latent_rank, expanded) + product(values, d.hidden)
    return latent if grouped is None else np.where(d.latent > 0, latent, grouped)


def _experts(decoder: Decoder, device: KernelDevice, layout: Layout, tokens: Array) -> Array:
    """Routed experts of all layers: weights touched, arithmetic and permuted activations one after the other."""
    if not decoder.has_experts:
        return 0.0
    d, share, copies = decoder, layout.expert_parallel, layout.expert_copies
    width = d.expert_intermediate * share / layout.tensor_parallel
    weights = np.where(d.gated, 3, 2) * d.hidden * width
    touched = touched_experts(d, tokens * copies) / copies
    read = touched * (weights / share * layout.weight_bytes / device.read_rate)
    routed = d.experts_per_token / share
    moved = routed * (4 * d.hidden + 3 * width) * HALF / device.read_rate
    busy = tokens * (2 * routed * weights / device.product_rate + moved) + read
    time = d.expert_layers * (busy + _EXPERT_LAUNCHES * device.constants.kernel_floor)
    return np.where(d.expert_layers > 0, time, 0.0)


def _small(decoder: Decoder, device: KernelDevice, split: Array, tokens: Array) -> Array:
    """Two norms a layer, the activation of each dense MLP, and the look-up of embeddings."""
    d = decoder
    dense = np.asarray(d.layers - d.expert_layers, dtype=float)
    ways = np.where(d.gated, 3, 2)
    elements = 2 * d.layers * 4 * d.hidden + dense * ways * d.intermediate / split + 2 * d.hidden
    launches = 2 * d.layers + dense + 1
    rate = SMALL_EFFICIENCY * device.bandwidth
    return np.asarray(tokens * (elements * HALF / rate) + launches * _SMALL_FLOOR)
