"""Which losses separate a model's attained FLOP/s from the accelerator's peak?

Chowdhery et al. 2022 (PaLM, appendix B) for MFU and HFU, Dao et al. 2022 (FlashAttention) for the savings of fused
attention, Williams et al. 2009 for the roofline of each class of operators. A step takes its ideal time at peak FLOP/s
plus what each loss adds. A step is a sum of kernels, as on one device of the parallelism wall (training) and of the
serving wall (prefill and decode), or a roofline per class of operators (`timing`), as for networks of fixed size. Not
modeled: overlapping kernels, caches, and clocks that drop under load.
"""

from __future__ import annotations

import dataclasses
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
from solvers.laws.collectives import NetworkLink
from solvers.laws.inference_losses import Bubble, InferenceLosses, inference_losses
from solvers.laws.language_pass import ModelServer, Timing
from solvers.laws.language_training import TrainingJob
from solvers.laws.losses import StepLoss, StepLosses, chosen_losses, efficiency_factors, time_by_loss
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
from solvers.laws.training_losses import training_losses
from solvers.laws.training_step import Network, ParallelLayout
from solvers.specs import Accelerator, Model, Precision, peak_rate
from solvers.verdict import State, Verdict


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


# The constants of the roofline of each class of operators: who changes one means that roofline.
_ROOFLINE = (
    "gemm_efficiency",
    "attention_efficiency",
    "bandwidth_efficiency",
    "layer_overhead",
    "elementwise_passes",
)
_TIMING = (
    "A sum of kernels with the accelerator's measured constants, or a roofline per class of operators with the "
    "efficiencies below. Changing one of them, models without attention and inputs of fixed size use the roofline."
)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    model: Model = inputs.model("llama-3-8b")
    accelerator: Accelerator = inputs.accelerator("h100-sxm5-80gb")
    phase: Codes = choice(
        Pass,
        "Step type",
        Pass.TRAINING,
        help="Training is a forward and a backward pass.",
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
        help="Sequences or samples per device and step.",
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
        help="Tokens per sequence; in decode, those in the KV cache.",
    )
    attention: Codes = choice(
        AttentionKernel,
        "Attention kernel",
        AttentionKernel.FUSED,
        labels={"fused": "Fused (FlashAttention)", "unfused": "Unfused"},
        help="Unfused attention writes the scores to memory and reads them back.",
    )
    recomputation: Codes = choice(
        BackwardRecomputation,
        "Recomputation",
        BackwardRecomputation.NONE,
        labels={"selective": "Attention only", "full": "Full"},
        help="Activations the backward pass recomputes to save memory; training only.",
    )
    precision: Codes = inputs.precision(Precision.FP16)
    timing: Codes = inputs.timing(meant_by=_ROOFLINE, help=_TIMING)
    gemm_efficiency: Array = number(
        "1",
        "GEMM efficiency",
        0.8,
        high=1,
        exclusive_min=True,
        slider=(0.05, 1),
        display_unit="percent",
        symbol=r"\eta_\text{gemm}",
        help="Share of peak FLOP/s when compute-bound; 80 % was measured for a large GEMM on an H200.",
    )
    attention_efficiency: Array = number(
        "1",
        "Attention efficiency",
        0.6,
        high=1,
        exclusive_min=True,
        slider=(0.05, 1),
        display_unit="percent",
        symbol=r"\eta_\text{att}",
        help="Share of peak FLOP/s when compute-bound: 50 to 75 % for FlashAttention-2 and -3.",
    )
    convolution_efficiency: Array = number(
        "1",
        "Convolution efficiency",
        0.5,
        high=1,
        exclusive_min=True,
        slider=(0.05, 1),
        display_unit="percent",
        symbol=r"\eta_\text{conv}",
        advanced=True,
        help="Share of peak FLOP/s when compute-bound.",
    )
    bandwidth_efficiency: Array = inputs.bandwidth_efficiency(
        SILICON.bandwidth_efficiency, default_from="accelerator.measured_bandwidth_efficiency"
    )
    layer_overhead: Array = number(
        "s",
        "Kernel-launch overhead per layer",
        SILICON.layer_overhead,
        default_from="accelerator.measured_layer_overhead",
        high=1,
        slider=(0, 200e-6),
        display_unit="us",
        symbol=r"t_\text{layer}",
        help="Launch time of the kernels of one layer in one pass.",
        advanced=True,
    )
    elementwise_passes: Array = number(
        "1",
        "Elementwise passes per layer",
        20,
        high=1000,
        slider=(0, 60),
        symbol="e",
        advanced=True,
        help="How often normalization, residuals and activation functions read or write the activations.",
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
        help="Groups of layers on separate devices (pipeline parallelism).",
    )
    microbatches: Array = number(
        "1",
        "Micro-batches per step",
        8,
        low=1,
        high=1e6,
        slider=(1, 512),
        log=True,
        integer=True,
        symbol="m",
        advanced=True,
        help="Parts of the batch that pass through the pipeline one after the other.",
    )
    exposed_communication: Array = number(
        "s",
        "Exposed communication time",
        0,
        high=1e6,
        slider=(0, 1),
        display_unit="ms",
        symbol=r"t_\text{comm}",
        advanced=True,
        help="Communication per step that does not overlap with compute.",
    )
    measured_throughput: Array = number(
        "1/s",
        "Measured throughput",
        0,
        high=1e15,
        slider=(0, 1e6),
        symbol=r"X_\text{measured}",
        advanced=True,
        help="Tokens or samples per second of all devices, for comparison.",
        zero_means="not measured",
    )
    devices: Array = number(
        "1",
        "Devices in the measurement",
        1,
        low=1,
        high=1e7,
        slider=(1, 16384),
        log=True,
        integer=True,
        symbol="n",
        advanced=True,
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    mfu: Array = output(
        "1", "MFU", display_unit="percent", help="Model FLOPs utilization: model FLOP/s over peak FLOP/s."
    )
    hfu: Array = output("1", "HFU", display_unit="percent", help="Hardware FLOPs utilization: recomputation counts.")
    efficiency: Array = output(
        "1", "Kernel efficiency", display_unit="percent", help="Share of peak FLOP/s that compute kernels reach."
    )
    achieved_rate: Array = output("flop/s", "Attained FLOP/s", help="Model FLOPs per second.")
    step_time: Array = output("s", "Step time", symbol="t")
    throughput: Array = output("1/s", "Throughput", help="Tokens or samples per second of one device.")
    useful_time: Array = output("s", "Ideal time at peak", symbol="t_0", help="Model FLOPs over peak FLOP/s.")
    largest_loss: Codes = label(StepLoss, "Largest loss")
    gemm_factor: Array = output("1", "GEMM factor")
    attention_factor: Array = output("1", "Attention factor")
    convolution_factor: Array = output("1", "Convolution factor")
    memory_factor: Array = output("1", "Memory-stall factor")
    scores_factor: Array = output("1", "Unfused-attention factor")
    elementwise_factor: Array = output("1", "Elementwise factor")
    launch_factor: Array = output("1", "Kernel-launch factor")
    recomputation_factor: Array = output("1", "Recomputation factor")
    pipeline_factor: Array = output("1", "Pipeline-bubble factor")
    communication_factor: Array = output("1", "Communication factor")
    update_factor: Array = output("1", "Optimizer factor")
    gemm_loss: Array = output("s", "GEMM inefficiency")
    attention_loss: Array = output("s", "Attention inefficiency")
    convolution_loss: Array = output("s", "Convolution inefficiency")
    memory_loss: Array = output("s", "Memory stalls", help="Memory time beyond compute time, per class of operators.")
    scores_loss: Array = output("s", "Attention-score traffic", help="Zero with fused attention.")
    elementwise_loss: Array = output("s", "Elementwise operators")
    launch_loss: Array = output("s", "Kernel launches")
    recomputation_loss: Array = output("s", "Recomputation time")
    pipeline_loss: Array = output("s", "Pipeline bubble")
    communication_loss: Array = output("s", "Exposed communication")
    update_loss: Array = output("s", "Optimizer step", help="Training timed as a sum of kernels only.")
    passes: Array = output("1", "Forward-pass equivalents", symbol="P", help="A backward pass counts as two.")
    peak: Array = output("flop/s", "Peak FLOP/s", symbol=r"\pi")
    model_flop: Array = output("flop", "Model FLOPs per step", symbol="W")
    hardware_flop: Array = output("flop", "Hardware FLOPs per step", help="Model FLOPs plus recomputation.")
    gemm_flop: Array = output("flop", "GEMM FLOPs", symbol=r"W_\text{gemm}", help="One forward pass.")
    attention_flop: Array = output("flop", "Attention FLOPs", symbol=r"W_\text{att}", help="One forward pass.")
    convolution_flop: Array = output("flop", "Convolution FLOPs", symbol=r"W_\text{conv}", help="One forward pass.")
    gemm_moved: Array = output("byte", "GEMM memory traffic", help="Weights and activations, one forward pass.")
    attention_moved: Array = output("byte", "Fused-attention memory traffic", help="One forward pass.")
    unfused_attention_moved: Array = output("byte", "Unfused-attention memory traffic", help="One forward pass.")
    convolution_moved: Array = output("byte", "Convolution memory traffic", help="One forward pass.")
    gemm_time: Array = output("s", "GEMM time", help="One forward pass.")
    attention_time: Array = output("s", "Fused-attention time", help="One forward pass.")
    unfused_attention_time: Array = output("s", "Unfused-attention time", help="One forward pass.")
    convolution_time: Array = output("s", "Convolution time", help="One forward pass.")
    fusion_speedup: Array = output(
        "1", "FlashAttention speedup", display_unit="times", if_infinite="none (no attention)"
    )
    scores_bytes: Array = output("byte", "Attention-score memory per layer", help="Unfused attention only.")
    mfu_fused: Array = output("1", "MFU, fused attention", display_unit="percent")
    mfu_unfused: Array = output("1", "MFU, unfused attention", display_unit="percent")
    tokens: Array = output("1", "Tokens per step", symbol="T", help="Samples, for models with inputs of fixed size.")
    measured_mfu: Array = output("1", "Measured MFU", display_unit="percent", if_infinite="not measured")
    unexplained_factor: Array = output(
        "1", "Measured / modeled throughput", display_unit="times", if_infinite="not measured"
    )


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: whether model, step, chip and format go together."""
    yield from checks.accelerator_rate(i.accelerator, i.precision)
    if i.phase == Pass.DECODE and not generates(i.model):
        yield InputError("phase", f"can't be decode: {i.model.name} does not generate tokens. Choose forward.")
    if not supports_pass(i.model, False):
        yield InputError(
            "model", f"has neither attention layers nor known FLOPs per pass: {i.model.name}. Choose another model."
        )


def verdict(i: Inputs, o: Outputs) -> Verdict:
    loss = StepLoss(int(o.largest_loss))
    return Verdict(
        _LIMIT[loss],
        "{mfu} MFU. A step takes {step_time}; at peak FLOP/s it would take {useful_time}. Largest loss: "
        f"{_WHY[loss]}",
    )


_LIMIT = {
    StepLoss.GEMM: State.COMPUTE,
    StepLoss.ATTENTION: State.COMPUTE,
    StepLoss.CONVOLUTION: State.COMPUTE,
    StepLoss.MEMORY: State.MEMORY,
    StepLoss.SCORES: State.MEMORY,
    StepLoss.ELEMENTWISE: State.MEMORY,
    StepLoss.LAUNCH: State.OVERHEAD,
    StepLoss.RECOMPUTATION: State.COMPUTE,
    StepLoss.PIPELINE: State.OVERHEAD,
    StepLoss.UPDATE: State.MEMORY,
    StepLoss.COMMUNICATION: State.NETWORK,
}


_WHY = {
    StepLoss.GEMM: "GEMM inefficiency, {gemm_loss}. Better kernels or larger matrices would help.",
    StepLoss.ATTENTION: "attention inefficiency, {attention_loss}. A newer fused kernel would help.",
    StepLoss.CONVOLUTION: "convolution inefficiency, {convolution_loss}. Better kernels or layouts would help.",
    StepLoss.MEMORY: "memory stalls, {memory_loss}. A larger batch would help; more FLOP/s would not.",
    StepLoss.SCORES: "attention-score traffic, {scores_loss}. Fused attention would reach {mfu_fused} MFU.",
    StepLoss.ELEMENTWISE: "elementwise operators, {elementwise_loss}. Kernel fusion would help.",
    StepLoss.LAUNCH: "kernel launches, {launch_loss}. A larger batch or CUDA graphs would help.",
    StepLoss.RECOMPUTATION: "recomputation, {recomputation_loss}. It saves memory; HFU, {hfu}, counts it as work.",
    StepLoss.PIPELINE: "the pipeline bubble, {pipeline_loss}. More micro-batches would help.",
    StepLoss.UPDATE: "the optimizer step, {update_loss}. A larger batch would help.",
    StepLoss.COMMUNICATION: "exposed communication, {communication_loss}. Faster kernels would not help.",
}


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield from remarks.precision_fallback(i.accelerator, i.precision, i.timing)
    if _is_by_kernels(i):
        yield from remarks.pass_timing(i.accelerator, i.timing)
    else:
        yield from remarks.stand_in_roofline(
            i.accelerator,
            Timing.ROOFLINE,
            bandwidth_efficiency=i.bandwidth_efficiency,
            layer_overhead=i.layer_overhead,
        )
    if has_fixed_size(i.model):
        yield "The catalog gives FLOPs per pass: sequence length and attention kernel have no effect."
        if i.model.activation_bytes == 0:
            yield "The catalog has no activation size for this model: memory stalls are underestimated."
    elif i.phase != Pass.DECODE:
        yield from remarks.beyond_context_length(i.model, i.sequence_length)
    if i.recomputation != BackwardRecomputation.NONE and i.phase != Pass.TRAINING:
        yield "Recomputation has no effect without a backward pass."
    if i.attention == AttentionKernel.UNFUSED and o.scores_bytes > i.accelerator.memory_capacity:
        yield "The attention scores of one layer exceed the memory: unfused, this step could not run at all."
    if o.unexplained_factor > 1:
        yield "Measured faster than modeled: an efficiency is too low, or too few devices are counted."


def _left_after(place: int) -> Equation:
    before = " + ".join(("@useful_time", *(f"@{name}" for name in _LOSSES[:place])))
    return Equation(_FACTORS[place], rf"@{_FACTORS[place]} = \frac{{{before}}}{{{before} + @{_LOSSES[place]}}}")


FIGURES = (
    Chart("waterfall", "From peak FLOP/s to MFU", (), _FACTORS),
    Chart("bars", "Step time breakdown", (), ("useful_time", *_LOSSES)),
    curve("sequence_length", ("fusion_speedup", "mfu"), "FlashAttention speedup and MFU vs. sequence length"),
    curve("batch_size", ("mfu", "throughput"), "MFU and throughput vs. batch size"),
    Chart("bars", "MFU: fused vs. unfused attention", (), ("mfu_fused", "mfu_unfused")),
)


def _roofline(i: Inputs, o: Outputs) -> bool:
    return not _is_by_kernels(i)


EQUATIONS = (
    Equation("model_flop", r"@model_flop = @passes \cdot (@gemm_flop + @attention_flop + @convolution_flop)"),
    Equation("useful_time", r"@useful_time = \frac{@model_flop}{@peak}"),
    Equation(
        "gemm_loss",
        r"@gemm_loss = @passes \cdot \frac{@gemm_flop}{@peak} \cdot (\frac{1}{@gemm_efficiency} - 1)",
        where=_roofline,
    ),
    Equation(
        "attention_loss",
        r"@attention_loss = @passes \cdot \frac{@attention_flop}{@peak} \cdot (\frac{1}{@attention_efficiency} - 1)",
        where=_roofline,
    ),
    Equation(
        "convolution_loss",
        r"@convolution_loss = @passes \cdot \frac{@convolution_flop}{@peak} \cdot (\frac{1}{@convolution_efficiency} - "
        r"1)",
        where=_roofline,
    ),
    Equation(
        "gemm_time",
        r"@gemm_time = \max(\frac{@gemm_flop}{@peak \cdot @gemm_efficiency}, "
        r"\frac{@gemm_moved}{@accelerator.memory_bandwidth \cdot @bandwidth_efficiency})",
        where=_roofline,
    ),
    Equation(
        "attention_time",
        r"@attention_time = \max(\frac{@attention_flop}{@peak \cdot @attention_efficiency}, "
        r"\frac{@attention_moved}{@accelerator.memory_bandwidth \cdot @bandwidth_efficiency})",
        where=_roofline,
    ),
    Equation(
        "unfused_attention_time",
        r"@unfused_attention_time = \max(\frac{@attention_flop}{@peak \cdot @attention_efficiency}, "
        r"\frac{@unfused_attention_moved}{@accelerator.memory_bandwidth \cdot @bandwidth_efficiency})",
        where=_roofline,
    ),
    Equation(
        "convolution_time",
        r"@convolution_time = \max(\frac{@convolution_flop}{@peak \cdot @convolution_efficiency}, "
        r"\frac{@convolution_moved}{@accelerator.memory_bandwidth \cdot @bandwidth_efficiency})",
        where=_roofline,
    ),
    Equation(
        "memory_loss",
        r"@memory_loss = @passes \cdot (@gemm_time + @attention_time + @convolution_time) - (@useful_time + @gemm_loss "
        r"+ @attention_loss + @convolution_loss)",
        where=_roofline,
    ),
    Equation(
        "scores_loss",
        r"@scores_loss = @passes \cdot (@unfused_attention_time - @attention_time)",
        where=lambda i, o: i.attention == AttentionKernel.UNFUSED and _roofline(i, o),
    ),
    Equation(
        "launch_loss",
        r"@launch_loss = @passes \cdot (@accelerator.dispatch_overhead + @model.layers \cdot @layer_overhead)",
        where=_roofline,
    ),
    Equation(
        "memory_loss",
        r"@memory_loss = 3 \cdot @gemm_time + 3.5 \cdot @attention_time - @launch_loss - (@useful_time + @gemm_loss + "
        r"@attention_loss)",
        where=lambda i, o: not _roofline(i, o) and i.phase == Pass.TRAINING,
    ),
    Equation(
        "memory_loss",
        r"@memory_loss = @gemm_time + @attention_time - @launch_loss - (@useful_time + @gemm_loss + @attention_loss)",
        where=lambda i, o: not _roofline(i, o) and i.phase != Pass.TRAINING,
    ),
    Equation(
        "scores_loss",
        r"@scores_loss = 3.5 \cdot (@unfused_attention_time - @attention_time)",
        where=lambda i, o: i.attention == AttentionKernel.UNFUSED and not _roofline(i, o) and i.phase == Pass.TRAINING,
    ),
    Equation("step_time", "@step_time = " + " + ".join(f"@{name}" for name in ("useful_time", *_LOSSES))),
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
    "Classes of operators run one after the other; within a class, compute and memory traffic overlap perfectly.",
    "A backward pass takes twice the FLOPs, memory traffic and launches of a forward pass. In a sum of kernels, its "
    "attention takes 2.5 times as much, and the optimizer step is added.",
    "In a sum of kernels, a forward pass of a language model is a prefill: the head runs on the last token of a "
    "sequence only.",
    "The input embedding is a look-up: its parameters are not counted in the model FLOPs.",
    "Unfused attention writes and reads the scores four times, including the masked half, which it does not compute.",
    "Fused attention reads queries, keys and values once and writes its result once.",
    "Every weight matrix has the hidden size on one side; a layer has four GEMMs that read and write activations.",
    "The factors are applied in the order shown; another order would split the same loss differently.",
)

LIMITATIONS = (
    "Whether the step fits in memory: see the roofline and training-memory walls.",
    "How long communication takes and how much of it is hidden: see the collectives and parallelism walls.",
    "Clocks that drop when the accelerator is hot, and data stalls.",
)

PRESETS = (
    Preset("Training Llama-3-8B", {}),
    Preset("Llama-3-8B, unfused attention", {"attention": "unfused"}),
    Preset("Full recomputation", {"recomputation": "full"}),
    Preset("Decode, batch 1", {"phase": "decode", "sequence_length": "1024"}),
    Preset("32k prefill, unfused attention", {"phase": "forward", "sequence_length": "32768", "attention": "unfused"}),
    Preset("ResNet-50, batch 64", {"model": "resnet-50", "phase": "training", "batch_size": "64"}),
    Preset(
        "16 pipeline stages",
        {
            "pipeline_stages": "16",
            "microbatches": "32",
            "exposed_communication": "100 ms",
            "recomputation": "selective",
        },
    ),
    Preset(
        "PaLM 540B, measured",
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
        "The hardware FLOPs are {before} unfused and {after} fused; the memory traffic of the scores is what falls.",
        "hardware_flop",
        {"attention": "unfused"},
        {},
        lambda before, after: after == before,
    ),
    Fallacy(
        "High hardware utilization means fast training.",
        "With full recomputation the HFU is as high, yet the throughput goes from {before} to {after}.",
        "throughput",
        {},
        {"recomputation": "full"},
        lambda before, after: after < 0.8 * before,
    ),
    Fallacy(
        "A chip with twice the peak FLOP/s keeps its MFU.",
        "In decode the MFU falls from {before} to {after}: memory bandwidth is the limit.",
        "mfu",
        {"phase": "decode"},
        {"phase": "decode", "accelerator.peak": "x2"},
        lambda before, after: after < 0.52 * before,
    ),
)


@solver(
    walls=(3,),
    title="Efficiency",
    question="Which losses separate a model's attained FLOP/s from the accelerator's peak?",
    version="5",
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
    selective, full = _recomputes(i, trains)
    lost, work = _losses(i, work, passes)
    unfused = np.asarray(i.attention) == AttentionKernel.UNFUSED
    parts = (np.where(unfused, *both) for both in zip(lost.unfused, lost.fused, strict=True))
    seconds = np.stack(np.broadcast_arrays(*parts))
    step_time = sum(seconds)
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
        gemm_time=lost.gemm,
        attention_time=lost.attention,
        unfused_attention_time=lost.attention + lost.scores,
        convolution_time=lost.convolution,
        fusion_speedup=ratio_or_inf(lost.attention + lost.scores, lost.attention),
        scores_bytes=work.scores_bytes,
        mfu_fused=lost.fused[0] / sum(lost.fused),
        mfu_unfused=lost.unfused[0] / sum(lost.unfused),
        tokens=work.tokens,
        measured_mfu=measured_mfu,
        unexplained_factor=measured_mfu / mfu,
        **split,
    )


def _is_by_kernels(i: Inputs) -> Truth:
    """Whether a step is a sum of kernels: training of a transformer, or a pass of one that generates tokens, unless the
    roofline is meant."""
    attends = np.asarray(i.model.layers * i.model.attention_heads * i.model.hidden_size) > 0
    priced = (np.asarray(i.phase) == Pass.TRAINING) | generates(i.model)
    return np.asarray(priced & attends & ~has_fixed_size(i.model) & (np.asarray(i.timing) != Timing.ROOFLINE))


def _losses(i: Inputs, work: OperatorWork, passes: Array) -> tuple[StepLosses, OperatorWork]:
    """Where the time of a step goes, each row as it is timed, and the work of one pass as that counts it."""
    kernels, trains = _is_by_kernels(i), np.asarray(i.phase) == Pass.TRAINING
    trained, served = kernels & trains, kernels & ~trains
    found: list[tuple[Truth, StepLosses]] = []
    if not np.all(kernels):
        found.append((np.logical_not(kernels), _by_roofline(i, work, passes)))
    if np.any(trained):
        found.append((trained, _by_training_kernels(i)))
    if np.any(served):
        inference = _by_inference_kernels(i)
        found.append((served, inference.losses))
        counted = {name: np.where(served, getattr(inference, name), getattr(work, name)) for name in _COUNTED}
        work = dataclasses.replace(work, **counted)
    lost = found[0][1]
    for rows, losses in found[1:]:
        lost = chosen_losses(rows, losses, lost)
    return lost, work


# The FLOP that a sum of kernels counts otherwise than the classes of operators do: the head runs on fewer tokens.
_COUNTED = ("gemm_flop", "attention_flop")


def _by_inference_kernels(i: Inputs) -> InferenceLosses:
    server = ModelServer(chip=i.accelerator, precision=i.precision, cache_precision=i.precision)
    waits = Bubble(i.pipeline_stages, i.microbatches, i.exposed_communication)
    decodes = np.asarray(i.phase) == Pass.DECODE
    return inference_losses(i.model, server, i.batch_size, i.sequence_length, decodes, waits)


def _by_training_kernels(i: Inputs) -> StepLosses:
    nothing = NetworkLink(1.0, 0.0)  # one device reaches no other
    job = TrainingJob(
        chip=i.accelerator,
        precision=i.precision,
        sequences=i.batch_size,
        length=i.sequence_length,
        layout=ParallelLayout(1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
        network=Network(1.0, nothing, nothing, 1.0),
        recomputation=i.recomputation,
    )
    return training_losses(i.model, job, i.pipeline_stages, i.microbatches, i.exposed_communication)


def _by_roofline(i: Inputs, work: OperatorWork, passes: Array) -> StepLosses:
    times = _operator_times(i, work, peak_rate(i.accelerator, i.precision))
    launch = np.asarray(i.accelerator.dispatch_overhead + i.model.layers * np.asarray(i.layer_overhead))
    rest = (*_recomputes(i, passes > 1), i.pipeline_stages, i.microbatches, i.exposed_communication)
    fused, unfused = (
        time_by_loss(passes, times, moved, launch, *rest) for moved in (np.zeros_like(times.scores), times.scores)
    )
    return StepLosses(
        fused=fused,
        unfused=unfused,
        gemm=times.gemm.total,
        attention=times.fused.total,
        scores=times.scores,
        convolution=times.convolution.total,
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
