"""How many requests fit beside the weights with a paged KV cache, and what throughput does that give?

Kwon et al. 2023 (PagedAttention), sections 3 and 4: a request takes whole KV blocks as it grows, instead of one
contiguous allocation long enough for the longest answer. Not modeled: blocks shared by several requests, preemption
when memory runs out, and prefills between decode steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from solvers import checks, inputs, remarks
from solvers.calibration import TUTORIAL
from solvers.declare import (
    Array,
    Chart,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Source,
    Truth,
    choice,
    curve,
    flag,
    label,
    number,
    output,
    solver,
)
from solvers.errors import InputError
from solvers.laws.language_pass import ModelServer, Roofline, Timing, decode_seconds, least_devices, price_decode
from solvers.laws.memory import usable_memory
from solvers.laws.paging import internal_fragmentation, pages_per_request
from solvers.laws.phase import generates
from solvers.laws.ratio import ratio_or_inf
from solvers.laws.serving import max_requests
from solvers.laws.step_time import Bound
from solvers.laws.transformer import (
    bytes_per_element,
    cache_bytes,
    kv_bytes_per_token,
    recurrent_state_bytes,
)
from solvers.specs import Accelerator, Model, Precision
from solvers.verdict import State, Verdict

_NOTHING_FITS = "none: not one request fits"
_NO_BASELINE = "none: static allocation holds not one request"


class KvPrecision(IntEnum):
    """The format of keys and values; AS_WEIGHTS is the format of the weights."""

    AS_WEIGHTS = -1
    FP64 = Precision.FP64
    FP32 = Precision.FP32
    TF32 = Precision.TF32
    BF16 = Precision.BF16
    FP16 = Precision.FP16
    FP8 = Precision.FP8
    INT8 = Precision.INT8
    FP4 = Precision.FP4
    INT4 = Precision.INT4


class Limit(IntEnum):
    """The limit of the batch size."""

    MEMORY = 0
    SCHEDULER = 1


def _kernels(label: str, symbol: str) -> Any:
    """An output for the seconds of one class of kernels in a step of the paged batch."""
    return output(
        "s", label, symbol=rf"t_\text{{{symbol}}}", if_infinite="not available with the roofline, or if nothing fits"
    )


@dataclass(frozen=True, kw_only=True)
class Inputs:
    model: Model = inputs.model("llama-3-8b")
    accelerator: Accelerator = inputs.accelerator("h100-sxm5-80gb")
    context_length: Array = number(
        "1",
        "Context length",
        1000,
        low=1,
        high=1e8,
        slider=(1, 131072),
        log=True,
        integer=True,
        symbol="s",
        help="Mean tokens per running request: prompt plus output so far.",
    )
    max_batch_size: Array = number(
        "1",
        "Maximum batch size (scheduler)",
        512,
        low=1,
        high=1e6,
        slider=(1, 4096),
        log=True,
        integer=True,
        symbol=r"B_\text{max}",
        help="The scheduler runs no more requests at once, even if more would fit; max_num_seqs in vLLM.",
    )
    page_size: Array = number(
        "1",
        "KV block size",
        16,
        low=1,
        high=1e6,
        slider=(1, 1024),
        log=True,
        integer=True,
        powers_of_two=True,
        symbol="p",
        help="Tokens per block of the paged KV cache; block_size in vLLM.",
    )
    max_length: Array = number(
        "1",
        "Maximum sequence length (static allocation)",
        8192,
        low=1,
        high=1e8,
        slider=(1, 131072),
        log=True,
        integer=True,
        symbol=r"s_\text{max}",
        help="Static allocation reserves this many tokens for every request.",
    )
    precision: Codes = inputs.precision(Precision.FP16)
    kv_precision: Codes = choice(
        KvPrecision,
        "KV cache precision",
        KvPrecision.AS_WEIGHTS,
        advanced=True,
        labels=inputs.FORMATS | {"as_weights": "Same as weights"},
        help="Format of the keys and values in the cache.",
    )
    memory_reserve: Array = inputs.memory_reserve()
    timing: Codes = inputs.timing()
    efficiency: Array = inputs.efficiency(TUTORIAL.efficiency)
    bandwidth_efficiency: Array = inputs.bandwidth_efficiency(TUTORIAL.bandwidth_efficiency)
    layer_overhead: Array = inputs.layer_overhead(TUTORIAL.layer_overhead)


@dataclass(frozen=True, kw_only=True)
class Outputs:
    max_concurrent_requests: Array = output("1", "Maximum concurrent requests, paged", symbol=r"B_\text{fit}")
    active_requests: Array = output(
        "1", "Concurrent requests", symbol="B", help="What memory and the scheduler both allow."
    )
    limit: Codes = label(Limit, "Batch size limited by")
    feasible: Truth = flag("Fits in memory", help="At least one request fits beside the weights.")
    kv_cache_per_request: Array = output("byte", "KV cache per request, paged", symbol=r"k_\text{request}")
    internal_fragmentation: Array = output(
        "1",
        "Internal fragmentation, paged",
        display_unit="percent",
        symbol="f",
        help="Unused share of the allocated KV cache.",
    )
    itl: Array = output(
        "s", "Inter-token latency (ITL)", symbol=r"\text{ITL}", if_infinite=_NOTHING_FITS, help="Decode step time."
    )
    decode_throughput: Array = output(
        "1/s", "Decode throughput", display_unit="tokens/s", if_infinite=_NOTHING_FITS, help="All requests together."
    )
    reserved_length: Array = output(
        "1",
        "Reserved length, static",
        symbol=r"s_\text{reserved}",
        help="The maximum sequence length, or the context if that is longer.",
    )
    static_kv_cache_per_request: Array = output("byte", "KV cache per request, static", symbol=r"k_\text{static}")
    static_max_concurrent_requests: Array = output("1", "Maximum concurrent requests, static")
    static_active_requests: Array = output("1", "Concurrent requests, static")
    static_fragmentation: Array = output("1", "Internal fragmentation, static", display_unit="percent")
    static_itl: Array = output("s", "Inter-token latency, static", if_infinite=_NOTHING_FITS)
    static_decode_throughput: Array = output(
        "1/s", "Decode throughput, static", display_unit="tokens/s", if_infinite=_NOTHING_FITS
    )
    concurrency_gain: Array = output(
        "1", "Concurrency gain", display_unit="times", if_infinite=_NO_BASELINE, help="Paged over static."
    )
    throughput_gain: Array = output(
        "1", "Throughput gain", display_unit="times", if_infinite=_NO_BASELINE, help="Paged over static."
    )
    kv_cache_per_token: Array = output("byte", "KV cache per token", symbol="k")
    state: Array = output(
        "byte", "SSM state per request", help="State-space layers; it does not grow with the context."
    )
    pages: Array = output("1", "KV blocks per request", symbol="n")
    weights: Array = output("byte", "Weights", symbol=r"M_\text{w}")
    kv_pool: Array = output("byte", "KV cache capacity", symbol="K", help="Usable memory minus the weights.")
    wasted: Array = output("byte", "Wasted KV memory, paged")
    static_wasted: Array = output("byte", "Wasted KV memory, static")
    usable_memory: Array = output("byte", "Usable memory", help="Memory capacity minus the reserve.")
    memory_shortfall: Array = output("byte", "Memory shortfall for one request")
    devices_needed: Array = output(
        "1",
        "Minimum devices for one request",
        if_infinite="none: what each device has a copy of does not fit",
        help="Weights and cache are split over them; KV heads and latent vectors that do not divide are copied.",
    )
    decode_bound: Codes = label(Bound, "Decode bottleneck")
    compute_time: Array = output("s", "Compute time", symbol=r"t_\text{compute}", if_infinite=_NOTHING_FITS)
    memory_time: Array = output("s", "Memory time", symbol=r"t_\text{memory}", if_infinite=_NOTHING_FITS)
    overhead_time: Array = output(
        "s",
        "Overhead",
        symbol=r"t_\text{overhead}",
        if_infinite=_NOTHING_FITS,
        help="Launches, small kernels, and kernel time beyond the larger of compute and memory time.",
    )
    products_time: Array = _kernels("GEMM time", "products")
    attention_time: Array = _kernels("Attention time", "attention")
    experts_time: Array = _kernels("Expert time (MoE)", "experts")
    small_time: Array = _kernels("Elementwise time", "small")
    head_time: Array = _kernels("LM-head time", "head")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: whether model, chip and format go together."""
    yield from checks.accelerator_rate(i.accelerator, i.precision)
    yield from checks.kernel_sizes(i.model, i.timing)
    if not generates(i.model):
        yield InputError("model", f"does not generate tokens: {i.model.name}. Choose a language model.")
    if math.isnan(i.accelerator.memory_capacity):
        yield InputError(
            "accelerator", f"has no known memory capacity: the catalog gives none for {i.accelerator.name}."
        )


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if not o.feasible:
        return Verdict(
            State.INFEASIBLE,
            "Does not fit. Weights take {weights} and one request {kv_cache_per_request}; {usable_memory} is usable. "
            + _what_would_do(o),
        )
    made = "{active_requests} concurrent requests make {decode_throughput}."
    if o.limit == Limit.SCHEDULER:
        return Verdict(State.HOST, f"Limited by the scheduler. {made} {_fitting(o)}")
    return Verdict(State.MEMORY, f"Limited by memory. {made} {_fitting(o)}")


