"""Where does the peak rate go between the data sheet and what a model gets?

Chowdhery et al. 2022 (PaLM, appendix B) for MFU and HFU, Dao et al. 2022 (FlashAttention) for what fusing attention
saves, Williams et al. 2009 for the roof of each class of operator. A step is the time its arithmetic would need at the
peak and what each cause adds to it. Not modelled: kernels that overlap, caches, clocks that fall under load.
"""

from __future__ import annotations

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
    choice,
    curve,
    label,
    number,
    output,
    solver,
)
from solvers.errors import InputError
from solvers.laws.losses import StepLoss, efficiency_factors, time_by_loss
from solvers.laws.operators import (
    OperatorTimes,
    OperatorWork,
    has_fixed_size,
    operator_times,
    operator_work,
    supports_pass,
)
from solvers.laws.phase import generates
from solvers.laws.ratio import ratio_or_inf
from solvers.specs import Accelerator, Model, Precision, peak_rate


class Pass(IntEnum):
    """The kind of step: forward and backward pass, forward pass only, or decoding one token per sequence."""

    TRAINING = 0
    FORWARD = 1
    DECODE = 2


class AttentionKernel(IntEnum):
    """Whether attention scores stay on the chip (fused) or are written to memory."""

    FUSED = 0
    UNFUSED = 1


class BackwardRecomputation(IntEnum):
    """The activations that the backward pass recomputes instead of keeping it in memory."""

    NONE = 0
    SELECTIVE = 1
    FULL = 2


