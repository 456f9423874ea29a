"""What does a fleet cost over its time in use, and would renting be cheaper?

Barroso, Hölzle and Ranganathan 2018 (chapter 6) for the parts of the cost of owning; Daly 2006 for the time that
interruptions of rented machines cost. Not modeled: interest, taxes, resale value, discounts for long contracts, and
moving data in and out of a cloud.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
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
    choice,
    curve,
    label,
    number,
    output,
    solver,
    spec,
)
from solvers.errors import InputError
from solvers.laws.cost import YEAR, break_even_utilization, depreciation, maintenance_cost, spot_run
from solvers.laws.energy import facility_energy
from solvers.laws.power import IDLE, dynamic_share, idle_power, mean_power, power_in_use
from solvers.laws.ratio import ratio_or_inf
from solvers.specs import Accelerator, Fleet, Grid, Node, Precision, Region, peak_rate
from solvers.verdict import State, Verdict

_HOUR, _DAY = 3600.0, 86400.0


class Procurement(IntEnum):
    """How to obtain accelerators."""

    OWN = 0
    CLOUD = 1
    SPOT = 2


class CostPart(IntEnum):
    """The parts of the cost of owning."""

    ACCELERATORS = 0
    NETWORK = 1
    POWER_COOLING = 2
    FACILITY = 3
    STAFF = 4
    ENERGY = 5
    MAINTENANCE = 6


@dataclass(frozen=True, kw_only=True)
class Inputs:
    fleet: Fleet | None = inputs.fleet()
    node: Node | None = inputs.node()
    accelerator: Accelerator | None = spec(
        Accelerator,
        "Accelerator",
        "h100-sxm5-80gb",
        optional=True,
        default_from="node.accelerator",
        help="Source of the unit price, power and rental prices where those are left empty.",
    )
    devices: Array = inputs.devices(256)
    duration: Array = number(
        "s",
        "Duration",
        30 * _DAY,
        exclusive_min=True,
        high=1e6 * _DAY,
        slider=(3600, 5 * YEAR),
        log=True,
        display_unit="day",
        symbol="T",
    )
    mfu: Array = number(
        "1",
        "MFU",
        0.45,
        high=1,
        slider=(0, 1),
        display_unit="percent",
        help="Model FLOPs utilization while in use.",
    )
    memory_utilization: Array = inputs.memory_utilization(0)
    time_in_use: Array = number(
        "1",
        "Utilization (time in use)",
        1,
        high=1,
        slider=(0, 1),
        display_unit="percent",
        symbol="u",
        help="Share of the duration with work. An owner pays for all of it, a tenant for this part.",
    )
    grid: Grid | None = inputs.grid()
    region: Region | None = inputs.region()
    pue: Array = inputs.pue()
    electricity_price: Array = inputs.electricity_price(0.10 / 3.6e6, advanced=True)
    unit_price: Array = number(
        "USD", "Unit price", 0, high=1e9, slider=(0, 60000), symbol="P", zero_means="accelerator's"
    )
    tdp: Array = number(
        "W", "Thermal design power", 0, high=1e6, slider=(0, 1500), advanced=True, zero_means="accelerator's"
    )
    infrastructure_multiplier: Array = inputs.infrastructure_multiplier(2.5)
    amortization: Array = inputs.amortization(4 * YEAR)
    idle_fraction: Array = inputs.idle_fraction(IDLE, default_from="accelerator.measured_idle_fraction")
    arithmetic_power: Array = inputs.arithmetic_power()
    memory_power: Array = inputs.memory_power()
    idle_power: Array = inputs.idle_power()
    host_power: Array = inputs.host_power(0)
    cloud_price: Array = number(
        "USD/s",
        "On-demand price",
        0,
        high=1,
        slider=(0, 12 / _HOUR),
        display_unit="USD/hour",
        advanced=True,
        help="Price per device.",
        zero_means="accelerator's",
    )
    spot_price: Array = number(
        "USD/s",
        "Spot price",
        0,
        high=1,
        slider=(0, 12 / _HOUR),
        display_unit="USD/hour",
        advanced=True,
        help="Price per device that may be reclaimed at any time.",
        zero_means="accelerator's",
    )
    spot_mtbf: Array = inputs.spot_mtbf(30 * _DAY)
    devices_per_machine: Array = number(
        "1",
        "Devices per machine",
        8,
        low=1,
        high=1e5,
        slider=(1, 72),
        integer=True,
        advanced=True,
        default_from="node.accelerators_per_node",
        help="Devices that are reclaimed together.",
    )
    checkpoint_time: Array = number(
        "s",
        "Checkpoint time",
        60,
        high=1e6,
        slider=(0, 600),
        symbol=r"\delta",
        advanced=True,
        help="Time of one checkpoint, written at the optimal interval on spot machines.",
    )
    recovery_time: Array = number(
        "s",
        "Recovery time",
        600,
        high=1e6,
        slider=(0, 3600),
        symbol="R",
        advanced=True,
        help="Time from a preemption until the job runs again.",
    )
    tokens_per_device_second: Array = number(
        "1/s",
        "Assumed throughput per device",
        2500,
        high=1e9,
        slider=(0, 20000),
        display_unit="tokens/s",
        advanced=True,
        help="Tokens served or trained while in use, for the cost per million tokens.",
    )
    total_ops: Array = number(
        "flop",
        "FLOPs per training run",
        7.2e23,
        high=1e40,
        slider=(1e18, 1e27),
        log=True,
        advanced=True,
        help="FLOPs of one run. Default: Llama-3-8B, 6 × 8 billion × 15 trillion.",
    )
    precision: Codes = choice(
        Precision, "Precision", Precision.BF16, advanced=True, help="Number format whose peak FLOP/s the MFU refers to."
    )


_UNKNOWN = "unknown: no price is known"
_NO_WORK = "none is done"


@dataclass(frozen=True, kw_only=True)
class Outputs:
    tco: Array = output("USD", "Total cost of ownership (TCO)", symbol=r"C_\text{own}")
    capex: Array = output(
        "USD",
        "Depreciation (CapEx)",
        symbol=r"C_\text{capex}",
        help="Share of the purchase price for this duration.",
    )
    purchase_price: Array = output("USD", "Purchase price", symbol=r"C_0", help="Everything bought at the start.")
    energy_opex: Array = output("USD", "Electricity", symbol=r"C_\text{energy}")
    maintenance_opex: Array = output(
        "USD", "Maintenance", symbol=r"C_\text{service}", help="5 % of the purchase price per year."
    )
    capex_accelerators: Array = output("USD", "Accelerators")
    capex_network: Array = output("USD", "Network")
    capex_power_cooling: Array = output("USD", "Power and cooling")
    capex_facility: Array = output("USD", "Facility")
    capex_staff: Array = output("USD", "Staff")
    largest_part: Codes = label(CostPart, "Largest cost")
    accelerator_share: Array = output(
        "1", "Accelerator share of purchase", display_unit="percent", help="Accelerators over the whole purchase price."
    )
    cost_per_device_hour: Array = output("USD/hour", "Cost per device-hour", help="Cost of every hour, used or not.")
    cost_per_used_hour: Array = output(
        "USD/hour", "Cost per utilized device-hour", if_infinite="none (no work is done)"
    )
    cost_per_useful_device_hour: Array = output(
        "USD/hour",
        "Cost per effective device-hour",
        if_infinite="none (no work is done)",
        help="Cost of one hour's work at full peak FLOP/s.",
    )
    cost_per_exaflop: Array = output(
        "USD",
        "Cost per 10¹⁸ model FLOPs",
        if_infinite="unknown, or no work is done",
        help="Cost that compares accelerators at equal throughput.",
    )
    cost_per_million_tokens: Array = output(
        "USD",
        "Cost per 1M tokens",
        if_infinite="none (no work is done)",
        help="Computed from the throughput per device, which is assumed unless another wall computes it.",
    )
    cost_per_run: Array = output("USD", "Cost per training run", if_infinite="unknown, or no work is done")
    cloud_cost: Array = output("USD", "On-demand cost", symbol=r"C_\text{cloud}", if_infinite=_UNKNOWN)
    spot_cost: Array = output("USD", "Spot cost", symbol=r"C_\text{spot}", if_infinite="unknown")
    spot_goodput: Array = output("1", "Spot goodput", display_unit="percent", symbol="G")
    spot_job_mtbf: Array = output("s", "Spot job MTBF", symbol="M")
    spot_interval: Array = output("s", "Spot checkpoint interval", symbol=r"\tau")
    cheapest: Codes = label(Procurement, "Lowest-cost option")
    cheapest_cost: Array = output("USD", "Lowest cost")
    break_even_utilization: Array = output(
        "1",
        "Break-even utilization vs. on-demand",
        display_unit="percent",
        if_infinite="never (on-demand is always cheaper)",
        if_unknown="unknown: no on-demand price is known",
        help="Above this utilization owning is cheaper than renting on demand.",
    )
    spot_break_even_utilization: Array = output(
        "1",
        "Break-even utilization vs. spot",
        display_unit="percent",
        if_infinite="never (spot is always cheaper)",
        if_unknown="unknown: no spot price is known",
    )
    busy_power: Array = output(
        "W",
        "Device power in use",
        symbol=r"p_\text{use}",
        if_infinite="unknown: the accelerator has no TDP",
        help="Accelerator only.",
    )
    resting_power: Array = output(
        "W",
        "Device power when idle",
        symbol=r"p_\text{idle}",
        if_infinite="unknown: the accelerator has no TDP",
        help="Accelerator only.",
    )
    mean_power: Array = output("W", "Mean power", symbol="W", help="Accelerators, and their hosts if given.")
    facility_energy: Array = output("J", "Facility energy", symbol="E")
    device_price: Array = output("USD", "Unit price in use")
    cloud_rate: Array = output("USD/hour", "On-demand price in use", if_infinite=_UNKNOWN)
    spot_rate: Array = output("USD/hour", "Spot price in use", if_infinite=_UNKNOWN)


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: a price and a power must come from somewhere."""
    for name, what in (("unit_price", "price"), ("tdp", "thermal design power")):
        if getattr(i, name) > 0:
            continue
        if i.accelerator is None:
            yield InputError(name, "is needed: no accelerator is picked that would give it.")
        elif math.isnan(getattr(i.accelerator, name)):
            yield InputError(name, f"is needed: the catalog has no {what} for {i.accelerator.name}.")


