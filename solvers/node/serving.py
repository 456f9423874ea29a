"""What are TTFT, inter-token latency and throughput, and how many requests fit in memory?

Pope et al. 2023 for prefill, decode and tensor parallelism, Yu et al. 2022 for iteration-level batching, Leviathan et
al. 2023 (equation 1) for speculative decoding, Patel et al. 2024 and Zhong et al. 2024 for disaggregated prefill and
decode. A pass is timed as a sum of kernels, or by the roofline (`timing`). A server with a constant number of requests
is a closed loop (Little 1961): prefills of others fall between the tokens of each. Not modeled: queueing before
service (wall 7), chunked prefill mixed into decode steps, tokenization, and the network to the user.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from solvers import checks, inputs, remarks
from solvers.calibration import SILICON, TUTORIAL
from solvers.declare import (
    Array,
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
    spec,
)
from solvers.errors import InputError
from solvers.laws.collectives import LINK_LATENCY, NETWORK_LATENCY, NetworkLink
from solvers.laws.concurrency import HOST_TIME_PER_REQUEST, HOST_TIME_PER_STEP, ClosedLoop, closed_loop, host_time
from solvers.laws.language_pass import (
    LanguagePass,
    ModelServer,
    Roofline,
    Timing,
    price_decode,
    price_prefill,
)
from solvers.laws.memory import usable_memory
from solvers.laws.model_decoder import Sharing, shares_links
from solvers.laws.phase import generates
from solvers.laws.power import IDLE, PowerConstants
from solvers.laws.replica_memory import replica_memory
from solvers.laws.serving import cache_transfer_time, expected_tokens, speculative_latency
from solvers.laws.serving_power import PhaseWork, serving_power
from solvers.laws.step_time import Bound
from solvers.laws.transformer import cache_bytes, kv_bytes_per_token
from solvers.specs import Accelerator, Model, Precision, peak_rate
from solvers.verdict import State, Verdict

_NO_POWER = "unknown: no TDP is known, or decode has devices of its own"


# Classes of kernels: what is in them.
_PRODUCTS = "Projections and dense MLPs."
_ATTENTION = "Attention scores, weighted values, and reads of the KV cache."
_EXPERTS = "Routed experts: their weights, their FLOPs, and token permutation."
_SMALL = "Normalization, activation functions, embedding look-ups."
_HEAD = "Projection of the last hidden vector to logits."


def _kernels(label: str, symbol: str, help: str) -> Any:
    """An output for the seconds of one class of kernels."""
    only = "not available with the roofline"
    return output("s", label, symbol=rf"t_\text{{{symbol}}}", if_infinite=only, help=help)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    model: Model = inputs.model("llama-3-8b")
    accelerator: Accelerator = inputs.accelerator(
        "h100-sxm5-80gb", help="Runs prefill and decode; prefill only where a decode accelerator is picked."
    )
    prompt_length: Array = inputs.prompt_length(1024, help="Prompt tokens per request.")
    output_length: Array = inputs.output_length(256)
    batch_size: Array = number(
        "1",
        "Batch size",
        8,
        low=1,
        high=1e6,
        slider=(1, 1024),
        log=True,
        integer=True,
        symbol="B",
        help="Requests processed together; they start and end together.",
        replaced_by="concurrency",
    )
    concurrency: Array = number(
        "1",
        "Concurrent requests",
        0,
        high=1e6,
        slider=(0, 1024),
        log=True,
        integer=True,
        symbol="C",
        help="Requests in the server at all times; one starts as soon as another ends.",
        zero_means="fixed batch",
    )
    precision: Codes = inputs.precision(Precision.FP16)
    kv_precision: Codes = inputs.kv_precision()
    tensor_parallel: Array = inputs.tensor_parallel(1)
    replicas: Array = number(
        "1",
        "Replicas",
        1,
        low=1,
        high=1e6,
        slider=(1, 256),
        log=True,
        integer=True,
        symbol="r",
        advanced=True,
        help="Model replicas, each with its own devices and its own batches.",
    )
    cached_prefix_length: Array = number(
        "1",
        "Cached prefix length",
        0,
        high=1e8,
        slider=(0, 131072),
        log=True,
        integer=True,
        symbol="P",
        advanced=True,
        help="Prompt tokens already in the KV cache (prefix caching).",
    )
    timing: Codes = inputs.timing()
    efficiency: Array = inputs.efficiency(SILICON.efficiency, default_from="accelerator.measured_efficiency")
    bandwidth_efficiency: Array = inputs.bandwidth_efficiency(
        SILICON.bandwidth_efficiency, default_from="accelerator.measured_bandwidth_efficiency"
    )
    layer_overhead: Array = inputs.layer_overhead(
        SILICON.layer_overhead, default_from="accelerator.measured_layer_overhead"
    )
    interconnect_bandwidth: Array = number(
        "byte/s",
        "Interconnect bandwidth",
        default_from="accelerator.interconnect_bandwidth",
        exclusive_min=True,
        high=1e15,
        slider=(1e9, 2e12),
        log=True,
        display_unit="GB/s",
        symbol=r"\beta_\text{link}",
        advanced=True,
        help="Bandwidth between tensor-parallel devices in one direction: NVLink, else PCIe.",
    )
    decode_interconnect_bandwidth: Array = number(
        "byte/s",
        "Interconnect bandwidth in decode",
        default_from="decode_accelerator.interconnect_bandwidth",
        exclusive_min=True,
        high=1e15,
        slider=(1e9, 2e12),
        log=True,
        display_unit="GB/s",
        symbol=r"\beta_\text{link, decode}",
        advanced=True,
        help="Bandwidth between the decode accelerators, in one direction; used only where decode has its own.",
    )
    interconnect_latency: Array = number(
        "s",
        "Interconnect latency",
        LINK_LATENCY,
        high=1,
        slider=(0, 20e-6),
        display_unit="us",
        symbol=r"\alpha",
        advanced=True,
        help="Start-up time of an all-reduce message; used by the roofline only.",
    )
    shared_bus: Codes = choice(
        Sharing,
        "Interconnect type",
        Sharing.AUTO,
        labels={"own": "One link per device", "shared": "Shared bus", "auto": "Accelerator's"},
        advanced=True,
        help="NVLink and switches give each device its own link; PCIe cards share a bus.",
    )
    host_step_time: Array = number(
        "s",
        "Host time per step",
        HOST_TIME_PER_STEP,
        high=1,
        slider=(0, 5e-3),
        display_unit="us",
        symbol=r"t_\text{host}",
        advanced=True,
        help="CPU time for scheduling, sampling and detokenization; counted for concurrent requests only.",
    )
    host_request_time: Array = number(
        "s",
        "Host time per request and step",
        HOST_TIME_PER_REQUEST,
        high=1,
        slider=(0, 200e-6),
        display_unit="us",
        advanced=True,
    )
    decode_accelerator: Accelerator | None = spec(
        Accelerator,
        "Decode accelerator",
        optional=True,
        advanced=True,
        help="Separate accelerators for decode (disaggregated serving); the KV cache moves over the network.",
    )
    network_bandwidth: Array = number(
        "byte/s",
        "Network bandwidth",
        50e9,
        exclusive_min=True,
        high=1e15,
        slider=(1e9, 1e12),
        log=True,
        display_unit="GB/s",
        symbol=r"\beta_\text{net}",
        advanced=True,
        help="Bandwidth per device between nodes, and between separate prefill and decode devices.",
    )
    devices_per_node: Array = inputs.devices_per_node(
        0,
        low=0,
        default_from=(),
        zero_means="as many as are used",
        help="Tensor parallelism over more of them uses the network bandwidth.",
    )
    draft_model: Model | None = spec(
        Model,
        "Draft model",
        optional=True,
        advanced=True,
        help="Small model whose tokens the large model verifies together (speculative decoding).",
    )
    acceptance: Array = number(
        "1",
        "Acceptance rate",
        0.7,
        high=1,
        slider=(0, 1),
        display_unit="percent",
        symbol="a",
        advanced=True,
        help="Probability that the large model accepts a draft token.",
    )
    draft_tokens: Array = number(
        "1",
        "Draft tokens per verification",
        4,
        low=1,
        high=100,
        slider=(1, 16),
        integer=True,
        symbol="k",
        advanced=True,
    )
    memory_reserve: Array = inputs.memory_reserve()
    idle_fraction: Array = inputs.idle_fraction(IDLE, default_from="accelerator.measured_idle_fraction")
    arithmetic_power: Array = inputs.arithmetic_power()
    memory_power: Array = inputs.memory_power()


@dataclass(frozen=True, kw_only=True)
class Outputs:
    ttft: Array = output(
        "s",
        "Time to first token (TTFT)",
        symbol=r"\text{TTFT}",
        help="Prefill time of the whole batch; with concurrent requests, of one prompt that does not queue.",
    )
    itl: Array = output(
        "s",
        "Inter-token latency (ITL)",
        symbol=r"\text{ITL}",
        if_infinite="none (the output is one token)",
        help="Mean time between tokens of one request, also called TPOT; includes prefills of other requests.",
    )
    end_to_end_latency: Array = output("s", "End-to-end latency", symbol=r"t_\text{request}")
    prefill_share: Array = output(
        "1",
        "Prefill share of server time",
        display_unit="percent",
        help="With concurrent requests, prefills delay decoding.",
    )
    decode_throughput: Array = output(
        "1/s", "Decode throughput", display_unit="tokens/s", help="All requests together."
    )
    request_throughput: Array = output(
        "1/s", "Request throughput", display_unit="requests/s", help="Completed requests of one replica."
    )
    kv_cache: Array = output("byte", "KV cache size", help="All requests, at their last token.")
    kv_cache_per_token: Array = output("byte", "KV cache per token")
    weights: Array = output("byte", "Weights")
    memory_required: Array = output("byte", "Memory required", help="Weights and KV cache of one replica.")
    memory_per_device: Array = output("byte", "Memory per device")
    memory_room: Array = output(
        "byte",
        "Usable memory per device",
        if_infinite="unknown: the catalog has no capacity",
        help="Memory capacity minus the reserve.",
    )
    memory_shortfall: Array = output("byte", "Memory shortfall per device")
    feasible: Truth = flag("Fits in memory")
    largest_batch_size: Array = output("1", "Maximum batch size (memory)", if_infinite="unlimited")
    devices_needed: Array = output(
        "1",
        "Minimum devices per replica",
        if_infinite="unknown without the capacity, or none: what each device has a copy of does not fit",
        help="Devices over which weights and KV cache fit. KV heads and latent vectors that do not divide are copied.",
    )
    devices_for_one: Array = output(
        "1",
        "Minimum devices for one request",
        if_infinite="none, or unknown without the capacity",
        help="Devices over which the weights and the KV cache of a single request fit.",
    )
    largest_batch_throughput: Array = output(
        "1/s",
        "Output throughput at the maximum batch size",
        display_unit="tokens/s",
        help="Sum of all replicas; where memory sets no limit, that of the given batch.",
    )
    largest_batch_latency: Array = output(
        "s",
        "End-to-end latency at the maximum batch size",
        help="That of the given batch where memory sets no limit.",
    )
    prefill_bound: Codes = label(Bound, "Prefill bottleneck")
    decode_bound: Codes = label(Bound, "Decode bottleneck")
    prefill_flop: Array = output("flop", "Prefill FLOPs per device", symbol=r"W_\text{prefill}")
    prefill_moved: Array = output("byte", "Prefill memory traffic per device", symbol=r"Q_\text{prefill}")
    prefill_compute_time: Array = output("s", "Prefill compute time", symbol=r"t_\text{prefill, compute}")
    prefill_memory_time: Array = output("s", "Prefill memory time", symbol=r"t_\text{prefill, memory}")
    prefill_network_time: Array = output("s", "Prefill all-reduce time", symbol=r"t_\text{prefill, network}")
    prefill_products_time: Array = _kernels("Prefill GEMM time", "prefill, products", _PRODUCTS)
    prefill_attention_time: Array = _kernels("Prefill attention time", "prefill, attention", _ATTENTION)
    prefill_experts_time: Array = _kernels("Prefill expert time (MoE)", "prefill, experts", _EXPERTS)
    prefill_small_time: Array = _kernels("Prefill elementwise time", "prefill, small", _SMALL)
    prefill_head_time: Array = _kernels("Prefill LM-head time", "prefill, head", _HEAD)
    decode_context: Array = output(
        "1",
        "Mean context length",
        symbol="s",
        help="Prompt plus half of the output: the context of an average decode step.",
    )
    decode_flop: Array = output("flop", "Decode FLOPs per step and device", symbol=r"W_\text{decode}")
    decode_moved: Array = output("byte", "Decode memory traffic per step and device", symbol=r"Q_\text{decode}")
    decode_compute_time: Array = output("s", "Decode compute time", symbol=r"t_\text{decode, compute}")
    decode_memory_time: Array = output("s", "Decode memory time", symbol=r"t_\text{decode, memory}")
    decode_network_time: Array = output("s", "Decode all-reduce time", symbol=r"t_\text{decode, network}")
    decode_products_time: Array = _kernels("Decode GEMM time", "decode, products", _PRODUCTS)
    decode_attention_time: Array = _kernels("Decode attention time", "decode, attention", _ATTENTION)
    decode_experts_time: Array = _kernels("Decode expert time (MoE)", "decode, experts", _EXPERTS)
    decode_small_time: Array = _kernels("Decode elementwise time", "decode, small", _SMALL)
    decode_head_time: Array = _kernels("Decode LM-head time", "decode, head", _HEAD)
    overhead_time: Array = output(
        "s",
        "Prefill overhead",
        symbol=r"t_\text{overhead}",
        help="Launches, small kernels, and kernel time beyond the larger of compute and memory time.",
    )
    decode_overhead_time: Array = output("s", "Decode overhead per step", symbol=r"t_\text{decode, overhead}")
    decode_requests: Array = output(
        "1", "Requests per step", symbol="R", help="The concurrent requests if given, else the batch size."
    )
    host_time: Array = output("s", "Host time added to a step", symbol=r"t_\text{host, step}")
    decode_step_time: Array = output(
        "s",
        "Decode step time",
        symbol=r"t_\text{step}",
        help="One step of the large model; with a draft model, the verification of all draft tokens.",
    )
    peak: Array = output("flop/s", "Peak FLOP/s", symbol=r"\pi")
    decode_peak: Array = output("flop/s", "Peak FLOP/s in decode", symbol=r"\pi_\text{decode}")
    decode_bandwidth: Array = output("byte/s", "Memory bandwidth in decode", symbol=r"\beta_\text{decode}")
    kv_transfer_time: Array = output(
        "s",
        "KV cache transfer time",
        symbol=r"t_\text{transfer}",
        help="Transfer to separate decode devices; zero if there are none.",
    )
    token_time: Array = output(
        "s",
        "Time per token without prefills",
        symbol=r"t_\text{token}",
        help="Step time over the tokens it yields, without prefills of other requests.",
    )
    draft_step_time: Array = output(
        "s",
        "Draft-model step time",
        symbol=r"t_\text{draft}",
    )
    tokens_per_step: Array = output(
        "1",
        "Tokens per verification",
        symbol="n",
        help="Expected tokens from one step of the large model; 1 without a draft model.",
    )
    devices: Array = output(
        "1",
        "Devices",
        symbol="n",
        help="The tensor-parallel devices of all replicas; twice as many if decode has its own.",
    )
    slots: Array = output("1", "Concurrent requests of all replicas", symbol="c")
    token_throughput: Array = output(
        "1/s",
        "Output throughput",
        display_unit="tokens/s",
        symbol="X",
        help="Generated tokens of all replicas, prefill time included.",
    )
    tokens_per_device_second: Array = output(
        "1/s",
        "Output throughput per device",
        display_unit="tokens/s",
        help="Generated tokens, prefill time included; the cost per token follows from it.",
    )
    prefill_power: Array = output("W", "Power per device in prefill", symbol="P_1", if_infinite=_NO_POWER)
    decode_power: Array = output("W", "Power per device in decode", symbol="P_2", if_infinite=_NO_POWER)
    device_power: Array = output(
        "W", "Power per device", symbol="P", if_infinite=_NO_POWER, help="Mean while it serves, without its host."
    )
    energy_per_token: Array = output(
        "J",
        "Energy per output token",
        symbol="E",
        if_infinite=_NO_POWER,
        help="Energy of the devices while they serve, prefill included; without hosts, cooling and idle time.",
    )


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: whether models, chips, formats and lengths go together."""
    yield from checks.accelerator_rate(i.accelerator, i.precision)
    yield from checks.kernel_sizes(i.model, i.timing)
    if i.draft_model is not None:
        yield from checks.kernel_sizes(i.draft_model, i.timing, "draft_model")
    if not generates(i.model):
        yield InputError("model", f"does not generate tokens: {i.model.name}. Choose a language model.")
    if i.decode_accelerator is not None:
        yield from checks.accelerator_rate(i.decode_accelerator, i.precision, ("decode_accelerator", "precision"))
    if i.draft_model is not None and not generates(i.draft_model):
        yield InputError("draft_model", f"does not generate tokens: {i.draft_model.name}. Choose a language model.")
    yield from checks.link_bandwidth(
        i.accelerator, i.interconnect_bandwidth, i.tensor_parallel, "interconnect_bandwidth"
    )
    if i.decode_accelerator is not None:
        yield from checks.link_bandwidth(
            i.decode_accelerator, i.decode_interconnect_bandwidth, i.tensor_parallel, "decode_interconnect_bandwidth"
        )
    if i.cached_prefix_length >= i.prompt_length:
        yield InputError(
            "cached_prefix_length",
            f"must be shorter than the prompt, {i.prompt_length:g} tokens: its last token is always computed. "
            f"{i.cached_prefix_length:g} is not shorter.",
        )


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if not o.feasible:
        return Verdict(State.INFEASIBLE, _too_large(i, o))
    decode, prefill = Bound(int(o.decode_bound)), Bound(int(o.prefill_bound))
    if o.kv_transfer_time > max(o.ttft, o.end_to_end_latency - o.ttft - o.kv_transfer_time):
        return Verdict(
            State.NETWORK,
            "Network-bound KV cache transfer. It takes {kv_transfer_time} of {end_to_end_latency} end to end; TTFT is "
            "{ttft}, ITL {itl}. A faster network between prefill and decode devices would help most.",
        )
    if o.prefill_share > remarks.MOST_PREFILL and math.isfinite(o.largest_batch_size):
        return Verdict(
            _LIMIT[prefill],
            f"{_LIMIT[prefill].capitalize()}-bound prefill. It takes {{prefill_share}} of the time; ITL is {{itl}}. "
            f"{_BATCH if _is_larger(o) else _NO_LARGER_BATCH}",
        )
    return Verdict(
        _LIMIT[decode],
        f"{_LIMIT[decode].capitalize()}-bound decode. TTFT is {{ttft}} ({_LIMIT[prefill]}-bound), ITL {{itl}}. "
        f"{_advice(decode, o)}",
    )


