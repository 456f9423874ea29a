"""Is a workload compute-bound or memory-bound?

Williams, Waterman and Patterson 2009, equation 1: attainable FLOP/s = min(peak, intensity × bandwidth), here as the
time of one step of a model. Not modeled: caches between main memory and the cores, imperfect overlap of compute and
memory traffic, and steps that mix several phases.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solvers import checks, inputs, remarks
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
    output,
    solver,
)
from solvers.errors import InputError
from solvers.laws.core_kernels import KernelRates, kernel_efficiency
from solvers.laws.memory import Tier, max_batch_size, memory_placement
from solvers.laws.phase import Phase, effective_phase, step_work
from solvers.laws.power import IDLE, PowerModel, activity, chip_power
from solvers.laws.ratio import ratio_or_inf
from solvers.laws.step_time import Bound, step_time
from solvers.laws.transformer import compute_bound_batch_size
from solvers.specs import Accelerator, Model, Precision, peak_rate
from solvers.verdict import State, Verdict


@dataclass(frozen=True, kw_only=True)
class Inputs:
    model: Model = inputs.model("llama-3-8b")
    accelerator: Accelerator = inputs.accelerator("h100-sxm5-80gb")
    phase: Codes = inputs.phase(Phase.AUTO)
    batch_size: Array = inputs.batch_size(1)
    precision: Codes = inputs.precision(Precision.FP16)
    context_length: Array = inputs.context_length(0)
    prompt_length: Array = inputs.prompt_length(1024)
    efficiency: Array = inputs.efficiency(0.5)
    bandwidth_efficiency: Array = inputs.bandwidth_efficiency(1)
    kernel_rates: Codes = inputs.kernel_rates(KernelRates.AUTO)
    layer_overhead: Array = inputs.layer_overhead(10e-6)
    idle_fraction: Array = inputs.idle_fraction(IDLE, default_from="accelerator.measured_idle_fraction")
    arithmetic_power: Array = inputs.arithmetic_power()
    memory_power: Array = inputs.memory_power()
    utilization: Codes = inputs.power_model(PowerModel.ACTIVITY)
    memory_reserve: Array = inputs.memory_reserve()


@dataclass(frozen=True, kw_only=True)
class Outputs:
    latency: Array = output("s", "Latency", symbol="t", help="Time of one step.")
    compute_time: Array = output("s", "Compute time", symbol=r"t_\text{compute}")
    memory_time: Array = output("s", "Memory time", symbol=r"t_\text{memory}")
    overhead_time: Array = output("s", "Overhead", symbol=r"t_\text{overhead}")
    throughput: Array = output("1/s", "Throughput", help="Tokens or samples per second, all sequences together.")
    bottleneck: Codes = label(Bound, "Roofline bottleneck", help="The slower of compute and memory.")
    binding: Codes = label(Bound, "Limited by", help="The roofline bottleneck, or the overhead where it exceeds both.")
    arithmetic_intensity: Array = output(
        "flop/byte", "Arithmetic intensity", symbol="I", help="FLOPs per byte of memory traffic."
    )
    ridge_point: Array = output(
        "flop/byte",
        "Ridge point",
        symbol=r"I_\text{ridge}",
        help="The arithmetic intensity at which compute and memory take equally long.",
    )
    mfu: Array = output("1", "MFU", display_unit="percent", help="Model FLOPs utilization: attained over peak FLOP/s.")
    memory_utilization: Array = output(
        "1", "Memory bandwidth utilization", display_unit="percent", symbol="u_m", help="Attained over peak bandwidth."
    )
    power: Array = output("W", "Power", symbol="P", if_infinite="unknown: the catalog has no TDP")
    energy: Array = output("J", "Energy per step", symbol="E", if_infinite="unknown without the power")
    energy_per_sample: Array = output("J", "Energy per token or sample", if_infinite="unknown without the power")
    memory_footprint: Array = output("byte", "Memory footprint", help="Weights plus KV cache or activations.")
    memory_tier: Codes = label(Tier, "Memory tier", help="The memory that the weights are read from.")
    feasible: Truth = flag("Fits in memory")
    flop: Array = output("flop", "FLOPs per step", symbol="W")
    moved: Array = output("byte", "Memory traffic per step", symbol="Q")
    peak: Array = output(
        "flop/s", "Peak FLOP/s", symbol=r"\pi", if_infinite="unknown: the accelerator has no rate for this format"
    )
    bandwidth: Array = output("byte/s", "Memory bandwidth", symbol=r"\beta")
    achieved_rate: Array = output("flop/s", "Attained FLOP/s")
    kernel_efficiency: Array = output(
        "1",
        "Kernel efficiency",
        display_unit="percent",
        symbol=r"\eta_k",
        help="Fraction of peak FLOP/s in use for the compute time: the compute efficiency, or on a microcontroller "
        "what its kernels reach.",
    )
    compute_roof: Array = output("flop/s", "Compute ceiling", help="Peak FLOP/s times the kernel efficiency.")
    memory_roof: Array = output("byte/s", "Bandwidth ceiling", help="Bandwidth times the bandwidth efficiency.")
    intensity_limit: Array = output(
        "flop/byte",
        "Maximum arithmetic intensity",
        if_infinite="unbounded: a sequence adds no memory traffic of its own",
        if_unknown="unknown: the catalog has no activation size",
        help="The limit for large batches: FLOPs of a sequence over the memory traffic only it needs.",
    )
    compute_bound_batch_size: Array = output(
        "1",
        "Smallest compute-bound batch size",
        if_infinite="none: no batch size is compute-bound",
        if_unknown="unknown: the catalog has no activation size",
    )
    largest_batch_size: Array = output(
        "1",
        "Maximum batch size (memory)",
        if_infinite="unlimited",
        if_unknown="unknown: the catalog has no activation size",
    )
    activations_known: Truth = flag(
        "Activation traffic known", help="If not, memory traffic and footprint are lower bounds: the weights alone."
    )
    memory_room: Array = output(
        "byte", "Usable memory", if_infinite="unknown: not in the catalog", help="Main memory minus the headroom."
    )
    memory_shortfall: Array = output("byte", "Memory shortfall")
    devices_needed: Array = output("1", "Minimum devices to fit", if_infinite="unknown without the capacity")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: whether model, phase, precision and chip go together."""
    yield from checks.accelerator_rate(i.accelerator, i.precision)
    yield from checks.model_phase(i.model, i.phase)


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if not o.feasible:
        return Verdict(State.INFEASIBLE, _too_large(o))
    if o.binding == Bound.OVERHEAD:
        return Verdict(
            State.OVERHEAD,
            "Overhead-bound. Overhead per step and layer takes {overhead_time}, compute {compute_time}, memory "
            "{memory_time}. Fused kernels or a larger batch would help; more FLOP/s would not.",
        )
    if not o.activations_known:
        return Verdict(*_by_weights_alone(o))
    if o.bottleneck == Bound.COMPUTE:
        return Verdict(
            State.COMPUTE,
            "Compute-bound. {flop} take {compute_time}; moving {moved} takes only {memory_time}. More bandwidth would "
            "not help. More FLOP/s, lower precision or better kernels would.",
        )
    return Verdict(
        State.MEMORY,
        "Memory-bound. Moving {moved} takes {memory_time}; the FLOPs take only {compute_time}. More FLOP/s would not "
        f"help. {_way_out(o)}",
    )