_LARGEST = {
    CostPart.ACCELERATORS: "The accelerators are the largest part",
    CostPart.NETWORK: "The network is the largest part",
    CostPart.POWER_COOLING: "Power and cooling are the largest part",
    CostPart.FACILITY: "The building is the largest part",
    CostPart.STAFF: "Staff is the largest part",
    CostPart.ENERGY: "Electricity is the largest part",
    CostPart.MAINTENANCE: "Maintenance is the largest part",
}


def verdict(i: Inputs, o: Outputs) -> Verdict:
    fleet = "{devices} devices for {duration}"
    if math.isnan(o.cloud_cost):
        return Verdict(
            State.COST,
            f"Rental price unknown. Owning {fleet} costs {{tco}}: {{cost_per_used_hour}} per utilized device-hour.",
        )
    costs = f"{fleet} cost {{tco}} to own, {{cloud_cost}} on demand"
    if o.cheapest == Procurement.OWN:
        even = "owning is cheaper above {break_even_utilization} utilization."
        return Verdict(State.COST, f"Owning is cheapest. {costs}; {even}")
    if o.cheapest == Procurement.SPOT:
        return Verdict(State.COST, f"Spot is cheapest. {costs}, {{spot_cost}} on spot at {{spot_goodput}} goodput.")
    if math.isinf(o.break_even_utilization):
        return Verdict(State.COST, f"On demand is cheapest. {costs}: renting costs less at any utilization.")
    even = "owning is cheaper only above {break_even_utilization} utilization."
    return Verdict(State.COST, f"On demand is cheapest. {costs}; {even}")


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield f"{_LARGEST[CostPart(int(o.largest_part))]}."
    if i.tokens_per_device_second > 0 and i.mfu > 0 and i.time_in_use > 0:
        yield (
            "1M tokens cost {cost_per_million_tokens} at an assumed throughput of {tokens_per_device_second} per "
            "device, which belongs to no model. The serving wall computes it for yours."
        )
    if i.duration > i.amortization:
        yield "The duration exceeds the depreciation period: the hardware is counted more than once, as if replaced."
    if o.spot_goodput < 0.01:
        yield (
            "On spot machines the job would take over a hundred times as long: they are reclaimed before it makes "
            "progress."
        )
    if i.memory_utilization == 0:
        yield (
            "Memory bandwidth utilization is unknown, so power is linear in MFU; measured accelerators draw more. "
            "Enter the memory bandwidth utilization."
        )
    elif i.accelerator is not None:
        yield from remarks.assumed_power(i.accelerator, i.arithmetic_power, i.memory_power)
    if i.host_power == 0:
        yield "Host power (CPUs, NICs, fans) is unknown and not counted."
    if i.mfu * i.time_in_use < 0.2:
        yield "Low utilization: an idle device costs as much as a busy one, except for its energy."