_LIMIT = {
    Bound.COMPUTE: State.COMPUTE,
    Bound.MEMORY: State.MEMORY,
    Bound.OVERHEAD: State.OVERHEAD,
    Bound.NETWORK: State.NETWORK,
}


_NO_LARGER_BATCH = "Memory holds no larger batch. Shorter or cached prompts would help."
# Throughput and latency of the largest batch beside those of the given one.
_BATCH = (
    "At batch {largest_batch_size}, prefill included: {largest_batch_throughput} (now {token_throughput}), "
    "{largest_batch_latency} end to end."
)
_ADVICE = {
    Bound.NETWORK: "A faster interconnect or less tensor parallelism would help most.",
    Bound.COMPUTE: "A larger batch would add as much latency as throughput.",
    Bound.OVERHEAD: "Fewer kernel launches or a larger batch would help; a faster accelerator hardly would.",
    Bound.MEMORY: _BATCH,
}
_AT_LARGEST_BATCH = _ADVICE | {
    Bound.MEMORY: "Memory holds no larger batch. More bandwidth or a lower precision would help.",
    Bound.OVERHEAD: "Memory holds no larger batch. Fewer launches would help; a faster accelerator hardly would.",
}


def _is_larger(o: Outputs) -> bool:
    return bool(o.decode_requests < o.largest_batch_size < math.inf)