def _what_would_do(o: Outputs) -> str:
    if not math.isfinite(o.devices_needed):
        return "No number of devices would do: each has a copy of the KV cache. A shorter context would help."
    return "Use at least {devices_needed} devices, or lower precision."


def _fitting(o: Outputs) -> str:
    if o.static_max_concurrent_requests >= o.max_concurrent_requests:
        return "Memory holds {max_concurrent_requests}, paged or static."
    return "The paged KV cache holds {max_concurrent_requests}, static allocation {static_max_concurrent_requests}."


_GROWTH = {
    Bound.COMPUTE: ("Decode is compute-bound: more requests would raise latency, not throughput.",),
    Bound.MEMORY: ("Decode is memory-bound: more requests would raise throughput less than in proportion.",),
    Bound.OVERHEAD: ("Decode is overhead-bound: more requests would raise throughput at little cost in latency.",),
    Bound.NETWORK: (),
}


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield from remarks.precision_fallback(i.accelerator, i.precision, i.timing)
    yield from remarks.pass_timing(i.accelerator, i.timing)
    yield from remarks.beyond_context_length(i.model, i.context_length)
    yield from _GROWTH[Bound(int(o.decode_bound))]
    if i.context_length > i.max_length:
        yield "The context exceeds the maximum sequence length; static allocation reserves the context length instead."
    if o.kv_cache_per_token == 0:
        yield "This model has a fixed-size state instead of a KV cache: paging changes nothing."


