"""The time of a pass of a language model, for every wall that needs it.

As measured it is a sum of kernels (`transformer_pass`), with the constants of the chip. The textbook's roofline stands
beside it: the slower of arithmetic and memory, an overhead for each layer, two ring all-reduces a layer.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.laws.attention_kernels import decode_pairs, prefill_pairs
from solvers.laws.collectives import NetworkLink, RankGroup, rank_group, slowest_link
from solvers.laws.decoder import Layout, kv_cache, parameters, parameters_per_device
from solvers.laws.kernels import HALF, KernelDevice
from solvers.laws.measured_collectives import measured_all_reduce
from solvers.laws.model_decoder import decoder_of, embedding_parameters, kernel_device
from solvers.laws.serving import tensor_parallel_step
from solvers.laws.step_time import StepTime, longest_part
from solvers.laws.transformer import (
    Work,
    active_parameters,
    bytes_per_element,
    cache_bytes,
    decode_work,
    parameters_read,
    prefill_work,
)
from solvers.laws.transformer_pass import PassTime, decode_pass, prefill_pass
from solvers.specs import Accelerator, Model, peak_rate

# Of a number of devices that is whole but for the rounding of floating-point numbers.
_ROUNDING = 1e-12


class Timing(IntEnum):
    """How a pass is timed: as a sum of kernels, or by the textbook's roofline. AUTO is the sum of kernels; a question
    that gives the roofline's constants means the roofline."""

    AUTO = 0
    KERNELS = 1
    ROOFLINE = 2


@dataclass(frozen=True, kw_only=True)
class Roofline:
    """The constants of the textbook's roofline: shares of the peak rate and of the memory's bandwidth that kernels
    reach, and seconds of overhead for each layer."""

    efficiency: Array
    bandwidth_efficiency: Array
    layer_overhead: Array


@dataclass(frozen=True, kw_only=True)
class ModelServer:
    """The hardware and formats of a pass: `devices` of one `chip` that each layer is split over, the formats of
    weights and of keys and values (codes of `Precision`), the link between the devices, whether they share one bus (as
    the chip's links do, unless said), how many of them are in a node and the link between nodes, and how a pass is
    timed."""

    chip: Accelerator
    precision: Codes
    cache_precision: Codes
    roofline: Roofline = Roofline(efficiency=1.0, bandwidth_efficiency=1.0, layer_overhead=0.0)
    timing: Codes = Timing.AUTO
    devices: Array = 1.0
    link: NetworkLink = NetworkLink(np.inf, 0.0)
    shared_bus: Truth | None = None
    devices_per_node: Array = np.inf
    inter_link: NetworkLink = NetworkLink(np.inf, 0.0)

    @property
    def group(self) -> RankGroup:
        """The devices as they lie on nodes."""
        return rank_group(np.asarray(self.devices, dtype=float), 1, self.devices_per_node)

    @cached_property
    def kernel_device(self) -> KernelDevice:
        """One of the devices as kernels see it."""
        return kernel_device(self.chip, self.precision, self.link.bandwidth, self.shared_bus)

    @cached_property
    def layout(self) -> Layout:
        """How weights and cache are stored and layers are split."""
        return Layout(
            weight_bytes=bytes_per_element(self.precision),
            cache_bytes=bytes_per_element(self.cache_precision),
            tensor_parallel=float(self.devices) if np.ndim(self.devices) == 0 else self.devices,
        )


@dataclass(frozen=True)
class LanguagePass:
    """A pass on each of the devices: seconds by what they wait for, seconds by class of kernels (unknown by the
    roofline), FLOP and bytes of memory traffic. Of `time`, the `overhead` of a sum of kernels is what it takes beyond
    the longer of arithmetic, memory and network: launches, small kernels, and the wait of one kernel for another."""

    time: StepTime
    kernels: PassTime
    flop: Array
    moved: Array


def price_decode(
    model: Model, server: ModelServer, batch_size: Array, context: Array, new_tokens: Array = 1.0
) -> LanguagePass:
    """Seconds of one decode step of a `model` on a `server`: `new_tokens` (1, or k+1 where k drafted ones are checked)
    for each of `batch_size` sequences of `context` tokens. By the roofline the check of drafted tokens takes as long as
    one (Leviathan et al. 2023, arXiv:2211.17192, theorem 3.8). Arrays broadcast. See `decode_pass` and
    `decode_work`."""

    def by_kernels() -> LanguagePass:
        decoder = decoder_of(model)
        priced = decode_pass(decoder, server.kernel_device, server.layout, batch_size, context, new_tokens)
        tokens = batch_size * np.asarray(new_tokens, dtype=float)
        pairs = tokens * decode_pairs(decoder, context)
        cached = batch_size * kv_cache(decoder, server.layout.tensor_parallel).elements(context)
        return _priced(model, server, priced, tokens, tokens, pairs, cached)

    def by_roofline() -> LanguagePass:
        work = decode_work(model, batch_size, context, server.precision, server.cache_precision)
        return _roofline(model, server, work, np.asarray(batch_size, dtype=float))

    return _as_timed(server.timing, by_kernels, by_roofline)