def _advice(decode: Bound, o: Outputs) -> str:
    if decode == Bound.MEMORY and not math.isfinite(o.largest_batch_size):
        return "More bandwidth or a lower precision would help; no memory capacity is known to limit the batch."
    return (_ADVICE if _is_larger(o) else _AT_LARGEST_BATCH)[decode]


def _too_large(i: Inputs, o: Outputs) -> str:
    short = "Does not fit. Each device needs {memory_per_device}; {memory_room} is usable."
    if o.largest_batch_size >= 1:
        return short + " Batch {largest_batch_size} would fit."
    if math.isfinite(o.devices_needed):
        return short + " Use at least {devices_needed} devices per replica."
    if math.isfinite(o.devices_for_one):
        return short + " Each device copies the KV cache; one request fits on {devices_for_one} devices."
    return short + " Each device copies the KV cache: not even one request fits on any number of them."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield from remarks.precision_fallback(i.accelerator, i.precision, i.timing)
    yield from remarks.pass_timing(i.accelerator, i.timing)
    yield from remarks.stand_in_roofline(
        i.accelerator, i.timing, i.efficiency, i.bandwidth_efficiency, i.layer_overhead
    )
    if i.decode_accelerator is None:
        yield from remarks.assumed_power(i.accelerator, i.arithmetic_power, i.memory_power)
    else:
        yield from remarks.decode_accelerator(i.decode_accelerator, i.accelerator, i.precision, i.timing)
    yield from remarks.beyond_context_length(i.model, i.prompt_length + i.output_length)
    yield from remarks.tensor_parallelism(i.model, i.tensor_parallel, i.devices_per_node)
    yield from remarks.server_under_load(i.concurrency, o.prefill_share)
    if i.timing != Timing.ROOFLINE and i.tensor_parallel > 2 and shares_links(i.shared_bus, i.accelerator):
        yield "All devices share one bus: together they exchange as much as two with links of their own."
    if not o.feasible:
        yield "Times assume that the data fit in memory."


