"""When the weights wait outside the chip and stream through it layer by layer: does the stream bind, or the arithmetic?

Lie 2022 and 2023 (Cerebras, weight streaming): activations and keys and values stay on the wafer, each layer's weights
come in while the layer before is computed, so a layer lasts as long as the slower of the two. Not modelled: several
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


class StreamingBottleneck(IntEnum):
    """The bottleneck of a layer."""

    INJECTION = 0
    COMPUTE = 1


@dataclass(frozen=True, kw_only=True)
class Inputs:
    model: Model = inputs.model("llama-3-8b")
    peak_rate: Array = number(
        "flop/s",
        "Peak rate",
        7.5e15,
        exclusive_min=True,
        high=1e21,
        slider=(1e14, 2e17),
        log=True,
        display_unit="PFLOP/s",
        symbol=r"\pi",
        help="Dense; the headline figures of wafers count sparsity.",
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
        help="At which weights reach the chip; 1.2 Tbit/s are 150 GB/s.",
    )
    sram_capacity: Array = number(
        "byte",
        "On-chip memory",
        40e9,
        exclusive_min=True,
        high=1e15,
        slider=(1e8, 1e12),
        log=True,
        display_unit="GB",
        symbol=r"M_\text{SRAM}",
        help="Where activations, keys and values stay.",
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
        help="Sequences that share one pass of the weights.",
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
        help="Tokens of each sequence whose keys and values are kept on the chip.",
    )
    precision: Codes = choice(
        Precision, "Precision", Precision.FP16, help="The format of the weights that stream in, and of what stays."
    )
    efficiency: Array = inputs.efficiency(0.5)
    sram_reserve: Array = number(
        "1",
        "Kept for activations",
        0.1,
        high=10,
        slider=(0, 1),
        display_unit="percent",
        symbol="r",
        advanced=True,
        help="On-chip memory beside keys and values, as a share of theirs.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    step_time: Array = output("s", "Time of a step", symbol="t", help="One pass of all layers.")
    layer_injection_time: Array = output("s", "Injection of a layer", symbol=r"t_\text{in}")
    layer_compute_time: Array = output("s", "Arithmetic of a layer", symbol=r"t_\text{compute}")
    decode_throughput: Array = output(
        "1/s", "Throughput", display_unit="tokens/s", help="Tokens a second of all sequences together."
    )
    bottleneck: Codes = label(StreamingBottleneck, "Bottleneck")
    balanced_batch_size: Array = output(
        "1",
        "Balanced batch size",
        symbol=r"B_\text{balanced}",
        help="At which stream and arithmetic take equally long.",
    )
    sram_required: Array = output("byte", "On-chip memory needed", help="Keys, values and activations of the batch.")
    feasible: Truth = flag("Fits on the chip")
    sram_shortfall: Array = output("byte", "On-chip memory short", help="Zero when all fits.")
    largest_batch_size: Array = output(
        "1", "Largest batch on the chip", if_infinite="no limit: nothing is kept per sequence"
    )
    layer_bytes: Array = output(
        "byte", "Bytes of a layer", symbol="Q", help="The mean layer: all weights over the layers."
    )
    layer_parameters: Array = output("1", "Parameters of a layer", display_unit="param", symbol="n")
    injection_bandwidth_needed: Array = output(
        "byte/s",
        "Injection bandwidth to balance",
        display_unit="GB/s",
        help="With which this batch would keep the arithmetic busy.",
    )
    mfu: Array = output("1", "Share of the peak rate", display_unit="percent", help="Of the arithmetic that is used.")
    layer_time: Array = output("s", "Time of a layer", help="The slower of its injection and its arithmetic.")
    kv_cache_per_token: Array = output("byte", "KV cache per token")
    weights: Array = output("byte", "Weights", help="All of them come in at every step.")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: weight streaming needs a model that has layers and generates tokens."""
    if not generates(i.model) or not i.model.layers > 0:
        yield InputError("model", f"has no layers to stream token by token: {i.model.name}. Choose a language model.")


