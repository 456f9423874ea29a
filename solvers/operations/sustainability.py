"""How much energy, carbon and water does a job use, and what dominates?

Patterson et al. 2021 for energy and operational carbon (equations 1 and 2), Gupta et al. 2022 (ACT) for embodied
carbon, spread over the lifetime of the devices, Li et al. 2023 for water, Chung et al. 2025 for the power of chips by
what they do. Not modeled: switches and storage, carbon intensity by the hour, certificates, and disposal.
"""

from __future__ import annotations

import math
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
    curve,
    label,
    number,
    output,
    solver,
    spec,
)
from solvers.errors import InputError
from solvers.laws.carbon import embodied_carbon, operational_carbon, share_of_total
from solvers.laws.energy import WATER_OF_GENERATION, facility_energy, water_use
from solvers.laws.power import IDLE, dynamic_share, idle_power, mean_power, power_in_use
from solvers.laws.ratio import ratio_or_inf
from solvers.specs import Accelerator, Fleet, Grid, Node, Region
from solvers.verdict import State, Verdict

_DAY, _YEAR = 86400.0, 365 * 86400.0
_HOUR = 3600.0
_KWH = 3.6e6


class CarbonPart(IntEnum):
    """Where the carbon comes from."""

    OPERATION = 0
    MAKING = 1


@dataclass(frozen=True, kw_only=True)
class Inputs:
    fleet: Fleet | None = inputs.fleet()
    node: Node | None = inputs.node()
    accelerator: Accelerator | None = inputs.accelerator(
        "h100-sxm5-80gb", optional=True, default_from="node.accelerator", help="Source of TDP and embodied carbon."
    )
    devices: Array = inputs.devices(256)
    tdp: Array = number(
        "W",
        "Thermal design power",
        high=1e6,
        slider=(0.01, 1500),
        log=True,
        default_from="accelerator.tdp",
        strict=True,
        advanced=True,
        help="Maximum sustained power per device, as in its data sheet.",
    )
    duration: Array = number(
        "s",
        "Duration",
        30 * _DAY,
        exclusive_min=True,
        high=1e6 * _DAY,
        slider=(_HOUR, 5 * _YEAR),
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
        help="Model FLOPs utilization while in use; sets the power, with the memory bandwidth utilization.",
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
        advanced=True,
        help="Share of the duration with work; otherwise a device draws its idle power.",
    )
    grid: Grid | None = inputs.grid()
    other_grid: Grid | None = spec(
        Grid, "Comparison grid", optional=True, help="Grid to compare with, at the same PUE."
    )
    region: Region | None = inputs.region()
    pue: Array = inputs.pue()
    carbon_intensity: Array = number(
        "kg/J",
        "Carbon intensity",
        0.39 / _KWH,
        high=1e-5,
        slider=(0, 1 / _KWH),
        display_unit="g/kWh",
        symbol="c",
        default_from=("region.carbon_intensity", "grid.carbon_intensity"),
        strict=True,
        advanced=True,
        help="CO₂e per unit of electricity at the meter.",
    )
    other_carbon_intensity: Array = number(
        "kg/J",
        "Carbon intensity of the comparison grid",
        0.02 / _KWH,
        high=1e-5,
        slider=(0, 1 / _KWH),
        display_unit="g/kWh",
        symbol="c'",
        default_from="other_grid.carbon_intensity",
        strict=True,
        advanced=True,
        help="20 gCO₂e/kWh: Québec; 820: coal power in Poland.",
    )
    wue: Array = inputs.wue(0, default_from="region.wue")
    water_intensity: Array = inputs.water_of_generation(
        WATER_OF_GENERATION, default_from="grid.water_intensity", strict=True, may_be_unknown=True
    )
    embodied_per_device: Array = number(
        "kg",
        "Embodied carbon per device",
        high=1e7,
        slider=(0, 2000),
        default_from="accelerator.embodied_carbon",
        strict=True,
        may_be_unknown=True,
        advanced=True,
        help="CO₂e of manufacturing one device.",
    )
    embodied_lifetime: Array = number(
        "s",
        "Hardware lifetime",
        4 * _YEAR,
        exclusive_min=True,
        high=1000 * _YEAR,
        slider=(_YEAR, 10 * _YEAR),
        display_unit="year",
        symbol="L",
        help="Embodied carbon is amortized over it.",
    )
    idle_fraction: Array = inputs.idle_fraction(IDLE, default_from="accelerator.measured_idle_fraction")
    arithmetic_power: Array = inputs.arithmetic_power()
    memory_power: Array = inputs.memory_power()
    idle_power: Array = inputs.idle_power()
    host_power: Array = inputs.host_power(0)
    mean_device_power: Array = number(
        "W",
        "Measured power per device",
        0,
        high=1e6,
        slider=(0, 1500),
        symbol=r"\bar p",
        advanced=True,
        help="Replaces the power modeled from TDP and MFU.",
        zero_means="not measured",
    )
    electricity_price: Array = inputs.electricity_price(
        0.10 / _KWH, advanced=True, help="Used for the electricity bill; other costs are in wall 17."
    )


