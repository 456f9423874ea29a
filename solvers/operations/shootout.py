"""Which accelerator does the same work for less, and at what price does the other break even?

Two fleets of equal throughput, each with its own number of devices: training by the fraction of peak FLOP/s
that kernels reach, serving by a decode step as in the serving wall, on as few devices as hold the model. Costs as in
Barroso, Hölzle and Ranganathan 2018 (chapter 6). Not modeled: software that runs on one chip only, networks between
nodes, and the cost of porting.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
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
    choice,
    curve,
    label,
    number,
    output,
    solver,
    spec,
)
from solvers.errors import InputError
from solvers.laws.cost import MAINTENANCE, YEAR
from solvers.laws.energy import facility_energy, fleet_power
from solvers.laws.fleet_work import FleetTask, FleetWork, fleet_work, least_servers, power_of, server_of
from solvers.laws.language_pass import Roofline, Timing
from solvers.laws.phase import generates
from solvers.laws.power import IDLE, PowerConstants
from solvers.laws.ratio import ratio_or_inf
from solvers.specs import Accelerator, Fleet, Grid, Model, Node, Precision, Region
from solvers.verdict import State, Verdict

_HOUR, _DAY = 3600.0, 86400.0


class Workload(IntEnum):
    """The workload of both fleets."""

    TRAINING = 0
    SERVING = 1


class LowerCost(IntEnum):
    """Which of the two costs less; EQUAL to nine digits, UNKNOWN without a price."""

    REFERENCE = 0
    RIVAL = 1
    EQUAL = 2
    UNKNOWN = 3


# Costs closer than this read the same at the digits shown.
_NEARLY = 0.005
_EQUAL = 1e-9


@dataclass(frozen=True, kw_only=True)
class Inputs:
    fleet: Fleet | None = inputs.fleet()
    node: Node | None = inputs.node()
    accelerator: Accelerator = inputs.accelerator(
        "h100-sxm5-80gb", default_from="node.accelerator", help="The reference that the alternative is compared with."
    )
    rival: Accelerator = spec(Accelerator, "Alternative accelerator", "mi300x")
    model: Model = inputs.model("llama-3-70b")
    workload: Codes = choice(Workload, "Workload", Workload.TRAINING)
    devices: Array = number(
        "1",
        "Devices",
        512,
        low=1,
        high=1e8,
        slider=(8, 32768),
        log=True,
        integer=True,
        symbol="n",
        default_from="fleet.devices",
        help="Devices of the reference fleet; the number of alternatives follows from equal throughput.",
    )
    duration: Array = number(
        "s",
        "Duration",
        30 * _DAY,
        exclusive_min=True,
        high=1e6 * _DAY,
        slider=(_DAY, 5 * YEAR),
        log=True,
        display_unit="day",
        symbol="T",
    )
    efficiency: Array = inputs.efficiency(
        0.45, help="In training, the MFU of the reference; in serving, its roofline's fraction of peak FLOP/s."
    )
    rival_efficiency: Array = number(
        "1",
        "Compute efficiency of the alternative",
        0.45,
        high=1,
        exclusive_min=True,
        slider=(0.01, 1),
        display_unit="percent",
        symbol=r"\eta'",
        help="Fraction of peak FLOP/s that the alternative reaches; less mature software reaches less.",
    )
    precision: Codes = inputs.precision(Precision.BF16)
    batch_size: Array = inputs.batch_size(64, help="Serving only: sequences processed together.")
    context_length: Array = inputs.context_length(
        2048, help="Serving only: tokens already in the KV cache per sequence."
    )
    kv_precision: Codes = inputs.kv_precision(help="Serving only: format of the keys and values in the cache.")
    timing: Codes = inputs.timing(meant_by=(*inputs.ROOFLINE_CONSTANTS, "rival_efficiency"))
    memory_utilization: Array = inputs.memory_utilization(
        0,
        advanced=True,
        help="Training only: power follows it and MFU, or MFU alone if it is unknown. Computed for serving.",
        zero_means="unknown",
    )
    bandwidth_efficiency: Array = inputs.bandwidth_efficiency(
        SILICON.bandwidth_efficiency,
        default_from="accelerator.measured_bandwidth_efficiency",
        help="Fraction of peak memory bandwidth that kernels reach. If changed, of both accelerators.",
    )
    layer_overhead: Array = inputs.layer_overhead(
        SILICON.layer_overhead,
        default_from="accelerator.measured_layer_overhead",
        help="Launch latency and small kernels not covered by the roofline. If changed, of both accelerators.",
    )
    memory_reserve: Array = inputs.memory_reserve()
    idle_fraction: Array = inputs.idle_fraction(
        IDLE,
        default_from="accelerator.measured_idle_fraction",
        help="Fraction of its TDP that a device draws before any work. If changed, of both accelerators.",
    )
    arithmetic_power: Array = inputs.arithmetic_power(
        help="Relative to TDP minus idle power. If changed, of both accelerators."
    )
    memory_power: Array = inputs.memory_power(
        help="Relative to TDP minus idle power. If changed, of both accelerators."
    )
    host_power: Array = inputs.host_power(0)
    unit_price: Array = number(
        "USD", "Unit price of the reference", 0, high=1e9, slider=(0, 60000), advanced=True, zero_means="catalog's"
    )
    rival_price: Array = number(
        "USD",
        "Unit price of the alternative",
        0,
        high=1e9,
        slider=(0, 60000),
        zero_means="catalog's",
        of_pick="rival",
        help="Price of the alternative accelerator picked; others drawn beside it have the catalog's price.",
    )
    infrastructure_multiplier: Array = inputs.infrastructure_multiplier(2.5, advanced=True)
    amortization: Array = inputs.amortization(4 * YEAR, advanced=True)
    grid: Grid | None = inputs.grid(advanced=True)
    region: Region | None = inputs.region()
    pue: Array = inputs.pue(advanced=True)
    electricity_price: Array = inputs.electricity_price(0.10 / 3.6e6, advanced=True)


_UNPRICED = "unknown: no price is known"
_NO_LINK = "unknown: no memory or link is known that would hold the model"


# The classes of kernels of a decode step: their names in the law and what they do.
_CLASSES = {
    "products": ("products", "Projections and dense MLPs, in one decode step."),
    "attention": ("attention", "Scores, weighted values and reads of the KV cache, in one decode step."),
    "experts": ("experts", "Routed experts and token permutation, in one decode step."),
    "small": ("small", "Normalization, activations and look-ups, in one decode step."),
    "head": ("head", "Projection of the last hidden vector to logits, in one decode step."),
    "network": ("all_reduce", "Sums between the devices of one replica, in one decode step."),
}


def _step(label: str, kernels: str = "") -> Any:
    """An output for the seconds of a decode step, or of one class of its kernels."""
    told = _CLASSES[kernels][1] if kernels else "One token for each sequence, on the minimum devices for the model."
    return output("s", label, if_infinite="not available in training, or with the roofline", help=told)


@dataclass(frozen=True, kw_only=True)
class Outputs:
    rival_cost: Array = output(
        "USD",
        "Cost of the alternative",
        if_infinite="unknown: no price is known",
        help="Cost of the same work in the same time.",
    )
    reference_cost: Array = output("USD", "Cost of the reference", if_infinite=_UNPRICED)
    cost_ratio: Array = output("1", "Cost ratio, alternative to reference", display_unit="times", if_infinite=_UNPRICED)
    cheaper: Codes = label(LowerCost, "Lower-cost option")
    break_even_price: Array = output(
        "USD",
        "Break-even unit price of the alternative",
        if_infinite="none: the alternative costs more even at a price of zero, or a price is unknown",
        help="Below this price the alternative does the same work for less.",
    )
    rival_devices: Array = output(
        "1", "Alternatives for equal throughput", symbol="n'", if_infinite="none: no number suffices"
    )
    reference_devices: Array = output(
        "1",
        "Reference devices compared",
        symbol="n_0",
        help="The devices, or the minimum for the model where they are fewer.",
    )
    throughput: Array = output(
        "1/s", "Throughput", display_unit="tokens/s", if_infinite=_NO_LINK, help="Throughput of either fleet."
    )
    reference_rate: Array = output(
        "1/s", "Throughput per reference device", display_unit="tokens/s", symbol="r", if_infinite=_NO_LINK
    )
    rival_rate: Array = output(
        "1/s", "Throughput per alternative device", display_unit="tokens/s", symbol="r'", if_infinite=_NO_LINK
    )
    rate_ratio: Array = output(
        "1",
        "Throughput ratio per device, alternative to reference",
        display_unit="times",
        if_infinite=_NO_LINK,
    )
    reference_least: Array = output("1", "Minimum reference devices for the model", if_infinite="unknown")
    rival_least: Array = output("1", "Minimum alternative devices for the model", if_infinite="unknown")
    reference_energy: Array = output("J", "Energy of the reference", if_infinite="unknown")
    rival_energy: Array = output("J", "Energy of the alternative", if_infinite="unknown")
    cost_per_million_tokens: Array = output("USD", "Cost per 1M tokens, reference", if_infinite=_UNPRICED)
    rival_cost_per_million_tokens: Array = output("USD", "Cost per 1M tokens, alternative", if_infinite=_UNPRICED)
    reference_step_time: Array = _step("Decode step time, reference")
    reference_products_time: Array = _step("GEMM time, reference", "products")
    reference_attention_time: Array = _step("Attention time, reference", "attention")
    reference_experts_time: Array = _step("Expert time (MoE), reference", "experts")
    reference_small_time: Array = _step("Elementwise time, reference", "small")
    reference_head_time: Array = _step("LM-head time, reference", "head")
    reference_network_time: Array = _step("All-reduce time, reference", "network")
    rival_step_time: Array = _step("Decode step time, alternative")
    rival_products_time: Array = _step("GEMM time, alternative", "products")
    rival_attention_time: Array = _step("Attention time, alternative", "attention")
    rival_experts_time: Array = _step("Expert time (MoE), alternative", "experts")
    rival_small_time: Array = _step("Elementwise time, alternative", "small")
    rival_head_time: Array = _step("LM-head time, alternative", "head")
    rival_network_time: Array = _step("All-reduce time, alternative", "network")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: both chips must compute, and the model must do the work."""
    yield from checks.accelerator_rate(i.accelerator, i.precision)
    yield from checks.accelerator_rate(i.rival, i.precision, ("rival", "precision"))
    yield from checks.trainable_transformer(i.model)
    if i.workload == Workload.SERVING and generates(i.model):
        yield from _links(i)
    elif i.workload == Workload.SERVING:
        yield InputError("model", f"can't be {i.model.name}: it does not generate tokens. Choose a language model.")