_CAPEX = ("capex_accelerators", "capex_network", "capex_power_cooling", "capex_facility", "capex_staff")


FIGURES = (
    Chart("buildup", "TCO breakdown", (), (*_CAPEX, "energy_opex", "maintenance_opex")),
    curve(
        "time_in_use",
        ("tco", "cloud_cost", "spot_cost"),
        "Own vs. rent by utilization",
        x_marks=("break_even_utilization",),
        logy=False,
    ),
    curve("mfu", ("cost_per_useful_device_hour",), "Cost per effective hour vs. MFU"),
)


def _of_row(i: Inputs) -> bool:
    """Whether the thermal design power is the accelerator's."""
    return i.accelerator is not None and bool(i.tdp == 0)


EQUATIONS = (
    Equation(
        "mean_power",
        r"@mean_power = @devices \cdot (@busy_power \cdot @time_in_use + @resting_power \cdot (1 - @time_in_use) + "
        r"@host_power)",
        where=lambda i, o: o.mean_power == o.mean_power,
    ),
    Equation("resting_power", r"@resting_power = @idle_power", where=lambda i, o: not math.isnan(i.idle_power)),
    Equation(
        "resting_power",
        r"@resting_power = @accelerator.tdp \cdot @idle_fraction",
        where=lambda i, o: _of_row(i) and math.isnan(i.idle_power),
    ),
    Equation(
        "busy_power",
        r"@busy_power = @accelerator.tdp \cdot (@idle_fraction + (1 - @idle_fraction) \cdot @mfu)",
        where=lambda i, o: _of_row(i) and i.mfu > 0 and i.memory_utilization == 0,
    ),
    Equation(
        "busy_power",
        r"@busy_power = @accelerator.tdp \cdot (@idle_fraction + (1 - @idle_fraction) \cdot \min(1, "
        r"@arithmetic_power \cdot @mfu + @memory_power \cdot \sqrt{@memory_utilization}))",
        where=lambda i, o: _of_row(i) and i.memory_utilization > 0,
    ),
    Equation("facility_energy", r"@facility_energy = @mean_power \cdot @duration \cdot @pue"),
    Equation("energy_opex", r"@energy_opex = @facility_energy \cdot @electricity_price"),
    Equation("purchase_price", r"@purchase_price = @devices \cdot @device_price \cdot @infrastructure_multiplier"),
    Equation("capex", r"@capex = @purchase_price \cdot \frac{@duration}{@amortization}"),
    Equation(
        "maintenance_opex", r"@maintenance_opex = 0.05 \cdot @purchase_price \cdot \frac{@duration}{\text{1 year}}"
    ),
    Equation("tco", r"@tco = @capex + @energy_opex + @maintenance_opex"),
    Equation("cost_per_device_hour", r"@cost_per_device_hour = \frac{\text{1 h} \cdot @tco}{@devices \cdot @duration}"),
    Equation(
        "cost_per_useful_device_hour",
        r"@cost_per_useful_device_hour = \frac{@cost_per_used_hour}{@mfu}",
        where=lambda i, o: i.mfu > 0 and i.time_in_use > 0,
    ),
    Equation(
        "spot_interval",
        r"@spot_interval = \sqrt{2 \cdot @checkpoint_time \cdot @spot_job_mtbf} \cdot (1 + "
        r"\frac{1}{3} \cdot \sqrt{\frac{@checkpoint_time}{2 \cdot @spot_job_mtbf}} + "
        r"\frac{@checkpoint_time}{18 \cdot @spot_job_mtbf}) - @checkpoint_time",
        where=lambda i, o: i.checkpoint_time < 2 * o.spot_job_mtbf,
    ),
    Equation(
        "spot_goodput",
        r"@spot_goodput = \frac{@spot_interval}{@spot_job_mtbf \cdot e^{\frac{@recovery_time}{@spot_job_mtbf}} \cdot "
        r"(e^{\frac{@spot_interval + @checkpoint_time}{@spot_job_mtbf}} - 1)}",
        # Where the exponent is tiny the difference printed loses the digits that the code keeps.
        where=lambda i, o: o.spot_interval + i.checkpoint_time > 1e-4 * o.spot_job_mtbf and o.spot_goodput > 0,
    ),
)

