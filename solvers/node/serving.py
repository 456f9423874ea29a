"""How long does a user wait for the first token, how long for each further one, and how many users fit?

Pope et al. 2023 for the two phases and their tensor parallelism, Yu et al. 2022 for batching by iteration,
Leviathan et al. 2023 (equation 1) for speculative decoding, Patel et al. 2024 and Zhong et al. 2024 for prefill and
decode on separate chips. Not modelled: the scheduler and its queue (wall 7), prefill mixed into decode steps,
tokenising, and the network to the user.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

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
from solvers.laws.collectives import NetworkLink
from solvers.laws.phase import generates
from solvers.laws.serving import expected_tokens, max_requests, speculative_latency, tensor_parallel_step
from solvers.laws.step_time import Bound, StepTime
from solvers.laws.transformer import (
    Work,
    bytes_per_element,
    cache_bytes,
    decode_work,
    kv_bytes_per_token,
    prefill_work,
)
from solvers.specs import Accelerator, Model, Precision, peak_rate


@dataclass(frozen=True, kw_only=True)
class Inputs:
    model: Model = inputs.model("llama-3-8b")
    accelerator: Accelerator = inputs.accelerator(
        "h100-sxm5-80gb", help="Of every device, or of prefill alone where decode has its own."
    )
    prompt_length: Array = number(
        "1",
        "Prompt length",
        1024,
        low=1,
        high=1e8,
        slider=(1, 131072),
        log=True,
        integer=True,
        symbol="S",
        help="Tokens of each request's prompt.",
    )
    output_length: Array = number(
        "1",
        "Output length",
        256,
        low=1,
        high=1e8,
        slider=(1, 16384),
        log=True,
        integer=True,
        symbol="O",
        help="Tokens each request is answered with.",
    )
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
        help="Requests served together.",
    )
    precision: Codes = inputs.precision(Precision.FP16)
    kv_precision: Codes = choice(
        Precision,
        "KV cache precision",
        Precision.FP16,
        advanced=True,
        help="The format keys and values are stored in.",
    )
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
        help="Copies of the model, each on devices of its own; each serves batches of its own.",
    )
    cached_prefix_length: Array = number(
        "1",
        "Cached prefix",
        0,
        high=1e8,
        slider=(0, 131072),
        log=True,
        integer=True,
        symbol="P",
        advanced=True,
        help="Tokens of the prompt whose keys and values are already there.",
    )
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
        help="One way, between the devices a layer is split over: NVLink and its like, else PCIe.",
    )
    interconnect_latency: Array = number(
        "s",
        "Interconnect latency",
        0.5e-6,
        high=1,
        slider=(0, 20e-6),
        display_unit="us",
        symbol=r"\alpha",
        advanced=True,
        help="Time to start one message of an all-reduce.",
    )
    decode_accelerator: Accelerator | None = spec(
        Accelerator,
        "Decode accelerator",
        optional=True,
        advanced=True,
        help="Chips of their own for decode; keys and values move to them over the network.",
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
        help="Between prefill and decode devices, where they are separate.",
    )
    draft_model: Model | None = spec(
        Model,
        "Draft model",
        optional=True,
        advanced=True,
        help="A small model that guesses tokens the large one checks together (speculative decoding).",
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
        help="Chance that the large model agrees with a guessed token.",
    )
    draft_tokens: Array = number(
        "1",
        "Draft tokens",
        4,
        low=1,
        high=100,
        slider=(1, 16),
        integer=True,
        symbol="k",
        advanced=True,
        help="Tokens guessed before each check.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    ttft: Array = output(
        "s",
        "Time to first token",
        symbol=r"\text{TTFT}",
        help="Prefill of the whole batch of prompts.",
    )
    itl: Array = output(
        "s",
        "Inter-token latency",
        symbol=r"\text{ITL}",
        help="Between tokens of one request, at the mean context.",
    )
    end_to_end_latency: Array = output("s", "End-to-end latency", symbol=r"t_\text{request}")
    decode_throughput: Array = output(
        "1/s",
        "Decode throughput",
        help="Tokens a second of all requests of a replica while they decode; prefill takes time besides.",
    )
    request_throughput: Array = output("1/s", "Request throughput", help="Requests a replica finishes in a second.")
    kv_cache: Array = output("byte", "KV cache", help="Of all requests when their last token is made.")
    kv_cache_per_token: Array = output("byte", "KV cache per token")
    weights: Array = output("byte", "Weights")
    memory_required: Array = output("byte", "Memory required")
    memory_per_device: Array = output("byte", "Memory per device")
    memory_room: Array = output("byte", "Memory of a device", if_infinite="unknown: the catalog has no capacity")
    memory_shortfall: Array = output(
        "byte",
        "Memory short",
        help="What a device would still have to hold; zero when all fits.",
    )
    feasible: Truth = flag("Fits in memory")
    largest_batch_size: Array = output("1", "Largest batch that fits", if_infinite="no limit by memory")
    devices_needed: Array = output("1", "Devices to hold it", if_infinite="unknown without the capacity")
    prefill_bound: Codes = label(Bound, "Prefill waits for")
    decode_bound: Codes = label(Bound, "Decode waits for")
    prefill_flop: Array = output("flop", "Prefill arithmetic", symbol=r"W_\text{prefill}", help="Of one device.")
    prefill_moved: Array = output("byte", "Prefill bytes moved", symbol=r"Q_\text{prefill}", help="By one device.")
    prefill_compute_time: Array = output("s", "Prefill compute time", symbol=r"t_\text{prefill, compute}")
    prefill_memory_time: Array = output("s", "Prefill memory time", symbol=r"t_\text{prefill, memory}")
    prefill_network_time: Array = output("s", "Prefill all-reduces", symbol=r"t_\text{prefill, network}")
    decode_context: Array = output(
        "1",
        "Mean context",
        symbol="s",
        help="Prompt and half the output: the cache a mean decode step reads.",
    )
    decode_flop: Array = output(
        "flop",
        "Decode arithmetic",
        symbol=r"W_\text{decode}",
        help="Of one step of one device.",
    )
    decode_moved: Array = output(
        "byte",
        "Decode bytes moved",
        symbol=r"Q_\text{decode}",
        help="By one device in one step.",
    )
    decode_compute_time: Array = output("s", "Decode compute time", symbol=r"t_\text{decode, compute}")
    decode_memory_time: Array = output("s", "Decode memory time", symbol=r"t_\text{decode, memory}")
    decode_network_time: Array = output("s", "Decode all-reduces", symbol=r"t_\text{decode, network}")
    overhead_time: Array = output(
        "s",
        "Overhead",
        symbol=r"t_\text{overhead}",
        help="Of one step on the prefill devices.",
    )
    decode_overhead_time: Array = output("s", "Decode overhead", symbol=r"t_\text{decode, overhead}")
    decode_step_time: Array = output("s", "Decode step", symbol=r"t_\text{step}", help="One step of the large model.")
    peak: Array = output("flop/s", "Peak rate", symbol=r"\pi")
    decode_peak: Array = output("flop/s", "Peak rate in decode", symbol=r"\pi_\text{decode}")
    decode_bandwidth: Array = output("byte/s", "Memory bandwidth in decode", symbol=r"\beta_\text{decode}")
    kv_transfer_time: Array = output(
        "s",
        "KV transfer",
        symbol=r"t_\text{transfer}",
        help="Moving the prompts' keys and values to the decode devices; zero where they stay.",
    )
    draft_step_time: Array = output(
        "s",
        "Draft step",
        symbol=r"t_\text{draft}",
        help="One step of the draft model; zero without one.",
    )
    tokens_per_step: Array = output(
        "1",
        "Tokens per step",
        symbol="n",
        help="Expected tokens each check of the large model yields.",
    )
    devices: Array = output(
        "1",
        "Devices",
        symbol="n",
        help="Of all replicas: each has its tensor-parallel devices, twice where decode has its own.",
    )
    slots: Array = output("1", "Requests served at once", symbol="c", help="By all replicas together.")
    token_throughput: Array = output(
        "1/s",
        "Token throughput",
        symbol="X",
        help="Tokens of answers that all replicas finish in a second; the time of prefill counts.",
    )
    tokens_per_device_second: Array = output(
        "1/s", "Tokens a second of a device", help="Of answers, with the time of prefill; what a token costs follows."
    )


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: whether models, chips, formats and lengths go together."""
    yield from checks.accelerator_rate(i.accelerator, i.precision)
    if not generates(i.model):
        yield InputError(
            "model", f"has nothing to serve token by token: {i.model.name} does not generate. Choose a language model."
        )
    if i.decode_accelerator is not None:
        yield from checks.accelerator_rate(i.decode_accelerator, i.precision, ("decode_accelerator", "precision"))
    if i.draft_model is not None and not generates(i.draft_model):
        yield InputError("draft_model", f"has to generate tokens; {i.draft_model.name} does not.")
    yield from checks.link_bandwidth(
        i.accelerator, i.interconnect_bandwidth, i.tensor_parallel, "interconnect_bandwidth"
    )
    if i.cached_prefix_length >= i.prompt_length:
        yield InputError(
            "cached_prefix_length",
            f"must be shorter than the prompt of {i.prompt_length:g} tokens, whose last token is always computed; "
            f"{i.cached_prefix_length:g} is not.",
        )