def _links(i: Inputs) -> Iterator[InputError]:
    """An error for each chip that can't serve the model alone and whose link to others is unknown."""
    for name, chip, efficiency in (
        ("accelerator", i.accelerator, i.efficiency),
        ("rival", i.rival, i.rival_efficiency),
    ):
        least = least_servers(_task(i), chip, efficiency)
        if math.isinf(least):
            yield InputError(
                name,
                f"can't be {chip.name}: the KV cache that each device has a copy of does not fit, however many share "
                "the model. Choose a smaller batch or context.",
            )
        elif least > 1 and math.isnan(chip.interconnect_bandwidth):
            yield InputError(
                name,
                f"can't be {chip.name}: {least:g} of them share the model, and the bandwidth of their link is unknown. "
                "Choose a smaller model, batch or context.",
            )


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if o.reference_devices > i.devices:
        return Verdict(
            State.INFEASIBLE,
            "Does not fit. {devices} {accelerator} cannot hold the model: it needs at least {reference_least}. "
            f"Compared are {{reference_devices}} {{accelerator}} with {{rival_devices}} {{rival}}: {_costs(o)}.",
        )
    work = "For {throughput}: {devices} {accelerator} or {rival_devices} {rival}"
    if math.isnan(o.cost_ratio):
        return Verdict(State.COST, f"Cost unknown. {work}; {_costs(o)}.")
    if o.cheaper == LowerCost.EQUAL:
        return Verdict(State.COST, f"Equal cost. {work}; both fleets cost {{rival_cost}}.")
    if abs(float(o.cost_ratio) - 1) < _NEARLY:
        return Verdict(State.COST, f"Nearly equal cost. {work}, {_costs(o)}.{_even(o)}")
    if o.cheaper == LowerCost.RIVAL:
        return Verdict(State.COST, f"{{rival}} is cheaper. {work}, {_costs(o)}.{_even(o)}")
    return Verdict(State.COST, f"{{rival}} costs more. {work}, {_costs(o)}.{_even(o)}")