SOURCES = (
    Source(
        "Barroso, Hölzle, Ranganathan 2018",
        "The datacenter as a computer, third edition",
        "10.2200/S00874ED3V01Y201809CAC046",
    ),
    Source(
        "Daly 2006",
        "A higher order estimate of the optimum checkpoint interval for restart dumps",
        "10.1016/j.future.2004.11.016",
    ),
    Source("Barroso, Hölzle 2007", "The case for energy-proportional computing", "10.1109/MC.2007.443"),
    Source("Chung et al. 2025", "The ML.ENERGY Benchmark", "arXiv:2505.06371"),
)

ASSUMPTIONS = (
    "Depreciation is linear over its period; a job pays for its share of that time.",
    "Network, power and cooling, facility, and staff cost in proportion 20 : 15 : 10 : 15.",
    "Maintenance is 5 % of the purchase price per year. A device not in use draws its idle power.",
    "Renting is paid for the time in use only, for the same number of devices.",
    "On spot machines checkpoints are written at Daly's interval; preemption of one machine stops the job.",
)

LIMITATIONS = (
    "Interest, taxes and resale.",
    "Reserved-instance discounts, storage and data transfer.",
    "Hardware failures; the reliability wall models them.",
)

PRESETS = (
    Preset("256 H100 for 30 days", {}, part="Part 5"),
    Preset("256 H100 for 30 days, 10 % utilization", {"time_in_use": "10%"}),
    Preset("Three years of 1,024 A100", {"accelerator": "a100-sxm4-80gb", "devices": "1024", "duration": "3 year"}),
    Preset("Multi-vendor: MI300X", {"accelerator": "mi300x"}, part="Exercise 5b"),
    Preset(
        "Multi-vendor: Gaudi 3 at its list price",
        {"accelerator": "gaudi3", "unit_price": "15625 USD"},
        part="Exercise 5b",
    ),
    Preset("Spot machines that last a day", {"spot_mtbf": "1 day", "devices": "64"}),
    Preset("Accelerators only (no infrastructure)", {"infrastructure_multiplier": "1"}),
)

