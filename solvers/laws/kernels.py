"""How long a pass of a transformer takes, as a sum over classes of kernels.

A kernel takes max(FLOP/(π·η), bytes/(β·η_b)) + launches·τ: the roofline of Williams, Waterman and Patterson 2009
(doi:10.1145/1498765.1498785, equation 1) for one kernel, and a floor below which none comes. Kernels run one after
the other, so their times add. Activations travel in 16 bits. Not modelled: waves of tiles, overlap of kernels, the
host, the scheduler and the sampler.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Truth
from solvers.laws.decoder import Decoder, kv_cache, kv_heads_per_device, touched_experts
from solvers.laws.kernel_constants import KernelConstants

# Bytes of an activation, and of a weight of the head.
_HALF = 2.0
# Launches of a layer's attention: a decode step splits the context and joins the parts.
_DECODE_ATTENTION_LAUNCHES = 2.5
_PREFILL_ATTENTION_LAUNCHES = 8.0
# Share of the matrix products' efficiency that attention reaches.
_ATTENTION_EFFICIENCY = 0.6
# Router, permutation, two grouped products, activation, and the way back.
_EXPERT_LAUNCHES = 6.0
# Norms, activations and look-ups: seconds each takes at least, and the share of the bandwidth it reaches.
_SMALL_FLOOR = 3e-6
_SMALL_EFFICIENCY = 0.8
# Seconds a layer of multi-head latent attention takes at least: down and up projections, norms, absorbed products.
_LATENT_FLOOR = 50e-6
# An all-reduce in rings starts more messages than one in which each device reads all others.
_RING_STARTS = 7.0
_ONE_SHOT_EFFICIENCY = 0.8
# Times as long as in serving that the kernels of training take, by class: sustained clocks, attention with dropout or
# biases, norms and activations that keep what the backward pass needs. Fitted to 209 published rows of 16-bit training
# on A100 and H100 (llm-foundry) and 18 dense rows in 8 bits on H100 and B200 (NeMo, Megatron): one set for all.
_TRAINING_PRODUCTS = 1.1
_TRAINING_ATTENTION = 1.6
_TRAINING_SMALL = 2.2
# The backward pass of attention that keeps no scores computes them again: five products where forward has two.
_ATTENTION_BACKWARD = 2.5


@dataclass(frozen=True, kw_only=True, eq=False)
class Device:
    """A chip and its link as kernels see them. `peak` (π) is the dense FLOP/s of the format products run in, `narrow`
    whether that format has 8 bits or fewer; `half_peak` the rate in 16 bits, of attention and of the head; `bandwidth`
    (β) and `link` (β_l, one way) in byte/s; `shared_bus` says that all devices' transfers share one bus (PCIe)."""

    peak: Array
    half_peak: Array
    bandwidth: Array
    link: Array
    constants: KernelConstants
    narrow: Truth = False
    shared_bus: Truth = False

    @property
    def product_rate(self) -> Array:
        """FLOP/s of matrix products, π·η_c, or π·η_8 in 8 bits and fewer."""
        efficiency: Array = self.constants.matrix_efficiency
        if np.any(self.narrow):
            efficiency = np.where(self.narrow, self.constants.narrow_efficiency, efficiency)
        return self.peak * efficiency

    @property
    def half_rate(self) -> Array:
        """FLOP/s of matrix products in 16 bits, π·η_c."""
        return self.half_peak * self.constants.matrix_efficiency

    @property
    def read_rate(self) -> Array:
        """Byte/s of memory as large kernels reach it, β·η_b."""
        return self.bandwidth * self.constants.bandwidth_efficiency


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How weights and cache are stored and a layer is split: bytes of a weight and of a number in the cache, devices
    each layer is split over (t), and devices among them that hold different experts (e, at most t)."""

    weight_bytes: Array = 2.0
    cache_bytes: Array = 2.0
    tensor_parallel: Array = 1.0
    expert_parallel: Array = 1.0


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


def product_time(
    tokens: Array, inputs: Array, outputs: Array, weight_bytes: Array, rate: Array, device: Device
) -> Array:
    """Seconds of one matrix product of `tokens` rows, `inputs` columns and `outputs` results, its weights stored in
    `weight_bytes` each and multiplied at `rate` FLOP/s: max(2·tok·m·n/rate, (m·n·b + 2·tok·(m + n))/(β·η_b)) + τ.
    Arrays broadcast. Williams, Waterman and Patterson 2009, doi:10.1145/1498765.1498785, equation 1. Shapes that fill
    few tiles run slower, weights that stay in the cache of the chip faster."""
    weights = inputs * np.asarray(outputs)
    read = weights * weight_bytes / device.read_rate
    per_token = _HALF * (inputs + np.asarray(outputs)) / device.read_rate
    return _longer(tokens * (2 * weights / rate), tokens * per_token + read) + device.constants.kernel_floor


def all_reduce_time(message: Array, devices: Array, device: Device) -> Array:
    """Seconds to sum `message` bytes (M) over n `devices` of one node, by whichever is faster: each reading all
    others, α + (n−1)·M/(0.8·η_l·β_l), or a ring, 7α + 2(n−1)/n·M/(η_l·β_l). Nothing for one device. On a shared bus
    the n links carry together what two would. Arrays broadcast. Thakur, Rabenseifner and Gropp 2005,
    doi:10.1177/1094342005051521, for the two forms. A switch that sums by itself (SHARP) can beat both."""
    n = np.asarray(devices, dtype=float)
    start = device.constants.all_reduce_start
    rate = device.link * device.constants.link_efficiency
    if np.any(device.shared_bus):
        rate = np.where(device.shared_bus, rate * 2 / np.maximum(n, 2), rate)
    one_shot = message * ((n - 1) / (_ONE_SHOT_EFFICIENCY * rate)) + start
    ring = message * (2 * (n - 1) / n / rate) + _RING_STARTS * start
    shorter = np.minimum(one_shot, ring)
    return shorter if np.all(n > 1) else np.where(n > 1, shorter, 0.0)


def decode_pass(
    decoder: Decoder, device: Device, layout: Layout, batch_size: Array, context: Array, new_tokens: Array = 1.0
) -> PassTime:
    """Seconds by class of one decode step, on each of t devices: `new_tokens` (1, or k+1 where k guessed ones are
    checked) for each of `batch_size` sequences (B) whose `context` is s tokens. Arrays broadcast. Pope et al. 2023, arXiv:2211.05102, for the split; DeepSeek-AI 2024,
    arXiv:2405.04434, section 2.1.2, for absorbed latent attention. Leviathan et al. 2023,
    arXiv:2211.17192, for guessed tokens, each of which reaches experts of its own and reads the cache with the others.
    No prompt shares the step."""
    split = np.asarray(layout.tensor_parallel, dtype=float)
    tokens = batch_size * new_tokens
    cache = kv_cache(decoder, split)
    read = cache.elements(context) * (batch_size * (layout.cache_bytes / device.read_rate))
    per_pair = 4 * decoder.heads / split * decoder.head_dim
    if decoder.is_latent:
        absorbed = 2 * decoder.heads / split * (np.asarray(decoder.latent) + decoder.latent_rank)
        per_pair = np.where(np.asarray(decoder.latent) > 0, absorbed, per_pair)
    per_pair = per_pair / (_ATTENTION_EFFICIENCY * device.half_rate)
    arithmetic = _layers_times_context(decoder, context) * (tokens * per_pair)
    attention = _longer(arithmetic, read) + _attention_floor(decoder, device, _DECODE_ATTENTION_LAUNCHES)
    return _pass(decoder, device, layout, tokens, tokens, attention)


def prefill_pass(
    decoder: Decoder, device: Device, layout: Layout, batch_size: Array, prompt: Array, cached: Array = 0.0
) -> PassTime:
    """Seconds by class of the prefill of `batch_size` prompts (B) of S tokens (`prompt`), P of them `cached`, on each
    of t devices: causal attention over new·P + new·(new+1)/2 pairs, the head on the last token only. Arrays broadcast.
    Pope et al. 2023, arXiv:2211.05102; Dao et al. 2022, arXiv:2205.14135, for attention that writes no scores. The
    prompts run in one pass, not in chunks."""
    new = np.asarray(prompt, dtype=float) - cached
    attention = _prefill_attention(decoder, device, layout, batch_size, prompt, cached)
    return _pass(decoder, device, layout, batch_size * new, batch_size, attention)


def forward_pass(decoder: Decoder, device: Device, layout: Layout, sequences: Array, length: Array) -> PassTime:
    """Seconds by class of the forward pass of a training step over `sequences` of `length` tokens on each of t
    devices: as prefill, with the head on every token and kernels as training has them. Arrays broadcast. Narayanan et
    al. 2021, arXiv:2104.04473, section 3. Balanced experts, whole sequences on each device; the all-reduces are those
    of tensor parallelism, none of them hidden."""
    attention = _prefill_attention(decoder, device, layout, sequences, length, 0.0)
    tokens = sequences * np.asarray(length, dtype=float)
    time = _pass(decoder, device, layout, tokens, tokens, attention)
    return PassTime(
        products=_TRAINING_PRODUCTS * time.products,
        attention=_TRAINING_ATTENTION * time.attention,
        experts=_TRAINING_PRODUCTS * time.experts,
        small=_TRAINING_SMALL * time.small,
        head=_TRAINING_PRODUCTS * time.head,
        all_reduce=time.all_reduce,
    )


def backward_pass(forward: PassTime, recomputed: Array = 0.0) -> PassTime:
    """Seconds by class of the backward pass that follows `forward`: twice its products, for gradients of inputs and of
    weights, attention 2.5 times, its all-reduces once, and before it the share `recomputed` (0 to 1) of the layers
    again, never of the head. Arrays broadcast. Narayanan et al. 2021, arXiv:2104.04473, section 3; Dao 2023,
    arXiv:2307.08691, section 2.2, for attention; Korthikanti et al. 2023, arXiv:2205.05198, section 5, for
    recomputation. Exchanges between replicas come on top."""
    again = np.asarray(recomputed, dtype=float)
    return PassTime(
        products=np.asarray((2 + again) * forward.products),
        attention=np.asarray((_ATTENTION_BACKWARD + again) * forward.attention),
        experts=np.asarray((2 + again) * forward.experts),
        small=np.asarray((2 + again) * forward.small),
        head=np.asarray(2 * np.asarray(forward.head)),
        all_reduce=np.asarray((1 + again) * forward.all_reduce),
    )


def update_time(parameters: Array, optimizer_bytes: Array, device: Device) -> Array:
    """Seconds in which a device updates so many `parameters` of its own, reading and writing `optimizer_bytes` of each
    in all: bytes/(0.8·β). Arrays broadcast. Rajbhandari et al. 2020, arXiv:1910.02054, section 3.1: Adam in mixed
    precision reads and writes 12 bytes of state, reads a gradient and writes a weight, some 30 bytes in all. Fused
    optimizers only."""
    return np.asarray(parameters * optimizer_bytes / (_SMALL_EFFICIENCY * device.bandwidth))


def _longer(one: Array, other: Array) -> Array:
    """The longer of two times, written into `one`, which nobody else may hold: allocation costs most of a million."""
    if isinstance(one, np.ndarray) and one.ndim and one.shape == np.shape(other):
        return np.maximum(one, other, out=one)
    return np.maximum(one, other)


def _layers_times_context(decoder: Decoder, context: Array) -> Array:
    """Tokens looked back at by one new token, summed over the layers."""
    windowed = np.asarray(decoder.windowed_layers)
    seen = (decoder.attending - windowed) * context
    if np.any(windowed > 0):
        seen = seen + windowed * np.minimum(context, decoder.window)
    return np.asarray(seen)


def _triangle(length: Array, window: Array) -> Array:
    """Pairs of a query and a key not after it in `length` tokens of which each looks back `window` at most."""
    reach = np.minimum(length, window)
    return np.asarray(reach * (reach + 1) / 2 + (length - reach) * window)


def _prefill_attention(
    decoder: Decoder, device: Device, layout: Layout, sequences: Array, prompt: Array, cached: Array
) -> Array:
    split = np.asarray(layout.tensor_parallel, dtype=float)
    end, start = np.asarray(prompt, dtype=float), np.asarray(cached, dtype=float)
    new = end - start
    windowed = np.asarray(decoder.windowed_layers, dtype=float)
    pairs = (decoder.attending - windowed) * (new * start + new * (new + 1) / 2)
    if np.any(windowed > 0):
        pairs = pairs + windowed * (_triangle(end, decoder.window) - _triangle(start, decoder.window))
    value_dim = np.where(np.asarray(decoder.latent) > 0, decoder.value_dim, decoder.head_dim)
    flop = sequences * pairs * (2 * decoder.heads / split * (decoder.head_dim + value_dim))
    read = sequences * kv_cache(decoder, split).elements(end) * layout.cache_bytes
    passed = sequences * new * (decoder.attending * decoder.heads / split * (decoder.head_dim + value_dim) * _HALF)
    busy = np.maximum(flop / (_ATTENTION_EFFICIENCY * device.half_rate), (read + passed) / device.read_rate)
    return np.asarray(busy + _attention_floor(decoder, device, _PREFILL_ATTENTION_LAUNCHES))


def _attention_floor(decoder: Decoder, device: Device, launches: float) -> Array:
    floor: Array = launches * device.constants.kernel_floor
    if decoder.is_latent:
        floor = np.where(np.asarray(decoder.latent) > 0, _LATENT_FLOOR, floor)
    return np.asarray(decoder.attending * floor)


def _pass(
    decoder: Decoder, device: Device, layout: Layout, tokens: Array, predicted: Array, attention: Array
) -> PassTime:
    """The classes of a pass that carries so many `tokens` and runs the head on `predicted` of them."""
    split = np.asarray(layout.tensor_parallel, dtype=float)
    message = tokens * np.asarray(decoder.hidden * _HALF)
    head = product_time(predicted, decoder.hidden, decoder.vocabulary / split, _HALF, device.half_rate, device)
    return PassTime(
        products=_products(decoder, device, layout, tokens),
        attention=attention,
        experts=_experts(decoder, device, layout, tokens),
        small=_small(decoder, device, split, tokens),
        head=head,
        all_reduce=(2 * decoder.layers + 1) * all_reduce_time(message, split, device),
    )


def _products(decoder: Decoder, device: Device, layout: Layout, tokens: Array) -> Array:
    """Projections of attention and dense MLPs (those of shared experts too), one launch each."""
    d, split = decoder, np.asarray(layout.tensor_parallel, dtype=float)
    dense_layers = d.layers - np.asarray(d.expert_layers)

    def product(inputs: Array, outputs: Array) -> Array:
        return product_time(tokens, inputs, outputs, layout.weight_bytes, device.product_rate, device)

    def mlp(width: Array) -> Array:
        return product(d.hidden, np.where(d.gated, 2, 1) * width / split) + product(width / split, d.hidden)

    time = d.attending * _projections(d, split, product)
    if np.any(dense_layers > 0):
        time = time + dense_layers * mlp(d.intermediate)
    if np.any(np.asarray(d.shared_intermediate) > 0):
        shared = d.expert_layers * mlp(d.shared_intermediate)
        time = time + np.where(np.asarray(d.shared_intermediate) > 0, shared, 0.0)
    return np.asarray(time)


def _projections(d: Decoder, split: Array, product: Callable[[Array, Array], Array]) -> Array:
    grouped = None
    heads = np.asarray(d.heads * d.head_dim / split)
    if not np.all(np.asarray(d.latent) > 0):
        keys_and_values = 2 * kv_heads_per_device(d, split) * d.head_dim
        grouped = product(d.hidden, heads + keys_and_values) + product(heads, d.hidden)
        if not d.is_latent:
            return grouped
    positions = np.asarray(d.latent) - d.latent_rank
    values = d.heads * np.asarray(d.value_dim) / split
    expanded = d.heads / split * (np.asarray(d.head_dim) - positions + d.value_dim)
    compressed = np.asarray(d.query_rank) > 0
    into = product(d.hidden, np.where(compressed, d.query_rank, heads) + d.latent)
    into = into + np.where(compressed, product(d.query_rank, heads), 0.0)
    latent = into + product(d.latent_rank, expanded) + product(values, d.hidden)
    return latent if grouped is None else np.where(np.asarray(d.latent) > 0, latent, grouped)


def _experts(decoder: Decoder, device: Device, layout: Layout, tokens: Array) -> Array:
    """Routed experts of all layers: weights touched, arithmetic and permuted activations one after the other."""
    if not decoder.has_experts:
        return 0.0
    d, share = decoder, np.asarray(layout.expert_parallel, dtype=float)
    width = d.expert_intermediate * share / np.asarray(layout.tensor_parallel, dtype=float)
    weights = np.where(d.gated, 3, 2) * np.asarray(d.hidden) * width
    read = touched_experts(d, tokens) * (weights / share * layout.weight_bytes / device.read_rate)
    routed = np.asarray(d.experts_per_token) / share
    moved = routed * (4 * np.asarray(d.hidden) + 3 * width) * _HALF / device.read_rate
    busy = tokens * (2 * routed * weights / device.product_rate + moved) + read
    time = d.expert_layers * (busy + _EXPERT_LAUNCHES * device.constants.kernel_floor)
    return np.where(np.asarray(d.expert_layers) > 0, time, 0.0)


def _small(decoder: Decoder, device: Device, split: Array, tokens: Array) -> Array:
    """Two norms a layer, the activation of each dense MLP, and the look-up of embeddings."""
    d = decoder
    dense = np.asarray(d.layers - np.asarray(d.expert_layers), dtype=float)
    ways = np.where(d.gated, 3, 2)
    elements = (
        2 * np.asarray(d.layers) * 4 * d.hidden + dense * ways * d.intermediate / split + 2 * np.asarray(d.hidden)
    )
    launches = 2 * np.asarray(d.layers) + dense + 1
    rate = _SMALL_EFFICIENCY * device.bandwidth
    return np.asarray(tokens * (elements * _HALF / rate) + launches * _SMALL_FLOOR)
