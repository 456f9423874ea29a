"""The inputs of the serving cost: a model, its requests, the latency they may have, a place, and accelerators to
compare. Declared like those of a wall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from solvers import checks, inputs
from solvers.declare import Array, Codes, Preset, choice, number, question, spec
from solvers.errors import InputError
from solvers.laws.cost import YEAR
from solvers.laws.language_pass import Timing
from solvers.laws.phase import generates
from solvers.specs import Accelerator, Grid, Model, Precision, Region

_KWH = 3.6e6


class Purchase(IntEnum):
    """How the accelerators are paid for."""

    ON_DEMAND = 0
    OWN = 1
    SPOT = 2


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The inputs of the serving cost, in SI."""

    model: Model = inputs.model("llama-3-70b")
    requests: Array = number(
        "1/s",
        "Requests per second",
        20,
        exclusive_min=True,
        high=1e6,
        slider=(0.1, 1000),
        log=True,
        help="QPS of all users together.",
    )
    prompt_length: Array = inputs.prompt_length(1024, high=1e6, help="Prompt tokens per request.")
    output_length: Array = inputs.output_length(256, high=1e6)
    ttft_target: Array = number(
        "s",
        "TTFT SLO (p99)",
        1,
        exclusive_min=True,
        high=1e4,
        slider=(0.05, 10),
        log=True,
        help="99 % of requests get their first token within this time, queue included.",
    )
    itl_target: Array = number(
        "s",
        "ITL SLO",
        0.1,
        exclusive_min=True,
        high=1e4,
        slider=(0.005, 1),
        log=True,
        display_unit="ms",
        help="Mean inter-token latency (TPOT) of a replica at full concurrency.",
    )
    grid: Grid | None = spec(
        Grid,
        "Grid",
        "us-virginia",
        optional=True,
        default_from="region.grid",
        help="Gives carbon intensity and electricity price. A cloud region is under Advanced inputs.",
    )
    purchase: Codes = choice(
        Purchase,
        "Rank by",
        Purchase.ON_DEMAND,
        labels={"on_demand": "On-demand cost", "own": "Owned cost", "spot": "Spot cost"},
        advanced=True,
        help="The cost by which the cheapest accelerator is chosen.",
    )
    precision: Codes = inputs.precision(Precision.FP8, advanced=True, help="Format of the weights and of the KV cache.")
    accelerator: Accelerator = inputs.accelerator("h100-sxm5-80gb", advanced=True)
    region: Region | None = inputs.region()
    target_utilization: Array = number(
        "1",
        "Maximum utilization",
        0.8,
        exclusive_min=True,
        high=0.99,
        slider=(0.1, 0.95),
        display_unit="percent",
        advanced=True,
        help="Replicas are added until the mean load is at most this share of their capacity.",
    )
    service_cv: Array = number(
        "1",
        "Service-time CV",
        1,
        high=100,
        slider=(0, 4),
        advanced=True,
        help="Standard deviation of a request's service time over its mean.",
    )
    memory_reserve: Array = inputs.memory_reserve()
    pue: Array = inputs.pue(advanced=True)
    electricity_price: Array = inputs.electricity_price(0.10 / _KWH, advanced=True)
    carbon_intensity: Array = number(
        "kg/J",
        "Carbon intensity",
        0.39 / _KWH,
        high=1e-5,
        slider=(0, 1 / _KWH),
        display_unit="g/kWh",
        default_from=("region.carbon_intensity", "grid.carbon_intensity"),
        strict=True,
        may_be_unknown=True,
        advanced=True,
        help="CO₂e per unit of electricity at the meter.",
    )
    infrastructure_multiplier: Array = inputs.infrastructure_multiplier(2.5, advanced=True)
    amortization: Array = inputs.amortization(4 * YEAR, advanced=True)
    spot_mtbf: Array = inputs.spot_mtbf(30 * 86400.0)
    recovery_time: Array = number(
        "s",
        "Recovery time",
        600,
        high=1e6,
        slider=(0, 3600),
        advanced=True,
        help="Until a reclaimed replica serves again.",
    )
    host_power: Array = inputs.host_power(0)


# The accelerators beside the first one where none are picked.
COMPARED = ("h200-sxm-141gb", "b200-sxm-180gb", "mi300x", "a100-sxm4-80gb", "l40s", "tpu-v6e", "tpu-v5p")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the model. An accelerator that cannot serve it is part of the answer, not an error."""
    if not generates(i.model):
        yield InputError("model", f"does not generate tokens: {i.model.name}. Choose a language model.")
    else:
        yield from checks.kernel_sizes(i.model, Timing.AUTO)


SERVING_COST = replace(
    question(
        name="serving_cost",
        title="Serving cost",
        inputs=Inputs,
        check=check,
        presets=(
            Preset("Llama 3 70B at 20 requests/s", {}),
            Preset("Llama 3 8B at 200 requests/s", {"model": "llama-3-8b", "requests": "200 1/s"}),
            Preset("Long prompts", {"prompt_length": "16384", "requests": "2 1/s", "ttft_target": "5 s"}),
            Preset("Owned in Québec", {"purchase": "own", "grid": "quebec"}),
            Preset("Spot", {"purchase": "spot"}),
        ),
    ),
    overlay="accelerator",
    overlay_help="Accelerators to rank beside the one under Advanced inputs. Empty: seven usual ones.",
)