def _by_weights_alone(o: Outputs) -> tuple[State, str]:
    """The verdict where no more is known than that a step moves the weights."""
    if o.bottleneck == Bound.COMPUTE:
        return (
            State.COMPUTE,
            "Compute-bound if activations move little: {flop} take {compute_time}, the weights {memory_time}. Their "
            "size is not in the catalog, so bandwidth may limit too.",
        )
    return (
        State.MEMORY,
        "Memory-bound. The weights alone ({moved}) take {memory_time}; the FLOPs take only {compute_time}. More FLOP/s "
        "would not help.",
    )


def _way_out(o: Outputs) -> str:
    if math.isinf(o.compute_bound_batch_size):
        return "No batch size makes it compute-bound."
    if o.compute_bound_batch_size > o.largest_batch_size:
        return "Batch {compute_bound_batch_size} would; memory holds at most {largest_batch_size}."
    return "Batch {compute_bound_batch_size} would make it compute-bound."


def _too_large(o: Outputs) -> str:
    short = "Does not fit. It needs {memory_footprint}; {memory_room} of {accelerator} is usable."
    if o.largest_batch_size >= 1:
        return short + " Batch {largest_batch_size} would fit."
    return short + " Use at least {devices_needed} devices, or lower precision."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield from remarks.precision_fallback(i.accelerator, i.precision)
    yield from remarks.missing_figures(i.accelerator)
    if i.utilization == PowerModel.ACTIVITY:
        yield from remarks.assumed_power(i.accelerator, i.arithmetic_power, i.memory_power)
    yield from remarks.unknown_layers(i.model)
    if o.binding == Bound.OVERHEAD:
        yield from remarks.assumed_overhead(i.accelerator)
    if not o.activations_known:
        yield (
            "The catalog has no activation size of this model: memory traffic and footprint count the weights alone, "
            "and no maximum batch size is known."
        )
    yield from remarks.core_rates(i.accelerator, o.kernel_efficiency != i.efficiency)
    meant = effective_phase(i.model, i.phase)
    if meant != Phase.FORWARD:
        yield from remarks.beyond_context_length(
            i.model, i.context_length if meant == Phase.DECODE else i.prompt_length
        )
    if o.feasible and o.binding == Bound.MEMORY and math.isinf(o.compute_bound_batch_size):
        yield (
            "No batch size makes it compute-bound: each sequence's own memory traffic caps arithmetic intensity at "
            "{intensity_limit}, below the ridge point of {ridge_point}."
        )
    if not o.feasible:
        yield "Times assume that the data fit in memory."
    if o.memory_tier == Tier.FLASH and o.feasible:
        yield "Weights are read from flash: with the activations they do not fit in SRAM."