def decode_seconds(model: Model, server: ModelServer, batch_size: Array, context: Array) -> Array:
    """Seconds of one decode step of a `model` on a `server` for `batch_size` sequences of `context` tokens, without its
    parts: half the work of `price_decode`. Arrays broadcast. Pope et al. 2023, arXiv:2211.05102; see `decode_pass` and
    `decode_work`. One new token for each sequence."""
    textbook = np.asarray(server.timing) == Timing.ROOFLINE
    if textbook.any():
        return price_decode(model, server, batch_size, context).time.total
    return decode_pass(decoder_of(model), server.kernel_device, server.layout, batch_size, context).total


def price_prefill(
    model: Model, server: ModelServer, batch_size: Array, prompt: Array, cached: Array = 0.0
) -> LanguagePass:
    """Seconds in which a `model` on a `server` reads `batch_size` prompts of S tokens (`prompt`), of which the first P
    are `cached`, in one pass. Arrays broadcast. Pope et al. 2023, arXiv:2211.05102; see `prefill_pass` and
    `prefill_work`."""
    new = np.asarray(prompt, dtype=float) - cached

    def by_kernels() -> LanguagePass:
        decoder = decoder_of(model)
        priced = prefill_pass(decoder, server.kernel_device, server.layout, batch_size, prompt, cached)
        pairs = batch_size * prefill_pairs(decoder, prompt, cached)
        held = batch_size * kv_cache(decoder, server.layout.tensor_parallel).elements(np.asarray(prompt, dtype=float))
        return _priced(model, server, priced, batch_size * new, batch_size, pairs, held)

    def by_roofline() -> LanguagePass:
        work = prefill_work(model, batch_size, prompt, cached, server.precision, server.cache_precision)
        return _roofline(model, server, work, batch_size * new)

    return _as_timed(server.timing, by_kernels, by_roofline)


@dataclass(frozen=True)
class DeviceMemory:
    """Bytes that each device holds: of the weights, and of the keys, values and state of one request."""

    weights: Array
    per_request: Array


def device_memory(model: Model, server: ModelServer, tokens: Array) -> DeviceMemory:
    """Bytes that each device of a `server` holds of the weights of a `model` and of one request of a number of
    `tokens`. KV heads that do not divide by the devices are copied, with the weights that make them, and so are the
    vectors of multi-head latent attention (Pope et al. 2023, arXiv:2211.05102, section 3.3); the textbook divides all.
    Arrays broadcast."""
    split = server.layout.tensor_parallel
    weights = model.parameters * bytes_per_element(server.precision) / split
    request = cache_bytes(model, tokens, server.cache_precision)
    if np.all(split == 1):
        return DeviceMemory(np.asarray(weights), np.asarray(request))
    decoder, textbook = decoder_of(model), np.asarray(server.timing) == Timing.ROOFLINE
    copied = parameters_per_device(decoder, split) - parameters(decoder) / split
    kept = kv_cache(decoder, split).elements(np.asarray(tokens, dtype=float)) * server.layout.cache_bytes
    return DeviceMemory(
        np.where(textbook, weights, weights + copied * server.layout.weight_bytes),
        np.where(textbook, request / split, kept),
    )


def least_devices(
    model: Model, draft: Model | None, server: ModelServer, requests: Array, tokens: Array, room: Array
) -> Array:
    """The fewest devices like those of a `server` that hold a `model`, and with it a `draft` model, with a number of
    `requests` of `tokens` each, in `room` bytes a device, a count: infinite where what each device has a copy of fills
    it. Arrays broadcast. Pope et al. 2023, arXiv:2211.05102, section 3.3, for what is copied (`device_memory`). All
    devices together hold a·t + b bytes, with a larger once more devices than KV heads hold copies: the fewest are those
    by the steepest such line that binds."""
    models = (model,) if draft is None else (model, draft)
    ones = [_held_together(each, server, requests, tokens, 1.0) for each in models]
    if np.all(sum(ones) <= room):  # the usual question
        return np.ones_like(sum(ones))
    shares = [_shares(each, server, requests, tokens, one) for each, one in zip(models, ones, strict=True)]
    needed: Array = np.float64(1)
    for copies in itertools.product((False, True), repeat=len(shares)):
        fixed = sum(share.rest if copied else share.undivided for share, copied in zip(shares, copies, strict=True))
        each = sum(share.copied if copied else 0.0 for share, copied in zip(shares, copies, strict=True))
        with np.errstate(divide="ignore", invalid="ignore"):
            line = np.where(each < room, fixed / (room - each), np.inf)
        needed = np.maximum(needed, np.where(np.isnan(room), np.nan, line))
    return np.asarray(np.ceil(needed * (1 - _ROUNDING)))