def _costs(o: Outputs) -> str:
    if math.isnan(o.reference_cost) and math.isnan(o.rival_cost):
        return "both costs are unknown"
    if math.isnan(o.reference_cost):
        return "the cost of the reference is unknown"
    if math.isnan(o.rival_cost):
        return "the cost of the alternative is unknown"
    return "{rival_cost} instead of {reference_cost}"


def _even(o: Outputs) -> str:
    if not math.isfinite(o.break_even_price):
        return ""
    return " Break-even: {break_even_price}."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if i.workload == Workload.SERVING and o.rival_least != o.reference_least:
        yield "One model replica needs {reference_least} of the reference or {rival_least} of the alternative."
    chips = (i.accelerator,) if i.rival.name == i.accelerator.name else (i.accelerator, i.rival)
    if i.workload == Workload.SERVING:
        yield from remarks.pass_timing(i.accelerator, i.timing)
        if i.timing != Timing.ROOFLINE and i.rival.name != i.accelerator.name:
            yield from remarks.unmeasured_kernels(i.rival)
        for chip in chips:
            server = server_of(_task(i), chip, i.efficiency).roofline
            yield from remarks.stand_in_roofline(
                chip, i.timing, math.nan, server.bandwidth_efficiency, server.layer_overhead
            )
    elif i.efficiency == i.rival_efficiency:
        yield "Both are assumed to reach the same fraction of peak, which favors the one with less mature software."
    if i.workload == Workload.SERVING or i.memory_utilization > 0:
        for chip in chips:
            constants = power_of(_task(i), chip)
            yield from remarks.assumed_power(chip, constants.arithmetic, constants.memory)


