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

    grid: Grid = spec(Grid, "Place", "poland", help="Held against the best, the worst and the mean. Or click the map.")
    places: Codes = choice(
        RankedPlaces,
        "Ranked",
        RankedPlaces.COUNTRIES,
        help="Of the clouds, the regions they publish figures of.",
        labels={
            "countries": "Countries",
            "all_grids": "All grids, provinces too",
            "aws": "AWS",
            "gcp": "Google Cloud",
            "azure": "Azure",
        },
    )
    counted: Codes = choice(
        Counted,
        "Counted",
        Counted.GRID_ONLY,
        labels={"grid_only": "Grid only", "grid_and_site": "Grid and site"},
        help="One PUE everywhere, or each place's own where it is known.",
    )
    region: Region | None = inputs.region(help="Stands in the place of the grid above, with its own PUE.")
    fleet: Fleet | None = inputs.fleet()
    node: Node | None = inputs.node()
    accelerator: Accelerator = inputs.accelerator("h100-sxm5-80gb", default_from="node.accelerator")
    devices: Array = inputs.devices(256)
    duration: Array = number(
        "s",
        "Duration",
        30 * _DAY,
        exclusive_min=True,
        high=1e10,
        slider=(_DAY, 365 * _DAY),
        log=True,
        display_unit="day",
    )
    mfu: Array = number("1", "MFU", 0.45, high=1, slider=(0, 1), display_unit="percent", help="What power follows.")
    pue: Array = inputs.pue(1.06, default_from="fleet.pue", help="Where no place's own is counted.")
    carbon_price: Array = number(
        "USD/kg",
        "Price of carbon",
        0.1,
        high=100,
        slider=(0, 1),
        display_unit="USD/t",
        help="Of a tonne emitted: at 0 the cheapest electricity wins, at a high price the cleanest.",
    )
    electricity_price: Array = number(
        "USD/J",
        "Electricity price",
        0.10 / 3.6e6,
        high=1e-4,
        slider=(0, 0.4 / 3.6e6),
        display_unit="USD/kWh",
        advanced=True,
        help="Where a place's is not known.",
    )
    water_intensity: Array = number(
        "L/J",
        "Water intensity",
        1.8 / 3.6e6,
        high=1e-3,
        slider=(0, 10 / 3.6e6),
        display_unit="L/kWh",
        advanced=True,
        help="Where a place's is not known.",
    )
    duty_cycle: Array = number(
        "1",
        "Duty cycle of a microcontroller",
        _DETECTION / _MINUTE,
        high=1,
        slider=(0, 0.1),
        display_unit="percent",
        advanced=True,
        help="Share of the time it is awake, by default for one detection of a person a minute on an ESP32-S3 (36 ms).",
    )
    lifetime: Array = number(
        "s",
        "Life of a device",
        4 * 365 * _DAY,
        exclusive_min=True,
        high=1e10,
        slider=(365 * _DAY, 10 * 365 * _DAY),
        display_unit="year",
        advanced=True,
    )


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: the power must be known, and the carbon intensity of the place."""
    if math.isnan(i.accelerator.tdp):
        yield InputError("accelerator", f"can't be {i.accelerator.name}: its thermal design power is not known.")
    field, place = ("grid", i.grid) if i.region is None else ("region", i.region)
    if math.isnan(place.carbon_intensity):
        yield InputError(field, f"can't be {place.name}: its carbon intensity is not known.")


GEOGRAPHY = question(
    name="geography",
    title="Carbon geography",
    inputs=Inputs,
    check=check,
    presets=(
        Preset("The tutorial: 256 H100 for a month in Poland", {}, part="Part 5"),
        Preset("The same in Québec", {"grid": "quebec"}, part="Part 5"),
        Preset("With each site's own PUE", {"counted": "grid_and_site", "grid": "us-average"}, part="Part 5"),
        Preset("512 H100, exercise 5a", {"devices": "512"}, part="Part 5, exercise"),
        Preset("Regions of AWS", {"places": "aws", "counted": "grid_and_site"}),
        Preset("A tonne at 1000 USD", {"carbon_price": "1000 USD/t"}),
    ),
)