FIGURES = (
    Chart(
        "roofline",
        "Roofline",
        ("batch_size", "precision", "phase"),
        ("arithmetic_intensity", "achieved_rate", "compute_roof", "memory_roof", "feasible"),
    ),
    curve(
        "batch_size",
        ("latency", "throughput"),
        "Latency and throughput vs. batch size",
        x_marks=("compute_bound_batch_size",),
    ),
    curve("batch_size", ("energy_per_sample", "power"), "Energy per token or sample, and power, vs. batch size"),
)

EQUATIONS = (
    Equation(
        "kernel_efficiency",
        r"@kernel_efficiency = \frac{\eta_{\text{conv}}}{1 + s_{\text{dw}} (\frac{1}{0.2} - 1) + s_{\text{dense}} "
        r"(\frac{1}{0.7} - 1)}",
        where=lambda i, o: o.kernel_efficiency != i.efficiency,
    ),
    Equation(
        "kernel_efficiency",
        r"@kernel_efficiency = @efficiency",
        where=lambda i, o: o.kernel_efficiency == i.efficiency,
    ),
    Equation("compute_time", r"@compute_time = \frac{@flop}{@peak \cdot @kernel_efficiency}"),
    Equation("memory_time", r"@memory_time = \frac{@moved}{@bandwidth \cdot @bandwidth_efficiency}"),
    Equation("overhead_time", r"@overhead_time = @accelerator.dispatch_overhead + @model.layers \cdot @layer_overhead"),
    Equation("latency", r"@latency = \max(@compute_time, @memory_time) + @overhead_time"),
    Equation("throughput", r"@throughput = \frac{@batch_size}{@latency}"),
    Equation("arithmetic_intensity", r"@arithmetic_intensity = \frac{@flop}{@moved}"),
    Equation(
        "ridge_point", r"@ridge_point = \frac{@peak \cdot @kernel_efficiency}{@bandwidth \cdot @bandwidth_efficiency}"
    ),
    Equation("mfu", r"@mfu = \frac{@flop}{@latency \cdot @peak}"),
    Equation(
        "power",
        r"@power = @accelerator.tdp \cdot (@idle_fraction + (1 - @idle_fraction) \cdot @mfu)",
        where=lambda i, o: i.utilization == PowerModel.MFU and o.power == o.power,
    ),
    Equation(
        "power",
        r"@power = @accelerator.tdp \cdot (@idle_fraction + (1 - @idle_fraction) \cdot "
        r"\max(@mfu, \frac{@memory_time}{@latency}))",
        where=lambda i, o: i.utilization == PowerModel.BUSIEST and o.power == o.power,
    ),
    Equation(
        "power",
        r"@power = @accelerator.tdp \cdot (@idle_fraction + (1 - @idle_fraction) \cdot "
        r"\min(1, @arithmetic_power \cdot @mfu + @memory_power \cdot \sqrt{@memory_utilization}))",
        where=lambda i, o: i.utilization == PowerModel.ACTIVITY and o.power == o.power,
    ),
    Equation("energy", r"@energy = @power \cdot @latency", where=lambda i, o: o.power == o.power),
)