_NO_WATER = "unknown: the grid's isn't known"


@dataclass(frozen=True, kw_only=True)
class Outputs:
    total_carbon: Array = output(
        "kg",
        "Total carbon",
        display_unit="t",
        symbol=r"m",
        help="CO₂e: operational carbon plus the job's share of embodied carbon.",
    )
    it_energy: Array = output("J", "IT energy", symbol=r"E_\text{IT}", help="Accelerators, and hosts if given.")
    facility_energy: Array = output("J", "Facility energy", symbol="E")
    operational_carbon: Array = output(
        "kg", "Operational carbon", display_unit="t", symbol=r"m_\text{op}", help="CO₂e of the electricity."
    )
    embodied_carbon: Array = output(
        "kg",
        "Embodied carbon",
        display_unit="t",
        symbol=r"m_\text{emb}",
        help="Share for the job's part of the hardware lifetime.",
    )
    embodied_share: Array = output(
        "1", "Embodied share of carbon", display_unit="percent", symbol="s", help="0 if nothing is emitted."
    )
    water: Array = output(
        "L",
        "Water",
        symbol="V",
        if_infinite="unknown: the grid's is unknown",
        help="On-site water plus water of electricity generation.",
    )
    site_water: Array = output("L", "On-site water", symbol="V_s", help="Water evaporated by cooling on site.")
    generation_water: Array = output(
        "L",
        "Water of electricity generation",
        symbol="V_g",
        if_infinite="unknown: the grid's is unknown",
        help="Water consumed by the power plants.",
    )
    mean_power: Array = output("W", "Mean power", symbol="P", help="Facility power, at the meter.")
    busy_power: Array = output("W", "Device power when busy", symbol=r"p_\text{busy}", help="Accelerator only.")
    device_power: Array = output(
        "W", "Mean device power", symbol="p", help="Accelerator only, averaged over the duration."
    )
    operational_carbon_there: Array = output(
        "kg", "Operational carbon on the comparison grid", display_unit="t", symbol=r"m'_\text{op}"
    )
    saved_there: Array = output(
        "kg",
        "Operational carbon saved on the comparison grid",
        display_unit="t",
        help="Negative if that grid emits more.",
    )
    grid_ratio: Array = output(
        "1",
        "Carbon ratio to the comparison grid",
        display_unit="times",
        symbol="r",
        if_infinite="unbounded (the other grid emits nothing)",
        help="Carbon here over carbon on the comparison grid, for the same energy.",
    )
    energy_cost: Array = output("USD", "Electricity bill", symbol=r"C_\text{energy}")
    energy_per_day: Array = output("J", "Facility energy per day")
    carbon_per_day: Array = output("kg", "Carbon per day")
    larger: Codes = label(CarbonPart, "Larger carbon source")
    carbon_per_device_hour: Array = output("kg", "Carbon per device-hour")
    carbon_per_useful_device_hour: Array = output(
        "kg",
        "Carbon per effective device-hour",
        if_infinite="none (no work is done)",
        help="Carbon of one hour's work at full peak FLOP/s.",
    )
    embodied_whole: Array = output("kg", "Embodied carbon of the fleet")
    break_even_intensity: Array = output(
        "kg/J",
        "Break-even carbon intensity",
        display_unit="g/kWh",
        if_infinite="never (no energy is used)",
        help="Carbon intensity at which operational equals embodied carbon.",
    )
    overhead_energy: Array = output("J", "PUE overhead", help="Facility energy minus IT energy: cooling and losses.")


