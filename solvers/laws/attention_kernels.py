"""What the attention of a pass takes: its arithmetic, its reads of the KV cache and its launches."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array
from solvers.laws.decoder import Decoder, Layout, kv_cache
from solvers.laws.kernels import HALF, KernelDevice, longer

# Launches of a layer's attention: a decode step splits the context and joins the parts.
_DECODE_LAUNCHES = 2.5
_PREFILL_LAUNCHES = 8.0
# Share of the matrix products' efficiency that attention reaches.
_EFFICIENCY = 0.6
# Seconds a layer of multi-head latent attention takes at least: down and up projections, norms, absorbed products.
_LATENT_FLOOR = 50e-6


def decode_attention(
    decoder: Decoder, device: KernelDevice, layout: Layout, batch_size: Array, context: Array, new_tokens: Array
) -> Array:
    """Seconds that attention takes in a decode step of a `decoder` on each of the devices of a `layout`, every one a
    `device`: `new_tokens` of each of `batch_size` sequences look back at `context` tokens s, whose cache is read once.
    Arrays broadcast. Pope et al. 2023, arXiv:2211.05102; DeepSeek-AI 2024, arXiv:2405.04434, section 2.1.2, for
    absorbed latent attention: 2·(latent + rank) FLOP a pair and head. Fused kernels, which write no scores."""
    split = np.asarray(layout.tensor_parallel, dtype=float)
    tokens = batch_size * new_tokens
    cache = kv_cache(decoder, split)
    read = cache.elements(context) * (batch_size * (layout.cache_bytes / device.read_rate))
    per_pair = 4 * decoder.heads / split * decoder.head_dim
    if decoder.is_latent:
        absorbed = 2 * decoder.heads / split * (np.asarray(decoder.latent) + decoder.latent_rank)
        per_pair = np.where(np.asarray(decoder.latent) > 0, absorbed, per_pair)
    per_pair = per_pair / (_EFFICIENCY * device.half_rate)
    arithmetic = decode_pairs(decoder, context) * (tokens * per_pair)
    return np.asarray(longer(arithmetic, read) + _attention_floor(decoder, device, _DECODE_LAUNCHES))


def prefill_attention(
    decoder: Decoder, device: KernelDevice, layout: Layout, sequences: Array, prompt: Array, cached: Array
) -> Array:
    """Seconds that causal attention takes while a `decoder` reads `sequences` prompts of S tokens (`prompt`), P of them
    `cached`, on each of the devices of a `layout`, every one a `device`: new·P + new·(new+1)/2 pairs of a query and a
    key, fewer in layers with a window. Arrays broadcast. Dao et al. 2022, arXiv:2205.14135, for kernels that write no
    scores; Beltagy et al. 2020 (Longformer), arXiv:2004.05150, for windows."""
    split = np.asarray(layout.tensor_parallel, dtype=float)
    end, start = np.asarray(prompt, dtype=float), np.asarray(cached, dtype=float)
    new = end - start
    pairs = prefill_pairs(decoder, end, start)
    value_dim = np.where(np.asarray(decoder.latent) > 0, decoder.value_dim, decoder.head_dim)
    flop = sequences * pairs * (2 * decoder.heads / split * (decoder.head_dim + value_dim))
    read = sequences * kv_cache(decoder, split).elements(end) * layout.cache_bytes
    passed = sequences * new * (decoder.attending * decoder.heads / split * (decoder.head_dim + value_dim) * HALF)
    busy = np.maximum(flop / (_EFFICIENCY * device.half_rate), (read + passed) / device.read_rate)
    return np.asarray(busy + _attention_floor(decoder, device, _PREFILL_LAUNCHES))


def decode_pairs(decoder: Decoder, context: Array) -> Array:
    """Pairs of a query and a key for one new token after `context` tokens s, summed over the layers of a `decoder`, a
    count: s each, min(s, w) in layers that look back w tokens. Arrays broadcast. Beltagy et al. 2020 (Longformer),
    arXiv:2004.05150, for windows."""
    windowed = np.asarray(decoder.windowed_layers)
    seen = (decoder.attending - windowed) * context
    if np.any(windowed > 0):
        seen = seen + windowed * np.minimum(context, decoder.window)
    return np.asarray(seen)


def prefill_pairs(decoder: Decoder, prompt: Array, cached: Array) -> Array:
    """Pairs of a query and a key while one `prompt` of S tokens is read, P of them `cached`, summed over the layers of
    a `decoder`, a count: new·P + new·(new+1)/2 each, fewer in layers with a window. Arrays broadcast. Beltagy et al.
    2020 (Longformer), arXiv:2004.05150, for windows."""
    end, start = np.asarray(prompt, dtype=float), np.asarray(cached, dtype=float)
    new, windowed = end - start, np.asarray(decoder.windowed_layers, dtype=float)
    pairs = (decoder.attending - windowed) * (new * start + new * (new + 1) / 2)
    if np.any(windowed > 0):
        pairs = pairs + windowed * (_triangle(end, decoder.window) - _triangle(start, decoder.window))
    return np.asarray(pairs)


def _triangle(length: Array, window: Array) -> Array:
    """Pairs of a query and a key not after it in `length` tokens of which each looks back `window` at most."""
    reach = np.minimum(length, window)
    return np.asarray(reach * (reach + 1) / 2 + (length - reach) * window)


def _attention_floor(decoder: Decoder, device: KernelDevice, launches: float) -> Array:
    floor: Array = launches * device.constants.kernel_floor
    if decoder.is_latent:
        floor = np.where(np.asarray(decoder.latent) > 0, _LATENT_FLOOR, floor)
    return np.asarray(decoder.attending * floor)