FIGURES = (
    curve(
        "max_batch_size",
        ("decode_throughput", "itl"),
        "Throughput and ITL vs. maximum batch size",
        x_marks=("static_max_concurrent_requests", "max_concurrent_requests"),
    ),
    Chart(
        "bars",
        "Maximum concurrent requests: paged vs. static",
        (),
        ("max_concurrent_requests", "static_max_concurrent_requests"),
    ),
    curve("page_size", ("internal_fragmentation", "max_concurrent_requests"), "Fragmentation vs. KV block size"),
    curve(
        "context_length",
        ("max_concurrent_requests", "decode_throughput"),
        "Concurrent requests and throughput vs. context length",
    ),
)

EQUATIONS = (
    Equation("pages", r"@pages = \lceil \frac{@context_length}{@page_size} \rceil"),
    Equation(
        "kv_cache_per_request",
        r"@kv_cache_per_request = @kv_cache_per_token \cdot @pages \cdot @page_size + @state",
    ),
    Equation(
        "internal_fragmentation",
        r"@internal_fragmentation = \frac{@pages \cdot @page_size - @context_length}{@pages \cdot @page_size}",
    ),
    Equation(
        "max_concurrent_requests",
        r"@max_concurrent_requests = \max(0, \lfloor \frac{@accelerator.memory_capacity \cdot (1 - @memory_reserve)"
        r" - @weights}{@kv_cache_per_request} \rfloor)",
    ),
    Equation("active_requests", r"@active_requests = \min(@max_concurrent_requests, @max_batch_size)"),
    Equation(
        "overhead_time",
        r"@overhead_time = @accelerator.dispatch_overhead + @model.layers \cdot @layer_overhead",
        where=lambda i, o: o.feasible and i.timing == Timing.ROOFLINE,
    ),
    Equation(
        "itl",
        r"@itl = \max(@compute_time, @memory_time) + @overhead_time",
        where=lambda i, o: o.feasible and i.timing == Timing.ROOFLINE,
    ),
    Equation(
        "itl",
        r"@itl = @products_time + @attention_time + @experts_time + @small_time + @head_time",
        where=lambda i, o: o.feasible and i.timing != Timing.ROOFLINE,
    ),
    Equation("decode_throughput", r"@decode_throughput = \frac{@active_requests}{@itl}", where=lambda i, o: o.feasible),
    Equation(
        "static_max_concurrent_requests",
        r"@static_max_concurrent_requests = \max(0, \lfloor \frac{@accelerator.memory_capacity \cdot "
        r"(1 - @memory_reserve) - @weights}{@static_kv_cache_per_request} \rfloor)",
    ),
    Equation(
        "static_fragmentation",
        r"@static_fragmentation = \frac{@reserved_length - @context_length}{@reserved_length}",
    ),
)

