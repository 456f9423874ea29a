"""The measured figures of the lessons, computed from rows that others published."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
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
_MICRO = 1e-6
Row = dict[str, str]


@dataclass(frozen=True)
class PowerCapping:
    """Changes of energy and time of an epoch at the cap, relative to full power, as medians over `workloads`; the mean
    power in W at the cap and at full power."""

    workloads: int
    energy: float
    time: float
    capped_power: float
    full_power: float
    url: str


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
    """The bus bandwidth of the fastest all-reduce, and the bandwidth of a device's links one way, in byte/s."""

    bus_bandwidth: float
    link: float
    url: str


@dataclass(frozen=True)
class RequestLog:
    """A log of requests to one server: rates in 1/s and times in s. `slots` is the largest number served at once,
    `waiting` the number that waited when the last request arrived, `wait` how long that one did."""

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


@dataclass(frozen=True)
class KeywordSpotting:
    """The least and the most energy of an inference of keyword spotting, in J, with the systems."""

    entries: int
    least: float
    least_system: str
    least_url: str
    most: float
    most_system: str
    most_url: str


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

    return PowerCapping(
        workloads=len(pairs),
        energy=change("energy_kj_per_epoch"),
        time=change("seconds_per_epoch"),
        capped_power=median(float(capped["average_power_w"]) for capped, _ in pairs),
        full_power=median(float(full["average_power_w"]) for _, full in pairs),
        url=pairs[0][0]["url"],
    )


@cache
def rounds() -> tuple[Round, ...]:
    """Return the best result of each round for Llama 2 70B on H100s, offline, in the order of the rounds."""
    best: dict[str, Row] = {}
    for row in _rows("mlperf_rounds.csv"):
        before = best.get(row["round"])
        if before is None or _rate(row) > _rate(before):
            best[row["round"]] = row
    return tuple(
        Round(name, row["submitter"], int(row["accelerators_per_node"]) * int(row["nodes"]), _rate(row), row["url"])
        for name, row in sorted(best.items())
    )


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
    return ReducingSwitch(
        bus_bandwidth=share * float(rows["size"][place] / rows["measured"][place]),
        link=float(find(Accelerator, SWITCH_CHIP).interconnect_bandwidth),
        url=str(rows["url"][place]),
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
    )


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
    )


def _energy(row: Row) -> float:
    return float(row["energy_uj_per_inference"]) * _MICRO


def _rows(name: str) -> list[Row]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
