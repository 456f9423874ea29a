"""Sizes and prices a fleet on each accelerator: one vectorised call of each wall over accelerators × TP × concurrency.

A replica that holds C requests counts as C servers of one queue, each busy for the end-to-end latency of a request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.laws.cost import YEAR
from solvers.laws.queueing import prefill_wait_quantile, queue_wait_quantile, variability_factor
from solvers.laws.serving import used_share
from solvers.node.serving import serving
from solvers.operations.sustainability import sustainability
from solvers.operations.tco import tco
from solvers.specs import Accelerator, peak_rate, stack, take

from .question import Inputs

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

MONTH = YEAR / 12
DEGREES = (1.0, 2.0, 4.0, 8.0)
CONCURRENCIES = (1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 384.0, 512.0)
# The tail-latency wall takes at most this many servers; more have the same utilization and wait less.
MOST_SLOTS = 10_000
LATE = 0.99
# The most replicas added to a fleet whose queue is too slow.
_MOST_ADDED = 64


@dataclass(frozen=True)
class Options:
    """Every degree and concurrency on every accelerator, of shape (accelerators, degrees, concurrencies), with what the
    serving wall says of it: seconds, bytes, and shares of peak FLOP/s and memory bandwidth."""

    shortfall: Floats
    ttft: Floats
    itl: Floats
    service: Floats
    mfu: Floats
    memory: Floats

    @property
    def fits(self) -> Truths:
        """Return which options fit in memory, as far as is known."""
        return np.asarray(self.shortfall <= 0)


@dataclass(frozen=True)
class PricedFleets:
    """The fleet chosen on each accelerator: settings, p99 TTFT in seconds, USD and kg CO2e per month, USD per million
    output tokens. NaN where unknown; everything is NaN where no fleet meets the SLO (`met` is false). `meets_more` says
    whether the next larger concurrency meets the SLO, with any number of replicas that is tried."""

    met: Truths
    tensor_parallel: Floats
    concurrency: Floats
    replicas: Floats
    ttft: Floats
    itl: Floats
    utilization: Floats
    monthly: Mapping[str, Floats]
    per_million: Mapping[str, Floats]
    carbon: Floats
    meets_more: Truths


def options(i: Inputs, chips: Sequence[Accelerator]) -> Options:
    """Return all options on these accelerators. An option at an unknown rate, or over a link of
    unknown bandwidth, is NaN."""
    shape = (len(chips), len(DEGREES), len(CONCURRENCIES))
    chip, degree, held = (
        each.ravel() for each in np.meshgrid(np.arange(len(chips)), DEGREES, CONCURRENCIES, indexing="ij")
    )
    every = stack(chips)
    link, rate = (np.asarray(each)[chip] for each in (every.interconnect_bandwidth, peak_rate(every, i.precision)))
    known = np.flatnonzero(~np.isnan(rate) & ((degree == 1) | ~np.isnan(link)))
    if known.size:
        columns = _served(i, take(every, chip[known]), degree[known], held[known])
    else:
        columns = [np.empty(0)] * len(fields(Options))
    spread = [np.full(chip.shape, np.nan) for _ in columns]
    for whole, column in zip(spread, columns, strict=True):
        whole[known] = column
    return Options(*(each.reshape(shape) for each in spread))


def _served(i: Inputs, accelerator: Accelerator, degree: Floats, held: Floats) -> list[Floats]:
    """Return the columns of `Options` for rows whose rate and link are known."""
    full = serving(
        model=i.model,
        accelerator=accelerator,
        prompt_length=i.prompt_length,
        output_length=i.output_length,
        concurrency=held,
        precision=i.precision,
        kv_precision=i.precision,
        tensor_parallel=degree,
        memory_reserve=i.memory_reserve,
    )
    service = np.asarray(full.end_to_end_latency)
    mfu, memory = (
        used_share(held, first, i.output_length, each, service, peak)
        for first, each, peak in (
            (full.prefill_flop, full.decode_flop, full.decode_peak),
            (full.prefill_moved, full.decode_moved, full.decode_bandwidth),
        )
    )
    short = np.where(np.isnan(full.memory_room), np.nan, full.memory_shortfall)
    return [np.broadcast_to(each, held.shape) for each in (short, full.ttft, full.itl, service, mfu, memory)]


def within_slo(i: Inputs, of: Options) -> Truths:
    """Return which options fit and meet the SLO without a queue."""
    return np.asarray(of.fits & (of.ttft <= i.ttft_target) & (of.itl <= i.itl_target))


def p99_ttft(i: Inputs, ttft: Floats, service: Floats, held: Floats, replicas: Floats) -> Floats:
    """Return prefill time plus the 99th percentiles of the wait for one of the `held` slots of a replica, as the
    tail-latency wall has it, and of the wait behind the prefills of other prompts there, in seconds: an upper bound of
    the 99th percentile of the sum."""
    slots = replicas * held
    servers = np.minimum(slots, MOST_SLOTS)
    load = i.requests * servers / slots * service
    with np.errstate(all="ignore"):  # unknown times stay unknown
        wait = queue_wait_quantile(LATE, servers, load, service, variability_factor(1.0, i.service_cv))
        return np.asarray(ttft + wait + prefill_wait_quantile(LATE, i.requests / replicas, ttft))


def replicas_needed(i: Inputs, ttft: Floats, service: Floats, held: Floats) -> tuple[Floats, Floats]:
    """Return replicas and p99 TTFT of each row: enough for the maximum utilization, then the fewest
    more that meet the TTFT; NaN where 64 more do not."""
    replicas = np.maximum(np.ceil(i.requests * service / (held * i.target_utilization) - 1e-9), 1.0)
    late = p99_ttft(i, ttft, service, held, replicas)
    missed = np.flatnonzero(late > i.ttft_target)
    if missed.size:
        replicas[missed], late[missed] = _added(i, ttft[missed], service[missed], held[missed], replicas[missed])
    return np.where(late <= i.ttft_target, replicas, np.nan), late


def _added(i: Inputs, ttft: Floats, service: Floats, held: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Return the fewest replicas above `start` that meet the TTFT, by bisection, and their p99 TTFT; those of the most
    replicas tried where these do not meet it."""
    low, high = start.copy(), start + _MOST_ADDED
    late = p99_ttft(i, ttft, service, held, high)
    while np.any(high - low > 1):
        middle = np.ceil((low + high) / 2)
        seconds = p99_ttft(i, ttft, service, held, middle)
        met = seconds <= i.ttft_target
        late, high, low = np.where(met, seconds, late), np.where(met, middle, high), np.where(met, low, middle)
    return high, late


