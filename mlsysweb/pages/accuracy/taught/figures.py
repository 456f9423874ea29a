"""The measured figures of the lessons, computed from rows that others published."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from heapq import heappop, heappush
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median, pstdev

import numpy as np

from mlsysweb.show.measurements.rows import measurements
from solvers.shipped import find
from solvers.specs import Accelerator

DATA = Path(__file__).parent / "data"
# The cap and the full power that are compared, in W.
CAPPED, UNCAPPED = 150.0, 250.0
# The collective that is compared: 1 GiB over all devices of a node of H100s.
SWITCH_CHIP, SWITCH_DEVICES, SWITCH_MESSAGE = "h100-sxm5-80gb", 8, 2.0**30
# Shorter messages wait for their start, which is another matter.
SMALLEST_MESSAGE = 2.0**20
_MICRO, _MILLI = 1e-6, 1e-3
Row = dict[str, str]


@dataclass(frozen=True)
class PowerCapping:
    """Changes of energy and time of an epoch at the cap, relative to full power, as medians over `workloads`; the mean
    power in W at the cap and at full power. `by_limit` has, for each power limit in W, the medians of energy and of
    time relative to full power."""

    workloads: int
    energy: float
    time: float
    capped_power: float
    full_power: float
    url: str
    by_limit: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Round:
    """The best result of a round of MLPerf Inference in tokens/s of an accelerator, and of how many it is."""

    name: str
    submitter: str
    devices: int
    rate: float
    url: str


@dataclass(frozen=True)
class ReducingSwitch:
    """The bus bandwidth of the fastest all-reduce, and the bandwidth of a device's links one way, in byte/s. `by_size`
    has every measured message in bytes with its bus bandwidth, who measured it, and the address."""

    bus_bandwidth: float
    link: float
    url: str
    by_size: tuple[tuple[float, float, str, str], ...]


@dataclass(frozen=True)
class RequestLog:
    """A log of requests to one server: rates in 1/s and times in s. `slots` is the largest number served at once,
    `waiting` the number that waited when the last request arrived, `wait` how long that one did. `arrivals` and
    `begins` are the times at which requests arrive and at which service begins, each in its order, `services` how long
    they are served, in the order of arrival; `busy_after` is how many
    are served at once on average between the last arrival and the last begin."""

    requests: int
    duration: float
    arrival_rate: float
    arrival_cv: float
    service_time: float
    service_cv: float
    slots: int
    waiting: int
    wait: float
    url: str
    arrivals: tuple[float, ...]
    begins: tuple[float, ...]
    services: tuple[float, ...]
    busy_after: float


@dataclass(frozen=True)
class KeywordSpotting:
    """The least and the most energy of an inference of keyword spotting, in J, with the systems. `systems` has of each
    entry its submitter, its system with the round, latency in s, energy in J, and the address."""

    entries: int
    least: float
    least_system: str
    least_url: str
    most: float
    most_system: str
    most_url: str
    systems: tuple[tuple[str, str, float, float, str], ...]


@cache
def power_capping() -> PowerCapping:
    """Return what a cap of 150 W changes on a V100 (Zeus, NSDI 2023)."""
    runs: dict[tuple[str, ...], dict[float, Row]] = {}
    for row in _rows("power_limits.csv"):
        key = tuple(row[name] for name in ("dataset", "network", "batch_size", "optimizer"))
        runs.setdefault(key, {})[float(row["power_limit_w"])] = row
    pairs = [(run[CAPPED], run[UNCAPPED]) for run in runs.values() if CAPPED in run and UNCAPPED in run]

    def change(name: str) -> float:
        return median(float(capped[name]) / float(full[name]) - 1 for capped, full in pairs)

    def relative(limit: float, name: str) -> float:
        complete = [run for run in runs.values() if limit in run and UNCAPPED in run]
        return median(float(run[limit][name]) / float(run[UNCAPPED][name]) for run in complete)

    return PowerCapping(
        workloads=len(pairs),
        energy=change("energy_kj_per_epoch"),
        time=change("seconds_per_epoch"),
        capped_power=median(float(capped["average_power_w"]) for capped, _ in pairs),
        full_power=median(float(full["average_power_w"]) for _, full in pairs),
        url=pairs[0][0]["url"],
        by_limit=tuple(
            (limit, relative(limit, "energy_kj_per_epoch"), relative(limit, "seconds_per_epoch"))
            for limit in sorted({limit for run in runs.values() for limit in run})
        ),
    )


@cache
def submissions() -> tuple[Round, ...]:
    """Return every result for Llama 2 70B on H100s, offline, by round and rate."""
    made = (
        Round(row["round"], row["submitter"], _devices(row), _rate(row), row["url"])
        for row in _rows("mlperf_rounds.csv")
    )
    return tuple(sorted(made, key=lambda each: (each.name, each.rate)))


@cache
def rounds() -> tuple[Round, ...]:
    """Return the best result of each round for Llama 2 70B on H100s, offline, in the order of the rounds."""
    return tuple({each.name: each for each in submissions()}.values())  # the last of a round is its best


def _devices(row: Row) -> int:
    return int(row["accelerators_per_node"]) * int(row["nodes"])


def _rate(row: Row) -> float:
    return float(row["output_tokens_per_s_per_accelerator"])


@cache
def reducing_switch() -> ReducingSwitch:
    """Return the fastest all-reduce of 1 GiB over eight H100s of a node. The bus bandwidth is that of NCCL's tests:
    2(n−1)/n of the message over the time."""
    rows = measurements()
    wanted = (rows["kind"] == "collectives") & (rows["chip"] == SWITCH_CHIP) & (rows["devices"] == SWITCH_DEVICES)
    places = np.flatnonzero(wanted & np.isclose(rows["size"], SWITCH_MESSAGE, rtol=1e-3))
    place = places[np.argmin(rows["measured"][places])]
    share = 2 * (SWITCH_DEVICES - 1) / SWITCH_DEVICES
    large = np.flatnonzero(wanted & (rows["size"] >= SMALLEST_MESSAGE))
    columns = (rows["size"], share * rows["size"] / rows["measured"], rows["source"], rows["url"])
    return ReducingSwitch(
        bus_bandwidth=share * float(rows["size"][place] / rows["measured"][place]),
        link=float(find(Accelerator, SWITCH_CHIP).interconnect_bandwidth),
        url=str(rows["url"][place]),
        by_size=tuple(zip(*(column[large].tolist() for column in columns), strict=True)),
    )


@cache
def request_log() -> RequestLog:
    """Return the log of an overloaded vLLM server."""
    rows = sorted(_rows("request_log.csv"), key=lambda row: float(row["arrival_s"]))
    arrived, begun, ended = (
        [float(row[name]) for row in rows] for name in ("arrival_s", "scheduled_s", "last_token_s")
    )
    service = [end - start for start, end in zip(begun, ended, strict=True)]
    gaps = [later - earlier for earlier, later in pairwise(arrived)]
    changes = sorted([(time, 1) for time in begun] + [(time, -1) for time in ended])
    last = arrived[-1]
    return RequestLog(
        requests=len(rows),
        duration=last,
        arrival_rate=1 / fmean(gaps),
        arrival_cv=pstdev(gaps) / fmean(gaps),
        service_time=fmean(service),
        service_cv=pstdev(service) / fmean(service),
        slots=int(np.cumsum([change for _, change in changes]).max()),
        waiting=sum(time > last for time in begun),
        wait=begun[-1] - last,
        url=rows[0]["url"],
        arrivals=tuple(arrived),
        begins=tuple(sorted(begun)),
        services=tuple(service),
        busy_after=sum(
            max(min(end, begun[-1]) - max(start, last), 0.0) for start, end in zip(begun, ended, strict=True)
        )
        / (begun[-1] - last),
    )


def replayed(log: RequestLog) -> tuple[float, ...]:
    """Return when service begins in s, in the order of arrival, if the requests of a log are replayed against a queue
    in front of its slots, each served for as long as it was."""
    free = [0.0] * log.slots
    begins = []
    for arrival, service in zip(log.arrivals, log.services, strict=True):
        start = max(arrival, heappop(free))
        heappush(free, start + service)
        begins.append(start)
    return tuple(begins)


@cache
def keyword_spotting() -> KeywordSpotting:
    """Return the range of energies among the entries of MLPerf Tiny."""
    rows = sorted(_rows("keyword_spotting.csv"), key=_energy)
    least, most = rows[0], rows[-1]
    return KeywordSpotting(
        entries=len(rows),
        least=_energy(least),
        least_system=f"{least['submitter']}, {least['round']}",
        least_url=least["url"],
        most=_energy(most),
        most_system=f"{most['submitter']}, {most['round']}",
        most_url=most["url"],
        systems=tuple(
            (
                row["submitter"],
                f"{row['system']}, {row['round']}",
                float(row["latency_ms"]) * _MILLI,
                _energy(row),
                row["url"],
            )
            for row in rows
        ),
    )


def _energy(row: Row) -> float:
    return float(row["energy_uj_per_inference"]) * _MICRO


def _rows(name: str) -> list[Row]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