def verdict(i: Inputs, o: Outputs) -> str:
    if not o.feasible:
        return _too_large(i, o)
    first = (
        f"The first token takes {{ttft}} ({_WAITS[Bound(int(o.prefill_bound))]}), each further one {{itl}} "
        f"({_WAITS[Bound(int(o.decode_bound))]})."
    )
    return f"{first} {_ADVICE[Bound(int(o.decode_bound))]}"


_WAITS = {
    Bound.COMPUTE: "arithmetic binds",
    Bound.MEMORY: "the memory binds",
    Bound.OVERHEAD: "launching the layers binds",
    Bound.NETWORK: "the all-reduces bind",
}
_ADVICE = {
    Bound.COMPUTE: "Decode is compute-bound: a larger batch adds as much waiting as throughput.",
    Bound.MEMORY: "Decode is memory-bound: a larger batch shares the weights it reads, up to {largest_batch_size} "
    "requests.",
    Bound.OVERHEAD: "Faster chips would hardly help decode; fewer launches or a larger batch would.",
    Bound.NETWORK: "Fewer devices for each layer, or a faster link, would help decode most.",
}


def _too_large(i: Inputs, o: Outputs) -> str:
    short = (
        "Does not fit: a device would hold {memory_per_device} and has {memory_room}; {memory_shortfall} are missing."
    )
    if o.largest_batch_size >= 1:
        return short + " Batch {largest_batch_size} would fit."
    return short + " Split over {devices_needed} devices it would."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield from remarks.precision_fallback(i.accelerator, i.precision)
    yield from remarks.beyond_context_length(i.model, i.prompt_length + i.output_length)
    if i.decode_accelerator is not None:
        yield from remarks.precision_fallback(i.decode_accelerator, i.precision)
    if not o.feasible:
        yield "The times are what the requests would take if their data were in memory."


