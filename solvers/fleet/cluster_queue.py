"""How long does a job wait for its share of a cluster that others use as well?

Little 1961 for the length of the queue, Erlang 1917 for the probability of waiting, Pollaczek and Khinchine for one
server and Lee and Longton 1959 for many, with jobs of any variability. Not modelled: backfilling, priorities,
preemption, and users who give up when the queue is long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Equation, Fallacy, Preset, Source, Truth, curve, flag, number, output, solver
from solvers.laws.queueing import (
    erlang_b,
    erlang_c,
    max_load_for_mean_wait,
    mean_wait,
    mean_wait_given_waiting,
    min_servers_for_mean_wait,
    variability_factor,
    wait_quantile,
)

_HOUR, _DAY = 3600.0, 86400.0
_FOR_EVER = "grows without end"
_MOST = 10_000


@dataclass(frozen=True, kw_only=True)
class Inputs:
    arrival_rate: Array = number(
        "1/s",
        "Jobs submitted",
        4 / _DAY,
        high=1e6,
        slider=(0.01 / _DAY, 1000 / _DAY),
        log=True,
        display_unit="1/day",
        symbol=r"\lambda",
        help="By all users together.",
    )
    service_time: Array = number(
        "s",
        "Length of a job",
        16 * _HOUR,
        exclusive_min=True,
        high=1e10,
        slider=(60, 30 * _DAY),
        log=True,
        display_unit="hour",
        symbol="s",
        help="On average, once it runs.",
    )
    servers: Array = number(
        "1",
        "Slots",
        4,
        low=1,
        high=_MOST,
        slider=(1, 64),
        log=True,
        integer=True,
        symbol="c",
        help="Jobs that run side by side, each on its own part of the cluster. 1: every job takes all of it.",
    )
    service_cv: Array = number(
        "1",
        "Spread of the lengths",
        1,
        high=100,
        slider=(0, 4),
        symbol="c_s",
        help="Standard deviation over mean: 0 when all jobs are alike, 1 when exponential, 3 for a few very long ones.",
    )
    wait_target: Array = number(
        "s",
        "Target for the mean wait",
        4 * _HOUR,
        exclusive_min=True,
        high=1e10,
        slider=(60, 30 * _DAY),
        log=True,
        display_unit="hour",
        symbol="W",
        help="What people should wait at most, on average.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    utilization: Array = output(
        "1", "Utilization", display_unit="percent", symbol=r"\rho", help="Work offered over capacity."
    )
    stable: Truth = flag("Keeps up", help="Whether the cluster gets through what is submitted.")
    mean_wait: Array = output("s", "Mean wait", display_unit="hour", symbol="w", if_infinite=_FOR_EVER)
    queue_length: Array = output(
        "1", "Jobs that wait", symbol="L", if_infinite=_FOR_EVER, help="On average, by Little's law."
    )
    mean_completion_time: Array = output(
        "s", "Mean time to completion", display_unit="hour", if_infinite=_FOR_EVER, help="Wait and run together."
    )
    wait_probability: Array = output("1", "Jobs that wait at all", display_unit="percent", symbol="P_w")
    p90_wait: Array = output(
        "s", "p90 wait", display_unit="hour", if_infinite=_FOR_EVER, help="One job in ten waits longer."
    )
    wait_ratio: Array = output("1", "Wait over run time", if_infinite=_FOR_EVER)
    slowdown: Array = output("1", "Completion over run time", if_infinite=_FOR_EVER)
    offered_load: Array = output("1", "Offered load", symbol="a", help="Slots that would be busy if none were short.")
    blocking_probability: Array = output(
        "1",
        "All slots busy",
        display_unit="percent",
        symbol="B",
        help="Erlang B: if jobs that must wait were turned away.",
    )
    variability_factor: Array = output("1", "Variability factor", symbol="V", help="(1 + cs²)/2.")
    drain: Array = output("s", "Mean wait of those who wait", display_unit="hour", symbol="d", if_infinite=_FOR_EVER)
    stable_servers: Array = output("1", "Slots to keep up", symbol=r"c_\text{stable}")
    largest_arrival_rate: Array = output(
        "1/s", "Jobs it can keep up with", display_unit="1/day", symbol=r"\lambda_\text{max}", help="Fewer than that."
    )
    meets_target: Truth = flag("Meets the target")
    arrival_rate_for_target: Array = output(
        "1/s", "Most jobs within the target", display_unit="1/day", symbol=r"\lambda_W", help="With as many slots."
    )
    servers_for_target: Array = output("1", "Slots for the target", if_infinite=f"no number up to {_MOST}")
    jobs_per_day: Array = output("1", "Jobs a day")
    jobs_per_day_for_target: Array = output("1", "Jobs a day within the target")
    pooled_wait: Array = output(
        "s",
        "Mean wait as one slot",
        if_infinite=_FOR_EVER,
        help="If each job had the whole cluster and ran so much faster.",
    )


def verdict(i: Inputs, o: Outputs) -> str:
    if not o.stable:
        return (
            "Unstable: {jobs_per_day} jobs a day are work for {offered_load} slots and the cluster has {servers}, so "
            "the queue grows without end. {stable_servers} slots would keep up; shorter jobs in proportion would too."
        )
    waits = "does not wait"
    if o.mean_wait > 0:
        waits = "waits {mean_wait} on average, {wait_ratio} times as long as it runs"
    return f"Booked {{utilization}} of the time: a job of {{service_time}} {waits}. {_advice(i, o)}"


def _advice(i: Inputs, o: Outputs) -> str:
    if o.meets_target and o.servers_for_target < i.servers:
        return "That meets the target of {wait_target}; {servers_for_target} slots would still do."
    if o.meets_target:
        return (
            "That meets the target of {wait_target} with no slot to spare: up to {jobs_per_day_for_target} jobs a day "
            "would."
        )
    fewer = "no more than {jobs_per_day_for_target} jobs a day or lengths less spread"
    if np.isinf(o.servers_for_target):
        return f"The target of {{wait_target}} asks for {fewer}."
    return f"The target of {{wait_target}} asks for {{servers_for_target}} slots, {fewer}."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if i.servers > 1 and i.service_cv != 1:
        yield "With several slots and lengths that are not exponential the wait is Lee and Longton's approximation."
    if o.stable and o.utilization > 0.9:
        yield "So close to full the mean hides how much waits vary: whole weeks go by with a long queue."


FIGURES = (
    curve(
        "arrival_rate",
        ("mean_wait", "utilization"),
        "The hockey stick",
        x_marks=("arrival_rate_for_target", "largest_arrival_rate"),
    ),
    curve("servers", ("mean_wait",), "More slots", x_marks=("stable_servers", "servers_for_target")),
    curve("service_cv", ("mean_wait",), "A few long jobs make everybody wait", logy=False),
)

EQUATIONS = (
    Equation("offered_load", r"@offered_load = @arrival_rate \cdot @service_time"),
    Equation("utilization", r"@utilization = \frac{@offered_load}{@servers}"),
    Equation(
        "wait_probability",
        r"@wait_probability = \frac{@servers \cdot @blocking_probability}"
        r"{@servers - @offered_load \cdot (1 - @blocking_probability)}",
        where=lambda i, o: bool(o.stable),
    ),
    Equation("variability_factor", r"@variability_factor = \frac{1 + @service_cv^{2}}{2}"),
    Equation(
        "drain",
        r"@drain = @variability_factor \cdot \frac{@service_time}{@servers - @offered_load}",
        where=lambda i, o: bool(o.stable),
    ),
    Equation("mean_wait", r"@mean_wait = @wait_probability \cdot @drain", where=lambda i, o: bool(o.stable)),
    Equation("queue_length", r"@queue_length = @arrival_rate \cdot @mean_wait", where=lambda i, o: bool(o.stable)),
    Equation("stable_servers", r"@stable_servers = \lfloor @offered_load \rfloor + 1"),
    Equation(
        "mean_completion_time",
        r"@mean_completion_time = @mean_wait + @service_time",
        where=lambda i, o: bool(o.stable),
    ),
)

SOURCES = (
    Source("Little 1961", "A proof for the queuing formula: L = λW", "10.1287/opre.9.3.383"),
    Source("Lee, Longton 1959", "Queueing processes associated with airline passenger check-in", "10.1057/jors.1959.5"),
    Source("Harchol-Balter 2013", "Performance modeling and design of computer systems", "10.1017/CBO9781139226424"),
)

ASSUMPTIONS = (
    "Jobs are submitted independently of each other (Poisson) and start first come, first served.",
    "Every job takes one slot, and all slots are alike.",
    "Nobody gives up.",
)

LIMITATIONS = (
    "Backfilling: small jobs that slip into the gaps of large ones.",
    "Priorities, quotas and preemption.",
    "Days and weeks: that everybody submits on Friday.",
)

PRESETS = (
    Preset("Four jobs a day on four slots", {}),
    Preset("The same on eight", {"servers": "8"}),
    Preset("One training run at a time", {"servers": "1", "arrival_rate": "0.25 1/day", "service_time": "3 day"}),
    Preset(
        "All jobs alike (M/D/1)",
        {"servers": "1", "arrival_rate": "0.25 1/day", "service_time": "3 day", "service_cv": "0"},
    ),
    Preset("A few very long jobs", {"service_cv": "3"}),
    Preset("Too much for it", {"arrival_rate": "8 1/day"}),
)

FALLACIES = (
    Fallacy(
        "A cluster should be busy all the time.",
        "At two thirds a job waits {before} on average; with a third more jobs, nine tenths busy, {after}.",
        "mean_wait",
        {},
        {"arrival_rate": "5.4 1/day"},
        lambda before, after: after > 3 * before,
    ),
    Fallacy(
        "Only how many jobs there are decides the wait, not what they are like.",
        "Jobs all alike wait {before}; as many of the same mean length, some of them very long, wait {after}.",
        "mean_wait",
        {"service_cv": "0"},
        {"service_cv": "3"},
        lambda before, after: after > 5 * before,
    ),
)


@solver(
    walls=(16,),
    title="Cluster queue",
    question="How long does a job wait for its share of a cluster?",
    version="1",
    factor="Devices",
    verdict=verdict,
    notes=notes,
    headline=("mean_wait", "mean_completion_time", "utilization", "queue_length", "wait_ratio"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def cluster_queue(i: Inputs) -> Outputs:
    servers, service = np.asarray(i.servers, dtype=float), np.asarray(i.service_time, dtype=float)
    load = np.asarray(i.arrival_rate * service)
    factor = variability_factor(1.0, i.service_cv)
    waiting, drain = erlang_c(servers, load), mean_wait_given_waiting(servers, load, service, factor)
    wait = mean_wait(waiting, drain)
    most = max_load_for_mean_wait(servers, service, factor, i.wait_target) / service
    # One slot c times as fast: the same utilization, each job takes 1/c of the time.
    pooled = mean_wait(load / servers, mean_wait_given_waiting(1.0, load / servers, service / servers, factor))
    return Outputs(
        utilization=load / servers,
        stable=load < servers,
        mean_wait=wait,
        queue_length=i.arrival_rate * wait,
        mean_completion_time=wait + service,
        wait_probability=waiting,
        p90_wait=wait_quantile(0.9, waiting, drain),
        wait_ratio=wait / service,
        slowdown=1 + wait / service,
        offered_load=load,
        blocking_probability=erlang_b(servers, load),
        variability_factor=factor,
        drain=drain,
        stable_servers=np.floor(load) + 1,
        largest_arrival_rate=servers / service,
        meets_target=wait <= i.wait_target,
        arrival_rate_for_target=most,
        servers_for_target=min_servers_for_mean_wait(load, service, factor, i.wait_target, _MOST),
        jobs_per_day=np.asarray(i.arrival_rate) * _DAY,
        jobs_per_day_for_target=most * _DAY,
        pooled_wait=pooled,
    )
