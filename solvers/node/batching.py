"""How many requests fit beside the weights when their keys and values lie in pages, and what does that buy?

Kwon et al. 2023 (PagedAttention), sections 3 and 4: a request takes whole pages as it grows, instead of one
contiguous stretch long enough for the longest answer. Not modelled: pages shared by several requests, preemption when
memory runs out, and prompts that are read between decode steps.
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
from solvers.laws.language_pass import LanguagePass, ModelServer, Roofline, Timing, price_decode
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

_NOTHING_FITS = "nothing runs: not one request fits"
_NO_BASELINE = "no ratio: the contiguous baseline holds not one request"


class KvPrecision(IntEnum):
    """The format of keys and values; AS_WEIGHTS is the format of the weights."""

    AS_WEIGHTS = -1
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
        "s", label, symbol=rf"t_\text{{{symbol}}}", if_infinite="the roofline has no kernels, or nothing runs"
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
        help="Tokens a request holds, prompt and answer so far; the mean of those served together.",
    )
    max_batch_size: Array = number(
        "1",
        "Largest batch allowed",
        512,
        low=1,
        high=1e6,
        slider=(1, 4096),
        log=True,
        integer=True,
        symbol=r"B_\text{max}",
        help="At which the scheduler stops taking requests, even if more would fit.",
    )
    page_size: Array = number(
        "1",
        "Page size",
        16,
        low=1,
        high=1e6,
        slider=(1, 1024),
        log=True,
        integer=True,
        symbol="p",
        help="Tokens of one page of the KV cache.",
    )
    max_length: Array = number(
        "1",
        "Length reserved without pages",
        8192,
        low=1,
        high=1e8,
        slider=(1, 131072),
        log=True,
        integer=True,
        symbol=r"s_\text{max}",
        help="The contiguous baseline keeps room for the longest request, whatever comes.",
    )
    precision: Codes = inputs.precision(Precision.FP16)
    kv_precision: Codes = choice(
        KvPrecision,
        "KV cache precision",
        KvPrecision.AS_WEIGHTS,
        advanced=True,
        labels={"as_weights": "As the weights"},
        help="The format keys and values are stored in.",
    )
    memory_reserve: Array = inputs.memory_reserve()
    timing: Codes = inputs.timing()
    efficiency: Array = inputs.efficiency(TUTORIAL.efficiency)
    bandwidth_efficiency: Array = inputs.bandwidth_efficiency(TUTORIAL.bandwidth_efficiency)
    layer_overhead: Array = inputs.layer_overhead(TUTORIAL.layer_overhead)


@dataclass(frozen=True, kw_only=True)
class Outputs:
    max_concurrent_requests: Array = output(
        "1", "Requests that fit, paged", symbol=r"B_\text{fit}", help="The largest batch within the memory."
    )
    active_requests: Array = output(
        "1", "Requests served together", symbol="B", help="No more than the scheduler allows."
    )
    limit: Codes = label(Limit, "Stopped by", help="What keeps the batch from growing.")
    feasible: Truth = flag("Fits in memory", help="Whether at least one request fits.")
    kv_cache_per_request: Array = output("byte", "KV cache of a request", symbol=r"k_\text{request}")
    internal_fragmentation: Array = output(
        "1", "Waste of pages", display_unit="percent", symbol="f", help="Share of a request's pages that stays empty."
    )
    itl: Array = output(
        "s", "Inter-token latency", symbol=r"\text{ITL}", if_infinite=_NOTHING_FITS, help="Of one step of all requests."
    )
    decode_throughput: Array = output(
        "1/s", "Decode throughput", if_infinite=_NOTHING_FITS, help="Tokens a second of all requests together."
    )
    reserved_length: Array = output(
        "1",
        "Tokens reserved, contiguous",
        symbol=r"s_\text{reserved}",
        help="The length reserved without pages, or the context where that is longer.",
    )
    static_kv_cache_per_request: Array = output("byte", "KV cache reserved, contiguous", symbol=r"k_\text{static}")
    static_max_concurrent_requests: Array = output("1", "Requests that fit, contiguous")
    static_active_requests: Array = output("1", "Served together, contiguous")
    static_fragmentation: Array = output(
        "1", "Waste of reserving", display_unit="percent", help="Share of a reservation left empty."
    )
    static_itl: Array = output("s", "Inter-token latency, contiguous", if_infinite=_NOTHING_FITS)
    static_decode_throughput: Array = output(
        "1/s", "Decode throughput, contiguous", display_unit="tokens/s", if_infinite=_NOTHING_FITS
    )
    concurrency_gain: Array = output("1", "Gain in requests", if_infinite=_NO_BASELINE, help="Paged over contiguous.")
    throughput_gain: Array = output("1", "Gain in throughput", if_infinite=_NO_BASELINE, help="Paged over contiguous.")
    kv_cache_per_token: Array = output("byte", "KV cache per token", symbol="k")
    state: Array = output("byte", "State of a request", help="Of state-space layers, however long the context is.")
    pages: Array = output("1", "Pages of a request", symbol="n")
    weights: Array = output("byte", "Weights", symbol=r"M_\text{w}")
    kv_pool: Array = output("byte", "Room for the KV cache", symbol="K", help="Zero where the weights leave none.")
    wasted: Array = output("byte", "Empty room in pages", help="Of all requests served together.")
    static_wasted: Array = output("byte", "Empty room in reservations", help="Of all requests served together.")
    usable_memory: Array = output("byte", "Usable memory", help="Capacity less what is kept free.")
    memory_shortfall: Array = output(
        "byte", "Memory short", help="For one request beside the weights; zero if it fits."
    )
    devices_needed: Array = output("1", "Devices to hold one request", help="With the weights split over them.")
    decode_bound: Codes = label(Bound, "Decode waits for")
    compute_time: Array = output("s", "Compute time", symbol=r"t_\text{compute}", if_infinite=_NOTHING_FITS)
    memory_time: Array = output("s", "Memory time", symbol=r"t_\text{memory}", if_infinite=_NOTHING_FITS)
    overhead_time: Array = output(
        "s",
        "Overhead",
        symbol=r"t_\text{overhead}",
        if_infinite=_NOTHING_FITS,
        help="Launches, small kernels, and what kernels take beyond the longer of arithmetic and memory.",
    )
    products_time: Array = _kernels("Products", "products")
    attention_time: Array = _kernels("Attention", "attention")
    experts_time: Array = _kernels("Experts", "experts")
    small_time: Array = _kernels("Small kernels", "small")
    head_time: Array = _kernels("Head", "head")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: whether model, chip and format go together."""
    yield from checks.accelerator_rate(i.accelerator, i.precision)
    yield from checks.kernel_sizes(i.model, i.timing)
    if not generates(i.model):
        yield InputError(
            "model", f"has nothing to serve token by token: {i.model.name} does not generate. Choose a language model."
        )
    if math.isnan(i.accelerator.memory_capacity):
        yield InputError(
            "accelerator", f"has no known memory capacity: the catalog gives none for {i.accelerator.name}."
        )