FIGURES = (
    curve(
        "batch_size",
        ("itl", "decode_throughput"),
        "Inter-token latency and throughput",
        x_marks=("largest_batch_size",),
    ),
    curve("prompt_length", ("ttft", "kv_cache"), "What a longer prompt costs"),
)

EQUATIONS = (
    Equation("prefill_compute_time", r"@prefill_compute_time = \frac{@prefill_flop}{@peak \cdot @efficiency}"),
    Equation(
        "prefill_memory_time",
        r"@prefill_memory_time = \frac{@prefill_moved}{@accelerator.memory_bandwidth \cdot @bandwidth_efficiency}",
    ),
    Equation("overhead_time", r"@overhead_time = @accelerator.dispatch_overhead + @model.layers \cdot @layer_overhead"),
    Equation(
        "ttft",
        r"@ttft = \max(@prefill_compute_time, @prefill_memory_time) + @overhead_time + @prefill_network_time",
    ),
    Equation("decode_context", r"@decode_context = @prompt_length + \frac{@output_length}{2}"),
    Equation("decode_compute_time", r"@decode_compute_time = \frac{@decode_flop}{@decode_peak \cdot @efficiency}"),
    Equation(
        "decode_memory_time",
        r"@decode_memory_time = \frac{@decode_moved}{@decode_bandwidth \cdot @bandwidth_efficiency}",
    ),
    Equation(
        "decode_step_time",
        r"@decode_step_time = \max(@decode_compute_time, @decode_memory_time) + @decode_overhead_time + "
        r"@decode_network_time",
    ),
    Equation(
        "itl",
        r"@itl = \frac{@draft_tokens \cdot @draft_step_time + @decode_step_time}{@tokens_per_step}",
        where=lambda i, o: i.draft_model is not None,
    ),
    Equation(
        "end_to_end_latency", r"@end_to_end_latency = @ttft + @kv_transfer_time + (@output_length - 1) \cdot @itl"
    ),
    Equation(
        "kv_cache",
        r"@kv_cache = @batch_size \cdot @kv_cache_per_token \cdot (@prompt_length + @output_length)",
        where=lambda i, o: not i.model.state_elements > 0,
    ),
    Equation("memory_per_device", r"@memory_per_device = \frac{@memory_required}{@tensor_parallel}"),
    Equation("decode_throughput", r"@decode_throughput = \frac{@batch_size}{@itl}"),
    Equation("request_throughput", r"@request_throughput = \frac{@batch_size}{@end_to_end_latency}"),
    Equation("slots", r"@slots = @replicas \cdot @batch_size"),
    Equation("token_throughput", r"@token_throughput = @replicas \cdot @request_throughput \cdot @output_length"),
    Equation("tokens_per_device_second", r"@tokens_per_device_second = \frac{@token_throughput}{@devices}"),
)

