"""The inputs of carbon geography: a job, how its energy is counted, and the price of a tonne of carbon.

Declared like the inputs of a wall, so that they are parsed, checked and drawn the same way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from solvers import inputs
from solvers.declare import Array, Codes, Preset, choice, number, question, spec
from solvers.errors import InputError
from solvers.specs import Accelerator, Fleet, Grid, Node, Region

_DAY = 86400.0
# Visual wake words on an ESP32-S3 at 30% of its peak, as the battery's doorbell has it.
_DETECTION, _MINUTE = 36e-3, 60.0


class Counted(IntEnum):
    """Whose PUE is used."""

    GRID_ONLY = 0
    GRID_AND_SITE = 1


class RankedPlaces(IntEnum):
    """Which places are ranked."""

    COUNTRIES = 0
    ALL_GRIDS = 1
    AWS = 2
    GCP = 3
    AZURE = 4


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The inputs of the map of carbon intensity, in SI."""

    grid: Grid = spec(Grid, "Location", "poland", default_from="fleet.grid", help="Or click a country on the map.")
    region: Region | None = spec(
        Region, "Cloud region", optional=True, help="Replaces the location, with the PUE of the region."
    )
    places: Codes = choice(
        RankedPlaces,
        "Compare",
        RankedPlaces.COUNTRIES,
        help="For clouds: regions with published figures.",
        labels={
            "countries": "Countries",
            "all_grids": "All grids, with states and provinces",
            "aws": "AWS",
            "gcp": "Google Cloud",
            "azure": "Azure",
        },
    )
    counted: Codes = choice(
        Counted,
        "PUE basis",
        Counted.GRID_ONLY,
        labels={"grid_only": "Same everywhere", "grid_and_site": "Site-specific"},
        help="One PUE for all locations, or each location's own where it is known.",
    )
    fleet: Fleet | None = inputs.fleet()
    node: Node | None = inputs.node()
    accelerator: Accelerator = inputs.accelerator("h100-sxm5-80gb", default_from="node.accelerator")
    devices: Array = inputs.devices(256)
    duration: Array = number(
        "s",
        "Duration",
        30 * _DAY,
        exclusive_min=True,
        high=1e6 * _DAY,
        slider=(_DAY, 365 * _DAY),
        log=True,
        display_unit="day",
    )
    mfu: Array = number(
        "1", "MFU", 0.45, high=1, slider=(0, 1), display_unit="percent", help="Sets the power of the devices."
    )
    memory_utilization: Array = inputs.memory_utilization(0, advanced=True)
    pue: Array = inputs.pue(default_from="fleet.pue", help="Used where no site-specific PUE applies.")
    carbon_price: Array = number(
        "USD/kg",
        "Carbon price",
        0.1,
        high=100,
        slider=(0, 1),
        display_unit="USD/t",
        help="Added to the electricity cost, per tonne of CO₂e.",
    )
    electricity_price: Array = number(
        "USD/J",
        "Electricity price",
        0.10 / 3.6e6,
        high=1e-4,
        slider=(0, 0.4 / 3.6e6),
        display_unit="USD/kWh",
        advanced=True,
        help="Used where the price of a location is unknown.",
    )
    water_intensity: Array = number(
        "L/J",
        "Water intensity of generation",
        0,
        high=1e-3,
        slider=(0, 10 / 3.6e6),
        display_unit="L/kWh",
        advanced=True,
        help="Used where the value of a location is unknown. 0: water use stays unknown.",
    )
    duty_cycle: Array = number(
        "1",
        "Microcontroller duty cycle",
        _DETECTION / _MINUTE,
        high=1,
        slider=(0, 0.1),
        display_unit="percent",
        advanced=True,
        help="Share of time it is active. Default: one person detection per minute on an ESP32-S3 (36 ms).",
    )
    wue: Array = inputs.wue(0, advanced=True, help="Site water use where no site-specific WUE applies. 0: none.")
    host_power: Array = inputs.host_power(0)
    lifetime: Array = number(
        "s",
        "Hardware lifetime",
        4 * 365 * _DAY,
        exclusive_min=True,
        high=1000 * 365 * _DAY,
        slider=(365 * _DAY, 10 * 365 * _DAY),
        display_unit="year",
        advanced=True,
    )


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: the power must be known, and the carbon intensity of the place."""
    if math.isnan(i.accelerator.tdp):
        yield InputError("accelerator", f"can't be {i.accelerator.name}: its thermal design power is unknown.")
    field, place = ("grid", i.grid) if i.region is None else ("region", i.region)
    if math.isnan(place.carbon_intensity):
        yield InputError(field, f"can't be {place.name}: its carbon intensity is unknown.")


GEOGRAPHY = question(
    name="geography",
    title="Carbon map",
    inputs=Inputs,
    check=check,
    presets=(
        Preset("Course example: 256 H100s for a month in Poland", {}, part="Part 5"),
        Preset("256 H100s for a month in Québec", {"grid": "quebec"}, part="Part 5"),
        Preset("Site-specific PUE", {"counted": "grid_and_site", "grid": "us-average"}, part="Part 5"),
        Preset("512 H100s (exercise 5a)", {"devices": "512"}, part="Part 5, exercise"),
        Preset("AWS regions", {"places": "aws", "counted": "grid_and_site"}),
        Preset("Carbon price of $1,000/t", {"carbon_price": "1000 USD/t"}),
    ),
)