FIGURES = (
    curve(
        "batch_size",
        ("itl", "decode_throughput"),
        "Inter-token latency and throughput vs. batch size",
        x_marks=("largest_batch_size",),
        only_for=("concurrency", 0),
    ),
    curve(
        "concurrency",
        ("itl", "decode_throughput"),
        "Inter-token latency and throughput vs. concurrent requests",
        x_marks=("largest_batch_size",),
        not_for=("concurrency", 0),
    ),
    curve("prompt_length", ("ttft", "kv_cache"), "TTFT and KV cache vs. prompt length"),
    curve(
        "batch_size",
        ("energy_per_token", "device_power"),
        "Energy per token and power vs. batch size",
        only_for=("concurrency", 0),
    ),
    curve(
        "concurrency",
        ("energy_per_token", "device_power"),
        "Energy per token and power vs. concurrent requests",
        not_for=("concurrency", 0),
    ),
)


def _by_kernels(i: Inputs, o: Outputs) -> bool:
    return bool(i.timing != Timing.ROOFLINE)


def _by_roofline(i: Inputs, o: Outputs) -> bool:
    return not _by_kernels(i, o)


def _is_closed(i: Inputs, o: Outputs) -> bool:
    """Whether prefills of other requests fall between the tokens of each."""
    return bool(i.concurrency > 0 and i.decode_accelerator is None)