_FACTORS = tuple(f"{loss.name.lower()}_factor" for loss in StepLoss)
_LOSSES = tuple(f"{loss.name.lower()}_loss" for loss in StepLoss)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    model: Model = inputs.model("llama-3-8b")
    accelerator: Accelerator = inputs.accelerator("h100-sxm5-80gb")
    phase: Codes = choice(
        Pass,
        "Step",
        Pass.TRAINING,
        help="Training is a forward and a backward pass; forward also stands for prefill.",
        labels={"training": "Training", "forward": "Forward pass or prefill", "decode": "Decode"},
    )
    batch_size: Array = number(
        "1",
        "Batch size",
        1,
        low=1,
        high=1e6,
        slider=(1, 1024),
        log=True,
        integer=True,
        symbol="B",
        help="Sequences or samples one device works on at a time.",
    )
    sequence_length: Array = number(
        "1",
        "Sequence length",
        8192,
        low=1,
        high=1e8,
        slider=(1, 131072),
        log=True,
        integer=True,
        symbol="s",
        help="Tokens of each sequence; in decode, those already there.",
    )
    attention: Codes = choice(
        AttentionKernel,
        "Attention",
        AttentionKernel.FUSED,
        labels={"fused": "Fused (FlashAttention)", "unfused": "Scores in memory"},
        help="Fused, the scores never leave the chip; otherwise they are written to memory and read back.",
    )
    recomputation: Codes = choice(
        BackwardRecomputation,
        "Recomputation",
        BackwardRecomputation.NONE,
        labels={"selective": "Attention only", "full": "All of it"},
        help="In training: what the backward pass computes again to save memory.",
    )
    precision: Codes = inputs.precision(Precision.FP16)
    gemm_efficiency: Array = number(
        "1",
        "Matrix products reach",
        0.8,
        high=1,
        exclusive_min=True,
        slider=(0.05, 1),
        display_unit="percent",
        symbol=r"\eta_\text{gemm}",
        help="Share of the peak rate when memory does not bind; a large product was measured at 0.8 on an H200.",
    )
    attention_efficiency: Array = number(
        "1",
        "Attention reaches",
        0.6,
        high=1,
        exclusive_min=True,
        slider=(0.05, 1),
        display_unit="percent",
        symbol=r"\eta_\text{att}",
        help="Its share of the peak rate when memory does not bind: 0.5 to 0.75 for FlashAttention-2 and -3.",
    )
    convolution_efficiency: Array = number(
        "1",
        "Convolutions reach",
        0.5,
        high=1,
        exclusive_min=True,
        slider=(0.05, 1),
        display_unit="percent",
        symbol=r"\eta_\text{conv}",
        advanced=True,
        help="Their share of the peak rate when memory does not bind.",
    )
    bandwidth_efficiency: Array = inputs.bandwidth_efficiency(SILICON.bandwidth_efficiency)
    layer_overhead: Array = number(
        "s",
        "Overhead per layer",
        SILICON.layer_overhead,
        high=1,
        slider=(0, 200e-6),
        display_unit="us",
        symbol=r"t_\text{layer}",
        help="Launching the kernels of a layer, in one pass.",
        advanced=True,
    )
    elementwise_passes: Array = number(
        "1",
        "Passes of small operators",
        20,
        high=1000,
        slider=(0, 60),
        symbol="e",
        advanced=True,
        help="How often norms, residuals and activation functions of a layer read or write its activations.",
    )
    pipeline_stages: Array = number(
        "1",
        "Pipeline stages",
        1,
        low=1,
        high=10_000,
        slider=(1, 64),
        integer=True,
        symbol="p",
        advanced=True,
        help="Groups of layers on devices of their own, which wait for each other at both ends of a step.",
    )
    microbatches: Array = number(
        "1",
        "Microbatches",
        8,
        low=1,
        high=1e6,
        slider=(1, 512),
        log=True,
        integer=True,
        symbol="m",
        advanced=True,
        help="Parts of a batch that follow each other through the pipeline.",
    )
    exposed_communication: Array = number(
        "s",
        "Communication not hidden",
        0,
        high=1e6,
        slider=(0, 1),
        display_unit="ms",
        symbol=r"t_\text{comm}",
        advanced=True,
        help="Time of a step in which the device waits for others and computes nothing.",
    )
    measured_throughput: Array = number(
        "1/s",
        "Measured throughput",
        0,
        high=1e15,
        slider=(0, 1e6),
        symbol=r"X_\text{measured}",
        advanced=True,
        help="Tokens (or samples) a second of all devices, to compare with; 0 when nothing was measured.",
    )
    devices: Array = number(
        "1",
        "Devices measured",
        1,
        low=1,
        high=1e7,
        slider=(1, 16384),
        log=True,
        integer=True,
        symbol="n",
        advanced=True,
        help="Over which the measured throughput was reached.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    mfu: Array = output("1", "MFU", display_unit="percent", help="Share of the peak rate that serves the model.")
    hfu: Array = output(
        "1", "HFU", display_unit="percent", help="Share of the peak rate in use, recomputation counted."
    )
    efficiency: Array = output(
        "1", "Kernel efficiency", display_unit="percent", help="What kernels alone reach of the peak."
    )
    achieved_rate: Array = output("flop/s", "Achieved rate", help="Of the model's own arithmetic.")
    step_time: Array = output("s", "Time of a step", symbol="t")
    throughput: Array = output("1/s", "Throughput", help="Tokens or samples a second of one device.")
    useful_time: Array = output(
        "s", "At the peak rate", symbol="t_0", help="What the model's arithmetic needs at least."
    )
    largest_loss: Codes = label(StepLoss, "Largest loss")
    gemm_factor: Array = output("1", "Matrix products")
    attention_factor: Array = output("1", "Attention kernels")
    convolution_factor: Array = output("1", "Convolutions")
    memory_factor: Array = output("1", "Memory stalls")
    scores_factor: Array = output("1", "Scores in memory")
    elementwise_factor: Array = output("1", "Small operators")
    launch_factor: Array = output("1", "Launch overhead")
    recomputation_factor: Array = output("1", "Recomputation")
    pipeline_factor: Array = output("1", "Pipeline bubble")
    communication_factor: Array = output("1", "Communication")
    gemm_loss: Array = output("s", "Matrix products below peak")
    attention_loss: Array = output("s", "Attention below peak")
    convolution_loss: Array = output("s", "Convolutions below peak")
    memory_loss: Array = output(
        "s", "Waiting for memory", help="What a class of operators moves beyond its arithmetic."
    )
    scores_loss: Array = output("s", "Moving scores", help="Zero when attention is fused.")
    elementwise_loss: Array = output("s", "Norms, residuals, activations")
    launch_loss: Array = output("s", "Launching kernels")
    recomputation_loss: Array = output("s", "Computing again")
    pipeline_loss: Array = output("s", "Waiting in the pipeline")
    communication_loss: Array = output("s", "Waiting for others")
    passes: Array = output("1", "Passes", symbol="P", help="In forward passes: a backward pass counts as two.")
    peak: Array = output("flop/s", "Peak rate", symbol=r"\pi")
    model_flop: Array = output("flop", "Arithmetic of the model", symbol="W", help="Of a step, nothing counted twice.")
    hardware_flop: Array = output("flop", "Arithmetic done", help="Recomputation counted.")
    gemm_flop: Array = output("flop", "Of matrix products", symbol=r"W_\text{gemm}", help="In one forward pass.")
    attention_flop: Array = output("flop", "Of attention", symbol=r"W_\text{att}", help="In one forward pass.")
    convolution_flop: Array = output("flop", "Of convolutions", symbol=r"W_\text{conv}", help="In one forward pass.")
    gemm_moved: Array = output("byte", "Moved by matrix products", help="Weights and activations, one forward pass.")
    attention_moved: Array = output("byte", "Moved by fused attention", help="In one forward pass.")
    unfused_attention_moved: Array = output("byte", "Moved by unfused attention", help="In one forward pass.")
    convolution_moved: Array = output("byte", "Moved by convolutions", help="In one forward pass.")
    gemm_time: Array = output("s", "Matrix products", help="Of one forward pass.")
    attention_time: Array = output("s", "Fused attention", help="Of one forward pass.")
    unfused_attention_time: Array = output("s", "Unfused attention", help="Of one forward pass.")
    convolution_time: Array = output("s", "Convolutions", help="Of one forward pass.")
    fusion_speedup: Array = output("1", "Attention faster by fusing", if_infinite="no attention to fuse")
    scores_bytes: Array = output("byte", "Scores of one layer", help="Memory that unfused attention needs at once.")
    mfu_fused: Array = output("1", "MFU, attention fused", display_unit="percent")
    mfu_unfused: Array = output("1", "MFU, attention unfused", display_unit="percent")
    tokens: Array = output(
        "1", "Tokens of a step", symbol="T", help="Samples, where a pass is one input of fixed size."
    )
    measured_mfu: Array = output("1", "Measured MFU", display_unit="percent", if_infinite="not measured")
    unexplained_factor: Array = output("1", "Measured over computed", if_infinite="not measured")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: whether model, step, chip and format go together."""
    yield from checks.accelerator_rate(i.accelerator, i.precision)
    if i.phase == Pass.DECODE and not generates(i.model):
        yield InputError("phase", f"can't be decode: {i.model.name} does not generate tokens. Choose forward.")
    if not supports_pass(i.model, False):
        yield InputError("model", f"has neither layers with attention nor known FLOP per pass: {i.model.name}.")


def verdict(i: Inputs, o: Outputs) -> str:
    return (
        "MFU {mfu}: at its peak the chip would need {useful_time}, the step takes {step_time}. Most is lost to "
        f"{_WHY[StepLoss(int(o.largest_loss))]}"
    )


_WHY = {
    StepLoss.GEMM: "matrix products that stay below the peak ({gemm_loss}): better kernels or rounder shapes would "
    "help.",
    StepLoss.ATTENTION: "attention kernels that stay below the peak ({attention_loss}): a newer fused kernel would "
    "help.",
    StepLoss.CONVOLUTION: "convolutions that stay below the peak ({convolution_loss}): other kernels or layouts would "
    "help.",
    StepLoss.MEMORY: "waiting for memory ({memory_loss}): a larger batch would share the weights, a faster chip would "
    "not help.",
    StepLoss.SCORES: "writing and reading attention scores ({scores_loss}); fused attention would reach MFU "
    "{mfu_fused}.",
    StepLoss.ELEMENTWISE: "norms, residuals and activations ({elementwise_loss}), which only move data: fuse them.",
    StepLoss.LAUNCH: "launching kernels ({launch_loss}): more work per launch, or a captured graph, would help.",
    StepLoss.RECOMPUTATION: "computing again what was not kept ({recomputation_loss}): it buys memory, and HFU {hfu} "
    "hides it.",
    StepLoss.PIPELINE: "the pipeline filling and draining ({pipeline_loss}): more microbatches would help.",
    StepLoss.COMMUNICATION: "communication that is not hidden ({communication_loss}): faster kernels would not help.",
}


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield from remarks.precision_fallback(i.accelerator, i.precision)
    if has_fixed_size(i.model):
        yield "The model states its FLOP per pass: the sequence length and the kind of attention change nothing."
        if i.model.activation_bytes == 0:
            yield "The catalog has no size of its activations: memory stalls are too small here."
    elif i.phase != Pass.DECODE:
        yield from remarks.beyond_context_length(i.model, i.sequence_length)
    if i.recomputation != BackwardRecomputation.NONE and i.phase != Pass.TRAINING:
        yield "Without a backward pass nothing is computed again."
    if i.attention == AttentionKernel.UNFUSED and o.scores_bytes > i.accelerator.memory_capacity:
        yield "The scores of a single layer are larger than the memory: unfused, this step could not run at all."
    if o.unexplained_factor > 1:
        yield "Measured faster than computed: some efficiency is set too low, or the devices are counted short."


def _left_after(place: int) -> Equation:
    before = " + ".join(("@useful_time", *(f"@{name}" for name in _LOSSES[:place])))
    return Equation(_FACTORS[place], rf"@{_FACTORS[place]} = \frac{{{before}}}{{{before} + @{_LOSSES[place]}}}")


FIGURES = (
    Chart("waterfall", "From the peak rate to what is achieved", (), _FACTORS),
    Chart("bars", "Where the time of a step goes", (), ("useful_time", *_LOSSES)),
    curve("sequence_length", ("fusion_speedup", "mfu"), "What fusing attention buys"),
    curve("batch_size", ("mfu", "throughput"), "What a larger batch buys"),
    Chart("bars", "MFU with attention fused and unfused", (), ("mfu_fused", "mfu_unfused")),
)

EQUATIONS = (
    Equation("model_flop", r"@model_flop = @passes \cdot (@gemm_flop + @attention_flop + @convolution_flop)"),
    Equation("useful_time", r"@useful_time = \frac{@model_flop}{@peak}"),
    Equation(
        "gemm_loss", r"@gemm_loss = @passes \cdot \frac{@gemm_flop}{@peak} \cdot (\frac{1}{@gemm_efficiency} - 1)"
    ),
    Equation(
        "attention_loss",
        r"@attention_loss = @passes \cdot \frac{@attention_flop}{@peak} \cdot (\frac{1}{@attention_efficiency} - 1)",
    ),
    Equation(
        "convolution_loss",
        r"@convolution_loss = @passes \cdot \frac{@convolution_flop}{@peak} \cdot (\frac{1}{@convolution_efficiency} - "
        r"1)",
    ),
    Equation(
        "gemm_time",
        r"@gemm_time = \max(\frac{@gemm_flop}{@peak \cdot @gemm_efficiency}, "
        r"\frac{@gemm_moved}{@accelerator.memory_bandwidth \cdot @bandwidth_efficiency})",
    ),
    Equation(
        "attention_time",
        r"@attention_time = \max(\frac{@attention_flop}{@peak \cdot @attention_efficiency}, "
        r"\frac{@attention_moved}{@accelerator.memory_bandwidth \cdot @bandwidth_efficiency})",
    ),
    Equation(
        "unfused_attention_time",
        r"@unfused_attention_time = \max(\frac{@attention_flop}{@peak \cdot @attention_efficiency}, "
        r"\frac{@unfused_attention_moved}{@accelerator.memory_bandwidth \cdot @bandwidth_efficiency})",
    ),
    Equation(
        "convolution_time",
        r"@convolution_time = \max(\frac{@convolution_flop}{@peak \cdot @convolution_efficiency}, "
        r"\frac{@convolution_moved}{@accelerator.memory_bandwidth \cdot @bandwidth_efficiency})",
    ),
    Equation(
        "memory_loss",
        r"@memory_loss = @passes \cdot (@gemm_time + @attention_time + @convolution_time) - (@useful_time + @gemm_loss "
        r"+ @attention_loss + @convolution_loss)",
    ),
    Equation(
        "scores_loss",
        r"@scores_loss = @passes \cdot (@unfused_attention_time - @attention_time)",
        where=lambda i, o: i.attention == AttentionKernel.UNFUSED,
    ),
    Equation(
        "launch_loss",
        r"@launch_loss = @passes \cdot (@accelerator.dispatch_overhead + @model.layers \cdot @layer_overhead)",
    ),
    *(_left_after(place) for place in range(len(StepLoss))),
    Equation("efficiency", r"@efficiency = @gemm_factor \cdot @attention_factor \cdot @convolution_factor"),
    Equation("mfu", "@mfu = " + r" \cdot ".join(f"@{name}" for name in _FACTORS)),
    Equation("mfu", r"@mfu = \frac{@model_flop}{@step_time \cdot @peak}"),
    Equation("hfu", r"@hfu = \frac{@hardware_flop}{@step_time \cdot @peak}"),
    Equation(
        "fusion_speedup",
        r"@fusion_speedup = \frac{@unfused_attention_time}{@attention_time}",
        where=lambda i, o: o.attention_time > 0,
    ),
    Equation(
        "measured_mfu",
        r"@measured_mfu = \frac{@measured_throughput \cdot @model_flop}{@tokens \cdot @devices \cdot @peak}",
        where=lambda i, o: i.measured_throughput > 0,
    ),
)

SOURCES = (
    Source("Chowdhery et al. 2022", "PaLM: scaling language modeling with pathways", "arXiv:2204.02311"),
    Source(
        "Dao et al. 2022",
        "FlashAttention: fast and memory-efficient exact attention with IO-awareness",
        "arXiv:2205.14135",
    ),
    Source(
        "Dao 2023",
        "FlashAttention-2: faster attention with better parallelism and work partitioning",
        "arXiv:2307.08691",
    ),
    Source(
        "Williams, Waterman, Patterson 2009",
        "Roofline: an insightful visual performance model",
        "10.1145/1498765.1498785",
    ),
    Source(
        "Korthikanti et al. 2023",
        "Reducing activation recomputation in large transformer models",
        "arXiv:2205.05198",
    ),
    Source(
        "Narayanan et al. 2021",
        "Efficient large-scale language model training on GPU clusters using Megatron-LM",
        "arXiv:2104.04473",
    ),
)

ASSUMPTIONS = (
    "Classes of operators run one after the other; within a class arithmetic and memory overlap perfectly.",
    "A backward pass costs twice a forward pass in arithmetic, in traffic and in launches.",
    "Unfused attention writes and reads the scores four times, the masked half too, but does not compute that half.",
    "Fused attention reads queries, keys and values once and writes its result once.",
    "Every weight matrix has the hidden size on one side; a layer has four products that read and write activations.",
    "The factors are taken in the order shown; another order would share the same loss out differently.",
)

LIMITATIONS = (
    "Whether the step fits in memory: see the roofline and the training memory.",
    "How long communication takes and how much of it hides: see the collectives and parallelism.",
    "Clocks that fall when the chip gets hot, and data that is late.",
)

PRESETS = (
    Preset("Training Llama-3-8B", {}),
    Preset("The same with scores in memory", {"attention": "unfused"}),
    Preset("Full recomputation", {"recomputation": "full"}),
    Preset("Decode of one sequence", {"phase": "decode", "sequence_length": "1024"}),
    Preset("Prefill of a long prompt", {"phase": "forward", "sequence_length": "32768", "attention": "unfused"}),
    Preset("ResNet-50 in batches of 64", {"model": "resnet-50", "phase": "training", "batch_size": "64"}),
    Preset(
        "A pipeline of sixteen stages",
        {
            "pipeline_stages": "16",
            "microbatches": "32",
            "exposed_communication": "100 ms",
            "recomputation": "selective",
        },
    ),
    Preset(
        "PaLM 540B as measured",
        {
            "model": "palm-540b",
            "accelerator": "tpu-v4",
            "precision": "bf16",
            "sequence_length": "2048",
            "recomputation": "full",
            "measured_throughput": "238300 1/s",
            "devices": "6144",
        },
    ),
)

FALLACIES = (
    Fallacy(
        "Fused attention is faster because it computes less.",
        "The arithmetic done is {before} unfused and {after} fused; what falls is the traffic of the scores.",
        "hardware_flop",
        {"attention": "unfused"},
        {},
        lambda before, after: after == before,
    ),
    Fallacy(
        "A high utilization of the hardware means fast training.",
        "With full recomputation the HFU is as high, yet the throughput goes from {before} to {after}.",
        "throughput",
        {},
        {"recomputation": "full"},
        lambda before, after: after < 0.8 * before,
    ),
    Fallacy(
        "A chip with twice the peak rate keeps its MFU.",
        "In decode it goes from {before} to {after}: the memory feeds no faster.",
        "mfu",
        {"phase": "decode"},
        {"phase": "decode", "accelerator.peak": "x2"},
        lambda before, after: after < 0.52 * before,
    ),
)


@solver(
    walls=(3,),
    title="Efficiency",
    question="Where does the peak rate go between the data sheet and what a model gets?",
    version="1",
    factor="MFU",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("mfu", "hfu", "efficiency", "step_time", "throughput", "fusion_speedup"),
    overlay="accelerator",
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def efficiency(i: Inputs) -> Outputs:
    decodes, trains = (np.asarray(i.phase) == kind for kind in (Pass.DECODE, Pass.TRAINING))
    work = operator_work(i.model, decodes, i.batch_size, i.sequence_length, i.precision, i.elementwise_passes)
    peak, passes = peak_rate(i.accelerator, i.precision), np.where(trains, 3.0, 1.0)
    times = _operator_times(i, work, peak)
    scores = np.where(np.asarray(i.attention) == AttentionKernel.UNFUSED, times.scores, 0.0)
    selective, full = _recomputes(i, trains)
    launch = np.asarray(i.accelerator.dispatch_overhead + i.model.layers * np.asarray(i.layer_overhead))
    rest = (launch, selective, full, i.pipeline_stages, i.microbatches, i.exposed_communication)
    seconds, fused, unfused = (
        time_by_loss(passes, times, moved, *rest) for moved in (scores, np.zeros_like(times.scores), times.scores)
    )
    step_time = seconds.sum(axis=0)
    split: dict[str, Any] = dict(zip((*_FACTORS, *_LOSSES), (*efficiency_factors(seconds), *seconds[1:]), strict=True))
    one_pass = work.gemm_flop + work.attention_flop + work.convolution_flop
    model_flop = passes * one_pass
    hardware_flop = model_flop + selective * work.attention_flop + full * one_pass
    measured_mfu = np.asarray(i.measured_throughput * model_flop / (work.tokens * i.devices * peak))
    measured_mfu = np.where(measured_mfu > 0, measured_mfu, np.nan)
    mfu = seconds[0] / step_time
    return Outputs(
        mfu=mfu,
        hfu=hardware_flop / (step_time * peak),
        efficiency=seconds[0] / seconds[:4].sum(axis=0),
        achieved_rate=model_flop / step_time,
        step_time=step_time,
        throughput=work.tokens / step_time,
        useful_time=seconds[0],
        largest_loss=np.argmax(seconds[1:], axis=0),
        passes=passes,
        peak=peak,
        model_flop=model_flop,
        hardware_flop=hardware_flop,
        gemm_flop=work.gemm_flop,
        attention_flop=work.attention_flop,
        convolution_flop=work.convolution_flop,
        gemm_moved=work.gemm_moved,
        attention_moved=work.attention_moved,
        unfused_attention_moved=work.attention_moved + work.scores_moved,
        convolution_moved=work.convolution_moved,
        gemm_time=times.gemm.total,
        attention_time=times.fused.total,
        unfused_attention_time=times.unfused.total,
        convolution_time=times.convolution.total,
        fusion_speedup=ratio_or_inf(times.unfused.total, times.fused.total),
        scores_bytes=work.scores_bytes,
        mfu_fused=fused[0] / fused.sum(axis=0),
        mfu_unfused=unfused[0] / unfused.sum(axis=0),
        tokens=work.tokens,
        measured_mfu=measured_mfu,
        unexplained_factor=measured_mfu / mfu,
        **split,
    )


def _operator_times(i: Inputs, work: OperatorWork, peak: Array) -> OperatorTimes:
    bandwidth = np.asarray(i.accelerator.memory_bandwidth * np.asarray(i.bandwidth_efficiency))
    return operator_times(work, peak, bandwidth, i.gemm_efficiency, i.attention_efficiency, i.convolution_efficiency)


def _recomputes(i: Inputs, trains: Truth) -> tuple[Truth, Truth]:
    """Return whether the backward pass recomputes attention, and whether it recomputes the whole forward pass."""
    recomputed = np.asarray(i.recomputation)
    return (
        trains & (recomputed == BackwardRecomputation.SELECTIVE),
        trains & (recomputed == BackwardRecomputation.FULL),
    )