def check(i: Inputs) -> Iterator[InputError]:
    """Yield an error where the power of a device is neither given nor known."""
    if i.mean_device_power == 0 and math.isnan(i.tdp):
        if i.accelerator is None:
            yield InputError("tdp", "is needed: no accelerator is picked that would give it.")
        else:
            yield InputError("tdp", f"is needed: the catalog has no thermal design power for {i.accelerator.name}.")


def verdict(i: Inputs, o: Outputs) -> Verdict:
    used = "{facility_energy}, water unknown" if math.isnan(o.water) else "{facility_energy} and {water} of water"
    if math.isnan(o.total_carbon):
        return Verdict(State.CARBON, f"Carbon unknown. {used}; grid intensity or embodied carbon is unknown.")
    if o.total_carbon == 0:
        return Verdict(State.OK, f"No emissions. {used}; neither the grid nor the devices count.")
    first = f"{{total_carbon}} CO₂e from {used}; {{embodied_share}} is embodied."
    if o.larger == CarbonPart.MAKING:
        return Verdict(State.CARBON, f"Mostly embodied carbon. {first} Longer life and higher utilization would help.")
    return Verdict(State.CARBON, f"Mostly operational carbon. {first} {_where_to(i, o)}")


def _where_to(i: Inputs, o: Outputs) -> str:
    if i.other_carbon_intensity < i.carbon_intensity:
        return "A grid of {other_carbon_intensity} would cut operational carbon to {operational_carbon_there}."
    return "A grid of {other_carbon_intensity} would not help; less energy would."


def _does_nothing(i: Inputs) -> bool:
    """Whether no work is done while in use, by a device whose idle power is known."""
    return bool(i.mfu == 0 and i.memory_utilization == 0 and not math.isnan(i.idle_power))


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    waiting = idle_power(i.tdp, i.idle_fraction, i.idle_power)
    before_work = mean_power(i.idle_fraction * i.tdp, waiting, i.time_in_use)
    if i.mean_device_power == 0 and before_work > o.device_power / 2:
        idle = "" if math.isnan(i.idle_power) else " A device not in use draws {idle_power}."
        yield (
            "More than half of the energy is idle power: at any load a device in use draws {idle_fraction} of its "
            f"TDP.{idle}"
        )
    if i.mean_device_power > 0:
        yield "The measured power per device is used; TDP and idle power have no effect."
    if math.isnan(i.embodied_per_device):
        whose = f"of {i.accelerator.name}" if i.accelerator is not None else "of a device"
        yield f"The embodied carbon {whose} is unknown: only operational carbon is counted."
    if i.mean_device_power == 0 and i.memory_utilization == 0:
        yield (
            "Memory bandwidth utilization is unknown, so power is linear in MFU; measured accelerators draw more. "
            "Enter the memory bandwidth utilization."
        )
    elif i.mean_device_power == 0 and i.accelerator is not None:
        yield from remarks.assumed_power(i.accelerator, i.arithmetic_power, i.memory_power)
    if i.host_power == 0:
        yield "Host power (CPUs, NICs, fans) is unknown and not counted."
    if i.wue == 0:
        yield "On-site cooling water is not counted: enter the WUE of the site."
    if i.duration > i.embodied_lifetime:
        yield "The job is longer than the hardware lifetime: embodied carbon counts more than once, as if replaced."