EQUATIONS = (
    Equation(
        "ttft",
        r"@ttft = @prefill_products_time + @prefill_attention_time + @prefill_experts_time + @prefill_small_time + "
        r"@prefill_head_time + @prefill_network_time",
        where=_by_kernels,
    ),
    Equation(
        "prefill_compute_time",
        r"@prefill_compute_time = \frac{@prefill_flop}{@peak \cdot @efficiency}",
        where=_by_roofline,
    ),
    Equation(
        "prefill_memory_time",
        r"@prefill_memory_time = \frac{@prefill_moved}{@accelerator.memory_bandwidth \cdot @bandwidth_efficiency}",
        where=_by_roofline,
    ),
    Equation(
        "overhead_time",
        r"@overhead_time = @accelerator.dispatch_overhead + @model.layers \cdot @layer_overhead",
        where=_by_roofline,
    ),
    Equation(
        "ttft",
        r"@ttft = \max(@prefill_compute_time, @prefill_memory_time) + @overhead_time + @prefill_network_time",
        where=_by_roofline,
    ),
    Equation("decode_context", r"@decode_context = @prompt_length + \frac{@output_length}{2}"),
    Equation(
        "decode_step_time",
        r"@decode_step_time = @decode_products_time + @decode_attention_time + @decode_experts_time + "
        r"@decode_small_time + @decode_head_time + @decode_network_time",
        where=_by_kernels,
    ),
    Equation(
        "decode_compute_time",
        r"@decode_compute_time = \frac{@decode_flop}{@decode_peak \cdot @efficiency}",
        where=_by_roofline,
    ),
    Equation(
        "decode_memory_time",
        r"@decode_memory_time = \frac{@decode_moved}{@decode_bandwidth \cdot @bandwidth_efficiency}",
        where=_by_roofline,
    ),
    Equation(
        "decode_step_time",
        r"@decode_step_time = \max(@decode_compute_time, @decode_memory_time) + @decode_overhead_time + "
        r"@decode_network_time",
        where=_by_roofline,
    ),
    Equation(
        "host_time",
        r"@host_time = @host_step_time + @concurrency \cdot @host_request_time",
        where=lambda i, o: i.concurrency > 0,
    ),
    Equation(
        "token_time",
        r"@token_time = \frac{@draft_tokens \cdot @draft_step_time + @decode_step_time + @host_time}{@tokens_per_step}",
        where=lambda i, o: i.draft_model is not None,
    ),
    Equation(
        "itl",
        r"@itl = @token_time + \frac{(@concurrency - 1) \cdot @ttft}{@output_length - 1}",
        where=lambda i, o: _is_closed(i, o) and i.output_length > 1,
    ),
    Equation(
        "end_to_end_latency",
        r"@end_to_end_latency = @ttft + @kv_transfer_time + (@output_length - 1) \cdot @itl",
        where=lambda i, o: bool(np.isfinite(o.itl)),
    ),
    Equation(
        "kv_cache",
        r"@kv_cache = @decode_requests \cdot @kv_cache_per_token \cdot (@prompt_length + @output_length)",
        where=lambda i, o: not i.model.state_elements > 0 and np.isnan(i.model.attention_window),
    ),
    Equation(
        "memory_per_device",
        r"@memory_per_device = \frac{@memory_required}{@tensor_parallel}",
        where=lambda i, o: i.tensor_parallel * o.memory_per_device <= o.memory_required * (1 + 1e-12),
    ),
    Equation("decode_throughput", r"@decode_throughput = \frac{@decode_requests}{@itl}"),
    Equation("request_throughput", r"@request_throughput = \frac{@decode_requests}{@end_to_end_latency}"),
    Equation(
        "prefill_power",
        r"@prefill_power = @accelerator.tdp \cdot (@idle_fraction + (1 - @idle_fraction) \cdot \min(1, "
        r"@arithmetic_power \cdot \frac{@prefill_flop}{@ttft \cdot @peak} + @memory_power \cdot "
        r"\sqrt{\frac{@prefill_moved}{@ttft \cdot @accelerator.memory_bandwidth}}))",
        where=lambda i, o: o.device_power == o.device_power,
    ),
    Equation(
        "decode_power",
        r"@decode_power = @accelerator.tdp \cdot (@idle_fraction + (1 - @idle_fraction) \cdot \min(1, "
        r"@arithmetic_power \cdot \frac{@decode_flop}{@token_time \cdot @tokens_per_step \cdot @decode_peak} + "
        r"@memory_power \cdot "
        r"\sqrt{\frac{@decode_moved}{@token_time \cdot @tokens_per_step \cdot @decode_bandwidth}}))",
        where=lambda i, o: o.device_power == o.device_power,
    ),
    Equation(
        "device_power",
        r"@device_power = @prefill_share \cdot @prefill_power + (1 - @prefill_share) \cdot @decode_power",
        where=lambda i, o: o.device_power == o.device_power,
    ),
    Equation(
        "energy_per_token",
        r"@energy_per_token = \frac{@device_power}{@tokens_per_device_second}",
        where=lambda i, o: o.device_power == o.device_power,
    ),
)

