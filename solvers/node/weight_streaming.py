"""When weights stream in from outside the chip layer by layer, is decode I/O-bound or compute-bound?

Lie 2022 and 2023 (Cerebras, weight streaming): activations and the KV cache stay on the wafer, and each layer's weights
load while the layer before is computed, so a layer takes the longer of its load and compute time. Not modeled: several
wafers side by side, filling the stream at the first layer, and sparsity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers import inputs, remarks
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
from solvers.laws.phase import generates
from solvers.laws.ratio import ratio_or_inf
from solvers.laws.transformer import bytes_per_element, cache_bytes, kv_bytes_per_token
from solvers.specs import Model, Precision
from solvers.verdict import State, Verdict


class StreamingBottleneck(IntEnum):
    """The bottleneck of a layer."""

    INJECTION = 0
    COMPUTE = 1


@dataclass(frozen=True, kw_only=True)
class Inputs:
    model: Model = inputs.model("llama-3-8b")
    peak_rate: Array = number(
        "flop/s",
        "Peak FLOP/s",
        7.5e15,
        exclusive_min=True,
        high=1e21,
        slider=(1e14, 2e17),
        log=True,
        display_unit="PFLOP/s",
        symbol=r"\pi",
        help="Dense; headline figures of wafer-scale chips count sparsity.",
    )
    injection_bandwidth: Array = number(
        "byte/s",
        "Injection bandwidth",
        150e9,
        exclusive_min=True,
        high=1e18,
        slider=(1e10, 1e13),
        log=True,
        display_unit="GB/s",
        symbol=r"\beta_\text{in}",
        help="Bandwidth at which weights enter the chip; 1.2 Tbit/s is 150 GB/s.",
    )
    sram_capacity: Array = number(
        "byte",
        "On-chip memory (SRAM)",
        40e9,
        exclusive_min=True,
        high=1e15,
        slider=(1e8, 1e12),
        log=True,
        display_unit="GB",
        symbol=r"M_\text{SRAM}",
        help="Holds activations and the KV cache.",
    )
    batch_size: Array = number(
        "1",
        "Batch size",
        64,
        low=1,
        high=1e8,
        slider=(1, 65536),
        log=True,
        integer=True,
        symbol="B",
        help="Sequences that share one load of the weights.",
    )
    context_length: Array = number(
        "1",
        "Context length",
        2048,
        high=1e8,
        slider=(1, 131072),
        log=True,
        integer=True,
        symbol="s",
        help="Tokens in the KV cache per sequence.",
    )
    precision: Codes = choice(
        Precision, "Precision", Precision.FP16, help="Format of the weights, activations and KV cache."
    )
    efficiency: Array = inputs.efficiency(0.5)
    sram_reserve: Array = number(
        "1",
        "Activation reserve",
        0.1,
        high=10,
        slider=(0, 1),
        display_unit="percent",
        symbol="r",
        advanced=True,
        help="Activations as a share of the KV cache.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    step_time: Array = output("s", "Step time", symbol="t", help="One pass through all layers: one token per sequence.")
    layer_injection_time: Array = output("s", "Layer load time", symbol=r"t_\text{in}")
    layer_compute_time: Array = output("s", "Layer compute time", symbol=r"t_\text{compute}")
    decode_throughput: Array = output(
        "1/s", "Decode throughput", display_unit="tokens/s", help="All sequences together."
    )
    bottleneck: Codes = label(StreamingBottleneck, "Bottleneck")
    balanced_batch_size: Array = output(
        "1",
        "Balanced batch size",
        symbol=r"B_\text{balanced}",
        help="Layer load and compute time are equal.",
    )
    sram_required: Array = output("byte", "On-chip memory required", help="KV cache and activations of the batch.")
    feasible: Truth = flag("Fits on the chip")
    sram_shortfall: Array = output("byte", "On-chip memory shortfall")
    largest_batch_size: Array = output("1", "Maximum batch size (on-chip memory)", if_infinite="unlimited")
    layer_bytes: Array = output("byte", "Bytes per layer", symbol="Q", help="All weights over the number of layers.")
    layer_parameters: Array = output("1", "Parameters per layer", display_unit="param", symbol="n")
    injection_bandwidth_needed: Array = output(
        "byte/s",
        "Injection bandwidth for balance",
        display_unit="GB/s",
        help="At this batch size, layer load and compute time would be equal.",
    )
    mfu: Array = output("1", "MFU", display_unit="percent", help="Model FLOPs utilization: attained over peak FLOP/s.")
    layer_time: Array = output("s", "Layer time", help="The longer of load and compute time.")
    kv_cache_per_token: Array = output("byte", "KV cache per token")
    weights: Array = output("byte", "Weights", help="Loaded in full at every step.")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: weight streaming needs a model that has layers and generates tokens."""
    if not generates(i.model) or not i.model.layers > 0:
        yield InputError(
            "model", f"has no layers or does not generate tokens: {i.model.name}. Choose a language model."
        )


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if not o.feasible:
        return Verdict(State.INFEASIBLE, _too_large(o))
    if o.bottleneck == StreamingBottleneck.COMPUTE:
        return Verdict(
            State.COMPUTE,
            "Compute-bound. Computing a layer takes {layer_compute_time}; loading its {layer_bytes} takes only "
            "{layer_injection_time}. More injection bandwidth would not help. More FLOP/s would.",
        )
    return Verdict(
        State.STORAGE,
        "I/O-bound. Loading a layer of {layer_bytes} takes {layer_injection_time}; computing it takes only "
        f"{{layer_compute_time}}. {_way_out(o)}",
    )