FALLACIES = (
    Fallacy(
        "The accelerators are nearly the whole cost of a cluster.",
        "Depreciation is {before} for the accelerators alone and {after} for everything bought with them, "
        "{ratio} times that.",
        "capex",
        {"infrastructure_multiplier": "1"},
        {},
        lambda before, after: after > 2 * before,
    ),
    Fallacy(
        "An idle device costs nothing.",
        "A fleet costs {before} at full utilization and {after} when idle: only part of the electricity is saved.",
        "tco",
        {},
        {"time_in_use": "0%"},
        lambda before, after: after > 0.8 * before,
    ),
    Fallacy(
        "Half the price per chip means half the cost.",
        "At a third of the throughput an effective device-hour costs {after} instead of {before}, at half the chip "
        "price.",
        "cost_per_useful_device_hour",
        {},
        {"unit_price": "12500 USD", "mfu": "15%"},
        lambda before, after: after > before,
    ),
)


@solver(
    walls=(17,),
    title="Total cost of ownership",
    question="What does a fleet cost, and would renting be cheaper?",
    version="3",
    factor="Devices",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("tco", "cost_per_device_hour", "cost_per_useful_device_hour", "cloud_cost", "break_even_utilization"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def tco(i: Inputs) -> Outputs:
    price, cloud, spot = (_or_of_chip(i, name) for name in ("unit_price", "cloud_price", "spot_price"))
    duration, devices = np.asarray(i.duration, dtype=float), np.asarray(i.devices, dtype=float)
    power = _power(i, devices, i.time_in_use)
    busy_power, resting_power = _device_power(i)
    electricity = _electricity(i, devices, i.time_in_use)
    purchase = devices * price * i.infrastructure_multiplier
    capital = depreciation(purchase, i.infrastructure_multiplier, duration, i.amortization)
    capex, maintenance = purchase * duration / i.amortization, maintenance_cost(purchase, duration)
    parts = (*(getattr(capital, f.name) for f in fields(capital)), electricity, maintenance)
    total = capex + electricity + maintenance

    device_time, used = devices * duration, np.asarray(i.time_in_use, dtype=float)
    run = spot_run(np.ceil(devices / i.devices_per_machine), i.spot_mtbf, i.checkpoint_time, i.recovery_time)
    spot_rate = run.rate(spot)
    on_demand, on_spot = cloud * device_time * used, spot_rate * device_time * used
    costs = np.stack(np.broadcast_arrays(total, on_demand, on_spot))
    known = np.where(np.isnan(costs), np.inf, costs)

    in_use = ratio_or_inf(total, device_time * used)
    useful = ratio_or_inf(in_use, i.mfu)
    peak = np.nan if i.accelerator is None else peak_rate(i.accelerator, i.precision)
    # Owning costs more when busy than when idle; renting costs only when busy.
    idle, busy = (capex + maintenance + _electricity(i, devices, u) for u in (0.0, 1.0))
    return Outputs(
        tco=total,
        capex=capex,
        purchase_price=purchase,
        energy_opex=electricity,
        maintenance_opex=maintenance,
        **dict(zip(_CAPEX, parts[:5], strict=True)),
        largest_part=np.stack(np.broadcast_arrays(*parts)).argmax(axis=0),
        accelerator_share=1 / np.asarray(i.infrastructure_multiplier, dtype=float),
        cost_per_device_hour=total / device_time * _HOUR,
        cost_per_used_hour=in_use * _HOUR,
        cost_per_useful_device_hour=useful * _HOUR,
        cost_per_exaflop=useful / peak * 1e18,
        cost_per_million_tokens=ratio_or_inf(in_use, i.tokens_per_device_second) * 1e6,
        cost_per_run=useful / peak * i.total_ops,
        cloud_cost=on_demand,
        spot_cost=on_spot,
        spot_goodput=run.goodput,
        spot_job_mtbf=run.mtbf,
        spot_interval=run.interval,
        cheapest=known.argmin(axis=0),
        cheapest_cost=known.min(axis=0),
        break_even_utilization=break_even_utilization(idle, busy, cloud * device_time),
        spot_break_even_utilization=break_even_utilization(idle, busy, spot_rate * device_time),
        busy_power=busy_power,
        resting_power=resting_power,
        mean_power=power,
        facility_energy=facility_energy(power * duration, i.pue),
        device_price=price,
        cloud_rate=cloud * _HOUR,
        spot_rate=spot * _HOUR,
    )


def _or_of_chip(i: Inputs, name: str) -> Array:
    """Return the input, or where it is 0 the accelerator's figure of that name."""
    own = np.nan if i.accelerator is None else getattr(i.accelerator, name)
    return np.where(np.asarray(getattr(i, name)) > 0, getattr(i, name), own)


def _device_power(i: Inputs) -> tuple[Array, Array]:
    """Watts of a device in use, and of one that is idle."""
    tdp, share = _or_of_chip(i, "tdp"), dynamic_share(i.mfu, i.memory_utilization, i.arithmetic_power, i.memory_power)
    return power_in_use(tdp, i.idle_fraction, i.idle_power, share), idle_power(tdp, i.idle_fraction, i.idle_power)


def _power(i: Inputs, devices: Array, used: Array) -> Array:
    """Mean power of the fleet in watts, in use for a share `used` of the time and idle otherwise."""
    return np.asarray(devices * (mean_power(*_device_power(i), used) + i.host_power))


def _electricity(i: Inputs, devices: Array, used: Array) -> Array:
    """Return the cost of the electricity in USD, busy for a share `used` of the time and idle otherwise."""
    return facility_energy(_power(i, devices, used) * i.duration, i.pue) * i.electricity_price