FIGURES = (
    Chart("alternatives", "Cost of the same work", ("workload",), ("rival_cost", "reference_cost")),
    curve("rival_efficiency", ("rival_cost",), "Cost of the alternative vs. its efficiency"),
    Chart("bars", "Energy for the same work", (), ("reference_energy", "rival_energy")),
)


def _kernel_sum(whose: str, condition: Callable[[Inputs, Outputs], bool]) -> Equation:
    """The working of a decode step as the sum of its classes of kernels."""
    terms = " + ".join(f"@{whose}_{name}_time" for name in _CLASSES)
    return Equation(f"{whose}_step_time", f"@{whose}_step_time = {terms}", where=condition)


EQUATIONS = (
    _kernel_sum("reference", lambda i, o: math.isfinite(o.reference_products_time)),
    _kernel_sum("rival", lambda i, o: math.isfinite(o.rival_products_time)),
    Equation(
        "reference_rate",
        r"@reference_rate = \frac{@batch_size}{@reference_least \cdot @reference_step_time}",
        where=lambda i, o: math.isfinite(o.reference_step_time),
    ),
    Equation(
        "rival_rate",
        r"@rival_rate = \frac{@batch_size}{@rival_least \cdot @rival_step_time}",
        where=lambda i, o: math.isfinite(o.rival_step_time),
    ),
    Equation("throughput", r"@throughput = @reference_devices \cdot @reference_rate"),
    Equation("rate_ratio", r"@rate_ratio = \frac{@rival_rate}{@reference_rate}"),
    Equation(
        "cost_ratio",
        r"@cost_ratio = \frac{@rival_cost}{@reference_cost}",
        where=lambda i, o: math.isfinite(o.cost_ratio),
    ),
    Equation(
        "cost_per_million_tokens",
        r"@cost_per_million_tokens = \frac{10^6\,\text{tokens} \cdot @reference_cost}{@throughput \cdot @duration}",
        where=lambda i, o: math.isfinite(o.reference_cost),
    ),
)