FIGURES = (
    Chart("bars", "Carbon: operational and embodied", (), ("operational_carbon", "embodied_carbon")),
    Chart("bars", "Operational carbon by grid", (), ("operational_carbon", "operational_carbon_there")),
    curve(
        "carbon_intensity",
        ("total_carbon", "embodied_share"),
        "Carbon vs. grid intensity",
        x_marks=("break_even_intensity",),
        logy=False,
    ),
    curve("mfu", ("carbon_per_useful_device_hour",), "Carbon per effective device-hour vs. MFU"),
    curve("duration", ("it_energy",), "IT energy vs. duration"),
)

EQUATIONS = (
    Equation(
        "device_power",
        r"@device_power = @idle_fraction \cdot @tdp \cdot (1 - @time_in_use) + @busy_power \cdot @time_in_use",
        where=lambda i, o: i.mean_device_power == 0 and math.isnan(i.idle_power),
    ),
    Equation(
        "device_power",
        r"@device_power = @idle_power \cdot (1 - @time_in_use) + @busy_power \cdot @time_in_use",
        where=lambda i, o: i.mean_device_power == 0 and not math.isnan(i.idle_power),
    ),
    Equation("busy_power", r"@busy_power = @idle_power", where=lambda i, o: _does_nothing(i)),
    Equation(
        "busy_power",
        r"@busy_power = @tdp \cdot (@idle_fraction + (1 - @idle_fraction) \cdot @mfu)",
        where=lambda i, o: i.memory_utilization == 0 and not _does_nothing(i),
    ),
    Equation(
        "busy_power",
        r"@busy_power = @tdp \cdot (@idle_fraction + (1 - @idle_fraction) \cdot \min(1, @arithmetic_power \cdot @mfu + "
        r"@memory_power \cdot \sqrt{@memory_utilization}))",
        where=lambda i, o: i.memory_utilization > 0,
    ),
    Equation("device_power", r"@device_power = @mean_device_power", where=lambda i, o: i.mean_device_power > 0),
    Equation("it_energy", r"@it_energy = @devices \cdot (@device_power + @host_power) \cdot @duration"),
    Equation("facility_energy", r"@facility_energy = @it_energy \cdot @pue"),
    Equation("operational_carbon", r"@operational_carbon = @facility_energy \cdot @carbon_intensity"),
    Equation(
        "embodied_carbon",
        r"@embodied_carbon = @devices \cdot @embodied_per_device \cdot \frac{@duration}{@embodied_lifetime}",
    ),
    Equation("total_carbon", r"@total_carbon = @operational_carbon + @embodied_carbon"),
    Equation(
        "embodied_share",
        r"@embodied_share = \frac{@embodied_carbon}{@total_carbon}",
        where=lambda i, o: o.total_carbon > 0,
    ),
    Equation("site_water", r"@site_water = @it_energy \cdot @wue"),
    Equation(
        "generation_water",
        r"@generation_water = @facility_energy \cdot @water_intensity",
        where=lambda i, o: i.water_intensity > 0,
    ),
    Equation("water", r"@water = @site_water + @generation_water", where=lambda i, o: i.water_intensity > 0),
    Equation("mean_power", r"@mean_power = \frac{@facility_energy}{@duration}"),
    Equation("operational_carbon_there", r"@operational_carbon_there = @facility_energy \cdot @other_carbon_intensity"),
    Equation("saved_there", r"@saved_there = @operational_carbon - @operational_carbon_there"),
    Equation(
        "grid_ratio",
        r"@grid_ratio = \frac{@carbon_intensity}{@other_carbon_intensity}",
        where=lambda i, o: i.other_carbon_intensity > 0,
    ),
    Equation("energy_cost", r"@energy_cost = @facility_energy \cdot @electricity_price"),
)

