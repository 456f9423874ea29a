"""The stage of every wall in one system: its inputs from the system's description, and its utilization.

`system`, the description, comes first; every other stage takes its inputs from it by name, by a link
written here, or from an earlier stage. A utilization of 1 means that a limit is used up, or that all of the time is
lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from solvers.declare import Solver
from solvers.result import Result

from .wiring import GIVEN

DESCRIPTION = "system"

Utilization = Callable[[Callable[[str], float]], float]


@dataclass(frozen=True, eq=False)
class WallStage:
    """A wall as a stage of the system: its number, links beyond equal names, and its utilization (the share of a limit,
    and the name of that limit). `supposed`: the system does not use the technique of the wall (weight streaming,
    reasoning, differential privacy); the utilization is what it would be if it did. `one_device`: the wall computes one
    device with the whole model, however many share it."""

    wall: int
    stage: str
    of: str
    strain: Utilization
    links: Mapping[str, str] = field(default_factory=dict)
    supposed: bool = False
    one_device: bool = False


def _lost(slowdown: float) -> float:
    """Return the share of the time lost when everything takes `slowdown` times as long."""
    return 1 - 1 / slowdown if slowdown > 0 else math.nan


# Every wall of the taxonomy once, in its order.
WALL_STAGES = (
    WallStage(
        1,
        "roofline",
        "of a decode step is compute",
        lambda v: v("compute_time") / v("latency"),
        {"context_length": "system.mean_context"},
        one_device=True,
    ),
    WallStage(
        2,
        "roofline",
        "of a decode step is memory traffic",
        lambda v: v("memory_time") / v("latency"),
        one_device=True,
    ),
    WallStage(
        3,
        "efficiency",
        "of the peak is lost in training kernels",
        lambda v: 1 - v("mfu"),
        {"batch_size": GIVEN, "devices": GIVEN},
        one_device=True,
    ),
    WallStage(4, "serving", "of device memory is used", lambda v: v("memory_per_device") / v("memory_room")),
    WallStage(
        5,
        "batching",
        "of the KV cache is lost to fragmentation",
        lambda v: v("internal_fragmentation"),
        {"context_length": "system.longest_context"},
        one_device=True,
    ),
    WallStage(
        6,
        "weight_streaming",
        "of a streamed step is weight loading",
        lambda v: (
            _lost(v("layer_injection_time") / v("layer_compute_time")) if v("layer_compute_time") > 0 else math.nan
        ),
        {"context_length": "system.longest_context", "batch_size": "system.slots"},
        supposed=True,
    ),
    WallStage(
        7,
        "tail_latency",
        "of the p99 SLO is used",
        lambda v: v("p99_response") / v("latency_target"),
        {"service_time": "serving.end_to_end_latency", "slots_per_replica": "system.batch_size"},
    ),
    WallStage(
        8,
        "ingestion",
        "of the storage bandwidth is used",
        lambda v: v("utilization"),
        {"demand_bandwidth": "parallelism.demand_bandwidth"},
    ),
    WallStage(
        9,
        "transformation",
        "of the training time is data stall",
        lambda v: _lost(v("slowdown")),
        {
            "batch_size": "system.sequences_per_node",
            "sample_bytes": "system.sequence_bytes",
            "step_time": "parallelism.step_time",
        },
    ),
    WallStage(
        10,
        "topology",
        "of a link's bandwidth is lost across the network",
        lambda v: _lost(v("slowdown")),
        {"link_bandwidth": "system.inter_bandwidth", "nodes": "system.nodes", "message": "system.gradient_bytes"},
    ),
    WallStage(
        11,
        "scaling_laws",
        "of the training compute is above compute-optimal",
        lambda v: _lost(v("compute_ratio_besiroglu")),
        {"parameters": "parallelism.model.parameters"},
    ),
    WallStage(
        12,
        "reasoning",
        "of an answer's time is reasoning",
        lambda v: _lost(v("slowdown")),
        {
            "ttft": "serving.ttft",
            "itl": "serving.itl",
            "served_on": "system.accelerator",
            "power": "system.power_per_request",
            "price_per_hour": "system.price_per_request",
        },
        supposed=True,
    ),
    WallStage(
        13,
        "compression",
        "of the weight memory 4-bit weights would save",
        lambda v: v("memory_saving"),
        {"parameters": "parallelism.model.parameters"},
        supposed=True,
    ),
    WallStage(
        14,
        "parallelism",
        "of a training step is lost between devices",
        lambda v: 1 - v("scaling_efficiency"),
        {"data_parallel": "system.data_parallel", "tensor_parallel": "system.training_tensor_parallel"},
    ),
    WallStage(
        15,
        "reliability",
        "of the training time is lost to failures",
        lambda v: 1 - v("daly_goodput"),
        {"devices": "system.devices", "nodes": "system.nodes", "work_time": "parallelism.training_time"},
    ),
    WallStage(
        16,
        "cluster_queue",
        "of the fleet's capacity is used",
        lambda v: v("utilization"),
        {
            "arrival_rate": "system.run_rate",
            "service_time": "iron_law.training_time",
            "servers": "system.runs_at_once",
        },
    ),
    WallStage(
        17,
        "tco",
        "of the effective cost is unused peak FLOP/s",
        lambda v: 1 - v("mfu"),
        {
            "devices": "system.devices",
            "duration": "iron_law.training_time",
            "mfu": "iron_law.overall_efficiency",
            "memory_utilization": "parallelism.memory_utilization",
            "electricity_price": "system.price_of_electricity",
            "total_ops": "parallelism.run_flop",
        },
    ),
    WallStage(
        18,
        "sustainability",
        "of the carbon is embodied",
        lambda v: v("embodied_share"),
        {
            "devices": "system.devices",
            "duration": "iron_law.training_time",
            "mfu": "iron_law.overall_efficiency",
            "memory_utilization": "parallelism.memory_utilization",
            "tdp": "system.tdp",
            "carbon_intensity": "system.carbon_intensity",
            "water_intensity": "system.water_of_electricity",
            "electricity_price": "system.price_of_electricity",
            "embodied_per_device": "system.embodied_per_device",
        },
    ),
    WallStage(
        19,
        "checkpoint",
        "of the time is spent on checkpoints",
        lambda v: v("overhead"),
        {
            "parameters": "parallelism.model.parameters",
            "writers": "system.nodes",
            "interval": "reliability.best_interval",
            "filesystem_bandwidth": "system.storage_bandwidth",
        },
    ),
    WallStage(
        20,
        "privacy",
        "of a DP run's time is DP overhead",
        lambda v: _lost(v("slowdown")),
        {"training_time": "iron_law.training_time"},
        supposed=True,
    ),
    WallStage(
        21,
        "sensitivity",
        "of the latency depends on one hardware parameter",
        lambda v: abs(v("binding_elasticity")),
        {"context_length": "system.mean_context"},
        supposed=True,
    ),
    WallStage(
        22,
        "synthesis",
        "of one accelerator's bandwidth is needed for 50 ms",
        lambda v: v("moved") / v("chip_time_left") / v("bandwidth"),
        {"context_length": "system.mean_context"},
        supposed=True,
    ),
)


def main_solver(wall: int) -> str:
    """Return the solver that the system uses for a wall with several."""
    return WALL_STAGES[wall - 1].stage


# The iron law of a training run: what it takes from the walls that own its factors. Operations and MFU count the same
# arithmetic, attention's included, of the devices that are put to use; the duration, failures included, is the one that
# cost, carbon, queue and privacy are asked about.
IRON_LAW = "iron_law"
FACTORS = {
    "total_ops": "parallelism.run_flop",
    "devices": "parallelism.devices",
    "peak_rate": "parallelism.peak",
    "mfu": "parallelism.device_mfu",
    "scaling_efficiency": "parallelism.scaling_efficiency",
    "goodput": "reliability.daly_goodput",
}


def factor_owners(factor: str, solvers: Iterable[Solver[Any, Any]]) -> tuple[WallStage, ...]:
    """The walls that determine a factor of the iron law, given as the label of its input: those whose solver, among
    `solvers`, says so. Every wall stands under one factor."""
    said = {solver.name for solver in solvers if solver.factor == factor}
    return tuple(place for place in WALL_STAGES if place.stage in said)


def rests_on(stage: str) -> frozenset[str]:
    """Return the stages of walls from whose outputs a `stage` takes a figure, itself or through others."""
    taken = [source for place in WALL_STAGES if place.stage == stage for source in place.links.values()]
    if stage == IRON_LAW:
        taken = list(FACTORS.values())
    # `parallelism.model.parameters` is an input that the stage was given, `system.nodes` is described.
    direct = {source.partition(".")[0] for source in taken if source.count(".") == 1} - {DESCRIPTION, stage}
    return frozenset(direct.union(*(rests_on(other) for other in direct)))


def utilization(place: WallStage, result: Result) -> float:
    """Return the share of its limit that a wall uses, 1 for all of it; NaN where a figure it needs is unknown."""

    def value(name: str) -> float:
        found = result.values[name].value
        return found if isinstance(found, float) else math.nan

    try:
        return place.strain(value)
    except ZeroDivisionError:
        return math.nan
