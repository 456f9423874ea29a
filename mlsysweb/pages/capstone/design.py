"""Scores one design, or a whole space of designs in the same vectorised calls: serving, queue, cost, carbon.

A replica holds B requests at all times, as the serving wall has it for a concurrency of B: prefills of others fall
between the tokens of each, so a replica counts as B servers with that service time. Each region has a queue of its own;
the targets must be met in the busiest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from solvers.analysis.parameters import with_values
from solvers.declare import Array
from solvers.laws.queueing import erlang_c, mean_wait_given_waiting, prefill_wait_quantile, wait_quantile
from solvers.operations.sustainability import sustainability
from solvers.operations.tco import tco
from solvers.search.front import front, knee
from solvers.specs import Accelerator, Precision, stack, take

from .question import BudgetBasis, Inputs, Redundancy, Tenure
from .replica import Replica, replica

Floats = NDArray[np.float64]

_YEAR = 365 * 86400.0
# The queue's recursion is capped at this many servers: with more, waiting is negligible at the same utilization.
_MOST_SERVERS = 10_000
_LATE = 0.99


@dataclass(frozen=True)
class Scores:
    """The scores of designs, one entry per design: feasibility, seconds, requests per second, USD and kg CO2e per
    year. `ttft_left` is the TTFT after the loss of a region, `ttft_degraded` after that of a replica, `purchase` the
    price in USD of all hardware."""

    fits: NDArray[np.bool_]
    memory: Floats
    room: Floats
    ttft: Floats
    ttft_left: Floats
    capacity: Floats
    cost: Floats
    carbon: Floats
    devices: Floats
    ttft_degraded: Floats
    purchase: Floats
    carbon_by_region: tuple[Floats, ...]

    def meets(self, i: Inputs) -> dict[str, NDArray[np.bool_]]:
        """Return, for each constraint of the brief, which designs meet it. A brief without redundancy has no constraint
        for a failure."""
        bought = i.budget_basis == BudgetBasis.PURCHASE
        left = {Redundancy.REGION: self.ttft_left, Redundancy.REPLICA: self.ttft_degraded}.get(
            Redundancy(int(i.redundancy))
        )
        return {
            "fits": self.fits,
            "throughput": self.capacity >= i.requests,
            "ttft": self.ttft <= i.ttft_target,
            **({} if left is None else {"failure": left <= i.ttft_target}),
            "cost": (self.purchase if bought else self.cost) <= i.budget,
            "carbon": self.carbon <= i.carbon_limit,
        }

    def flat(self) -> Scores:
        """Return the same scores of all designs in one dimension."""
        columns = {each.name: getattr(self, each.name).ravel() for each in fields(self)[:-1]}
        return Scores(**columns, carbon_by_region=tuple(each.ravel() for each in self.carbon_by_region))

    def meets_all(self, i: Inputs) -> NDArray[np.bool_]:
        return np.asarray(
            np.logical_and.reduce([np.broadcast_to(met, self.cost.shape) for met in self.meets(i).values()])
        )


def regions(i: Inputs) -> list[Any]:
    """The places the fleet stands at: cloud regions where they are picked, else grids."""
    places = ((i.first_site, i.first), (i.second_site, i.second), (i.third_site, i.third))
    return [place for site, grid in places if (place := grid if site is None else site) is not None]


def shares(i: Inputs) -> tuple[Floats, ...]:
    """Return the share of all requests that each region gets: equal parts unless that of the first is given."""
    count = len(regions(i))
    given = np.asarray(i.first_share, dtype=float)
    first = np.where(given > 0, given, 1 / count) if count > 1 else np.ones_like(given)
    return (first, *[(1 - first) / max(count - 1, 1)] * (count - 1))


def scores(i: Inputs) -> Scores:
    """Return the scores of a design, or of columns of designs."""
    places, parts, one = regions(i), shares(i), replica(i)
    slots = np.asarray(i.replicas, dtype=float) * i.batch_size
    most = np.maximum.reduce(parts)
    every = i.requests * one.service
    # The others take equal parts of what a lost region served.
    others = max(len(places) - 1, 1)
    left: Floats = np.max(
        [kept + lost / others for a, kept in enumerate(parts) for b, lost in enumerate(parts) if a != b]
        or [np.full_like(most, np.inf)],
        axis=0,
    )
    devices = np.asarray(i.replicas, dtype=float) * i.tensor_parallel * i.pipeline_parallel
    used = tuple(np.minimum(every * part / slots, 1.0) for part in parts)
    unknown = np.isnan(used[0])  # the bandwidth of the link is not known, so neither is anything about a split over it
    activities = tuple(
        _Activity(*(np.where(unknown, 0.0, each) for each in (share, one.mfu, one.memory_utilization)))
        for share in used
    )
    bill = _yearly(i, places, devices, activities)
    cost, *carbons = (np.where(unknown, np.nan, each) for each in (bill.cost, *bill.carbon))
    columns: Any = np.broadcast_arrays(
        one.fits,
        one.memory,
        one.room,
        one.ttft + _wait(i, one, i.replicas, most),
        one.ttft + _wait(i, one, i.replicas, left),
        slots / one.service / most,
        cost,
        sum(carbons),
        devices * len(places),
        one.ttft + _wait(i, one, np.asarray(i.replicas, dtype=float) - 1, most),
        bill.purchase,
        *carbons,
    )
    whole: dict[str, Any] = dict(zip((each.name for each in fields(Scores)[:-1]), columns, strict=False))
    return Scores(**whole, carbon_by_region=tuple(columns[len(whole) :]))


def _wait(i: Inputs, one: Replica, replicas: Array, share: Array) -> Floats:
    """Return the seconds that a request waits for its prefill in a region with this `share` of all requests: the 99th
    percentile of the wait for a batch slot plus that of the wait behind other prefills in its replica, an upper bound
    of the 99th percentile of the sum; infinite where a queue is unstable or no replica is left."""
    some = np.asarray(replicas) > 0
    count = np.where(some, replicas, 1.0)
    slots = count * i.batch_size
    servers = np.minimum(slots, _MOST_SERVERS)
    load = i.requests * share * one.service
    offered = np.where(np.isfinite(load), load, slots + 1) * servers / slots  # same utilization
    drain = mean_wait_given_waiting(servers, offered, one.service, np.ones_like(servers))
    slot = wait_quantile(_LATE, erlang_c(servers, np.minimum(offered, servers)), np.where(np.isfinite(drain), drain, 0))
    prefill = prefill_wait_quantile(_LATE, i.requests * share / count, one.prefill)
    return np.where(some & (offered < servers), slot + prefill, np.inf)


@dataclass(frozen=True)
class _Activity:
    """Share of the time that devices serve, and of their peak rate and memory bandwidth while they do."""

    used: Floats
    mfu: Floats
    memory: Floats


@dataclass(frozen=True)
class _Bill:
    """Cost of a year and purchase price of all regions in USD, and emissions of each per year in kg CO2e."""

    cost: Floats
    purchase: Floats
    carbon: tuple[Floats, ...]


def _yearly(i: Inputs, places: list[Any], devices: Floats, busy: tuple[_Activity, ...]) -> _Bill:
    """Return the bill of all regions. Rented devices are paid for while idle, too."""
    cost, purchase, carbon = np.zeros_like(devices), np.zeros_like(devices), []
    for place, activity in zip(places, busy, strict=True):  # at most three iterations, for any number of designs
        working = {"mfu": activity.mfu, "memory_utilization": activity.memory, "host_power": i.host_power}
        pue = i.pue if np.isnan(place.pue) else place.pue
        price = {} if np.isnan(place.electricity_price) else {"electricity_price": place.electricity_price}
        bill = tco(
            accelerator=i.accelerator,
            devices=devices,
            duration=_YEAR,
            pue=pue,
            time_in_use=activity.used if i.tenure == Tenure.OWN else 1.0,
            **working,
            **price,
        )
        emitted = sustainability(
            accelerator=i.accelerator,
            devices=devices,
            duration=_YEAR,
            time_in_use=activity.used,
            **working,
            pue=pue,
            carbon_intensity=place.carbon_intensity,
        )
        cost = cost + np.asarray(bill.tco if i.tenure == Tenure.OWN else bill.cloud_cost)
        purchase = purchase + np.asarray(bill.purchase_price)
        carbon.append(np.asarray(emitted.total_carbon))
    return _Bill(cost, purchase, tuple(carbon))


# The parameters a student can change, in the order in which a remedy is searched, with their bounds.
LADDERS: dict[str, tuple[float, ...]] = {
    "replicas": tuple(float(k) for k in sorted({*range(1, 129), *(4 * k for k in range(32, 501))})),
    "tensor_parallel": (1, 2, 4, 8, 16),
    "pipeline_parallel": (1, 2, 4, 8),
    "batch_size": (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128),
}
FORMATS = (Precision.FP16, Precision.FP8, Precision.INT8, Precision.FP4, Precision.INT4)


class DesignChange(NamedTuple):
    """The smallest change of one input that would meet a constraint: its name and setting, and the names of constraints
    met today that it would miss."""

    name: str
    value: float
    breaks: tuple[str, ...]


def remedies(i: Inputs, now: Scores) -> dict[str, DesignChange]:
    """Return the remedy of each constraint that one input alone can meet; `now` are the scores of the design."""
    turned = [(name, value) for name, ladder in LADDERS.items() for value in _nearest_first(i, name, ladder)]
    columns = {
        name: np.array([value if turn == name else getattr(i, name) for turn, value in turned], dtype=float)
        for name in LADDERS
    }
    found = scores(with_values(i, columns)).meets(i)
    met = {constraint: np.broadcast_to(each, len(turned)) for constraint, each in found.items()}
    today = {constraint: bool(each) for constraint, each in now.meets(i).items()}
    ways = {constraint: np.flatnonzero(each) for constraint, each in met.items()}
    return {
        constraint: DesignChange(name, value, tuple(each for each in met if today[each] and not met[each][rows[0]]))
        for constraint, rows in ways.items()
        if rows.size
        for name, value in [turned[rows[0]]]
    }


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
    """Return all designs with these chips in the regions of `i`, compared with its brief in one call: each in every
    format its rate is known in."""
    kinds = [(place, form) for place, chip in enumerate(chips) for form in FORMATS if not np.isnan(chip.peak[form])]
    axes = [
        np.arange(len(kinds)),
        np.array([1.0, 2, 4, 8]),
        np.array([1.0, 2]),
        np.array([1.0, 2, 4, 8, 16, 32, 64]),
    ]
    # A replica is priced once for every number of replicas: they are columns beside its rows.
    kind, tensor, stages, batch = (each.reshape(-1, 1) for each in np.meshgrid(*axes, indexing="ij"))
    chip, precision = np.moveaxis(np.array(kinds, dtype=int)[kind.astype(int)], -1, 0)
    replicas = np.unique(np.round(np.geomspace(1, 512, 40)))
    settings = {"tensor_parallel": tensor, "pipeline_parallel": stages, "batch_size": batch, "replicas": replicas}
    with np.errstate(all="ignore"):
        scored = scores(replace(i, accelerator=take(stack(chips), chip), precision=precision, **settings)).flat()
        met = scored.meets_all(i)
    rows = np.flatnonzero(met)
    pairs = np.stack([scored.cost[rows], scored.carbon[rows]], axis=1)
    best = rows[front(pairs)] if rows.size else rows
    order = best[np.argsort(scored.cost[best], kind="stable")]
    bend = knee(np.stack([scored.cost[order], scored.carbon[order]], axis=1)) if order.size else -1
    shape = (len(chip), len(replicas))
    columns = {**settings, "precision": precision.astype(float)}
    return DesignSpace(
        np.broadcast_to(chip, shape).ravel(),
        {name: np.broadcast_to(each, shape).ravel() for name, each in columns.items()},
        scored,
        met,
        order,
        int(order[bend]) if bend >= 0 else -1,
    )
