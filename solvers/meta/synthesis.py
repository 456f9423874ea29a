"""Which chip does a latency target need, and which chips of the catalog meet it?

The roofline (Williams, Waterman and Patterson 2009, equation 1) solved for the chip: from the time a step may take
to the bandwidth, the rate and the memory it needs. Not modeled: communication between chips that share the work,
and what the roofline leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers import checks, inputs, remarks
from solvers.declare import (
    Array,
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
    spec,
)
from solvers.errors import InputError
from solvers.laws.core_kernels import KernelRates, kernel_efficiency
from solvers.laws.memory import memory_placement
from solvers.laws.phase import Phase, effective_phase, step_work
from solvers.laws.ratio import ratio_or_inf
from solvers.laws.transformer import Work
from solvers.specs import Accelerator, Model, Precision, peak_rate
from solvers.verdict import State, Verdict

# A chip that meets the target exactly must count as one chip, although the division may give 1 + 2e-16.
_ROUNDING = 1 - 1e-12
_NO_CHIP = "no accelerator is picked"


class Demand(IntEnum):
    """The requirement that determines the number of chips."""

    RATE = 0
    BANDWIDTH = 1
    MEMORY = 2


@dataclass(frozen=True, kw_only=True)
class Inputs:
    model: Model = inputs.model("llama-3-8b")
    target_latency: Array = number(
        "s",
        "Target latency",
        50e-3,
        exclusive_min=True,
        high=1e6,
        slider=(1e-4, 10),
        log=True,
        display_unit="ms",
        symbol="T",
        help="Time allowed for one step: one token per sequence, one prompt, or one forward pass.",
    )
    accelerator: Accelerator | None = spec(
        Accelerator,
        "Accelerator",
        "h100-sxm5-80gb",
        optional=True,
        help="Accelerator to compare with the requirement, which does not depend on it.",
    )
    phase: Codes = inputs.phase(Phase.AUTO)
    batch_size: Array = inputs.batch_size(1)
    precision: Codes = inputs.precision(Precision.FP16)
    context_length: Array = inputs.context_length(0)
    prompt_length: Array = inputs.prompt_length(1024)
    efficiency: Array = inputs.efficiency(0.5)
    bandwidth_efficiency: Array = inputs.bandwidth_efficiency(1)
    kernel_rates: Codes = inputs.kernel_rates(KernelRates.AUTO)
    layer_overhead: Array = inputs.layer_overhead(
        0, help="Launch latency and small kernels. Zero: requirement of the roofline alone."
    )
    memory_reserve: Array = inputs.memory_reserve()


@dataclass(frozen=True, kw_only=True)
class Outputs:
    required_bandwidth: Array = output(
        "byte/s",
        "Required bandwidth",
        symbol=r"\beta_\text{req}",
        if_infinite="none suffices: the overhead alone exceeds the target",
    )
    required_rate: Array = output(
        "flop/s",
        "Required FLOP/s",
        symbol=r"\pi_\text{req}",
        if_infinite="none suffices: the overhead alone exceeds the target",
        help="Dense peak FLOP/s at the chosen precision.",
    )
    required_memory: Array = output(
        "byte", "Required memory", help="Weights plus KV cache or activations, without headroom."
    )
    required_ridge_point: Array = output(
        "flop/byte",
        "Required ridge point",
        symbol=r"I_\text{req}",
        help="Required FLOP/s over required bandwidth.",
    )
    reachable: Truth = flag("Feasible", help="The overhead leaves part of the target latency.")
    overhead_time: Array = output(
        "s", "Overhead", symbol=r"t_\text{overhead}", help="Overhead of all layers, on any chip."
    )
    time_left: Array = output(
        "s", "Time budget after overhead", symbol=r"t_\text{left}", help="Time for compute and memory traffic."
    )
    flop: Array = output("flop", "FLOPs per step", symbol="W")
    moved: Array = output("byte", "Memory traffic", symbol="Q")
    meets_alone: Truth = flag("Met by one device", help="One accelerator of this type meets the requirement.")
    devices_needed: Array = output("1", "Minimum chips", if_infinite="none suffice, or no accelerator is picked")
    devices_for_bandwidth: Array = output(
        "1", "Chips for bandwidth", if_infinite="none suffice, or no accelerator is picked"
    )
    devices_for_rate: Array = output("1", "Chips for FLOP/s", if_infinite="none suffice, or no accelerator is picked")
    devices_for_memory: Array = output("1", "Chips for memory", if_infinite="unknown, or no accelerator is picked")
    tightest: Codes = label(
        Demand, "Limiting resource", help="Resource with the least headroom, or the largest shortfall."
    )
    price_of_devices: Array = output("USD", "Total chip price", if_infinite="unknown")
    chip_time_left: Array = output(
        "s",
        "Time budget after overhead on this chip",
        if_infinite=_NO_CHIP,
        help="Dispatch overhead of the chip included.",
    )
    peak: Array = output("flop/s", "Peak FLOP/s of the chip", if_infinite=_NO_CHIP)
    bandwidth: Array = output("byte/s", "Memory bandwidth of the chip", if_infinite=_NO_CHIP)


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: whether model, phase, precision and chip go together."""
    if i.accelerator is not None:
        yield from checks.accelerator_rate(i.accelerator, i.precision)
    yield from checks.model_phase(i.model, i.phase)


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if not o.reachable:
        return Verdict(
            State.MISSED,
            "Infeasible. Launching the kernels takes {overhead_time} of the {target_latency}. "
            "No chip would help; fewer launches would.",
        )
    needed = "{target_latency} needs {required_bandwidth}, {required_rate} and {required_memory}"
    if i.accelerator is None:
        return Verdict(State.OK, f"Feasible. {needed}.")
    tightest = Demand(int(o.tightest))
    if o.meets_alone:
        return Verdict(
            State.OK,
            f"Target met. {needed}; one {{accelerator}} suffices. {_SPARE[tightest]} has the least headroom.",
        )
    if np.isfinite(o.devices_needed):
        return Verdict(
            State.MISSED, f"Target missed. {needed}; {_SHORT[tightest]}. At least {{devices_needed}} would do."
        )
    return Verdict(State.MISSED, f"Target missed. {needed}; dispatching the step alone takes {{accelerator}} too long.")


