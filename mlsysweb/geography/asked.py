"""What the page asks for: a job, how its energy is counted, and what a tonne of carbon costs.

Declared in the words of a wall, so that it is read, checked and drawn as a wall's question is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from mlsysweb.forms.own import own_question
from solvers import inputs
from solvers.declare import Array, Codes, Preset, chosen, given, picked
from solvers.errors import InputError
from solvers.operations.sustainability import sustainability
from solvers.specs import Accelerator, Grid

_DAY = 86400.0


class Counted(IntEnum):
    """Whose PUE counts."""

    GRID_ONLY = 0
    GRID_AND_SITE = 1


class Places(IntEnum):
    """Which places are ranked."""

    COUNTRIES = 0
    ALL_GRIDS = 1
    AWS = 2
    GCP = 3
    AZURE = 4


@dataclass(frozen=True, kw_only=True)
class Inputs:
    grid: Grid = picked(
        Grid, "Place", "poland", help="Held against the best, the worst and the mean. Or click the map."
    )
    places: Codes = chosen(
        Places, "Ranked", Places.COUNTRIES, help="Of the clouds, the regions they publish figures of.",
        words={"countries": "Countries", "all_grids": "All grids, provinces too", "aws": "AWS", "gcp": "Google Cloud", "azure": "Azure"},
    )  # fmt: skip
    counted: Codes = chosen(
        Counted, "Counted", Counted.GRID_ONLY, words={"grid_only": "Grid only", "grid_and_site": "Grid and site"},
        help="One PUE everywhere, or each place's own where it is known.",
    )  # fmt: skip
    accelerator: Accelerator = inputs.accelerator("h100-sxm5-80gb")
    devices: Array = given("1", "Devices", 256, low=1, high=1e8, slider=(1, 32768), log=True, whole=True)
    duration: Array = given(
        "s", "Duration", 30 * _DAY, above=True, high=1e10, slider=(_DAY, 365 * _DAY), log=True, shown="day"
    )
    mfu: Array = given("1", "MFU", 0.45, high=1, slider=(0, 1), shown="percent", help="What power follows.")
    pue: Array = given("1", "PUE", 1.06, low=1, high=10, slider=(1, 2), help="Where no place's own is counted.")
    carbon_price: Array = given(
        "USD/kg", "Price of carbon", 0.1, high=100, slider=(0, 1), shown="USD/t",
        help="Of a tonne emitted: at 0 the cheapest electricity wins, at a high price the cleanest.",
    )  # fmt: skip
    electricity_price: Array = given(
        "USD/J", "Electricity price", 0.10 / 3.6e6, high=1e-4, slider=(0, 0.4 / 3.6e6), shown="USD/kWh", folded=True,
        help="Where a place's is not known.",
    )  # fmt: skip
    water_intensity: Array = given(
        "L/J", "Water intensity", 1.8 / 3.6e6, high=1e-3, slider=(0, 10 / 3.6e6), shown="L/kWh", folded=True,
        help="Where a place's is not known.",
    )  # fmt: skip
    lifetime: Array = given(
        "s", "Life of a device", 4 * 365 * _DAY, above=True, high=1e10, slider=(365 * _DAY, 10 * 365 * _DAY),
        shown="year", folded=True,
    )  # fmt: skip


def check(i: Inputs) -> Iterator[InputError]:
    """What one field alone cannot tell: power must be known, and the place's intensity."""
    if math.isnan(i.accelerator.tdp):
        yield InputError("accelerator", f"can't be {i.accelerator.name}: its thermal design power is not known.")
    if math.isnan(i.grid.carbon_intensity):
        yield InputError("grid", f"can't be {i.grid.name}: its carbon intensity is not known.")


GEOGRAPHY = own_question(
    sustainability,
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
)  # fmt: skip
