"""What are energy, carbon and water of a job, and does its place matter more than its hardware?

Patterson et al. 2021 for energy and operational carbon (equations 1 and 2), Gupta et al. 2022 (ACT) for embodied
carbon, spread over the lifetime of the devices, Li et al. 2023 for water. Not modelled: hosts, switches and storage
beside the chips, carbon intensity by the hour, certificates, and disposal.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers import inputs
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
from solvers.laws.energy import IDLE, facility_energy
from solvers.laws.power import linear_power
from solvers.laws.ratio import ratio_or_inf
from solvers.specs import Accelerator, Fleet, Grid, Node, Region

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
        "h100-sxm5-80gb", optional=True, default_from="node.accelerator", help="Gives its power and embodied carbon."
    )
    devices: Array = inputs.devices(256)
    tdp: Array = number(
        "W",
        "Thermal design power",
        700,
        high=1e6,
        slider=(0.01, 1500),
        log=True,
        default_from="accelerator.tdp",
        strict=True,
        advanced=True,
        help="Of one device.",
    )
    duration: Array = number(
        "s",
        "Duration",
        30 * _DAY,
        exclusive_min=True,
        high=1e10,
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
        help="What power follows: at 0 a device draws its idle power, at 100% its thermal design power.",
    )
    grid: Grid | None = inputs.grid()
    other_grid: Grid | None = spec(Grid, "Another grid", optional=True, help="To compare with, at the same PUE.")
    region: Region | None = inputs.region()
    pue: Array = inputs.pue(1.06)
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
        help="CO2e of the electricity, at the meter.",
    )
    other_carbon_intensity: Array = number(
        "kg/J",
        "Another grid's",
        0.02 / _KWH,
        high=1e-5,
        slider=(0, 1 / _KWH),
        display_unit="g/kWh",
        symbol="c'",
        default_from="other_grid.carbon_intensity",
        strict=True,
        help="Carbon intensity of a grid to compare with, at the same PUE. 20 g/kWh: Québec, 820: coal in Poland.",
    )
    water_intensity: Array = number(
        "L/J",
        "Water intensity",
        1.8 / _KWH,
        high=1e-3,
        slider=(0, 10 / _KWH),
        display_unit="L/kWh",
        symbol="w",
        default_from="grid.water_intensity",
        help="Per energy at the meter. 1.8 is usual for cooling alone; making the electricity adds to it.",
    )
    embodied_per_device: Array = number(
        "kg",
        "Embodied carbon of a device",
        164,
        high=1e7,
        slider=(0, 2000),
        default_from="accelerator.embodied_carbon",
        strict=True,
        help="CO2e of making one.",
    )
    embodied_lifetime: Array = number(
        "s",
        "Life of a device",
        4 * _YEAR,
        exclusive_min=True,
        high=1e10,
        slider=(_YEAR, 10 * _YEAR),
        display_unit="year",
        symbol="L",
        help="Over which its making is shared out.",
    )
    idle_fraction: Array = inputs.idle_fraction(IDLE)
    mean_device_power: Array = number(
        "W",
        "Measured power of a device",
        0,
        high=1e6,
        slider=(0, 1500),
        symbol=r"\bar p",
        advanced=True,
        help="Where it was measured, it takes the place of what TDP and MFU tell. 0: not measured.",
    )
    electricity_price: Array = inputs.electricity_price(
        0.10 / _KWH, advanced=True, help="For the bill beside the carbon; all other cost is in wall 17."
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    total_carbon: Array = output(
        "kg", "Carbon", display_unit="t", symbol=r"m", help="CO2e of running and, in part, of making."
    )
    it_energy: Array = output("J", "Energy at the chips", symbol=r"E_\text{IT}")
    facility_energy: Array = output("J", "Energy at the meter", symbol="E")
    operational_carbon: Array = output(
        "kg", "Of running", display_unit="t", symbol=r"m_\text{op}", help="CO2e of the electricity."
    )
    embodied_carbon: Array = output(
        "kg", "Of making", display_unit="t", symbol=r"m_\text{emb}", help="The job's share of the devices' life."
    )
    embodied_share: Array = output(
        "1", "Share of making", display_unit="percent", symbol="s", help="0 where nothing is emitted at all."
    )
    water: Array = output("L", "Water", symbol="V")
    mean_power: Array = output("W", "Mean power", symbol="P", help="At the meter.")
    device_power: Array = output("W", "Power of a device", symbol="p", help="On average, without the building.")
    operational_carbon_there: Array = output(
        "kg", "Of running on the other grid", display_unit="t", symbol=r"m'_\text{op}"
    )
    saved_there: Array = output(
        "kg", "Saved on the other grid", display_unit="t", help="Of running; negative where that grid emits more."
    )
    grid_ratio: Array = output(
        "1",
        "This grid over the other",
        symbol="r",
        if_infinite="without bound: the other grid emits nothing",
        help="How many times as much carbon the same energy is here.",
    )
    energy_cost: Array = output("USD", "Electricity bill", symbol=r"C_\text{energy}")
    energy_per_day: Array = output("J", "Energy a day", help="At the meter.")
    carbon_per_day: Array = output("kg", "Carbon a day")
    larger: Codes = label(CarbonPart, "Larger part")
    carbon_per_device_hour: Array = output("kg", "Carbon of a device-hour")
    carbon_per_useful_device_hour: Array = output(
        "kg",
        "Carbon of a useful device-hour",
        if_infinite="no useful work is done",
        help="Of an hour's work at the full peak rate.",
    )
    embodied_whole: Array = output("kg", "Making of the whole fleet")
    break_even_intensity: Array = output(
        "kg/J",
        "Equal parts at",
        display_unit="g/kWh",
        if_infinite="never: no energy is used",
        help="Carbon intensity at which running emits as much as making.",
    )
    overhead_energy: Array = output("J", "Cooling and losses", help="What the building adds.")


def check(i: Inputs) -> Iterator[InputError]:
    """What one field alone cannot tell: a power must come from somewhere."""
    if i.mean_device_power == 0 and math.isnan(i.tdp):
        if i.accelerator is None:
            yield InputError("tdp", "is needed: no accelerator is picked that would give it.")
        else:
            yield InputError("tdp", f"is needed: the catalog has no thermal design power for {i.accelerator.name}.")


def verdict(i: Inputs, o: Outputs) -> str:
    first = "{facility_energy} at the meter, {total_carbon} of CO2e and {water} of water. "
    if math.isnan(o.total_carbon):
        return first + "A figure of the grid or of the devices is not known; the energy does not depend on it."
    if o.total_carbon == 0:
        return first + "Nothing is emitted: neither the electricity nor the making of the devices counts."
    if o.larger == CarbonPart.MAKING:
        return first + (
            "Making the devices is the larger part, {embodied_share}: longer life and fuller use would help, a cleaner "
            "grid hardly."
        )
    return first + _where_to(i, o)


def _where_to(i: Inputs, o: Outputs) -> str:
    if i.other_carbon_intensity < i.carbon_intensity:
        return (
            "Running is the larger part, so the grid decides: at {other_carbon_intensity} the same energy would emit "
            "{operational_carbon_there} instead of {operational_carbon}. Making the devices is {embodied_share}."
        )
    return (
        "Running is the larger part, and a grid of {other_carbon_intensity} would not make it less: what is left is to "
        "use less energy, or a cleaner grid still. Making the devices is {embodied_share}."
    )


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    resting = i.idle_fraction * i.tdp
    if i.mean_device_power == 0 and resting > o.device_power / 2:
        yield (
            "More than half of the energy would be drawn by doing nothing: at rest a device takes {idle_fraction} of "
            "its power."
        )
    if i.mean_device_power > 0:
        yield "The measured power of a device is used; TDP and idle power have no part in it."
    if math.isnan(i.embodied_per_device):
        whose = f"of {i.accelerator.name}" if i.accelerator is not None else "of a device"
        yield f"The embodied carbon {whose} is not known: only the carbon of running is."
    if i.duration > i.embodied_lifetime:
        yield "The job is longer than a device lives: its making counts more than once, as if replaced."


FIGURES = (
    Chart("bars", "Where the carbon comes from", (), ("operational_carbon", "embodied_carbon")),
    Chart("bars", "Running on either grid", (), ("operational_carbon", "operational_carbon_there")),
    curve(
        "carbon_intensity",
        ("total_carbon", "embodied_share"),
        "The grid decides",
        x_marks=("break_even_intensity",),
        logy=False,
    ),
    curve("mfu", ("carbon_per_useful_device_hour",), "Waiting emits, too"),
)

EQUATIONS = (
    Equation(
        "device_power",
        r"@device_power = @tdp \cdot (@idle_fraction + (1 - @idle_fraction) \cdot @mfu)",
        where=lambda i, o: i.mean_device_power == 0,
    ),
    Equation("device_power", r"@device_power = @mean_device_power", where=lambda i, o: i.mean_device_power > 0),
    Equation("it_energy", r"@it_energy = @devices \cdot @device_power \cdot @duration"),
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
    Equation("water", r"@water = @facility_energy \cdot @water_intensity"),
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
)

ASSUMPTIONS = (
    "Power grows in a straight line from the idle share to the thermal design power, with MFU.",
    "Only the accelerators are counted; hosts, switches and storage come on top.",
    "The making of a device is shared out evenly over its life, used or not.",
    "Carbon intensity is a yearly mean at the place, not what somebody has contracts for.",
)

LIMITATIONS = (
    "Hours: the same grid may be twice as clean at noon.",
    "Certificates and offsets.",
    "Transport and disposal of the devices, and the making of the building.",
)

PRESETS = (
    Preset("The tutorial's 256 H100 for 30 days", {}, part="Part 5"),
    Preset("The same in Poland", {"carbon_intensity": "820 g/kWh"}, part="Part 5"),
    Preset("The same in Québec", {"carbon_intensity": "20 g/kWh"}, part="Part 5"),
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
        "A chip that needs half the power saves more carbon than another place.",
        "At half the power on a grid of 820 g/kWh the month emits {before}, at full power on one of 20 g/kWh {after}.",
        "operational_carbon",
        {"tdp": "350 W", "carbon_intensity": "820 g/kWh"},
        {"carbon_intensity": "20 g/kWh"},
        lambda before, after: before > 20 * after,
    ),
    Fallacy(
        "A chip that waits emits nothing.",
        "At full use the month emits {before}, doing nothing {after}.",
        "operational_carbon",
        {"mfu": "1"},
        {"mfu": "0"},
        lambda before, after: after > 0.25 * before,
    ),
    Fallacy(
        "The carbon of making chips is small change.",
        "On a grid of 390 g/kWh it is {before} of all; on one of 5 g/kWh it is {after}.",
        "embodied_share",
        {},
        {"carbon_intensity": "5 g/kWh"},
        lambda before, after: after > 0.3 and before < 0.1,
    ),
)


@solver(
    walls=(18,),
    title="Sustainability",
    question="What do energy, carbon and water of a job come to, and where do they come from?",
    version="2",
    factor="",
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
    device_power = _device_power(i)
    it_energy = devices * device_power * duration
    energy = facility_energy(it_energy, i.pue)
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
        water=energy * i.water_intensity,
        mean_power=energy / duration,
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


def _device_power(i: Inputs) -> Array:
    """Return the mean power of a device in watts: the measured one, or where that is 0 from its thermal design power
    and MFU."""
    measured = np.asarray(i.mean_device_power, dtype=float)
    return np.where(measured > 0, measured, linear_power(i.tdp, i.idle_fraction, i.mfu))