SOURCES = (
    Source("Pope et al. 2023", "Efficiently scaling transformer inference", "arXiv:2211.05102"),
    Source(
        "Yu et al. 2022",
        "Orca: a distributed serving system for transformer-based generative models (OSDI)",
        "https://www.usenix.org/conference/osdi22/presentation/yu",
    ),
    Source("Leviathan et al. 2023", "Fast inference from transformers via speculative decoding", "arXiv:2211.17192"),
    Source(
        "Patel et al. 2024",
        "Splitwise: efficient generative LLM inference using phase splitting",
        "arXiv:2311.18677",
    ),
    Source("Zhong et al. 2024", "DistServe: disaggregating prefill and decoding", "arXiv:2401.09670"),
)

ASSUMPTIONS = (
    "The whole batch prefills together and then decodes together: no queue, no new requests between steps.",
    "Decode is taken at the mean context, the prompt and half of the output.",
    "Tensor parallelism divides arithmetic, traffic and memory evenly and adds two ring all-reduces a layer, not "
    "overlapped.",
    "Checking k guessed tokens takes the large model as long as making one: too good once arithmetic binds.",
    "The draft model, where there is one, runs on the same devices as decode, split in the same way.",
)

LIMITATIONS = (
    "Queueing before service: see the tail-latency wall.",
    "Paging and fragmentation of the KV cache: see the batching wall.",
    "Host time, sampling and tokenising.",
)

PRESETS = (
    Preset("Llama-3-8B on an H100", {}, part="Tutorial"),
    Preset(
        "With the slides' constants",
        {name: f"{value:g}" for name, value in TUTORIAL.values.items()},
        part="Tutorial",
    ),
    Preset("Llama-3-70B on four H100s", {"model": "llama-3-70b", "tensor_parallel": "4"}, part="Capstone"),
    Preset("A long document", {"model": "llama-3.1-8b", "prompt_length": "32768", "batch_size": "4"}),
    Preset("Prompt mostly cached", {"prompt_length": "8192", "cached_prefix_length": "7680"}),
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
        "Twice the FLOP/s halve the time between tokens.",
        "With twice the peak rate each further token still takes {after}, as before: decode waits for memory.",
        "itl",
        {},
        {"accelerator.peak": "x2"},
        lambda before, after: after == before,
    ),
    Fallacy(
        "Eight devices answer eight times as fast.",
        "One device takes {before} from token to token, eight take {after}: launches and all-reduces do not divide.",
        "itl",
        {},
        {"tensor_parallel": "8"},
        lambda before, after: after > before / 4,
    ),
    Fallacy(
        "What has to fit is the model.",
        "Eight requests of 1024 tokens need {before} in all; 64 of 8192 tokens need {after} for the same weights.",
        "memory_required",
        {},
        {"batch_size": "64", "prompt_length": "8192"},
        lambda before, after: after > 3 * before,
    ),
)


