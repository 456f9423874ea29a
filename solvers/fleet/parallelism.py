"""How fast does a fleet train a model split over it, and where does the step time go?

Shoeybi et al. 2019 for tensor parallelism, Narayanan et al. 2021 (section 2.2) for the pipeline and its bubble,
Rajbhandari et al. 2020 for ZeRO, Korthikanti et al. 2023 for recomputation, Lepikhin et al. 2021 for experts,
Grattafiori et al. 2024 (section 3.3.2) for splitting sequences. The work of a device alone is a sum of kernels, or
the textbook's roofline (`timing`). Not modeled: two exchanges hidden behind the same compute, experts
that draw unequal numbers of tokens, failures (wall 15)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from solvers import checks, inputs, remarks
from solvers.calibration import SILICON
from solvers.declare import (
    Array,
    Chart,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Source,
    Truth,
    curve,
    flag,
    label,
    number,
    output,
    solver,
)
from solvers.errors import InputError
from solvers.laws.collectives import NETWORK_LATENCY, NetworkLink
from solvers.laws.language_pass import Roofline, Timing
from solvers.laws.language_training import Overlaps, TrainingJob, price_training_step
from solvers.laws.memory import usable_memory
from solvers.laws.memory_remedies import REMEDY_HELP, REMEDY_SIZE_HELP, MemoryPlan, Remedy, memory_remedy
from solvers.laws.model_decoder import shares_bus
from solvers.laws.ratio import ratio_or_inf
from solvers.laws.training_memory import Attention, Recomputation, SequenceParallel, is_valid_layout
from solvers.laws.training_step import EXPOSED_GATHERS, Network, ParallelLayout, bubble_fraction
from solvers.specs import Accelerator, Fabric, Fleet, Model, Node, Precision, peak_rate
from solvers.verdict import State, Verdict


class Cause(IntEnum):
    """The causes of a step's duration."""

    COMPUTE = 0
    MEMORY = 1
    STRAGGLER = 2
    IMBALANCE = 3
    TENSOR = 4
    CONTEXT = 5
    EXPERT = 6
    BUBBLE = 7
    STAGES = 8
    DATA = 9
    UPDATE = 10


# Shares fitted to measured runs (tests/evidence/training.csv): one for all rows.
TENSOR_OVERLAP, EXPERT_OVERLAP = 0.9, 0.5


def _kernels(label: str, symbol: str, help: str) -> Any:
    """An output for the seconds of one class of kernels."""
    only = "not available with the roofline"
    return output(
        "s", label, symbol=rf"t_\text{{{symbol}}}", if_infinite=only, help=f"{help} Time per device and step."
    )