SOURCES = (
    Source(
        "Kwon et al. 2023",
        "Efficient memory management for large language model serving with PagedAttention",
        "arXiv:2309.06180",
    ),
    Source(
        "Yu et al. 2022",
        "Orca: a distributed serving system for transformer-based generative models (OSDI)",
        "https://www.usenix.org/conference/osdi22/presentation/yu",
    ),
)

ASSUMPTIONS = (
    "All running requests have the same context length.",
    "Decode is a sum of kernels, or by the roofline the longer of compute and memory time, plus overhead. Only used "
    "tokens are read, not whole blocks.",
    "Static allocation reserves the maximum sequence length for every request, contiguously, from start to end.",
    "Looking up KV blocks takes no time.",
)

LIMITATIONS = (
    "Prefix sharing: blocks shared between requests or between samples of one prompt.",
    "Preemption: requests evicted and recomputed when memory runs out.",
    "External fragmentation of static allocation, which is taken at its best.",
)

PRESETS = (
    Preset("Llama-3-8B on an H100", {}),
    Preset("Batch size limited to 64", {"max_batch_size": "64"}, part="Part 6"),
    Preset("8k context", {"context_length": "8192", "max_length": "8192"}),
    Preset("Large KV blocks", {"page_size": "512", "context_length": "600"}),
    Preset("FP8 KV cache", {"kv_precision": "fp8"}),
    Preset(
        "DeepSeek-V3 on an MI300X does not fit",
        {"model": "deepseek-v3", "accelerator": "mi300x", "precision": "fp8"},
    ),
)

FALLACIES = (
    Fallacy(
        "Twice the memory gives twice the throughput.",
        "Without a scheduler limit the throughput grows from {before} to {after}, {ratio} times: each step reads "
        "more KV cache.",
        "decode_throughput",
        {"max_batch_size": "100000"},
        {"max_batch_size": "100000", "accelerator.memory_capacity": "x2"},
        lambda before, after: after < 1.5 * before,
    ),
    Fallacy(
        "Smaller KV blocks always fit more requests.",
        "Blocks of 16 tokens fit {before} requests and blocks of one token {after}: little fragmentation was left.",
        "max_concurrent_requests",
        {},
        {"page_size": "1"},
        lambda before, after: after < 1.02 * before,
    ),
    Fallacy(
        "Static allocation costs nothing while requests stay short.",
        "Reserving 2,048 tokens per request fits {before} requests; reserving 8,192 fits {after}, however short "
        "they are.",
        "static_max_concurrent_requests",
        {"max_length": "2048"},
        {"max_length": "8192"},
        lambda before, after: after < before / 3,
    ),
)


