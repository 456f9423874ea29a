"""Scores one design, or a whole space of designs in the same vectorised calls: serving, queue, cost, carbon.

A replica holds B requests at all times, as the serving wall has it for a concurrency of B: prefills of others fall
between the tokens of each, so a replica counts as B servers with that service time. Each region has a queue of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.analysis.parameters import with_values
from solvers.laws.queueing import erlang_c, mean_wait_given_waiting, wait_quantile
from solvers.laws.serving import used_share
from solvers.node.serving import serving
from solvers.operations.sustainability import sustainability
from solvers.operations.tco import tco
from solvers.search.front import front, knee
from solvers.specs import Accelerator, Precision, stack, take

from .question import Inputs, Tenure

Floats = NDArray[np.float64]

_YEAR = 365 * 86400.0
# The queue's recursion is capped at this many servers: with more, waiting is negligible at the same utilization.
_MOST_SERVERS = 10_000
_LATE = 0.99


@dataclass(frozen=True)
class Scores:
    """The scores of designs, one entry per design: feasibility, seconds, requests per second, USD and kg CO2e per
    year."""

    fits: NDArray[np.bool_]
    memory: Floats
    room: Floats
    ttft: Floats
    ttft_left: Floats
    capacity: Floats
    cost: Floats
    carbon: Floats
    devices: Floats

    def meets(self, i: Inputs) -> dict[str, NDArray[np.bool_]]:
        """Return, for each constraint of the brief, which designs meet it."""
        return {
            "fits": self.fits,
            "throughput": self.capacity >= i.requests,
            "ttft": self.ttft <= i.ttft_target,
            "failure": self.ttft_left <= i.ttft_target,
            "cost": self.cost <= i.budget,
            "carbon": self.carbon <= i.carbon_limit,
        }

    def meets_all(self, i: Inputs) -> NDArray[np.bool_]:
        return np.asarray(
            np.logical_and.reduce([np.broadcast_to(met, self.cost.shape) for met in self.meets(i).values()])
        )


def regions(i: Inputs) -> list[Any]:
    """The places the fleet stands at: cloud regions where they are picked, else grids."""
    places = ((i.first_site, i.first), (i.second_site, i.second), (i.third_site, i.third))
    return [place for site, grid in places if (place := grid if site is None else site) is not None]


def scores(i: Inputs) -> Scores:
    """Return the scores of a design, or of columns of designs."""
    places = regions(i)
    shared = {
        "model": i.model,
        "accelerator": i.accelerator,
        "precision": i.precision,
        "kv_precision": i.precision,
        "tensor_parallel": i.tensor_parallel,
        "prompt_length": i.prompt_length,
        "output_length": i.output_length,
        "memory_reserve": i.memory_reserve,
    }
    full = serving(**shared, concurrency=i.batch_size)
    service = np.asarray(full.end_to_end_latency)
    slots = np.asarray(i.replicas, dtype=float) * i.batch_size
    capacity = len(places) * slots / service
    load = i.requests * service / len(places)
    left = load * len(places) / max(len(places) - 1, 1) if len(places) > 1 else np.full_like(load, np.inf)
    devices = np.asarray(i.replicas, dtype=float) * i.tensor_parallel
    used = np.minimum(load / slots, 1.0)
    mfu, reading = (
        used_share(i.batch_size, first, i.output_length, each, service, peak)
        for first, each, peak in (
            (full.prefill_flop, full.decode_flop, full.decode_peak),
            (full.prefill_moved, full.decode_moved, full.decode_bandwidth),
        )
    )
    unknown = np.isnan(used)  # the bandwidth of the link is not known, so neither is anything about a split over it
    known = _Activity(*(np.where(unknown, 0.0, each) for each in (used, mfu, reading)))
    cost, carbon = (np.where(unknown, np.nan, each) for each in _yearly(i, places, devices, known))
    first = np.asarray(full.ttft)
    fits, memory, room, late, late_left, capacity, cost, carbon, every = np.broadcast_arrays(
        np.asarray(full.feasible),
        np.asarray(full.memory_per_device),
        np.asarray(full.memory_room),
        first + _wait(slots, load, service),
        first + _wait(slots, left, service),
        capacity,
        cost,
        carbon,
        devices * len(places),
    )
    return Scores(fits, memory, room, late, late_left, capacity, cost, carbon, every)


def _wait(slots: Floats, load: Floats, service: Floats) -> Floats:
    """Return the 99th percentile of the wait in seconds; infinite where the queue is unstable."""
    servers = np.minimum(slots, _MOST_SERVERS)
    offered = np.where(np.isfinite(load), load, slots + 1) * servers / slots  # same utilization
    drain = mean_wait_given_waiting(servers, offered, service, np.ones_like(servers))
    wait = wait_quantile(_LATE, erlang_c(servers, np.minimum(offered, servers)), np.where(np.isfinite(drain), drain, 0))
    return np.where(offered < servers, wait, np.inf)


@dataclass(frozen=True)
class _Activity:
    """Share of the time that devices serve, and of their peak rate and memory bandwidth while they do."""

    used: Floats
    mfu: Floats
    memory: Floats


def _yearly(i: Inputs, places: list[Any], devices: Floats, busy: _Activity) -> tuple[Floats, Floats]:
    """Return cost (USD) and emissions (kg CO2e) of all regions per year. Rented devices are paid for while idle,
    too."""
    working = {"mfu": busy.mfu, "memory_utilization": busy.memory, "host_power": i.host_power}
    owned_use = busy.used if i.tenure == Tenure.OWN else 1.0
    cost, carbon = np.zeros_like(devices), np.zeros_like(devices)
    for place in places:  # at most three iterations, for any number of designs
        pue = i.pue if np.isnan(place.pue) else place.pue
        price = {} if np.isnan(place.electricity_price) else {"electricity_price": place.electricity_price}
        bill = tco(
            accelerator=i.accelerator,
            devices=devices,
            duration=_YEAR,
            pue=pue,
            time_in_use=owned_use,
            **working,
            **price,
        )
        emitted = sustainability(
            accelerator=i.accelerator,
            devices=devices,
            duration=_YEAR,
            time_in_use=busy.used,
            **working,
            pue=pue,
            carbon_intensity=place.carbon_intensity,
        )
        cost = cost + np.asarray(bill.tco if i.tenure == Tenure.OWN else bill.cloud_cost)
        carbon = carbon + np.asarray(emitted.total_carbon)
    return cost, carbon


# The parameters a student can change, in the order in which a remedy is searched, with their bounds.
LADDERS: dict[str, tuple[float, ...]] = {
    "replicas": tuple(float(k) for k in sorted({*range(1, 129), *(4 * k for k in range(32, 501))})),
    "tensor_parallel": (1, 2, 4, 8, 16),
    "batch_size": (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128),
}
FORMATS = (Precision.FP16, Precision.FP8)


def remedies(i: Inputs) -> dict[str, tuple[str, float]]:
    """For each constraint the smallest turn of one input that would meet it, where one would: its name and setting."""
    turned = [(name, value) for name, ladder in LADDERS.items() for value in _nearest_first(i, name, ladder)]
    columns = {
        name: np.array([value if turn == name else getattr(i, name) for turn, value in turned], dtype=float)
        for name in LADDERS
    }
    met = scores(with_values(i, columns)).meets(i)
    ways = {constraint: np.flatnonzero(np.broadcast_to(each, len(turned))) for constraint, each in met.items()}
    return {constraint: turned[rows[0]] for constraint, rows in ways.items() if rows.size}


def _nearest_first(i: Inputs, name: str, ladder: tuple[float, ...]) -> list[float]:
    return sorted(ladder, key=lambda value: abs(math.log(value / getattr(i, name))))


@dataclass(frozen=True)
class DesignSpace:
    """All designs tried, in columns, with their scores, which of them meet the brief, the front and its knee."""

    chip: NDArray[np.intp]
    settings: Mapping[str, Floats]
    scores: Scores
    met: NDArray[np.bool_]
    front: NDArray[np.intp]
    knee: int


def design_space(i: Inputs, chips: list[Accelerator]) -> DesignSpace:
    """Return all designs with these chips in the regions of `i`, compared with its brief in one call."""
    axes = [
        np.arange(len(chips)),
        np.array([int(p) for p in FORMATS]),
        np.array([1.0, 2, 4, 8]),
        np.array([1.0, 2, 4, 8, 16, 32, 64]),
        np.unique(np.round(np.geomspace(1, 512, 40))),
    ]
    chip, precision, tensor, batch, replicas = (each.ravel() for each in np.meshgrid(*axes, indexing="ij"))
    settings = {"tensor_parallel": tensor, "batch_size": batch, "replicas": replicas}
    with np.errstate(all="ignore"):
        scored = scores(replace(i, accelerator=take(stack(chips), chip), precision=precision, **settings))
        met = scored.meets_all(i)
    rows = np.flatnonzero(met)
    pairs = np.stack([scored.cost[rows], scored.carbon[rows]], axis=1)
    best = rows[front(pairs)] if rows.size else rows
    order = best[np.argsort(scored.cost[best], kind="stable")]
    bend = knee(np.stack([scored.cost[order], scored.carbon[order]], axis=1)) if order.size else -1
    return DesignSpace(
        chip,
        {**settings, "precision": precision.astype(float)},
        scored,
        met,
        order,
        int(order[bend]) if bend >= 0 else -1,
    )
