"""Which roof binds: can the arithmetic keep up with the memory, or the memory with the arithmetic?

Williams, Waterman and Patterson 2009, equation 1: attainable rate = min(peak, intensity x bandwidth), here as the
time of one step of a network. Not modelled: caches between main memory and the cores, overlap lost between kernels,
and arithmetic that shares a step with another phase (see what is excluded below).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

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
    choice,
    curve,
    flag,
    label,
    output,
    solver,
)
from solvers.errors import InputError
from solvers.laws.memory import Tier, max_batch_size, memory_placement
from solvers.laws.phase import Phase, effective_phase, step_work
from solvers.laws.power import linear_power
from solvers.laws.ratio import ratio_or_inf
from solvers.laws.step_time import Bound, step_time
from solvers.laws.transformer import compute_bound_batch_size
from solvers.specs import Accelerator, Model, Precision, peak_rate


class PowerModel(IntEnum):
    """The utilization that power is computed from."""

    MFU = 0
    BUSIEST = 1


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
    layer_overhead: Array = inputs.layer_overhead(10e-6)
    idle_fraction: Array = inputs.idle_fraction(0.3)
    utilization: Codes = choice(
        PowerModel,
        "Power follows",
        PowerModel.MFU,
        advanced=True,
        labels={"mfu": "MFU", "busiest": "The busier of the two"},
        help="Decode keeps the memory busy while its MFU is near zero.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    latency: Array = output("s", "Latency", symbol="t", help="Time of one step.")
    compute_time: Array = output("s", "Compute time", symbol=r"t_\text{compute}")
    memory_time: Array = output("s", "Memory time", symbol=r"t_\text{memory}")
    overhead_time: Array = output("s", "Overhead", symbol=r"t_\text{overhead}")
    throughput: Array = output("1/s", "Throughput", help="Tokens or samples a second, of all sequences together.")
    bottleneck: Codes = label(Bound, "Bottleneck", help="The roof that binds.")
    binding: Codes = label(Bound, "Binding", help="The bottleneck, or the overhead where it exceeds both roofs.")
    arithmetic_intensity: Array = output("flop/byte", "Arithmetic intensity", symbol="I", help="FLOP per byte moved.")
    ridge_point: Array = output(
        "flop/byte", "Ridge point", symbol=r"I_\text{ridge}", help="The intensity at which the two roofs meet."
    )
    mfu: Array = output(
        "1", "MFU", display_unit="percent", help="Model FLOP/s utilization: the achieved share of the peak rate."
    )
    power: Array = output("W", "Power", symbol="P", if_infinite="unknown: the catalog has no thermal design power")
    energy: Array = output("J", "Energy", symbol="E", if_infinite="unknown without the power", help="Of one step.")
    energy_per_sample: Array = output("J", "Energy per sample", if_infinite="unknown without the power")
    memory_footprint: Array = output("byte", "Memory footprint", help="Weights, KV cache or activations together.")
    memory_tier: Codes = label(Tier, "Memory tier")
    feasible: Truth = flag("Fits in memory")
    flop: Array = output("flop", "Arithmetic", symbol="W")
    moved: Array = output("byte", "Bytes moved", symbol="Q")
    peak: Array = output(
        "flop/s", "Peak rate", symbol=r"\pi", if_infinite="unknown: the chip has no rate for this format"
    )
    bandwidth: Array = output("byte/s", "Memory bandwidth", symbol=r"\beta")
    achieved_rate: Array = output("flop/s", "Achieved rate")
    compute_roof: Array = output("flop/s", "Compute roof", help="Peak rate times the compute efficiency.")
    memory_roof: Array = output("byte/s", "Memory roof", help="Bandwidth times the bandwidth efficiency.")
    intensity_limit: Array = output(
        "flop/byte",
        "Intensity limit",
        if_infinite="none: a sequence brings no bytes of its own",
        help="What the intensity tends to as the batch grows: the FLOP of a sequence over the bytes only it needs.",
    )
    compute_bound_batch_size: Array = output(
        "1",
        "Compute-bound from batch",
        if_infinite="no batch size",
        help="The smallest batch at which arithmetic takes longer.",
    )
    largest_batch_size: Array = output("1", "Largest batch that fits", if_infinite="no limit by memory")
    memory_room: Array = output("byte", "Memory of the chip", if_infinite="unknown: the catalog has no capacity")
    memory_shortfall: Array = output("byte", "Memory short", help="What would still have to fit; zero when all does.")
    devices_needed: Array = output("1", "Devices to hold it", if_infinite="unknown without the capacity")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: whether model, phase, precision and chip go together."""
    yield from checks.accelerator_rate(i.accelerator, i.precision)
    yield from checks.model_phase(i.model, i.phase)


def verdict(i: Inputs, o: Outputs) -> str:
    if not o.feasible:
        return _too_large(o)
    if o.binding == Bound.OVERHEAD:
        return (
            "Overhead-bound: starting the work takes {overhead_time}, the arithmetic only {compute_time} and the "
            "memory {memory_time}. Neither a faster chip nor a faster memory would help; more work per launch would."
        )
    if o.bottleneck == Bound.COMPUTE:
        return (
            "Compute-bound: {flop} take {compute_time}; the memory feeds {moved} in {memory_time}. "
            "More bandwidth would not help; a higher rate, a narrower format or better kernels would."
        )
    return (
        f"Memory-bound: the memory feeds {{moved}} in {{memory_time}}; the arithmetic needs {{compute_time}}. "
        f"{_way_out(o)}"
    )