_TIMING = (
    "Sums of kernels with the chip's measured constants, or the roofline of all arithmetic and all memory traffic with "
    "the efficiencies below; the roofline where one of these is changed."
)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    model: Model = inputs.model("llama-3-70b")
    fleet: Fleet | None = inputs.fleet()
    accelerator: Accelerator = inputs.accelerator("h100-sxm5-80gb", default_from="node.accelerator")
    node: Node | None = inputs.node()
    fabric: Fabric | None = inputs.fabric()
    precision: Codes = inputs.precision(Precision.BF16, help="Number format of weights, gradients and GEMMs.")
    data_parallel: Array = inputs.data_parallel(
        16, default_from="fleet.devices", shared=("tensor_parallel", "pipeline_parallel", "context_parallel")
    )
    tensor_parallel: Array = inputs.tensor_parallel(8)
    pipeline_parallel: Array = inputs.pipeline_parallel(4)
    context_parallel: Array = inputs.context_parallel(1, advanced=False)
    expert_parallel: Array = inputs.expert_parallel(1, advanced=False)
    microbatches: Array = number(
        "1",
        "Micro-batches per step",
        16,
        low=1,
        high=1e6,
        slider=(1, 256),
        log=True,
        integer=True,
        symbol="m",
        help="Micro-batches per pipeline and step; more of them shrink the bubble.",
    )
    microbatch_size: Array = inputs.microbatch(1)
    sequence_length: Array = inputs.sequence_length(8192)
    virtual_stages: Array = inputs.virtual_stages(1)
    zero_stage: Array = inputs.zero_stage(1)
    recomputation: Codes = inputs.recomputation(Recomputation.NONE)
    attention: Codes = inputs.attention(Attention.FUSED)
    sequence_parallel: Codes = inputs.sequence_parallel(SequenceParallel.ON)
    timing: Codes = inputs.timing(meant_by=("efficiency", "bandwidth_efficiency"), help=_TIMING)
    efficiency: Array = inputs.efficiency(SILICON.efficiency, default_from="accelerator.measured_efficiency")
    bandwidth_efficiency: Array = inputs.bandwidth_efficiency(
        SILICON.bandwidth_efficiency, default_from="accelerator.measured_bandwidth_efficiency"
    )
    devices_per_node: Array = inputs.devices_per_node(
        8, help="Nodes are filled with tensor-parallel devices first, then context, data and pipeline."
    )
    intra_bandwidth: Array = inputs.intra_bandwidth()
    inter_bandwidth: Array = inputs.inter_bandwidth(50e9)
    intra_latency: Array = inputs.intra_latency(0.5e-6)
    inter_latency: Array = inputs.inter_latency(NETWORK_LATENCY)
    memory_reserve: Array = inputs.memory_reserve()
    overlap: Array = number(
        "1",
        "Gradient overlap",
        0.8,
        high=1,
        slider=(0, 1),
        display_unit="percent",
        symbol="o",
        advanced=True,
        help="Fraction of the gradient exchange that may overlap with the backward pass, if that lasts long enough.",
    )
    exposed_gathers: Array = number(
        "1",
        "Exposed fraction of ZeRO-3 gathers",
        EXPOSED_GATHERS,
        high=1,
        slider=(0, 1),
        display_unit="percent",
        advanced=True,
        help="Fraction of the weight-gather time that compute does not hide; measured FSDP runs hid none.",
    )
    tensor_overlap: Array = number(
        "1",
        "Tensor-parallel overlap",
        TENSOR_OVERLAP,
        high=1,
        slider=(0, 1),
        display_unit="percent",
        symbol=r"o_\text{tensor}",
        advanced=True,
        help="Fraction of the layers' all-reduces that may overlap with GEMMs, if those last long enough.",
    )
    expert_overlap: Array = number(
        "1",
        "Expert-exchange overlap",
        EXPERT_OVERLAP,
        high=1,
        slider=(0, 1),
        display_unit="percent",
        symbol=r"o_\text{expert}",
        advanced=True,
        help="Fraction of the expert all-to-all that may overlap with compute, if that lasts long enough.",
    )
    congestion_factor: Array = number(
        "1",
        "Network contention factor",
        1,
        low=1,
        high=1000,
        slider=(1, 4),
        advanced=True,
        help="Communication time relative to an idle network.",
    )
    straggler_factor: Array = number(
        "1",
        "Straggler slowdown",
        1,
        low=1,
        high=1000,
        slider=(1, 2),
        advanced=True,
        help="Step time of the slowest device over the mean; all others wait for it.",
    )
    tokens: Array = inputs.training_tokens(15e12)


_NO_ROOM = "unknown: the catalog has no capacity"