def _way_out(o: Outputs) -> str:
    if o.balanced_batch_size > o.largest_batch_size:
        return (
            "Balance needs {injection_bandwidth_needed} or batch {balanced_batch_size}; only {largest_batch_size} fit."
        )
    return "Batch {balanced_batch_size} would balance the two, and it fits."


def _too_large(o: Outputs) -> str:
    short = "Does not fit. KV cache and activations need {sram_required}; the chip has {sram_capacity}. "
    if o.largest_batch_size >= 1:
        return short + "Batch {largest_batch_size} would fit."
    return short + "Use a shorter context or lower precision: not one sequence fits."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield from remarks.beyond_context_length(i.model, i.context_length)
    if i.model.experts > 0:
        yield "All experts of a mixture are loaded and computed here, also those no token is routed to."
    if not o.feasible:
        yield "Times assume that the batch fits on the chip."


FIGURES = (
    curve(
        "batch_size",
        ("step_time", "decode_throughput"),
        "Step time and throughput vs. batch size",
        x_marks=("balanced_batch_size", "largest_batch_size"),
    ),
    curve(
        "injection_bandwidth",
        ("step_time", "mfu"),
        "Step time and MFU vs. injection bandwidth",
        x_marks=("injection_bandwidth_needed",),
    ),
    Chart("bars", "Layer load time vs. compute time", (), ("layer_injection_time", "layer_compute_time")),
)

EQUATIONS = (
    Equation("layer_parameters", r"@layer_parameters = \frac{@model.parameters}{@model.layers}"),
    Equation("layer_injection_time", r"@layer_injection_time = \frac{@layer_bytes}{@injection_bandwidth}"),
    Equation(
        "layer_compute_time",
        r"@layer_compute_time = \frac{2 \cdot @layer_parameters \cdot @batch_size}{@peak_rate \cdot @efficiency}",
    ),
    Equation("layer_time", r"@layer_time = \max(@layer_injection_time, @layer_compute_time)"),
    Equation("step_time", r"@step_time = @model.layers \cdot @layer_time"),
    Equation("decode_throughput", r"@decode_throughput = \frac{@batch_size}{@step_time}"),
    Equation(
        "balanced_batch_size",
        r"@balanced_batch_size = \frac{@layer_injection_time \cdot @peak_rate \cdot @efficiency}{2 \cdot "
        r"@layer_parameters}",
    ),
    Equation(
        "sram_required",
        r"@sram_required = @batch_size \cdot @context_length \cdot @kv_cache_per_token \cdot (1 + @sram_reserve)",
        where=lambda i, o: not i.model.state_elements > 0,
    ),
    Equation("mfu", r"@mfu = \frac{2 \cdot @layer_parameters \cdot @batch_size}{@layer_time \cdot @peak_rate}"),
)