def verdict(i: Inputs, o: Outputs) -> str:
    if not o.feasible:
        return _too_large(o)
    if o.bottleneck == StreamingBottleneck.COMPUTE:
        return (
            "Compute-bound: the arithmetic of a layer takes {layer_compute_time} and its {layer_bytes} stream in "
            "within {layer_injection_time}. A wider stream would not help; a higher rate would."
        )
    return (
        "Injection-bound: a layer's {layer_bytes} take {layer_injection_time} to stream in and its arithmetic only "
        f"{{layer_compute_time}}. More arithmetic would not help. {_way_out(o)}"
    )


def _way_out(o: Outputs) -> str:
    if o.balanced_batch_size > o.largest_batch_size:
        return (
            "Batch {balanced_batch_size} would balance the two, but the chip has room for {largest_batch_size}; "
            "at this batch a stream of {injection_bandwidth_needed} would be enough."
        )
    return "Batch {balanced_batch_size} would balance the two, and it fits."


def _too_large(o: Outputs) -> str:
    short = (
        "Does not fit: keys, values and activations of {batch_size} sequences need {sram_required}, the chip has "
        "{sram_capacity}; {sram_shortfall} are missing. "
    )
    if o.largest_batch_size >= 1:
        return short + "Batch {largest_batch_size} would fit. The weights do not count: they never stay."
    return short + "Not one sequence fits: shorter contexts or a narrower format would."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield from remarks.beyond_context_length(i.model, i.context_length)
    if i.model.experts > 0:
        yield "A mixture of experts is streamed and computed whole here: experts no token drew count as well."
    if not o.feasible:
        yield "The times are what a step would take if the batch were on the chip."


FIGURES = (
    curve(
        "batch_size",
        ("step_time", "decode_throughput"),
        "What a larger batch buys",
        x_marks=("balanced_batch_size", "largest_batch_size"),
    ),
    curve(
        "injection_bandwidth",
        ("step_time", "mfu"),
        "What a wider stream buys",
        x_marks=("injection_bandwidth_needed",),
    ),
    Chart("bars", "A layer's two times", (), ("layer_injection_time", "layer_compute_time")),
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
    "A layer streams in while the one before it is computed; the slower of the two sets the pace.",
    "Layers are alike: each holds an equal share of all parameters.",
    "A token costs two FLOP a parameter; attention over the context, done from on-chip memory, is not counted.",
    "Activations take a tenth of what keys and values take.",
)

LIMITATIONS = (
    "Filling and draining the stream at the first and last layer.",
    "Several wafers, over which a batch is spread and gradients are summed.",
    "Sparse weights, which stream faster.",
)

PRESETS = (
    Preset("Llama-3-8B, 64 sequences", {}),
    Preset("Llama-3-70B", {"model": "llama-3-70b", "batch_size": "32", "context_length": "1024"}),
    Preset("Eight times the stream", {"injection_bandwidth": "1.2 TB/s", "sram_capacity": "44 GB"}),
    Preset("Too long a context", {"batch_size": "256", "context_length": "8192"}),
    Preset("Short answers in a crowd", {"batch_size": "32768", "context_length": "8"}),
)

FALLACIES = (
    Fallacy(
        "A wafer with ten times the arithmetic decodes ten times as fast.",
        "The throughput goes from {before} to {after}: every token waits for the same stream.",
        "decode_throughput",
        {},
        {"peak_rate": "75 PFLOP/s"},
        lambda before, after: after == before,
    ),
    Fallacy(
        "A larger batch makes every step slower.",
        "From 1 to 64 sequences a step goes from {before} to {after}: the weights come in once for all of them.",
        "step_time",
        {"batch_size": "1"},
        {"batch_size": "64"},
        lambda before, after: after == before,
    ),
)


@solver(
    walls=(6,),
    title="Weight streaming",
    question="When weights stream in layer by layer, does the stream bind or the arithmetic?",
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