_SHORT = {
    Demand.RATE: "one {accelerator} has {peak}",
    Demand.BANDWIDTH: "one {accelerator} has {bandwidth}",
    Demand.MEMORY: "one {accelerator} has too little memory",
}
_SPARE = {Demand.RATE: "Compute", Demand.BANDWIDTH: "Bandwidth", Demand.MEMORY: "Memory"}


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if i.accelerator is not None:
        yield from remarks.precision_fallback(i.accelerator, i.precision)
        yield from remarks.missing_figures(i.accelerator)
        yield from remarks.unknown_layers(i.model)
    meant = effective_phase(i.model, i.phase)
    if meant != Phase.FORWARD:
        yield from remarks.beyond_context_length(
            i.model, i.context_length if meant == Phase.DECODE else i.prompt_length
        )


FIGURES = (
    curve(
        "target_latency", ("required_bandwidth", "required_rate"), "Required bandwidth and FLOP/s vs. target latency"
    ),
    curve("batch_size", ("required_bandwidth", "required_rate"), "Required bandwidth and FLOP/s vs. batch size"),
)

EQUATIONS = (
    Equation("overhead_time", r"@overhead_time = @model.layers \cdot @layer_overhead"),
    Equation("time_left", r"@time_left = \max(@target_latency - @overhead_time, 0)"),
    Equation(
        "required_bandwidth",
        r"@required_bandwidth = \frac{@moved}{@time_left \cdot @bandwidth_efficiency}",
        where=lambda i, o: o.reachable,
    ),
    Equation(
        "required_rate",
        r"@required_rate = \frac{@flop}{@time_left \cdot @efficiency}",
        where=lambda i, o: o.reachable,
    ),
    Equation(
        "required_ridge_point",
        r"@required_ridge_point = \frac{@flop \cdot @bandwidth_efficiency}{@moved \cdot @efficiency}",
    ),
    Equation(
        "devices_needed",
        r"@devices_needed = \max(@devices_for_bandwidth, @devices_for_rate, @devices_for_memory)",
        where=lambda i, o: bool(np.isfinite(o.devices_needed) and np.isfinite(o.devices_for_memory)),
    ),
)

SOURCES = (
    Source(
        "Williams, Waterman, Patterson 2009",
        "Roofline: an insightful visual performance model",
        "10.1145/1498765.1498785",
    ),
    Source("Pope et al. 2023", "Efficiently scaling transformer inference", "arXiv:2211.05102"),
)

ASSUMPTIONS = (
    "Compute and memory traffic overlap perfectly: each may use the whole time budget.",
    "Several chips share the work evenly and communicate at no cost: their number is a lower bound.",
    "The dispatch overhead of the picked accelerator reduces its time budget; the requirement does not depend on it.",
)

LIMITATIONS = (
    "Communication between chips; the serving wall models tensor parallelism.",
    "Queueing; the tail-latency wall models it.",
)

PRESETS = (
    Preset("Llama-3-8B in 50 ms", {}, part="Part 8"),
    Preset(
        "First token in 50 ms",
        {"phase": "prefill", "prompt_length": "1024", "target_latency": "50 ms"},
        part="Part 8",
    ),
    Preset(
        "Llama-3-70B at 20 ms per token, 32 users",
        {"model": "llama-3-70b", "target_latency": "20 ms", "batch_size": "32", "context_length": "4096"},
        part="Capstone",
    ),
    Preset(
        "Keyword spotting in 20 ms on nRF52840",
        {
            "model": "mlperf-tiny-kws-dscnn",
            "accelerator": "nrf52840",
            "precision": "int8",
            "efficiency": "0.3",
            "target_latency": "20 ms",
        },
    ),
    Preset("Launch overhead exceeds the target", {"target_latency": "1 ms", "layer_overhead": "45 us"}),
)