SOURCES = (
    Source(
        "Lie 2023",
        "Cerebras architecture deep dive: first look inside the hardware/software co-design for deep learning",
        "10.1109/MM.2023.3256384",
    ),
    Source("Pope et al. 2023", "Efficiently scaling transformer inference", "arXiv:2211.05102"),
)

ASSUMPTIONS = (
    "A layer loads while the one before it is computed; the slower of the two sets the pace.",
    "All layers are equal: each holds the same share of the parameters.",
    "A token takes two FLOPs per parameter; attention over the context is not counted.",
    "Activations take a tenth of the KV cache by default.",
)

LIMITATIONS = (
    "Filling and draining the stream at the first and the last layer.",
    "Several wafers that share a batch and sum gradients.",
    "Sparse weights, which load faster.",
)

PRESETS = (
    Preset("Llama-3-8B, 64 sequences", {}),
    Preset("Llama-3-70B", {"model": "llama-3-70b", "batch_size": "32", "context_length": "1024"}),
    Preset("Eight times the injection bandwidth", {"injection_bandwidth": "1.2 TB/s", "sram_capacity": "44 GB"}),
    Preset("Context too long to fit", {"batch_size": "256", "context_length": "8192"}),
    Preset("Large batch, short context", {"batch_size": "32768", "context_length": "8"}),
)

FALLACIES = (
    Fallacy(
        "A wafer with ten times the FLOP/s decodes ten times as fast.",
        "The throughput goes from {before} to {after}: injection bandwidth is the limit.",
        "decode_throughput",
        {},
        {"peak_rate": "75 PFLOP/s"},
        lambda before, after: after == before,
    ),
    Fallacy(
        "A larger batch makes every step slower.",
        "The step time is {before} with one sequence and {after} with 64: all of them share one load of the weights.",
        "step_time",
        {"batch_size": "1"},
        {"batch_size": "64"},
        lambda before, after: after == before,
    ),
)


@solver(
    walls=(6,),
    title="Weight streaming",
    question="When weights stream in layer by layer, is decode I/O-bound or compute-bound?",
    version="1",
    factor="MFU",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=(
        "step_time",
        "decode_throughput",
        "layer_injection_time",
        "layer_compute_time",
        "balanced_batch_size",
        "mfu",
    ),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def weight_streaming(i: Inputs) -> Outputs:
    model, rate = i.model, i.peak_rate * np.asarray(i.efficiency)
    # In a sweep a model that has no layers or does not generate tokens is unknown.
    layers = np.where(generates(model) & (np.asarray(model.layers) > 0), model.layers, np.nan)
    parameters = np.asarray(model.parameters / layers)
    layer_bytes = parameters * bytes_per_element(i.precision)
    injection = layer_bytes / i.injection_bandwidth
    flop_per_sequence = 2 * parameters
    compute = flop_per_sequence * i.batch_size / rate
    layer_time = np.maximum(injection, compute)
    step_time = layers * layer_time
    kv = kv_bytes_per_token(model, i.precision)
    per_sequence = cache_bytes(model, i.context_length, i.precision) * (1 + np.asarray(i.sram_reserve))
    required = i.batch_size * per_sequence
    return Outputs(
        step_time=step_time,
        layer_injection_time=injection,
        layer_compute_time=compute,
        decode_throughput=i.batch_size / step_time,
        bottleneck=np.where(compute > injection, StreamingBottleneck.COMPUTE, StreamingBottleneck.INJECTION),
        balanced_batch_size=injection * rate / flop_per_sequence,
        sram_required=required,
        feasible=required <= i.sram_capacity,
        sram_shortfall=np.maximum(required - i.sram_capacity, 0.0),
        largest_batch_size=np.floor(ratio_or_inf(i.sram_capacity, per_sequence)),
        layer_bytes=layer_bytes,
        layer_parameters=parameters,
        injection_bandwidth_needed=layer_bytes / compute,
        mfu=flop_per_sequence * i.batch_size / (layer_time * i.peak_rate),
        layer_time=layer_time,
        kv_cache_per_token=kv,
        weights=np.asarray(model.parameters * bytes_per_element(i.precision)),
    )