SOURCES = (
    Source(
        "Williams, Waterman, Patterson 2009",
        "Roofline: an insightful visual performance model",
        "10.1145/1498765.1498785",
    ),
    Source("Pope et al. 2023", "Efficiently scaling transformer inference", "arXiv:2211.05102"),
    Source("Barroso, Hölzle 2007", "The case for energy-proportional computing", "10.1109/MC.2007.443"),
    Source("Chung et al. 2025", "The ML.ENERGY Benchmark", "arXiv:2505.06371"),
    Source("Banbury et al. 2021", "MLPerf Tiny benchmark", "arXiv:2106.07597"),
)

ASSUMPTIONS = (
    "Compute and memory traffic overlap perfectly: a step takes the longer of the two, plus the overhead.",
    "Weights are read once per step and shared by the batch. The KV cache is read once per sequence and has the format "
    "of the weights.",
    "A mixture-of-experts step reads only the experts its tokens are routed to; each is equally likely.",
    "Power follows MFU and memory bandwidth utilization, as measured on GPUs that serve.",
    "Peak FLOP/s are dense, without structured sparsity. One multiply-add is two FLOPs.",
    "On a microcontroller in 8 bits, convolutions, depthwise convolutions and dense layers each have a measured rate.",
)

LIMITATIONS = (
    "Caches and tiling: a working set that stays in L2 runs faster.",
    "Kernel shapes: narrow GEMMs reach less of the peak than the one efficiency says.",
    "Several accelerators: see the serving wall for tensor parallelism.",
)

PRESETS = (
    Preset("Llama-3-8B on an H100", {}, part="Tutorial"),
    Preset("At the ridge point (batch 148)", {"batch_size": "148"}, part="Tutorial"),
    Preset("8k context, batch 64", {"context_length": "8192", "batch_size": "64"}, part="Tutorial"),
    Preset("Prefill of 2k tokens", {"phase": "prefill", "prompt_length": "2048"}, part="Tutorial"),
    Preset(
        "Keyword spotting on nRF52840",
        {"model": "mlperf-tiny-kws-dscnn", "accelerator": "nrf52840", "precision": "int8", "efficiency": "0.3"},
        part="Tutorial",
    ),
    Preset(
        "Keyword spotting on an H100",
        {"model": "mlperf-tiny-kws-dscnn", "precision": "int8", "efficiency": "0.3"},
        part="Tutorial",
    ),
    Preset(
        "Mixtral 8x7B on MI300X",
        {"model": "mixtral-8x7b", "accelerator": "mi300x", "batch_size": "16", "context_length": "2048"},
    ),
    Preset("DeepSeek-V3 does not fit", {"model": "deepseek-v3", "precision": "fp8", "context_length": "8192"}),
)

FALLACIES = (
    Fallacy(
        "Inference speed is proportional to FLOP/s.",
        "With twice the peak FLOP/s batch-1 decode still takes {after}: it is memory-bound.",
        "latency",
        {},
        {"accelerator.peak": "x2"},
        lambda before, after: after == before,
    ),
    Fallacy(
        "An H100 is 3.2× faster than an A100.",
        "Decode at batch 1 goes from {before} to {after}, {ratio} times: bandwidth grew less than FLOP/s.",
        "throughput",
        {"accelerator": "a100-sxm4-80gb"},
        {},
        lambda before, after: after / before < 2,
    ),
    Fallacy(
        "A large enough batch always makes decode compute-bound.",
        "At batch 1,024 the arithmetic intensity is {before} without context and {after} with 8,192 tokens, and stays "
        "below the ridge point.",
        "arithmetic_intensity",
        {"batch_size": "1024"},
        {"batch_size": "1024", "context_length": "8192"},
        lambda before, after: after < 147 < before,
    ),
)