SOURCES = (
    Source("Pope et al. 2023", "Efficiently scaling transformer inference", "arXiv:2211.05102"),
    Source(
        "Yu et al. 2022",
        "Orca: a distributed serving system for transformer-based generative models (OSDI)",
        "https://www.usenix.org/conference/osdi22/presentation/yu",
    ),
    Source("Chung et al. 2025", "The ML.ENERGY Benchmark", "arXiv:2505.06371"),
    Source("Leviathan et al. 2023", "Fast inference from transformers via speculative decoding", "arXiv:2211.17192"),
    Source(
        "Patel et al. 2024",
        "Splitwise: efficient generative LLM inference using phase splitting",
        "arXiv:2311.18677",
    ),
    Source("Zhong et al. 2024", "DistServe: disaggregating prefill and decoding", "arXiv:2401.09670"),
)

ASSUMPTIONS = (
    "A batch prefills together, then decodes together. With C concurrent requests, prompts are prefilled one by one: "
    "each request waits for C − 1 prefills between its tokens.",
    "Decode is timed at the mean context length: the prompt plus half of the output.",
    "Kernels run one after the other; each takes the longer of its compute and memory time, and at least its minimum "
    "duration. The roofline instead overlaps all compute with all memory traffic.",
    "Tensor parallelism divides FLOPs and memory traffic and adds two all-reduces per layer, not overlapped. In a sum "
    "of kernels, KV heads that do not divide evenly and latent vectors are replicated. In the roofline they divide.",
    "Verifying k draft tokens is a pass of k + 1 tokens that reads the KV cache once and the experts of all of them. "
    "In the roofline it takes as long as one token, which is too short once decode is compute-bound.",
    "The draft model runs on the decode devices, with the same tensor parallelism.",
)

