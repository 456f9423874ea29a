"""What a pass of a language model takes: the one answer of every wall that asks.

As measured it is a sum of kernels (`transformer_pass`), with the constants of the chip. The textbook's roofline stands
beside it: the slower of arithmetic and memory, an overhead for each layer, two ring all-reduces a layer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.laws.attention_kernels import decode_pairs, prefill_pairs
from solvers.laws.collectives import NetworkLink
from solvers.laws.decoder import Layout, kv_cache
from solvers.laws.kernels import HALF, KernelDevice
from solvers.laws.model_decoder import decoder_of, embedding_parameters, head_parameters, kernel_device
from solvers.laws.serving import tensor_parallel_step
from solvers.laws.step_time import StepTime, longest_part
from solvers.laws.transformer import (
    Work,
    active_parameters,
    bytes_per_element,
    decode_work,
    parameters_read,
    prefill_work,
)
from solvers.laws.transformer_pass import PassTime, decode_pass, prefill_pass
from solvers.specs import Accelerator, Model, peak_rate


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
    """What runs a pass: `devices` of one `chip` that each layer is split over, the formats of weights and of keys and
    values (codes of `Precision`), the link between the devices, whether they share one bus, and how a pass is timed."""

    chip: Accelerator
    precision: Codes
    cache_precision: Codes
    roofline: Roofline
    timing: Codes = Timing.AUTO
    devices: Array = 1.0
    link: NetworkLink = NetworkLink(np.nan, 0.0)
    shared_bus: Truth = False

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
            tensor_parallel=np.asarray(self.devices, dtype=float),
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


def _as_timed(
    timing: Codes, by_kernels: Callable[[], LanguagePass], by_roofline: Callable[[], LanguagePass]
) -> LanguagePass:
    """What a question asks for; both where its rows differ in it."""
    textbook = np.asarray(timing) == Timing.ROOFLINE
    if np.all(textbook):
        return by_roofline()
    return _chosen(textbook, by_roofline(), by_kernels()) if np.any(textbook) else by_kernels()


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
    device, layout = server.kernel_device, server.layout
    split, head = layout.tensor_parallel, head_parameters(model)
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


_NO_KERNELS = PassTime(*(np.float64(np.nan) for _ in dataclasses.fields(PassTime)))


def _roofline(model: Model, server: ModelServer, work: Work, tokens: Array) -> LanguagePass:
    time = tensor_parallel_step(
        work,
        model,
        tokens,
        server.devices,
        server.link,
        rate=peak_rate(server.chip, server.precision) * server.roofline.efficiency,
        bandwidth=server.chip.memory_bandwidth * server.roofline.bandwidth_efficiency,
        overhead=server.chip.dispatch_overhead + model.layers * server.roofline.layer_overhead,
    )
    return LanguagePass(time, _NO_KERNELS, work.flop / server.devices, work.moved / server.devices)