SOURCES = (
    Source("Patterson et al. 2021", "Carbon emissions and large neural network training", "arXiv:2104.10350"),
    Source(
        "Gupta et al. 2022",
        "ACT: designing sustainable computer systems with an architectural carbon modeling tool",
        "10.1145/3470496.3527408",
    ),
    Source(
        "Luccioni et al. 2023",
        "Estimating the carbon footprint of BLOOM, a 176B parameter language model",
        "arXiv:2211.02001",
    ),
    Source(
        "Li et al. 2023",
        "Making AI less thirsty: uncovering and addressing the secret water footprint of AI models",
        "arXiv:2304.03271",
    ),
    Source("Chung et al. 2025", "The ML.ENERGY Benchmark", "arXiv:2505.06371"),
)

ASSUMPTIONS = (
    "Power follows MFU and memory bandwidth utilization as measured on serving GPUs; where the latter is unknown, "
    "it is linear in MFU.",
    "Hosts draw the given power at all times; switches and storage are not counted.",
    "On-site water is proportional to IT energy, water of electricity generation to facility energy.",
    "Embodied carbon per device is the vendor's product footprint where one is published, else the Boavizta model's, "
    "which is several times as high. Compare chips by it only where both figures rest on one method.",
    "Embodied carbon is amortized linearly over the hardware lifetime, used or not.",
    "Carbon intensity is a yearly mean of the location (location-based, not market-based).",
)

LIMITATIONS = (
    "Hourly variation: the same grid may be twice as clean at noon.",
    "Certificates and offsets.",
    "Transport and disposal of devices, and the building's embodied carbon.",
)

PRESETS = (
    Preset("256 H100 for 30 days (course)", {}, part="Part 5"),
    Preset("256 H100 for 30 days, Poland", {"grid": "poland"}, part="Part 5"),
    Preset("256 H100 for 30 days, Québec", {"grid": "quebec"}, part="Part 5"),
    Preset(
        "GPT-3 (Patterson 2021)",
        {
            "devices": "10000",
            "mean_device_power": "330 W",
            "mfu": "0.2",
            "duration": "14.8 day",
            "pue": "1.10",
            "carbon_intensity": "429 g/kWh",
            "embodied_per_device": "0 kg",
        },
    ),
    Preset(
        "T5 (Patterson 2021)",
        {
            "devices": "512",
            "mean_device_power": "310 W",
            "mfu": "0.37",
            "duration": "20 day",
            "pue": "1.12",
            "carbon_intensity": "545 g/kWh",
            "embodied_per_device": "0 kg",
        },
    ),
    Preset(
        "Llama 2 70B: 1.72 million A100 hours",
        {
            "devices": "2048",
            "mean_device_power": "400 W",
            "duration": "35 day",
            "pue": "1",
            "carbon_intensity": "423 g/kWh",
            "embodied_per_device": "0 kg",
        },
    ),
    Preset(
        "Llama 3 8B: 1.3 million H100 hours",
        {
            "devices": "13000",
            "mean_device_power": "700 W",
            "duration": "100 hour",
            "pue": "1",
            "carbon_intensity": "429 g/kWh",
            "embodied_per_device": "0 kg",
        },
    ),
    Preset(
        "A microcontroller for two years",
        {
            "devices": "1",
            "mean_device_power": "0.5 mW",
            "accelerator": "none",
            "tdp": "15 mW",
            "mfu": "0.01",
            "duration": "2 year",
            "pue": "1",
            "embodied_per_device": "1 kg",
            "embodied_lifetime": "2 year",
        },
        part="Part 7",
    ),
)