LIMITATIONS = (
    "Queueing before service: see the tail-latency wall.",
    "Paging and fragmentation of the KV cache: see the batching wall.",
    "Host time, sampling and tokenization of a batch; for concurrent requests, host time is added.",
    "TTFT under load, which depends on the arrivals.",
)

PRESETS = (
    Preset("Llama-3-8B on an H100", {}, part="Tutorial"),
    Preset(
        "With course constants",
        {"timing": "roofline", **{name: f"{value:g}" for name, value in TUTORIAL.values.items()}},
        part="Tutorial",
    ),
    Preset("64 concurrent requests", {"concurrency": "64"}),
    Preset("Llama-3-70B on four H100s", {"model": "llama-3-70b", "tensor_parallel": "4"}, part="Capstone"),
    Preset("32k-token prompt", {"model": "llama-3.1-8b", "prompt_length": "32768", "batch_size": "4"}),
    Preset("Cached prefix (7,680 of 8,192 tokens)", {"prompt_length": "8192", "cached_prefix_length": "7680"}),
    Preset(
        "Speculative decoding",
        {"model": "llama-3.1-70b", "draft_model": "llama-3.2-1b", "tensor_parallel": "4", "batch_size": "1"},
    ),
    Preset(
        "Prefill on H100, decode on H200",
        {"decode_accelerator": "h200-sxm-141gb", "prompt_length": "4096", "batch_size": "16"},
    ),
)

FALLACIES = (
    Fallacy(
        "Twice the FLOP/s halve the inter-token latency.",
        "With twice the peak FLOP/s the inter-token latency stays at {after}: decode is memory-bound.",
        "itl",
        {},
        {"accelerator.peak": "x2"},
        lambda before, after: after == before,
    ),
    Fallacy(
        "Eight devices serve eight times as fast.",
        "The inter-token latency is {before} on one device and {after} on eight: launches and all-reduces do not "
        "shrink.",
        "itl",
        {},
        {"tensor_parallel": "8"},
        lambda before, after: after > before / 4,
    ),
    Fallacy(
        "Only the weights need to fit in memory.",
        "Eight requests of 1,024 tokens need {before} in total; 64 of 8,192 tokens need {after} with the same weights.",
        "memory_required",
        {},
        {"batch_size": "64", "prompt_length": "8192"},
        lambda before, after: after > 3 * before,
    ),
)