@dataclass(frozen=True, kw_only=True)
class Outputs:
    step_time: Array = output("s", "Step time", symbol="T")
    mfu: Array = output(
        "1",
        "MFU",
        display_unit="percent",
        help="Model FLOPs utilization of the run: model FLOPs over peak FLOP/s × time.",
    )
    tokens_per_second: Array = output("1/s", "Training throughput", display_unit="tokens/s")
    training_time: Array = output(
        "s", "Training time", display_unit="day", help="Time for all tokens, without failures."
    )
    scaling_efficiency: Array = output(
        "1", "Scaling efficiency", display_unit="percent", help="Throughput per device over that of a single device."
    )
    device_mfu: Array = output(
        "1", "Single-device MFU", display_unit="percent", help="MFU of one device without communication or waiting."
    )
    hfu: Array = output("1", "HFU", display_unit="percent", help="Hardware FLOPs utilization: includes recomputation.")
    compute_time: Array = output("s", "Compute time", symbol=r"T_\text{compute}")
    memory_time: Array = output(
        "s",
        "Memory-bound and small kernels",
        help="Time by which memory traffic exceeds compute: weight reads, normalization, activations, logits, "
        "launches.",
    )
    products_time: Array = _kernels("GEMM time", "products", "Projections and dense MLPs.")
    attention_time: Array = _kernels("Attention time", "attention", "Attention scores and weighted values.")
    experts_time: Array = _kernels("Expert time (MoE)", "experts", "Routed experts: weights, FLOPs, token permutation.")
    small_time: Array = _kernels("Elementwise time", "small", "Normalization, activations, look-ups, 32-bit logits.")
    head_time: Array = _kernels("LM-head time", "head", "Projection of the last hidden vectors to logits.")
    straggler_time: Array = output("s", "Straggler wait")
    imbalance_time: Array = output(
        "s", "Pipeline imbalance", help="If the layers do not divide evenly, the largest stage sets the pace."
    )
    tensor_time: Array = output("s", "Tensor-parallel communication", help="All-reduces within the layers.")
    context_time: Array = output("s", "Context-parallel communication", help="Exchange of keys and values.")
    expert_time: Array = output("s", "Exposed expert exchange", help="All-to-all of tokens that compute does not hide.")
    bubble_time: Array = output(
        "s", "Pipeline bubble", symbol=r"T_\text{bubble}", help="Idle time while the pipeline fills and drains."
    )
    pipeline_time: Array = output("s", "Pipeline send and receive", help="Activations and gradients between stages.")
    data_time: Array = output(
        "s",
        "Exposed gradient synchronization",
        help="Gradient exchange that compute does not hide; with ZeRO-3 also weight gathers.",
    )
    update_time: Array = output("s", "Optimizer step", help="Reads and writes the optimizer state once per step.")
    largest: Codes = label(Cause, "Largest part of the step")
    largest_loss: Codes = label(Cause, "Largest loss", help="Largest part of the step other than compute.")
    loss_time: Array = output("s", "Time of the largest loss")
    bubble_fraction: Array = output(
        "1", "Bubble fraction", display_unit="percent", symbol="f", help="Share of the pipeline's time."
    )
    exchange_time: Array = output("s", "Total gradient synchronization", help="Hidden and exposed.")
    stage_time: Array = output("s", "Stage time per micro-batch", symbol=r"T_\mu", help="Forward plus backward.")
    devices: Array = output("1", "Devices", symbol="n")
    batch_tokens: Array = output("1", "Global batch (tokens)", display_unit="token", symbol="B")
    model_flop: Array = output(
        "flop", "Model FLOPs per step", symbol="W", help="Forward and backward, without recomputation."
    )
    memory_utilization: Array = output(
        "1",
        "Memory bandwidth utilization",
        display_unit="percent",
        symbol="u_m",
        help="Fraction of peak bandwidth, over the whole step.",
    )
    device_flop: Array = output(
        "flop", "Hardware FLOPs per device and step", symbol="W_d", help="Recomputation included."
    )
    peak: Array = output("flop/s", "Peak FLOP/s", symbol=r"\pi")
    demand_bandwidth: Array = output(
        "byte/s", "Data-loading bandwidth", help="Training data read at 4 bytes per token."
    )
    run_flop: Array = output("flop", "Training compute")
    memory_per_device: Array = output("byte", "Memory per device")
    model_state: Array = output("byte", "Model states per device")
    activations: Array = output("byte", "Activations per device")
    memory_room: Array = output(
        "byte", "Usable memory per device", if_infinite=_NO_ROOM, help="Capacity minus the reserve."
    )
    memory_shortfall: Array = output("byte", "Memory shortfall per device", if_infinite=_NO_ROOM)
    remedy: Codes = label(Remedy, "Change that would fit", help=REMEDY_HELP)
    remedy_size: Array = output("1", "Size of that change", if_infinite="none", help=REMEDY_SIZE_HELP)
    remedy_total: Array = output("byte", "Memory per device with that change", if_infinite="none")
    possible: Truth = flag("Valid layout", help="At most as many stages as layers; devices divide the heads.")
    feasible: Truth = flag("Feasible", help="The layout is valid and fits in memory.")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: a transformer, a chip with a rate, groups that divide each other."""
    yield from checks.trainable_transformer(i.model)
    yield from checks.accelerator_rate(i.accelerator, i.precision)
    yield from checks.expert_parallelism(i.model, i.expert_parallel, i.data_parallel)
    used = i.data_parallel * i.tensor_parallel * i.pipeline_parallel * i.context_parallel
    yield from checks.enough_devices(i.fleet, used, "data_parallel")


_ADVICE = {
    Cause.COMPUTE: (State.COMPUTE, "none. Only a faster chip or better kernels would help."),
    Cause.MEMORY: (State.MEMORY, "memory stalls, {loss_time}. Larger micro-batches would help."),
    Cause.STRAGGLER: (State.OVERHEAD, "the slowest device, {loss_time}. Replace it or give it less work."),
    Cause.IMBALANCE: (State.OVERHEAD, "stage imbalance, {loss_time}. Stages that divide the layers would help."),
    Cause.TENSOR: (State.NETWORK, "tensor-parallel all-reduce, {loss_time}. Keep it within a node, or smaller."),
    Cause.CONTEXT: (State.NETWORK, "key-value exchange, {loss_time}. Less context parallelism would help."),
    Cause.EXPERT: (State.NETWORK, "expert all-to-all, {loss_time}. Keep it within fast links, or smaller."),
    Cause.BUBBLE: (State.OVERHEAD, "the pipeline bubble, {loss_time}. More micro-batches or fewer stages would help."),
    Cause.STAGES: (State.NETWORK, "transfers between stages, {loss_time}. Fewer stages would help."),
    Cause.DATA: (State.NETWORK, "gradient all-reduce, {loss_time}. More micro-batches or overlap would help."),
    Cause.UPDATE: (State.MEMORY, "the optimizer step, {loss_time}. ZeRO or larger batches would help."),
}


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if not o.possible:
        return Verdict(State.INFEASIBLE, _impossible(i))
    if not o.feasible and not math.isnan(o.memory_room):
        short = "Out of memory. Each device needs {memory_per_device}; {memory_room} is usable."
        return Verdict(State.INFEASIBLE, f"{short} {remarks.MEMORY_REMEDIES[Remedy(int(o.remedy))]}")
    first = "{mfu} MFU. A step takes {step_time}: {tokens_per_second} on {devices} devices."
    state, advice = _ADVICE[Cause(int(o.largest_loss)) if o.loss_time else Cause.COMPUTE]
    return Verdict(state, f"{first} Largest loss: {advice}")


def _impossible(i: Inputs) -> str:
    if i.pipeline_parallel * i.virtual_stages > i.model.layers:
        return "Invalid layout. The model has fewer layers than {pipeline_parallel} × {virtual_stages} stages."
    if i.tensor_parallel > i.model.attention_heads:
        return "Invalid layout. The model has fewer attention heads than {tensor_parallel} tensor-parallel devices."
    return "Invalid layout. {tensor_parallel} tensor-parallel devices do not divide the attention heads evenly."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield from remarks.precision_fallback(i.accelerator, i.precision, i.timing)
    yield from remarks.pass_timing(i.accelerator, i.timing)
    yield from remarks.stand_in_roofline(i.accelerator, i.timing, i.efficiency, i.bandwidth_efficiency)
    yield from remarks.beyond_context_length(i.model, i.sequence_length)
    if i.recomputation == Recomputation.SELECTIVE and i.attention == Attention.FUSED:
        yield "Fused attention stores no scores: recomputing attention costs FLOPs and saves no memory."
    yield from remarks.tensor_parallelism(i.model, i.tensor_parallel, i.devices_per_node)
    if i.model.layers % (i.pipeline_parallel * i.virtual_stages):
        yield "The layers do not divide evenly over the stages: the largest stage sets the pace."
    yield from remarks.idle_devices(i.fleet, o.devices)
    yield from remarks.unusual_parallelism(i.zero_stage, i.pipeline_parallel, i.virtual_stages)


# Bytes of one token as it is read from storage.
_TOKEN_BYTES = 4

_CAUSES = (
    "compute_time",
    "memory_time",
    "straggler_time",
    "imbalance_time",
    "tensor_time",
    "context_time",
    "expert_time",
    "bubble_time",
    "pipeline_time",
    "data_time",
    "update_time",
)


FIGURES = (
    Chart("buildup", "Step time breakdown", (), _CAUSES),
    Chart("bars", "Memory per device: model states and activations", (), ("model_state", "activations")),
    curve("microbatches", ("mfu", "bubble_fraction"), "MFU and bubble fraction vs. micro-batches", logy=False),
    curve(
        "data_parallel",
        ("tokens_per_second", "scaling_efficiency"),
        "Throughput and scaling efficiency vs. data-parallel size",
    ),
)

EQUATIONS = (
    Equation(
        "devices",
        r"@devices = @data_parallel \cdot @tensor_parallel \cdot @pipeline_parallel \cdot @context_parallel",
    ),
    Equation(
        "batch_tokens",
        r"@batch_tokens = @data_parallel \cdot @microbatches \cdot @microbatch_size \cdot @sequence_length",
    ),
    Equation(
        "compute_time",
        r"@compute_time = \frac{@device_flop}{@peak \cdot @efficiency}",
        where=lambda i, o: i.timing == Timing.ROOFLINE,
    ),
    Equation(
        "memory_time",
        r"@memory_time = @products_time + @attention_time + @experts_time + @small_time + @head_time - @compute_time",
        where=lambda i, o: i.timing != Timing.ROOFLINE,
    ),
    Equation(
        "bubble_fraction",
        r"@bubble_fraction = \frac{@pipeline_parallel - 1}{@virtual_stages \cdot @microbatches + @pipeline_parallel - "
        r"1}",
    ),
    Equation(
        "bubble_time",
        r"@bubble_time = \frac{@pipeline_parallel - 1}{@virtual_stages} \cdot @stage_time",
    ),
    Equation("step_time", "@step_time = " + " + ".join(f"@{cause}" for cause in _CAUSES)),
    Equation("tokens_per_second", r"@tokens_per_second = \frac{@batch_tokens}{@step_time}"),
    Equation("mfu", r"@mfu = \frac{@model_flop}{@devices \cdot @peak \cdot @step_time}"),
    Equation("scaling_efficiency", r"@scaling_efficiency = \frac{@compute_time + @memory_time}{@step_time}"),
    Equation("training_time", r"@training_time = \frac{@tokens}{@tokens_per_second}"),
    Equation("memory_per_device", r"@memory_per_device = @model_state + @activations"),
)

SOURCES = (
    Source(
        "Shoeybi et al. 2019",
        "Megatron-LM: training multi-billion parameter language models using model parallelism",
        "arXiv:1909.08053",
    ),
    Source(
        "Narayanan et al. 2021",
        "Efficient large-scale language model training on GPU clusters using Megatron-LM",
        "arXiv:2104.04473",
    ),
    Source(
        "Rajbhandari et al. 2020",
        "ZeRO: memory optimizations toward training trillion parameter models",
        "arXiv:1910.02054",
    ),
    Source(
        "Korthikanti et al. 2023",
        "Reducing activation recomputation in large transformer models",
        "arXiv:2205.05198",
    ),
    Source(
        "Lepikhin et al. 2021",
        "GShard: scaling giant models with conditional computation and automatic sharding",
        "arXiv:2006.16668",
    ),
    Source("Grattafiori et al. 2024", "The Llama 3 herd of models", "arXiv:2407.21783"),
    Source(
        "Patarasuk, Yuan 2009",
        "Bandwidth optimal all-reduce algorithms for clusters of workstations",
        "10.1016/j.jpdc.2008.09.002",
    ),
)

ASSUMPTIONS = (
    "The backward pass takes twice the FLOPs of the forward pass; attention is causal, and a fused kernel of its "
    "backward pass computes the scores again: two and a half times.",
    "The input embedding is a look-up: its parameters are not multiplied and not counted in the model FLOPs.",
    "Sums of kernels: GEMMs of training take 1.1 times as long as in serving, attention 1.6 times, small "
    "kernels and experts 2.2 times; exchanges reach the chip's share of its links, and 0.8 of network cards.",
    "Each layer's communication overlaps with compute by the given fractions, as far as compute lasts.",
    "The gradient exchange overlaps with the backward pass of the last micro-batch; with ZeRO-3, of all of them.",
    "ZeRO-3 gathers weights twice and scatters gradients once per micro-batch.",
    "Collectives over several nodes are hierarchical: intra-node, then inter-node, all devices at once.",
    "By the roofline each pass reads the weights once and the backward pass writes gradients; activations are written "
    "and read once.",
    "Every layer of a mixture-of-experts model has experts, and tokens are spread evenly over them.",
)

LIMITATIONS = (
    "How far each kernel stays below peak; the efficiency wall models it for the same step.",
    "Failures and checkpoints (reliability wall) and data loading (ingestion wall).",
    "The effect of a larger batch on the training loss.",
    "Schedules with fewer micro-batches in flight than stages, as Llama 3 used.",
)

PRESETS = (
    Preset("Llama-3-70B on 512 H100", {}, part="Part 4"),
    Preset(
        "Llama 3.1 405B on 16,384 H100",
        {
            "model": "llama-3.1-405b",
            "data_parallel": "128",
            "pipeline_parallel": "16",
            "virtual_stages": "4",
            "microbatches": "16",
            "recomputation": "none",
            "tokens": "15.6e12",
        },
    ),
    Preset(
        "Llama-3-8B on 64 H100, data parallelism only",
        {
            "model": "llama-3-8b",
            "data_parallel": "64",
            "tensor_parallel": "1",
            "pipeline_parallel": "1",
            "microbatches": "4",
            "zero_stage": "3",
            "recomputation": "full",
        },
    ),
    Preset("Tensor parallelism across nodes", {"tensor_parallel": "32", "pipeline_parallel": "1"}),
    Preset("Deep pipeline, few micro-batches", {"pipeline_parallel": "16", "data_parallel": "4", "microbatches": "4"}),
    Preset(
        "Mixtral with expert parallelism",
        {
            "model": "mixtral-8x7b",
            "tensor_parallel": "1",
            "pipeline_parallel": "4",
            "data_parallel": "64",
            "expert_parallel": "8",
            "microbatches": "16",
        },
    ),
    Preset(
        "Sequence length of 131,072 tokens",
        {"sequence_length": "131072", "context_parallel": "8", "data_parallel": "2", "microbatches": "8"},
    ),
    Preset("One straggler in 512 devices", {"straggler_factor": "1.2"}),
)

FALLACIES = (
    Fallacy(
        "Twice the devices train a model twice as fast.",
        "At equal global batch, 512 devices process {before} and 1,024 devices (half the micro-batches each) {after}: "
        "{ratio} times.",
        "tokens_per_second",
        {},
        {"data_parallel": "32", "microbatches": "8"},
        lambda before, after: after < 1.9 * before,
    ),
    Fallacy(
        "Tensor parallelism scales like data parallelism.",
        "MFU is {before} with tensor parallelism within a node and {after} across four nodes, on the same devices.",
        "mfu",
        {},
        {"tensor_parallel": "32", "pipeline_parallel": "1"},
        lambda before, after: after < 0.7 * before,
    ),
    Fallacy(
        "One slow device in hundreds has little effect.",
        "A step takes {before} with equal devices and {after} if a single one is 20 % slower: all others wait.",
        "step_time",
        {},
        {"straggler_factor": "1.2"},
        lambda before, after: after > 1.1 * before,
    ),
)


@solver(
    walls=(14,),
    title="Parallelism",
    question="How fast does a fleet train a model, and where does the step time go?",
    version="6",
    factor="Scaling efficiency",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("step_time", "mfu", "tokens_per_second", "training_time", "feasible"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def parallelism(i: Inputs) -> Outputs:
    job = _job(i)
    priced = price_training_step(i.model, job)
    peak, work, state, layout = peak_rate(i.accelerator, i.precision), priced.work, priced.state, job.layout
    microbatches, stages = np.asarray(i.microbatches, dtype=float), np.asarray(i.pipeline_parallel, dtype=float)
    times = np.stack(np.broadcast_arrays(*priced.by_cause))
    step = times.sum(axis=0)
    batch = np.asarray(i.data_parallel, dtype=float) * microbatches * i.microbatch_size * i.sequence_length
    total, room = state.total + priced.activations, usable_memory(i.accelerator.memory_capacity, i.memory_reserve)
    possible = is_valid_layout(
        i.model, i.tensor_parallel, stages * i.virtual_stages, i.expert_parallel, i.data_parallel
    )
    model_time = work.model_flop / (layout.devices * peak)
    kernels, remedy = priced.kernels, memory_remedy(_plan(i), room)
    return Outputs(
        step_time=step,
        mfu=model_time / step,
        tokens_per_second=batch / step,
        training_time=i.tokens * step / batch,
        scaling_efficiency=priced.device.busy / step,
        device_mfu=ratio_or_inf(model_time, priced.device.busy),
        hfu=work.flop / peak / step,
        **dict(zip(_CAUSES, times, strict=True)),
        products_time=kernels.products,
        attention_time=kernels.attention,
        experts_time=kernels.experts,
        small_time=kernels.small,
        head_time=kernels.head,
        largest=times.argmax(axis=0),
        largest_loss=times[1:].argmax(axis=0) + 1,
        loss_time=times[1:].max(axis=0),
        bubble_fraction=bubble_fraction(stages, i.virtual_stages, microbatches),
        exchange_time=priced.gradients,
        stage_time=priced.stage,
        devices=layout.devices,
        batch_tokens=batch,
        model_flop=work.model_flop,
        memory_utilization=(work.moved + 2 * state.total) / i.accelerator.memory_bandwidth / step,
        device_flop=work.flop,
        peak=peak,
        demand_bandwidth=_TOKEN_BYTES * batch / step,
        run_flop=work.model_flop / batch * i.tokens,
        memory_per_device=total,
        model_state=state.total,
        activations=priced.activations,
        memory_room=room,
        memory_shortfall=np.maximum(total - room, 0),
        remedy=remedy.remedy,
        remedy_size=remedy.size,
        remedy_total=remedy.total,
        possible=possible,
        feasible=possible & (total <= room),
    )


def _plan(i: Inputs) -> MemoryPlan:
    return MemoryPlan(
        model=i.model,
        precision=i.precision,
        sequences=i.microbatch_size,
        length=i.sequence_length,
        data=i.data_parallel,
        tensor=i.tensor_parallel,
        pipeline=i.pipeline_parallel,
        context=i.context_parallel,
        expert=i.expert_parallel,
        virtual=i.virtual_stages,
        microbatches=i.microbatches,
        zero_stage=i.zero_stage,
        recomputation=i.recomputation,
        attention=i.attention,
        sequence_parallel=i.sequence_parallel,
    )


def _job(i: Inputs) -> TrainingJob:
    intra, inter = NetworkLink(i.intra_bandwidth, i.intra_latency), NetworkLink(i.inter_bandwidth, i.inter_latency)
    return TrainingJob(
        chip=i.accelerator,
        precision=i.precision,
        sequences=i.microbatch_size,
        length=i.sequence_length,
        microbatches=i.microbatches,
        layout=ParallelLayout(
            i.tensor_parallel,
            i.context_parallel,
            i.data_parallel,
            i.expert_parallel,
            i.pipeline_parallel,
            i.virtual_stages,
        ),
        network=Network(i.devices_per_node, intra, inter, i.congestion_factor),
        zero_stage=i.zero_stage,
        recomputation=i.recomputation,
        attention=i.attention,
        sequence_parallel=i.sequence_parallel,
        overlaps=Overlaps(
            gradients=i.overlap,
            tensor=i.tensor_overlap,
            experts=i.expert_overlap,
            exposed_gathers=i.exposed_gathers,
        ),
        straggler_factor=i.straggler_factor,
        roofline=Roofline(efficiency=i.efficiency, bandwidth_efficiency=i.bandwidth_efficiency, layer_overhead=0.0),
        timing=i.timing,
        shared_bus=shares_bus(i.node),
    )