def fleets(i: Inputs, chips: Sequence[Accelerator], of: Options) -> PricedFleets:
    """Return the fleet with the fewest devices on each accelerator, over degrees and concurrencies, priced. Of equal
    ones that of the smallest degree, then of the lowest p99 TTFT."""
    good = within_slo(i, of)
    at = np.nonzero(good)
    degrees = np.broadcast_to(np.asarray(DEGREES)[:, None], good.shape)
    concurrencies = np.broadcast_to(np.asarray(CONCURRENCIES), good.shape)
    replicas, late = np.full(good.shape, np.inf), np.full(good.shape, np.nan)
    if at[0].size:
        found, seconds = replicas_needed(i, of.ttft[at], of.service[at], concurrencies[at])
        replicas[at], late[at] = np.where(np.isnan(found), np.inf, found), seconds
    rows = np.arange(len(chips))
    devices, *ties = (each.reshape(len(chips), -1) for each in (replicas * degrees, degrees, late))
    place, held = np.unravel_index(np.lexsort((*ties[::-1], devices), axis=1)[:, 0], good.shape[1:])
    chosen = (rows, place, held)
    met = np.isfinite(replicas[chosen])
    settings = (each[chosen] for each in (degrees, concurrencies, replicas, late))
    degree, concurrency, count, seconds = (np.where(met, each, np.nan) for each in settings)
    used = np.where(met, i.requests * of.service[chosen] / (count * concurrency), np.nan)
    monthly, million, carbon = _priced(i, chips, of, chosen, met, degree, count, used)
    more = np.minimum(held + 1, len(CONCURRENCIES) - 1)
    meets_more = np.isfinite(replicas[rows, place, more])
    return PricedFleets(
        met, degree, concurrency, count, seconds, of.itl[chosen], used, monthly, million, carbon, meets_more
    )


def _priced(
    i: Inputs,
    chips: Sequence[Accelerator],
    of: Options,
    chosen: Any,
    met: Truths,
    degree: Floats,
    replicas: Floats,
    used: Floats,
) -> tuple[dict[str, Floats], dict[str, Floats], Floats]:
    """Return USD per month and per million output tokens by way of payment, and operational kg CO2e per month."""
    row = np.flatnonzero(met)
    costs = {name: np.full(met.shape, np.nan) for name in ("own", "on_demand", "spot")}
    emitted = np.full(met.shape, np.nan)
    if not row.size:
        return costs, costs, emitted
    # One replica each: all of these are proportional to the number of devices.
    site = {"duration": MONTH, "pue": i.pue, "host_power": i.host_power}
    every = stack(chips)
    # Purchase price and power are no part of a rental price, so chips that lack them can be rented.
    rented = {"accelerator": take(every, row), "duration": MONTH, "time_in_use": 1, "unit_price": 1, "tdp": 1}
    costs["on_demand"][row] = np.asarray(tco(**rented, devices=degree[row]).cloud_cost) * replicas[row]
    spot = tco(**rented, devices=degree[row], checkpoint_time=0, recovery_time=i.recovery_time, spot_mtbf=i.spot_mtbf)
    costs["spot"][row] = np.asarray(spot.spot_cost) * replicas[row]
    powered = row[~np.isnan(np.asarray(every.tdp)[row])]
    priced = powered[~np.isnan(np.asarray(every.unit_price)[powered])]
    work = {"devices": degree, "time_in_use": used, "mfu": of.mfu[chosen]}
    work["memory_utilization"] = of.memory[chosen]
    if priced.size:
        owned = tco(
            **site,
            **{name: column[priced] for name, column in work.items()},
            accelerator=take(every, priced),
            electricity_price=i.electricity_price,
            infrastructure_multiplier=i.infrastructure_multiplier,
            amortization=i.amortization,
        ).tco
        costs["own"][priced] = np.asarray(owned) * replicas[priced]
    if powered.size:
        per_replica = sustainability(
            **site,
            **{name: column[powered] for name, column in work.items()},
            accelerator=take(every, powered),
            carbon_intensity=i.carbon_intensity,
        ).operational_carbon
        emitted[powered] = np.asarray(per_replica) * replicas[powered]
    tokens = i.requests * i.output_length * MONTH
    per_million = {name: cost / tokens * 1e6 for name, cost in costs.items()}
    return costs, per_million, emitted


def missing_rate(i: Inputs, chip: Accelerator) -> bool:
    """Return whether the accelerator has no known rate in the precision."""
    return bool(np.isnan(peak_rate(chip, i.precision)))