FALLACIES = (
    Fallacy(
        "Halving the chip's power saves more carbon than changing the location.",
        "A month emits {before} at half the power on an 820 g/kWh grid and {after} at full power on a 20 g/kWh grid.",
        "operational_carbon",
        {"tdp": "350 W", "carbon_intensity": "820 g/kWh"},
        {"carbon_intensity": "20 g/kWh"},
        lambda before, after: before > 20 * after,
    ),
    Fallacy(
        "An idle chip emits nothing.",
        "A month emits {before} at full utilization and {after} when idle.",
        "operational_carbon",
        {"mfu": "1"},
        {"mfu": "0"},
        lambda before, after: after > 0.05 * before,
    ),
    Fallacy(
        "Embodied carbon is negligible.",
        "It is {before} of the total on a 390 g/kWh grid and {after} on a 5 g/kWh grid.",
        "embodied_share",
        {},
        {"carbon_intensity": "5 g/kWh"},
        lambda before, after: after > 0.3 and before < 0.1,
    ),
)


@solver(
    walls=(18,),
    title="Sustainability",
    question="How much energy, carbon and water does a job use, and what dominates?",
    version="3",
    factor="Devices",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("total_carbon", "facility_energy", "operational_carbon", "embodied_share", "water", "mean_power"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def sustainability(i: Inputs) -> Outputs:
    devices, duration = np.asarray(i.devices, dtype=float), np.asarray(i.duration, dtype=float)
    busy, device_power = _power(i)
    it_energy = devices * (device_power + i.host_power) * duration
    energy = facility_energy(it_energy, i.pue)
    on_site, generated = water_use(it_energy, i.wue), _generation_water(i, energy)
    operational = operational_carbon(energy, i.carbon_intensity)
    embodied = embodied_carbon(devices, i.embodied_per_device, duration, i.embodied_lifetime)
    total = operational + embodied
    device_hours, days = devices * duration / _HOUR, duration / _DAY
    return Outputs(
        total_carbon=total,
        it_energy=it_energy,
        facility_energy=energy,
        operational_carbon=operational,
        embodied_carbon=embodied,
        embodied_share=share_of_total(embodied, total),
        water=on_site + generated,
        site_water=on_site,
        generation_water=generated,
        mean_power=energy / duration,
        busy_power=busy,
        device_power=device_power,
        operational_carbon_there=operational_carbon(energy, i.other_carbon_intensity),
        saved_there=operational - operational_carbon(energy, i.other_carbon_intensity),
        grid_ratio=ratio_or_inf(i.carbon_intensity, np.asarray(i.other_carbon_intensity, dtype=float)),
        energy_cost=energy * i.electricity_price,
        energy_per_day=energy / days,
        carbon_per_day=total / days,
        larger=np.where(embodied > operational, CarbonPart.MAKING, CarbonPart.OPERATION),
        carbon_per_device_hour=total / device_hours,
        carbon_per_useful_device_hour=ratio_or_inf(total / device_hours, np.asarray(i.mfu, dtype=float)),
        embodied_whole=devices * i.embodied_per_device,
        break_even_intensity=ratio_or_inf(embodied, energy),
        overhead_energy=energy - it_energy,
    )


def _generation_water(i: Inputs, energy: Array) -> Array:
    """Litres that making the electricity takes; NaN where the grid's intensity is 0, not known."""
    return np.where(np.asarray(i.water_intensity) > 0, water_use(energy, i.water_intensity), np.nan)


def _power(i: Inputs) -> tuple[Array, Array]:
    """Watts of a device in use, and on average: measured, or where that is 0 by its thermal design power and what it
    does while in use."""
    measured, share = (
        np.asarray(i.mean_device_power, dtype=float),
        dynamic_share(i.mfu, i.memory_utilization, i.arithmetic_power, i.memory_power),
    )
    busy = power_in_use(i.tdp, i.idle_fraction, i.idle_power, share)
    mean = mean_power(busy, idle_power(i.tdp, i.idle_fraction, i.idle_power), i.time_in_use)
    return busy, np.where(measured > 0, measured, mean)