@dataclass(frozen=True)
class _Shares:
    """Bytes that all devices hold together of one model: `undivided` while nothing is copied; afterwards `rest`, and
    `copied` by each device."""

    undivided: Array
    rest: Array
    copied: Array


def _shares(model: Model, server: ModelServer, requests: Array, tokens: Array, undivided: Array) -> _Shares:
    # Copies grow evenly from the number of KV heads on.
    heads = np.maximum(np.asarray(model.kv_heads, dtype=float), 1.0)
    some, more = (_held_together(model, server, requests, tokens, heads * k) for k in (1.0, 2.0))
    copied = (more - some) / heads
    return _Shares(undivided=undivided, rest=some - copied * heads, copied=copied)


def _held_together(model: Model, server: ModelServer, requests: Array, tokens: Array, devices: Array) -> Array:
    """Bytes that a number of `devices` hold together of one model and its requests."""
    held = device_memory(model, dataclasses.replace(server, devices=devices), tokens)
    return (held.weights + requests * held.per_request) * devices


def _as_timed(
    timing: Codes, by_kernels: Callable[[], LanguagePass], by_roofline: Callable[[], LanguagePass]
) -> LanguagePass:
    """Return the pass as it is to be timed; both computed where rows differ in it."""
    textbook = np.asarray(timing) == Timing.ROOFLINE
    if textbook.all():
        return by_roofline()
    return _chosen(textbook, by_roofline(), by_kernels()) if textbook.any() else by_kernels()


def _chosen(textbook: Truth, one: Any, other: Any) -> Any:
    """Field by field, `one` where the roofline is meant."""
    fields = ((f.name, getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one))
    return type(one)(
        **{
            name: _chosen(textbook, a, b) if dataclasses.is_dataclass(a) else np.where(textbook, a, b)
            for name, a, b in fields
        }
    )


def _priced(
    model: Model,
    server: ModelServer,
    kernels: PassTime,
    tokens: Array,
    predicted: Array,
    pairs: Array,
    cached: Array,
) -> LanguagePass:
    """A sum of kernels with what its FLOP and bytes alone would take: `tokens` pass the layers, `predicted` of them the
    head, attention looks at a number of `pairs` and reads `cached` numbers."""
    device, layout, kernels = server.kernel_device, server.layout, _across_nodes(model, server, kernels, tokens)
    split, head = layout.tensor_parallel, decoder_of(model).vocabulary * np.asarray(model.hidden_size)
    layers = embedding_parameters(model) + head
    per_pair = 4 * np.asarray(model.attention_heads) * model.head_dim
    flop = (2 * (active_parameters(model) - layers) * tokens + per_pair * pairs) / split
    head_flop = 2 * head * predicted / split
    moved = ((parameters_read(model, tokens) - layers) * layout.weight_bytes + head * HALF) / split
    moved = moved + cached * layout.cache_bytes
    compute, memory = flop / device.product_rate + head_flop / device.half_rate, moved / device.read_rate
    total, network = np.asarray(kernels.total), np.asarray(kernels.all_reduce)
    overhead = total - np.maximum(compute, memory) - network
    time = StepTime(compute, memory, overhead, network, total, longest_part(compute, memory, overhead, network))
    return LanguagePass(time, kernels, np.asarray(flop + head_flop), np.asarray(moved))


def _across_nodes(model: Model, server: ModelServer, kernels: PassTime, tokens: Array) -> PassTime:
    """The kernels with the all-reduces that leave a node as the network between nodes carries them."""
    group = server.group
    if np.all(group.nodes <= 1):
        return kernels
    message = tokens * np.asarray(model.hidden_size * HALF)
    once = measured_all_reduce(message, group, server.link, server.inter_link, server.kernel_device)
    slower = np.where(group.nodes > 1, (2 * model.layers + 1) * once, kernels.all_reduce)
    return dataclasses.replace(kernels, all_reduce=slower)


# Unknown seconds of every class of kernels.
NO_KERNELS = PassTime(*(np.float64(np.nan) for _ in dataclasses.fields(PassTime)))


def _roofline(model: Model, server: ModelServer, work: Work, tokens: Array) -> LanguagePass:
    time = tensor_parallel_step(
        work,
        model,
        tokens,
        server.devices,
        slowest_link(server.group, server.link, server.inter_link),
        rate=peak_rate(server.chip, server.precision) * server.roofline.efficiency,
        bandwidth=server.chip.memory_bandwidth * server.roofline.bandwidth_efficiency,
        overhead=server.chip.dispatch_overhead + model.layers * server.roofline.layer_overhead,
    )
    return LanguagePass(time, NO_KERNELS, work.flop / server.devices, work.moved / server.devices)
