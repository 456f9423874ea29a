"""The inputs of the capstone: a student's design and the brief it must meet. Declared like those of a wall."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from solvers import checks, inputs
from solvers.declare import Array, Codes, Preset, choice, number, question, spec
from solvers.errors import InputError
from solvers.specs import Accelerator, Grid, Model, Precision, Region


class Tenure(IntEnum):
    """How the fleet is obtained."""

    OWN = 0
    CLOUD = 1


class Submitted(IntEnum):
    """Whether the design is submitted, so that it may be compared with the front."""

    NO = 0
    YES = 1


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The inputs of the capstone, in SI."""

    accelerator: Accelerator = inputs.accelerator("h100-sxm5-80gb")
    precision: Codes = inputs.precision(Precision.FP16)
    tensor_parallel: Array = inputs.tensor_parallel(4, help="Devices of a replica, over which each layer is split.")
    batch_size: Array = inputs.batch_size(16, help="Requests a replica takes at once.")
    replicas: Array = number(
        "1",
        "Replicas a region",
        32,
        low=1,
        high=2000,
        slider=(1, 256),
        log=True,
        integer=True,
        help="Copies of the model in each region; a region gets its share of the requests.",
    )
    first: Grid = spec(Grid, "First region", "us-virginia", help="Where the first share of the fleet stands.")
    second: Grid | None = spec(Grid, "Second region", "ireland", optional=True)
    third: Grid | None = spec(Grid, "Third region", optional=True)
    first_site: Region | None = spec(
        Region, "First cloud region", optional=True, advanced=True, help="Stands in the place of the first grid above."
    )
    second_site: Region | None = spec(Region, "Second cloud region", optional=True, advanced=True)
    third_site: Region | None = spec(Region, "Third cloud region", optional=True, advanced=True)
    tenure: Codes = choice(
        Tenure,
        "Fleet is",
        Tenure.OWN,
        labels={"own": "owned", "cloud": "rented"},
        help="Owned for four years, or rented on demand.",
    )
    model: Model = inputs.model("llama-3-70b", advanced=True, help="The brief: what is served.")
    requests: Array = number(
        "1/s",
        "Requests a second",
        1000,
        exclusive_min=True,
        high=1e6,
        slider=(1, 10000),
        log=True,
        advanced=True,
        help="The brief: of all users together.",
    )
    ttft_target: Array = number(
        "s",
        "Target for the first token",
        0.1,
        exclusive_min=True,
        high=100,
        slider=(0.02, 5),
        log=True,
        display_unit="ms",
        advanced=True,
        help="The brief: 99 of 100 requests wait no longer, queue included.",
    )
    budget: Array = number(
        "USD",
        "Budget a year",
        5e6,
        exclusive_min=True,
        high=1e12,
        slider=(1e5, 1e8),
        log=True,
        advanced=True,
        help="The brief.",
    )
    carbon_limit: Array = number(
        "kg",
        "Carbon a year",
        1e6,
        exclusive_min=True,
        high=1e12,
        slider=(1e4, 1e8),
        log=True,
        display_unit="t",
        advanced=True,
        help="The brief: CO2e at most.",
    )
    prompt_length: Array = inputs.prompt_length(256, advanced=True, help="The brief: tokens of a request.")
    output_length: Array = number(
        "1",
        "Output length",
        64,
        low=1,
        high=1e6,
        slider=(1, 4096),
        log=True,
        integer=True,
        advanced=True,
        help="The brief: tokens of an answer.",
    )
    pue: Array = number(
        "1", "PUE", 1.2, low=1, high=10, slider=(1, 2), advanced=True, help="Where a region's own is not known."
    )
    submitted: Codes = choice(
        Submitted, "Handed in", Submitted.NO, advanced=True, help="Then the design is shown beside the best there are."
    )


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: a model that generates tokens, a chip with a rate, grids with known
    figures."""
    yield from checks.trainable_transformer(i.model)
    yield from checks.accelerator_rate(i.accelerator, i.precision)
    for name in ("memory_capacity", "tdp", "unit_price"):
        if math.isnan(getattr(i.accelerator, name)):
            yield InputError(
                "accelerator", f"can't be {i.accelerator.name}: its {name.replace('_', ' ')} is not known."
            )
    for name in ("first_site", "second_site", "third_site"):
        site = getattr(i, name)
        if site is not None and math.isnan(site.carbon_intensity):
            yield InputError(name, f"can't be {site.name}: its carbon intensity is not known.")
    if i.tenure == Tenure.CLOUD and math.isnan(i.accelerator.cloud_price):
        yield InputError("tenure", f"can't be cloud: the catalog has no price to rent {i.accelerator.name}.")


CAPSTONE = question(
    name="capstone",
    title="Capstone",
    inputs=Inputs,
    check=check,
    presets=(
        Preset("The challenge: 5 million dollars a year, 1000 requests a second", {}, part="Capstone"),
        Preset(
            "A smaller one: 50 requests a second in half a second",
            {"requests": "50 1/s", "ttft_target": "500 ms", "budget": "1 MUSD", "replicas": "4"},
        ),
        Preset("One region only", {"second": "none", "replicas": "64"}),
    ),
)