@solver(
    walls=(1, 2),
    title="Roofline",
    question="Is this workload compute-bound or memory-bound?",
    version="4",
    factor="Peak FLOP/s per device",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("latency", "throughput", "arithmetic_intensity", "ridge_point", "mfu", "energy_per_sample"),
    overlay="accelerator",
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def roofline(i: Inputs) -> Outputs:
    chip, model = i.accelerator, i.model
    work = step_work(model, i.phase, i.batch_size, i.context_length, i.prompt_length, i.precision)
    home = memory_placement(chip, work.resident, work.weights, i.memory_reserve)
    peak = peak_rate(chip, i.precision)
    forward = effective_phase(model, i.phase) == Phase.FORWARD
    efficiency = kernel_efficiency(chip, model, i.precision, i.efficiency, i.kernel_rates, forward)
    compute_roof, memory_roof = peak * efficiency, home.bandwidth * i.bandwidth_efficiency
    overhead = chip.dispatch_overhead + model.layers * i.layer_overhead
    time = step_time(work.flop, work.moved, compute_roof, memory_roof, overhead)
    latency = time.total
    mfu = work.flop / latency / peak
    reading = work.moved / home.bandwidth / latency
    follows = np.asarray(i.utilization)
    one_of_both = np.where(follows == PowerModel.BUSIEST, np.maximum(mfu, time.memory / latency), mfu)
    of_both = activity(mfu, reading, i.arithmetic_power, i.memory_power)
    share = np.where(follows == PowerModel.ACTIVITY, of_both, one_of_both)
    power = chip_power(chip.tdp, i.idle_fraction, share)
    known = ~(_is_fixed(model, i.phase) & ~(np.asarray(model.activation_bytes) > 0))
    return Outputs(
        latency=latency,
        compute_time=time.compute,
        memory_time=time.memory,
        overhead_time=time.overhead,
        throughput=i.batch_size / latency,
        bottleneck=np.where(time.compute > time.memory, Bound.COMPUTE, Bound.MEMORY),
        binding=time.bound,
        arithmetic_intensity=work.flop / work.moved,
        ridge_point=compute_roof / memory_roof,
        mfu=mfu,
        memory_utilization=reading,
        power=power,
        energy=power * latency,
        energy_per_sample=power * latency / i.batch_size,
        memory_footprint=work.resident,
        memory_tier=home.tier,
        feasible=home.feasible,
        flop=work.flop,
        moved=work.moved,
        peak=peak,
        bandwidth=home.bandwidth,
        achieved_rate=work.flop / latency,
        kernel_efficiency=efficiency,
        compute_roof=compute_roof,
        memory_roof=memory_roof,
        intensity_limit=np.where(known, ratio_or_inf(work.flop_per_sequence, work.moved_per_sequence), np.nan),
        compute_bound_batch_size=np.where(
            known, compute_bound_batch_size(model, work, i.precision, compute_roof, memory_roof), np.nan
        ),
        largest_batch_size=np.where(
            known, max_batch_size(chip, work.weights, work.resident_per_sequence, i.memory_reserve), np.nan
        ),
        activations_known=known,
        memory_room=home.room,
        memory_shortfall=np.maximum(home.needed - home.room, 0),
        devices_needed=np.ceil(home.needed / home.room),
    )


def _is_fixed(model: Model, phase: Codes) -> Truth:
    """Whether a step takes inputs of fixed size, whose activations the catalog states or does not."""
    meant = effective_phase(model, phase)
    trained = (meant == Phase.TRAINING) & ~np.isnan(model.inference_flop)
    return np.asarray((meant == Phase.FORWARD) | trained)
