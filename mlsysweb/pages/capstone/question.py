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


class BudgetBasis(IntEnum):
    """The costs that the budget is compared with."""

    YEAR = 0
    PURCHASE = 1


class Redundancy(IntEnum):
    """The loss that the fleet must survive within the TTFT target."""

    REGION = 0
    REPLICA = 1
    NONE = 2


class Submitted(IntEnum):
    """Whether the design is submitted, so that it may be compared with the front."""

    NO = 0
    YES = 1


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The inputs of the capstone, in SI."""

    accelerator: Accelerator = inputs.accelerator("h100-sxm5-80gb")
    precision: Codes = inputs.precision(Precision.FP16)
    tensor_parallel: Array = inputs.tensor_parallel(4, help="Devices per replica; each layer is split over them.")
    pipeline_parallel: Array = inputs.pipeline_parallel(
        1, high=128, slider=(1, 8), help="Stages per replica, each of the tensor-parallel devices."
    )
    batch_size: Array = inputs.batch_size(16, help="Concurrent requests per replica.")
    replicas: Array = number(
        "1",
        "Replicas per region",
        32,
        low=1,
        high=2000,
        slider=(1, 256),
        log=True,
        integer=True,
        help="Copies of the model in each region.",
    )
    first_share: Array = number(
        "1",
        "Requests to the first region",
        0,
        high=1,
        slider=(0, 1),
        display_unit="percent",
        help="Share of all requests; the other regions get equal parts of the rest.",
        zero_means="equal parts",
    )
    first: Grid = spec(Grid, "First region", "us-virginia", help="Each region holds an equal part of the fleet.")
    second: Grid | None = spec(Grid, "Second region", "ireland", optional=True)
    third: Grid | None = spec(Grid, "Third region", optional=True)
    first_site: Region | None = spec(
        Region, "First cloud region", optional=True, advanced=True, help="Replaces the first region above."
    )
    second_site: Region | None = spec(Region, "Second cloud region", optional=True, advanced=True)
    third_site: Region | None = spec(Region, "Third cloud region", optional=True, advanced=True)
    tenure: Codes = choice(
        Tenure,
        "Deployment",
        Tenure.OWN,
        labels={"own": "owned", "cloud": "on-demand cloud"},
        help="Owned for four years, or rented on demand.",
    )
    budget_basis: Codes = choice(
        BudgetBasis,
        "Budget covers",
        BudgetBasis.YEAR,
        labels={"year": "cost per year", "purchase": "purchase price"},
        help="Brief: what a year costs (depreciation, electricity, maintenance), or what is paid at the start.",
    )
    redundancy: Codes = choice(
        Redundancy,
        "Must survive the loss of",
        Redundancy.REGION,
        labels={"region": "a region", "replica": "a replica", "none": "nothing"},
        help="Brief: the loss after which the p99 TTFT target must still be met.",
    )
    model: Model = inputs.model("llama-3-70b", advanced=True, help="Brief: the model to serve.")
    requests: Array = number(
        "1/s",
        "Request rate",
        1000,
        exclusive_min=True,
        high=1e6,
        slider=(1, 10000),
        log=True,
        advanced=True,
        help="Brief: requests per second of all users together.",
    )
    ttft_target: Array = number(
        "s",
        "p99 TTFT target",
        0.1,
        exclusive_min=True,
        high=100,
        slider=(0.02, 5),
        log=True,
        display_unit="ms",
        advanced=True,
        help="Brief: 99 of 100 requests get their first token within this time, queueing included.",
    )
    budget: Array = number(
        "USD",
        "Budget",
        5e6,
        exclusive_min=True,
        high=1e12,
        slider=(1e5, 1e8),
        log=True,
        advanced=True,
        help="Brief: all regions together, per year or to buy.",
    )
    carbon_limit: Array = number(
        "kg",
        "Emissions limit per year",
        1e6,
        exclusive_min=True,
        high=1e12,
        slider=(1e4, 1e8),
        log=True,
        display_unit="t",
        advanced=True,
        help="Brief: CO₂e of all regions together.",
    )
    prompt_length: Array = inputs.prompt_length(256, advanced=True, help="Brief: prompt tokens per request.")
    output_length: Array = inputs.output_length(
        64, high=1e6, slider=(1, 4096), advanced=True, help="Brief: output tokens per request."
    )
    pue: Array = number(
        "1", "PUE", 1.2, low=1, high=10, slider=(1, 2), advanced=True, help="Used where the PUE of a region is unknown."
    )
    memory_reserve: Array = inputs.memory_reserve()
    host_power: Array = inputs.host_power(0)
    submitted: Codes = choice(
        Submitted, "Submitted", Submitted.NO, advanced=True, help="Compare the design with the Pareto front."
    )


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: a model that generates tokens, a chip with a rate, grids with known
    figures."""
    yield from checks.trainable_transformer(i.model)
    yield from checks.accelerator_rate(i.accelerator, i.precision)
    for name in ("memory_capacity", "tdp", "unit_price"):
        if math.isnan(getattr(i.accelerator, name)):
            yield InputError("accelerator", f"can't be {i.accelerator.name}: its {name.replace('_', ' ')} is unknown.")
    for name in ("first_site", "second_site", "third_site"):
        site = getattr(i, name)
        if site is not None and math.isnan(site.carbon_intensity):
            yield InputError(name, f"can't be {site.name}: its carbon intensity is unknown.")
    if i.first_share > 0 and all(each is None for each in (i.second, i.third, i.second_site, i.third_site)):
        yield InputError("first_share", "needs a second region; with one, leave it at 0: all requests go there.")
    if i.pipeline_parallel > i.model.layers > 0:
        yield InputError("pipeline_parallel", f"must be at most {i.model.layers:g}, the layers of {i.model.name}.")
    if i.pipeline_parallel > 1 and math.isnan(i.accelerator.interconnect_bandwidth):
        yield InputError(
            "pipeline_parallel",
            f"must be 1: the catalog has no interconnect bandwidth for {i.accelerator.name}.",
        )
    if i.budget_basis == BudgetBasis.PURCHASE and i.tenure == Tenure.CLOUD:
        yield InputError("budget_basis", "can't be purchase: rented hardware has no purchase price.")
    if i.tenure == Tenure.CLOUD and math.isnan(i.accelerator.cloud_price):
        yield InputError("tenure", f"can't be cloud: the catalog has no price to rent {i.accelerator.name}.")


CAPSTONE = question(
    name="capstone",
    title="Capstone",
    inputs=Inputs,
    check=check,
    presets=(
        Preset("Course assignment: $5M per year, 1,000 requests/s", {}, part="Capstone"),
        Preset(
            "Smaller: 50 requests/s, TTFT 500 ms",
            {"requests": "50 1/s", "ttft_target": "500 ms", "budget": "$1M", "replicas": "4"},
        ),
        Preset(
            "The same assignment with $5M as the purchase price",
            {"budget_basis": "purchase", "precision": "fp8", "tensor_parallel": "2"},
        ),
        Preset("One region only", {"second": "none", "replicas": "64"}),
    ),
)