SOURCES = (
    Source(
        "Barroso, Hölzle, Ranganathan 2018",
        "The datacenter as a computer, third edition",
        "10.2200/S00874ED3V01Y201809CAC046",
    ),
    Source(
        "Williams, Waterman, Patterson 2009",
        "Roofline: an insightful visual performance model",
        "10.1145/1498765.1498785",
    ),
    Source("Chung et al. 2025", "The ML.ENERGY Benchmark", "arXiv:2505.06371"),
)

ASSUMPTIONS = (
    "Training: each device reaches its compute efficiency, and at least as many are used as hold weights, "
    "gradients and optimizer state.",
    "Serving: one model replica uses as few devices as hold it, tensor-parallel over their own links. A decode step "
    "takes as long as on the serving wall.",
    "Power follows MFU and memory bandwidth utilization as fitted to each accelerator, or to H100s where it has no "
    "fit; MFU alone where the utilization is unknown. Hosts count if given.",
    "A reference fleet too small for the model is compared as the smallest that holds it.",
    "Both accelerators have the same infrastructure multiplier.",
)

LIMITATIONS = (
    "Software maturity beyond the compute efficiencies.",
    "Communication in training; the parallelism wall models it.",
    "Volume discounts.",
)

PRESETS = (
    Preset(
        "MI300X vs. H100, training",
        {"also": "b200-sxm-180gb,h200-sxm-141gb,a100-sxm4-80gb"},
        part="Exercise 5b",
    ),
    Preset(
        "MI300X vs. H100, serving",
        {"workload": "serving", "also": "b200-sxm-180gb,h200-sxm-141gb,a100-sxm4-80gb"},
        part="Exercise 5b",
    ),
    Preset("Gaudi 3 at its list price", {"rival": "gaudi3", "rival_price": "15625 USD"}, part="Exercise 5b"),
    Preset("MI300X with less mature software", {"rival_efficiency": "0.3"}),
    Preset("A100 vs. H100", {"rival": "a100-sxm4-80gb"}),
)

FALLACIES = (
    Fallacy(
        "The accelerator with the lower price per chip is the cheaper one.",
        "At equal efficiency the $15,000 chip does the work for {before} the cost of the $25,000 chip; at a "
        "third of the efficiency, for {after}.",
        "cost_ratio",
        {},
        {"rival_efficiency": "0.15"},
        lambda before, after: before < 1 < after,
    ),
    Fallacy(
        "The cheapest accelerator for training is the cheapest for serving.",
        "An H200 trains at {before} the cost of an H100 and serves at {after}: bandwidth and memory capacity "
        "matter in serving.",
        "cost_ratio",
        {"rival": "h200-sxm-141gb"},
        {"rival": "h200-sxm-141gb", "workload": "serving"},
        lambda before, after: after < 0.9 * before,
    ),
)