@solver(
    walls=(5,),
    title="Batching",
    question="How many requests fit in a paged KV cache, and at what throughput?",
    version="4",
    factor="MFU",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=(
        "max_concurrent_requests",
        "static_max_concurrent_requests",
        "decode_throughput",
        "itl",
        "internal_fragmentation",
        "throughput_gain",
    ),
    overlay="accelerator",
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def batching(i: Inputs) -> Outputs:
    kv_format = np.where(np.asarray(i.kv_precision) < 0, i.precision, i.kv_precision)
    # In a sweep a model without a KV cache or state is unknown, not served without limit.
    per_token = np.where(generates(i.model), kv_bytes_per_token(i.model, kv_format), np.nan)
    state = recurrent_state_bytes(i.model, kv_format)
    pages = pages_per_request(i.context_length, i.page_size)
    held, reserved = pages * i.page_size, np.maximum(i.max_length, i.context_length)
    context, request, static_request = (
        cache_bytes(i.model, tokens, kv_format) + 0 * per_token for tokens in (i.context_length, held, reserved)
    )
    weights = np.asarray(i.model.parameters * bytes_per_element(i.precision))
    usable = usable_memory(i.accelerator.memory_capacity, i.memory_reserve)
    pool = np.maximum(usable - weights, 0.0)
    fitting, static_fitting = max_requests(pool, request), max_requests(pool, static_request)
    active, static_active = (np.minimum(each, i.max_batch_size) for each in (fitting, static_fitting))
    paged = price_decode(i.model, *_running(i, kv_format, active), i.context_length)
    static_itl = decode_seconds(i.model, *_running(i, kv_format, static_active), i.context_length)
    return Outputs(
        max_concurrent_requests=fitting,
        active_requests=active,
        limit=np.where(fitting > i.max_batch_size, Limit.SCHEDULER, Limit.MEMORY),
        feasible=active >= 1,
        kv_cache_per_request=request,
        internal_fragmentation=internal_fragmentation(i.context_length, held),
        itl=paged.time.total,
        decode_throughput=active / paged.time.total,
        reserved_length=reserved,
        static_kv_cache_per_request=static_request,
        static_max_concurrent_requests=static_fitting,
        static_active_requests=static_active,
        static_fragmentation=internal_fragmentation(i.context_length, reserved),
        static_itl=static_itl,
        static_decode_throughput=static_active / static_itl,
        concurrency_gain=np.where(static_fitting > 0, ratio_or_inf(fitting, static_fitting), np.nan),
        throughput_gain=active / paged.time.total / (static_active / static_itl),
        kv_cache_per_token=per_token,
        state=state,
        pages=pages,
        weights=weights,
        kv_pool=pool,
        wasted=active * (request - context),
        static_wasted=static_active * (static_request - context),
        usable_memory=usable,
        memory_shortfall=np.maximum(weights + request - usable, 0.0),
        devices_needed=_least_devices(i, kv_format, held, usable) + 0 * per_token,
        decode_bound=paged.time.bound,
        compute_time=paged.time.compute,
        memory_time=paged.time.memory,
        overhead_time=paged.time.overhead,
        products_time=paged.kernels.products,
        attention_time=paged.kernels.attention,
        experts_time=paged.kernels.experts,
        small_time=paged.kernels.small,
        head_time=paged.kernels.head,
    )


def _running(i: Inputs, kv_format: Codes, requests: Array) -> tuple[ModelServer, Array]:
    """The server and a number of requests that it runs; unknown where there are none."""
    running = np.where(np.asarray(requests) >= 1, requests, np.nan)
    return _server(i, kv_format, i.layer_overhead + 0 * running), running


def _least_devices(i: Inputs, kv_format: Codes, tokens: Array, usable: Array) -> Array:
    """The fewest devices that hold the weights and one request, as in the serving wall."""
    return least_devices(i.model, None, _server(i, kv_format, i.layer_overhead), 1.0, tokens, usable)


def _server(i: Inputs, kv_format: Codes, layer_overhead: Array) -> ModelServer:
    return ModelServer(
        chip=i.accelerator,
        precision=i.precision,
        cache_precision=kv_format,
        roofline=Roofline(
            efficiency=i.efficiency,
            bandwidth_efficiency=i.bandwidth_efficiency,
            layer_overhead=layer_overhead,
        ),
        timing=i.timing,
    )