@solver(
    walls=(4,),
    title="Serving",
    question="How long for the first token, how long for each further one, and for how many users at once?",
    version="2",
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
    context = i.prompt_length + i.output_length / 2
    new_tokens = i.prompt_length - i.cached_prefix_length
    before = prefill_work(i.model, i.batch_size, i.prompt_length, i.cached_prefix_length, i.precision, i.kv_precision)
    after = decode_work(i.model, i.batch_size, context, i.precision, i.kv_precision)
    first = _step(i, i.accelerator, i.model, before, new_tokens)
    step = _step(i, decode_chip, i.model, after, 1.0)
    draft = _draft(i, decode_chip, context)
    itl = speculative_latency(step.total, draft.step, i.draft_tokens, draft.tokens_per_step)
    per_request = cache_bytes(i.model, i.prompt_length + i.output_length, i.kv_precision)
    kv_cache = i.batch_size * per_request
    transfer = _transfer_time(i)
    weights = np.asarray(i.model.parameters * bytes_per_element(i.precision))
    required = weights + kv_cache + draft.resident
    room = np.fmin(i.accelerator.memory_capacity, decode_chip.memory_capacity)
    per_device = required / i.tensor_parallel
    end_to_end = first.total + transfer + (i.output_length - 1) * itl
    replica = np.asarray(i.tensor_parallel, dtype=float) * (1 if i.decode_accelerator is None else 2)
    tokens = i.batch_size * i.output_length / end_to_end
    return Outputs(
        ttft=first.total,
        itl=itl,
        end_to_end_latency=end_to_end,
        decode_throughput=i.batch_size / itl,
        request_throughput=i.batch_size / end_to_end,
        kv_cache=kv_cache,
        kv_cache_per_token=kv_bytes_per_token(i.model, i.kv_precision),
        weights=weights,
        memory_required=required,
        memory_per_device=per_device,
        memory_room=room,
        memory_shortfall=np.maximum(per_device - room, 0),
        feasible=~(per_device > room),
        largest_batch_size=max_requests(room * i.tensor_parallel - weights - draft.resident, per_request),
        devices_needed=np.ceil(required / room),
        prefill_bound=first.bound,
        decode_bound=step.bound,
        prefill_flop=before.flop / i.tensor_parallel,
        prefill_moved=before.moved / i.tensor_parallel,
        prefill_compute_time=first.compute,
        prefill_memory_time=first.memory,
        prefill_network_time=first.network,
        decode_context=np.asarray(context),
        decode_flop=after.flop / i.tensor_parallel,
        decode_moved=after.moved / i.tensor_parallel,
        decode_compute_time=step.compute,
        decode_memory_time=step.memory,
        decode_network_time=step.network,
        overhead_time=first.overhead,
        decode_overhead_time=step.overhead,
        decode_step_time=step.total,
        peak=peak_rate(i.accelerator, i.precision),
        decode_peak=peak_rate(decode_chip, i.precision),
        decode_bandwidth=np.asarray(decode_chip.memory_bandwidth),
        kv_transfer_time=transfer,
        draft_step_time=draft.step,
        tokens_per_step=draft.tokens_per_step,
        devices=replica * i.replicas,
        slots=np.asarray(i.batch_size, dtype=float) * i.replicas,
        token_throughput=tokens * i.replicas,
        tokens_per_device_second=tokens / replica,
    )


def _step(i: Inputs, chip: Accelerator, model: Model, work: Work, tokens: Array) -> StepTime:
    """Return the time of one phase on each of the tensor-parallel devices; every sequence has `tokens` new tokens."""
    return tensor_parallel_step(
        work,
        model,
        i.batch_size * tokens,
        i.tensor_parallel,
        NetworkLink(i.interconnect_bandwidth, i.interconnect_latency),
        rate=peak_rate(chip, i.precision) * i.efficiency,
        bandwidth=chip.memory_bandwidth * i.bandwidth_efficiency,
        overhead=chip.dispatch_overhead + model.layers * i.layer_overhead,
    )


class _Draft(NamedTuple):
    """Speculative decoding: seconds of a step of the draft model, expected tokens per check, and memory of the draft
    model in bytes."""

    step: Array
    tokens_per_step: Array
    resident: Array


def _draft(i: Inputs, chip: Accelerator, context: Array) -> _Draft:
    if i.draft_model is None:
        return _Draft(np.float64(0), np.float64(1), np.float64(0))
    work = decode_work(i.draft_model, i.batch_size, context, i.precision, i.kv_precision)
    full = decode_work(i.draft_model, i.batch_size, i.prompt_length + i.output_length, i.precision, i.kv_precision)
    step = _step(i, chip, i.draft_model, work, 1.0)
    return _Draft(step.total, expected_tokens(i.acceptance, i.draft_tokens), full.resident)


def _transfer_time(i: Inputs) -> Array:
    """Return the seconds to send the prompts' KV caches to separate decode devices; 0 without separate devices."""
    if i.decode_accelerator is None:
        return np.float64(0)
    per_request = cache_bytes(i.model, i.prompt_length, i.kv_precision)
    return np.asarray(i.batch_size * per_request / i.network_bandwidth)