def verdict(i: Inputs, o: Outputs) -> str:
    if not o.feasible:
        return (
            "Does not fit: the weights take {weights} and one request {kv_cache_per_request}, of {usable_memory} that "
            "can be used; {memory_shortfall} are missing. {devices_needed} devices, or a narrower format, would hold "
            "it."
        )
    return _fitting(o) + _served(o) + _GROWTH[Bound(int(o.decode_bound))]


def _fitting(o: Outputs) -> str:
    if o.static_max_concurrent_requests >= o.max_concurrent_requests:
        return (
            "{max_concurrent_requests} requests fit beside the weights, in pages or not: each fills its reservation. "
        )
    return (
        "In pages {max_concurrent_requests} requests fit beside the weights; reserving {reserved_length} tokens for "
        "each leaves room for {static_max_concurrent_requests}. "
    )


def _served(o: Outputs) -> str:
    if o.limit == Limit.SCHEDULER:
        return "The scheduler stops at {active_requests}: {decode_throughput} together. "
    return "Memory stops at {active_requests}: {decode_throughput} together. "


_GROWTH = {
    Bound.COMPUTE: "Arithmetic binds by now: more requests would only wait longer.",
    Bound.MEMORY: "Still more would make each step read more keys and values, so throughput grows less than the batch.",
    Bound.OVERHEAD: "Launching the layers binds: still more requests would come almost for free.",
    Bound.NETWORK: "",
}


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield from remarks.precision_fallback(i.accelerator, i.precision)
    yield from remarks.pass_timing(i.accelerator, i.timing)
    yield from remarks.beyond_context_length(i.model, i.context_length)
    if i.context_length > i.max_length:
        yield "The context is longer than what would be reserved; the baseline is given the context's own length."
    if o.kv_cache_per_token == 0:
        yield "This model keeps a state of fixed size instead of keys and values: pages change nothing."