def _way_out(o: Outputs) -> str:
    if math.isinf(o.compute_bound_batch_size):
        return (
            "No batch size would change that: each further sequence does {intensity_limit} with bytes only it needs, "
            "below the ridge point of {ridge_point}."
        )
    if o.compute_bound_batch_size > o.largest_batch_size:
        return (
            "Batch {compute_bound_batch_size} would turn it compute-bound, but {largest_batch_size} is the largest "
            "that fits."
        )
    return "A faster chip would not help; batch {compute_bound_batch_size} would."


def _too_large(o: Outputs) -> str:
    short = (
        "Does not fit: {memory_footprint} are needed, {accelerator} has {memory_room}; {memory_shortfall} are missing."
    )
    if o.largest_batch_size >= 1:
        return short + " Batch {largest_batch_size} would fit."
    return short + " {devices_needed} of them, or a narrower format, would hold it."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield from remarks.precision_fallback(i.accelerator, i.precision)
    yield from remarks.missing_figures(i.accelerator)
    yield from remarks.unknown_layers(i.model)
    meant = effective_phase(i.model, i.phase)
    if meant != Phase.FORWARD:
        yield from remarks.beyond_context_length(
            i.model, i.context_length if meant == Phase.DECODE else i.prompt_length
        )
    if not o.feasible:
        yield "The times are what the step would take if its data were in memory."
    if o.memory_tier == Tier.FLASH and o.feasible:
        yield "The weights stream from flash: with the activations they are too large for the SRAM."


FIGURES = (
    Chart(
        "roofline",
        "Roofline",
        ("batch_size", "precision", "phase"),
        ("arithmetic_intensity", "achieved_rate", "compute_roof", "memory_roof", "feasible"),
    ),
    curve("batch_size", ("latency", "throughput"), "Latency and throughput", x_marks=("compute_bound_batch_size",)),
)

EQUATIONS = (
    Equation("compute_time", r"@compute_time = \frac{@flop}{@peak \cdot @efficiency}"),
    Equation("memory_time", r"@memory_time = \frac{@moved}{@bandwidth \cdot @bandwidth_efficiency}"),
    Equation("overhead_time", r"@overhead_time = @accelerator.dispatch_overhead + @model.layers \cdot @layer_overhead"),
    Equation("latency", r"@latency = \max(@compute_time, @memory_time) + @overhead_time"),
    Equation("throughput", r"@throughput = \frac{@batch_size}{@latency}"),
    Equation("arithmetic_intensity", r"@arithmetic_intensity = \frac{@flop}{@moved}"),
    Equation("ridge_point", r"@ridge_point = \frac{@peak \cdot @efficiency}{@bandwidth \cdot @bandwidth_efficiency}"),
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
)

ASSUMPTIONS = (
    "Arithmetic and memory traffic overlap perfectly: the step lasts as long as the slower of the two, plus overhead.",
    "Weights are read once a step and shared by the batch; the KV cache is read once for each sequence and is kept in "
    "the format of the weights.",
    "Of a mixture of experts a step reads only the experts its tokens draw, each equally likely.",
    "Rates are dense: no structured sparsity. One multiply-add is two FLOP.",
)

LIMITATIONS = (
    "Caches and tiling: a working set that stays in L2 runs faster than this.",
    "Kernel shapes: narrow matrices reach less of the peak than the one efficiency says.",
    "More than one chip: see the serving wall for tensor parallelism.",
)

PRESETS = (
    Preset("Llama-3-8B on an H100", {}, part="Tutorial"),
    Preset("At batch 148", {"batch_size": "148"}, part="Tutorial"),
    Preset("With 8k context", {"context_length": "8192", "batch_size": "64"}, part="Tutorial"),
    Preset("Prefill", {"phase": "prefill", "prompt_length": "2048"}, part="Tutorial"),
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
        "More FLOP/s make inference faster in proportion.",
        "Twice the peak rate takes decode of one sequence from {before} to {after}: the memory binds, the rate waits.",
        "latency",
        {},
        {"accelerator.peak": "x2"},
        lambda before, after: after == before,
    ),
    Fallacy(
        "An H100 is 3.2 times an A100.",
        "Decode at batch 1 goes from {before} to {after}, {ratio} times: the bandwidth grew less than the rate.",
        "throughput",
        {"accelerator": "a100-sxm4-80gb"},
        {},
        lambda before, after: after / before < 2,
    ),
    Fallacy(
        "A larger batch always makes decode compute-bound in the end.",
        "At batch 1024 without context the intensity is {before}; with 8192 tokens of context it is {after}, and stays "
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
    question="Does the arithmetic bind, or the memory that feeds it?",
    version="1",
    factor="Peak rate",
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
    home = memory_placement(chip, work.resident, work.weights)
    peak = peak_rate(chip, i.precision)
    compute_roof, memory_roof = peak * i.efficiency, home.bandwidth * i.bandwidth_efficiency
    overhead = chip.dispatch_overhead + model.layers * i.layer_overhead
    time = step_time(work.flop, work.moved, compute_roof, memory_roof, overhead)
    latency = time.total
    mfu = work.flop / latency / peak
    busy = np.where(np.asarray(i.utilization) == PowerModel.BUSIEST, np.maximum(mfu, time.memory / latency), mfu)
    power = linear_power(chip.tdp, i.idle_fraction, busy)
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
        compute_roof=compute_roof,
        memory_roof=memory_roof,
        intensity_limit=ratio_or_inf(work.flop_per_sequence, work.moved_per_sequence),
        compute_bound_batch_size=compute_bound_batch_size(model, work, i.precision, compute_roof, memory_roof),
        largest_batch_size=max_batch_size(chip, work.weights, work.resident_per_sequence),
        memory_room=home.room,
        memory_shortfall=np.maximum(home.needed - home.room, 0),
        devices_needed=np.ceil(home.needed / home.room),
    )