FALLACIES = (
    Fallacy(
        "Serving 64 users needs 64 times the bandwidth of one.",
        "With 1,024 tokens of context each the required bandwidth grows from {before} to {after}, {ratio} times: they "
        "share the weights and add only their own KV cache.",
        "required_bandwidth",
        {"context_length": "1024"},
        {"context_length": "1024", "batch_size": "64"},
        lambda before, after: after < 4 * before,
    ),
    Fallacy(
        "Enough hardware meets any latency target.",
        "A 2 ms target needs {before}; a 1 ms target, {after}, with 32 layers of 45 µs launch overhead each.",
        "required_bandwidth",
        {"target_latency": "2 ms", "layer_overhead": "45 us"},
        {"target_latency": "1 ms", "layer_overhead": "45 us"},
        lambda before, after: np.isinf(after),
    ),
)


@solver(
    walls=(22,),
    title="Synthesis",
    question="Which hardware does a latency target require?",
    version="3",
    factor="Peak FLOP/s per device",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("required_bandwidth", "required_rate", "required_memory", "required_ridge_point", "devices_needed"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def synthesis(i: Inputs) -> Outputs:
    work = step_work(i.model, i.phase, i.batch_size, i.context_length, i.prompt_length, i.precision)
    overhead_time = np.asarray(i.model.layers * np.asarray(i.layer_overhead))
    time_left = np.maximum(i.target_latency - overhead_time, 0)
    return Outputs(
        required_bandwidth=ratio_or_inf(work.moved, time_left * i.bandwidth_efficiency),
        required_rate=ratio_or_inf(work.flop, time_left * i.efficiency),
        required_memory=work.resident,
        required_ridge_point=work.flop * i.bandwidth_efficiency / (work.moved * i.efficiency),
        reachable=time_left > 0,
        overhead_time=overhead_time,
        time_left=time_left,
        flop=work.flop,
        moved=work.moved,
        **(_unanswered() if i.accelerator is None else _answer(i, i.accelerator, work, time_left)),
    )


def _answer(i: Inputs, chip: Accelerator, work: Work, time_left: Array) -> dict[str, Any]:
    """Return how many of `chip` the step needs, and which requirement determines it."""
    home = memory_placement(chip, work.resident, work.weights, i.memory_reserve)
    forward = effective_phase(i.model, i.phase) == Phase.FORWARD
    reached = kernel_efficiency(chip, i.model, i.precision, i.efficiency, i.kernel_rates, forward)
    peak = peak_rate(chip, i.precision)
    chip_time_left = np.maximum(time_left - chip.dispatch_overhead, 0)
    shares = np.stack(
        np.broadcast_arrays(
            ratio_or_inf(work.flop, peak * reached * chip_time_left),
            ratio_or_inf(work.moved, home.bandwidth * i.bandwidth_efficiency * chip_time_left),
            np.asarray(home.needed / home.room),
        )
    )
    counts = np.maximum(np.ceil(shares * _ROUNDING), 1)
    # An unknown capacity counts as sufficient; with an unknown rate or bandwidth the number is NaN.
    needed = np.fmax(np.maximum(counts[Demand.RATE], counts[Demand.BANDWIDTH]), counts[Demand.MEMORY])
    needed = np.where(np.isnan(counts[Demand.RATE] + counts[Demand.BANDWIDTH]), np.nan, needed)
    return {
        "meets_alone": needed == 1,
        "devices_needed": needed,
        "devices_for_bandwidth": counts[Demand.BANDWIDTH],
        "devices_for_rate": counts[Demand.RATE],
        "devices_for_memory": counts[Demand.MEMORY],
        "tightest": np.argmax(np.where(np.isnan(shares), -1, shares), axis=0),
        "price_of_devices": np.where(np.isinf(needed), np.nan, needed) * chip.unit_price,
        "chip_time_left": chip_time_left,
        "peak": peak,
        "bandwidth": np.asarray(home.bandwidth),
    }


def _unanswered() -> dict[str, Any]:
    names = [f"devices_{what}" for what in ("needed", "for_bandwidth", "for_rate", "for_memory")]
    open_ = ("price_of_devices", "chip_time_left", "peak", "bandwidth", *names)
    return {"meets_alone": np.False_, "tightest": np.int_(0), **{name: np.float64(np.nan) for name in open_}}


@dataclass(frozen=True)
class Ranking:
    """A catalog compared with one requirement: `outputs` in the order of the catalog, `order` the best first."""

    order: NDArray[np.int_]
    outputs: Outputs


def rank(i: Inputs, chips: Accelerator) -> Ranking:
    """Return the stacked `chips` ranked by `i`: those that need fewest devices first, at equal numbers the cheapest;
    unknown prices after known ones, and chips whose number is unknown last."""
    outputs = synthesis.function(replace(i, accelerator=chips))
    order = np.lexsort((np.asarray(outputs.price_of_devices), np.asarray(outputs.devices_needed)))
    return Ranking(order, outputs)