@solver(
    walls=(4,),
    title="Serving",
    question="What are TTFT, inter-token latency and throughput, and how many requests fit in memory?",
    version="6",
    factor="MFU",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("ttft", "itl", "decode_throughput", "end_to_end_latency", "memory_per_device", "largest_batch_size"),
    overlay="accelerator",
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def serving(i: Inputs) -> Outputs:
    decode_chip = i.accelerator if i.decode_accelerator is None else i.decode_accelerator
    before = _server(i, i.accelerator, i.interconnect_bandwidth)
    after = (
        before if i.decode_accelerator is None else _server(i, i.decode_accelerator, i.decode_interconnect_bandwidth)
    )
    requests = np.where(np.asarray(i.concurrency) > 0, i.concurrency, i.batch_size)
    context, tokens = i.prompt_length + i.output_length / 2, i.prompt_length + i.output_length
    room = usable_memory(np.fmin(i.accelerator.memory_capacity, decode_chip.memory_capacity), i.memory_reserve)
    memory = replica_memory(i.model, i.draft_model, after, requests, tokens, room)
    now = _served(i, before, after, requests)
    # The same batch where memory sets no limit.
    full = np.where(np.isfinite(memory.largest_batch), np.maximum(memory.largest_batch, 1), requests)
    most = _served(i, before, after, full)
    replica = np.asarray(i.tensor_parallel, dtype=float) * (1 if i.decode_accelerator is None else 2)
    answered = requests * i.output_length / now.end_to_end
    # With separate decode devices it is not known how long those of prefill wait.
    power = serving_power(
        i.accelerator.tdp if i.decode_accelerator is None else np.nan,
        PowerConstants(idle_fraction=i.idle_fraction, arithmetic=i.arithmetic_power, memory=i.memory_power),
        (
            PhaseWork(now.first.flop, now.first.moved, now.first.time.total),
            PhaseWork(now.step.flop, now.step.moved, now.token * now.tokens_per_step),
        ),
        now.loop.prefill_share,
        peak_rate(i.accelerator, i.precision),
        i.accelerator.memory_bandwidth,
    )
    return Outputs(
        ttft=now.first.time.total,
        itl=now.loop.itl,
        end_to_end_latency=now.end_to_end,
        prefill_share=now.loop.prefill_share,
        decode_throughput=requests / now.loop.itl,
        request_throughput=requests / now.end_to_end,
        kv_cache=requests * cache_bytes(i.model, tokens, i.kv_precision),
        kv_cache_per_token=kv_bytes_per_token(i.model, i.kv_precision),
        weights=memory.weights,
        memory_required=memory.required,
        memory_per_device=memory.per_device,
        memory_room=room,
        memory_shortfall=memory.shortfall,
        feasible=memory.feasible,
        largest_batch_size=memory.largest_batch,
        devices_needed=memory.devices_needed,
        devices_for_one=memory.devices_for_one,
        largest_batch_throughput=full * i.output_length / most.end_to_end * i.replicas,
        largest_batch_latency=most.end_to_end,
        prefill_bound=now.first.time.bound,
        decode_bound=now.step.time.bound,
        prefill_flop=now.first.flop,
        prefill_moved=now.first.moved,
        prefill_compute_time=now.first.time.compute,
        prefill_memory_time=now.first.time.memory,
        prefill_network_time=now.first.time.network,
        prefill_products_time=now.first.kernels.products,
        prefill_attention_time=now.first.kernels.attention,
        prefill_experts_time=now.first.kernels.experts,
        prefill_small_time=now.first.kernels.small,
        prefill_head_time=now.first.kernels.head,
        decode_context=np.asarray(context),
        decode_flop=now.step.flop,
        decode_moved=now.step.moved,
        decode_compute_time=now.step.time.compute,
        decode_memory_time=now.step.time.memory,
        decode_network_time=now.step.time.network,
        decode_products_time=now.step.kernels.products,
        decode_attention_time=now.step.kernels.attention,
        decode_experts_time=now.step.kernels.experts,
        decode_small_time=now.step.kernels.small,
        decode_head_time=now.step.kernels.head,
        overhead_time=now.first.time.overhead,
        decode_overhead_time=now.step.time.overhead,
        decode_requests=requests,
        host_time=now.host,
        decode_step_time=now.step.time.total,
        peak=peak_rate(i.accelerator, i.precision),
        decode_peak=peak_rate(decode_chip, i.precision),
        decode_bandwidth=np.asarray(decode_chip.memory_bandwidth),
        kv_transfer_time=now.transfer,
        token_time=now.token,
        draft_step_time=now.draft_step,
        tokens_per_step=now.tokens_per_step,
        devices=replica * i.replicas,
        slots=np.asarray(requests, dtype=float) * i.replicas,
        token_throughput=answered * i.replicas,
        tokens_per_device_second=answered / replica,
        prefill_power=power.prefill,
        decode_power=power.decode,
        device_power=power.mean,
        energy_per_token=power.mean * replica / answered,
    )


def _server(i: Inputs, chip: Accelerator, link: Array) -> ModelServer:
    return ModelServer(
        chip=chip,
        precision=i.precision,
        cache_precision=i.kv_precision,
        roofline=Roofline(
            efficiency=i.efficiency,
            bandwidth_efficiency=i.bandwidth_efficiency,
            layer_overhead=i.layer_overhead,
        ),
        timing=i.timing,
        devices=i.tensor_parallel,
        link=NetworkLink(link, i.interconnect_latency),
        shared_bus=shares_links(i.shared_bus, chip),
        devices_per_node=np.where(np.asarray(i.devices_per_node) > 0, i.devices_per_node, np.inf),
        inter_link=NetworkLink(i.network_bandwidth, NETWORK_LATENCY),
    )


class _Served(NamedTuple):
    """A number of requests served together: their passes, and seconds between tokens and of a request."""

    first: LanguagePass
    step: LanguagePass
    draft_step: Array
    tokens_per_step: Array
    host: Array
    token: Array
    loop: ClosedLoop
    transfer: Array

    @property
    def end_to_end(self) -> Array:
        """Seconds from the start of a request to its last token."""
        return self.loop.request_time + self.transfer


def _served(i: Inputs, before: ModelServer, after: ModelServer, requests: Array) -> _Served:
    held, apart = np.asarray(i.concurrency) > 0, i.decode_accelerator is not None
    together = np.where(held, 1, requests)
    first = price_prefill(i.model, before, together, i.prompt_length, i.cached_prefix_length)
    context = i.prompt_length + i.output_length / 2
    draft_step, checked, tokens_per_step = np.asarray(0.0), np.asarray(1.0), np.asarray(1.0)
    if i.draft_model is not None:
        draft_step = np.asarray(price_decode(i.draft_model, after, requests, context).time.total)
        checked, tokens_per_step = (
            np.asarray(i.draft_tokens) + 1.0,
            np.asarray(expected_tokens(i.acceptance, i.draft_tokens)),
        )
    step = price_decode(i.model, after, requests, context, checked)
    host = np.where(held, host_time(requests, i.host_step_time, i.host_request_time), 0.0)
    token = speculative_latency(step.time.total + host, draft_step, i.draft_tokens, tokens_per_step)
    loop = closed_loop(np.where(held & (not apart), requests, 1), first.time.total, token, i.output_length)
    transfer = (
        cache_transfer_time(i.model, together, i.prompt_length, i.kv_precision, i.network_bandwidth)
        if apart
        else np.float64(0)
    )
    return _Served(first, step, draft_step, tokens_per_step, host, token, loop, transfer)