FIGURES = (
    curve(
        "max_batch_size",
        ("decode_throughput", "itl"),
        "What a larger batch buys and costs",
        x_marks=("static_max_concurrent_requests", "max_concurrent_requests"),
    ),
    Chart(
        "bars",
        "Requests at once, paged and contiguous",
        (),
        ("max_concurrent_requests", "static_max_concurrent_requests"),
    ),
    curve("page_size", ("internal_fragmentation", "max_concurrent_requests"), "What larger pages waste"),
    curve("context_length", ("max_concurrent_requests", "decode_throughput"), "What longer contexts cost"),
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
    "All requests served together hold equally many tokens.",
    "Decode is a sum of kernels, or by the roofline the slower of arithmetic and memory, plus overhead; only tokens "
    "are read, not the rest of a page.",
    "Without pages every request reserves room for the longest one, in one stretch, from its start to its end.",
    "Looking up pages costs no time.",
)

LIMITATIONS = (
    "Pages shared between requests that begin alike, or between samples of one prompt.",
    "Requests that are thrown out and computed again when memory runs out.",
    "External fragmentation of the contiguous baseline: it is taken at its best.",
)

PRESETS = (
    Preset("Llama-3-8B on an H100", {}),
    Preset("Batches of up to 64", {"max_batch_size": "64"}, part="Part 6"),
    Preset("Contexts of 8k", {"context_length": "8192", "max_length": "8192"}),
    Preset("Large pages", {"page_size": "512", "context_length": "600"}),
    Preset("Keys and values in fp8", {"kv_precision": "fp8"}),
    Preset(
        "DeepSeek-V3 on an MI300X does not fit",
        {"model": "deepseek-v3", "accelerator": "mi300x", "precision": "fp8"},
    ),
)

FALLACIES = (
    Fallacy(
        "Twice the memory serves twice the tokens.",
        "With no other limit the throughput goes from {before} to {after}, {ratio} times: each step has more to read.",
        "decode_throughput",
        {"max_batch_size": "100000"},
        {"max_batch_size": "100000", "accelerator.memory_capacity": "x2"},
        lambda before, after: after < 1.5 * before,
    ),
    Fallacy(
        "The smaller the pages, the more requests fit.",
        "Pages of 16 tokens hold {before} requests, pages of a single one {after}: there was little left to save.",
        "max_concurrent_requests",
        {},
        {"page_size": "1"},
        lambda before, after: after < 1.02 * before,
    ),
    Fallacy(
        "Reserving for the longest request costs nothing while requests stay short.",
        "Contiguous room for 2048 tokens holds {before} requests, for 8192 {after}, however short they are.",
        "static_max_concurrent_requests",
        {"max_length": "2048"},
        {"max_length": "8192"},
        lambda before, after: after < before / 3,
    ),
)


@solver(
    walls=(5,),
    title="Batching",
    question="How many requests fit at once when their memory comes in pages?",
    version="2",
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
    paged, static = _decode_step(i, kv_format, active), _decode_step(i, kv_format, static_active)
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
        static_itl=static.time.total,
        static_decode_throughput=static_active / static.time.total,
        concurrency_gain=np.where(static_fitting > 0, ratio_or_inf(fitting, static_fitting), np.nan),
        throughput_gain=active / paged.time.total / (static_active / static.time.total),
        kv_cache_per_token=per_token,
        state=state,
        pages=pages,
        weights=weights,
        kv_pool=pool,
        wasted=active * (request - context),
        static_wasted=static_active * (static_request - context),
        usable_memory=usable,
        memory_shortfall=np.maximum(weights + request - usable, 0.0),
        devices_needed=np.ceil((weights + request) / usable),
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


def _decode_step(i: Inputs, kv_format: Codes, requests: Array) -> LanguagePass:
    """One decode step of a number of requests; unknown where there are none."""
    running = np.where(np.asarray(requests) >= 1, requests, np.nan)
    server = ModelServer(
        chip=i.accelerator,
        precision=i.precision,
        cache_precision=kv_format,
        roofline=Roofline(
            efficiency=i.efficiency,
            bandwidth_efficiency=i.bandwidth_efficiency,
            layer_overhead=i.layer_overhead + 0 * running,
        ),
        timing=i.timing,
    )
    return price_decode(i.model, server, running, i.context_length)