@solver(
    walls=(17,),
    title="Price-performance comparison",
    question="Which accelerator does the same work for less, and at what price does the other break even?",
    version="7",
    factor="",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("rival_cost", "reference_cost", "cost_ratio", "rival_devices", "break_even_price"),
    overlay="rival",
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def shootout(i: Inputs) -> Outputs:
    task = _task(i)
    one, other = fleet_work(task, i.accelerator, i.efficiency), fleet_work(task, i.rival, i.rival_efficiency)
    asked = np.asarray(i.devices, dtype=float)
    devices = np.where(one.least > asked, one.least, asked)
    throughput = devices * one.rate
    rivals = np.maximum(np.ceil(ratio_or_inf(throughput, other.rate) * (1 - 1e-12)), other.least)
    price, rival_price = _price(i.unit_price, i.accelerator), _price(i.rival_price, i.rival)
    energy, rival_energy = _energy(i, i.accelerator, devices, one), _energy(i, i.rival, rivals, other)
    a_dollar = (
        i.infrastructure_multiplier * i.duration * (1 / np.asarray(i.amortization, dtype=float) + MAINTENANCE / YEAR)
    )
    cost = devices * price * a_dollar + energy * i.electricity_price
    rival_cost = rivals * rival_price * a_dollar + rival_energy * i.electricity_price
    even = (cost - rival_energy * i.electricity_price) / (rivals * a_dollar)
    tokens = throughput * i.duration / 1e6
    return Outputs(
        rival_cost=rival_cost,
        reference_cost=cost,
        cost_ratio=rival_cost / cost,
        cheaper=_cheaper(rival_cost / cost),
        break_even_price=np.where(even > 0, even, np.nan),
        rival_devices=rivals,
        reference_devices=devices,
        throughput=throughput,
        reference_rate=one.rate,
        rival_rate=other.rate,
        rate_ratio=other.rate / one.rate,
        reference_least=one.least,
        rival_least=other.least,
        reference_energy=energy,
        rival_energy=rival_energy,
        cost_per_million_tokens=cost / tokens,
        rival_cost_per_million_tokens=rival_cost / tokens,
        **_step_times("reference", one),
        **_step_times("rival", other),
    )


def _step_times(whose: str, work: FleetWork) -> dict[str, Array]:
    """The seconds of a decode step and of its classes of kernels, by output; unknown in training."""
    unknown = np.float64(np.nan)
    if work.step is None:
        return dict.fromkeys((f"{whose}_step_time", *(f"{whose}_{name}_time" for name in _CLASSES)), unknown)
    classes = {name: getattr(work.step.kernels, field) for name, (field, _) in _CLASSES.items()}
    times = {"step": work.step.time.total, **classes}
    return {f"{whose}_{name}_time": np.where(work.serves, seconds, unknown) for name, seconds in times.items()}


def _cheaper(ratio: Array) -> Codes:
    unequal = np.where(np.asarray(ratio) < 1, LowerCost.RIVAL, LowerCost.REFERENCE)
    known = np.where(np.abs(np.asarray(ratio) - 1) < _EQUAL, LowerCost.EQUAL, unequal)
    return np.where(np.isnan(ratio), LowerCost.UNKNOWN, known)


def _task(i: Inputs) -> FleetTask:
    return FleetTask(
        model=i.model,
        serving=np.asarray(i.workload) == Workload.SERVING,
        precision=i.precision,
        kv_precision=i.kv_precision,
        batch_size=i.batch_size,
        context_length=i.context_length,
        timing=i.timing,
        memory_reserve=i.memory_reserve,
        memory_utilization=i.memory_utilization,
        roofline=Roofline(
            efficiency=i.efficiency, bandwidth_efficiency=i.bandwidth_efficiency, layer_overhead=i.layer_overhead
        ),
        power=PowerConstants(idle_fraction=i.idle_fraction, arithmetic=i.arithmetic_power, memory=i.memory_power),
        reference=i.accelerator,
    )


def _price(given_price: Array, chip: Accelerator) -> Array:
    return np.where(np.asarray(given_price) > 0, given_price, chip.unit_price)


def _energy(i: Inputs, chip: Accelerator, devices: Array, work: FleetWork) -> Array:
    idle = power_of(_task(i), chip).idle_fraction
    power = fleet_power(devices, chip.tdp, idle, work.power_share, i.host_power)
    return facility_energy(power * i.duration, i.pue)
