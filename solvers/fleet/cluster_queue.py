"""How long does a job wait in the queue of a shared cluster?

Little 1961 for the length of the queue, Erlang 1917 for the probability of waiting, Pollaczek and Khinchine for one
server and Lee and Longton 1959 for many, with jobs of any variability. Not modeled: backfilling, priorities,
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
from solvers.verdict import State, Verdict

_HOUR, _DAY = 3600.0, 86400.0
_FOR_EVER = "grows without bound"
_MOST = 10_000


@dataclass(frozen=True, kw_only=True)
class Inputs:
    arrival_rate: Array = number(
        "1/s",
        "Job arrival rate",
        4 / _DAY,
        high=1e6,
        slider=(0.1 / _DAY, 100 / _DAY),
        log=True,
        display_unit="1/day",
        symbol=r"\lambda",
        help="Jobs submitted by all users.",
    )
    service_time: Array = number(
        "s",
        "Mean job duration",
        16 * _HOUR,
        exclusive_min=True,
        high=1e7 * _HOUR,
        slider=(60, 30 * _DAY),
        log=True,
        display_unit="hour",
        symbol="s",
        help="Mean run time without waiting.",
    )
    servers: Array = number(
        "1",
        "Job slots",
        4,
        low=1,
        high=_MOST,
        slider=(1, 64),
        log=True,
        integer=True,
        symbol="c",
        help="Jobs that run in parallel, each on its own part of the cluster; 1 if every job uses all of it.",
    )
    service_cv: Array = number(
        "1",
        "Job-duration variability (CV)",
        1,
        high=100,
        slider=(0, 4),
        symbol="c_s",
        help="Standard deviation over mean: 0 for identical jobs, 1 exponential, 3 with a few very long jobs.",
    )
    wait_target: Array = number(
        "s",
        "Mean wait target",
        4 * _HOUR,
        exclusive_min=True,
        high=1e7 * _HOUR,
        slider=(60, 30 * _DAY),
        log=True,
        display_unit="hour",
        symbol="W",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    utilization: Array = output(
        "1", "Utilization", display_unit="percent", symbol=r"\rho", help="Offered load over the number of slots."
    )
    stable: Truth = flag("Stable (arrivals below capacity)")
    mean_wait: Array = output("s", "Mean wait", display_unit="hour", symbol="w", if_infinite="unbounded (overloaded)")
    queue_length: Array = output(
        "1",
        "Mean queue length",
        symbol="L",
        if_infinite="unbounded (overloaded)",
        help="Waiting jobs, by Little's law.",
    )
    mean_completion_time: Array = output(
        "s",
        "Mean time to completion",
        display_unit="hour",
        if_infinite="unbounded (overloaded)",
        help="Waiting plus run time.",
    )
    wait_probability: Array = output("1", "Probability of queueing", display_unit="percent", symbol="P_w")
    p90_wait: Array = output(
        "s", "p90 wait", display_unit="hour", if_infinite="unbounded (overloaded)", help="One job in ten waits longer."
    )
    wait_ratio: Array = output("1", "Wait ÷ run time", display_unit="times", if_infinite="unbounded (overloaded)")
    slowdown: Array = output(
        "1", "Slowdown (completion ÷ run time)", display_unit="times", if_infinite="unbounded (overloaded)"
    )
    offered_load: Array = output(
        "1", "Offered load", symbol="a", help="Mean number of busy slots if slots were unlimited."
    )
    blocking_probability: Array = output(
        "1",
        "Blocking probability (Erlang B)",
        display_unit="percent",
        symbol="B",
        help="If jobs were rejected instead of queued.",
    )
    variability_factor: Array = output("1", "Variability factor", symbol="V", help="(1 + cs²)/2.")
    drain: Array = output(
        "s", "Mean wait if queued", display_unit="hour", symbol="d", if_infinite="unbounded (overloaded)"
    )
    stable_servers: Array = output("1", "Minimum job slots (stable)", symbol=r"c_\text{stable}")
    largest_arrival_rate: Array = output(
        "1/s",
        "Maximum stable job rate",
        display_unit="1/day",
        symbol=r"\lambda_\text{max}",
        help="The job rate must stay below this.",
    )
    meets_target: Truth = flag("Meets the wait target")
    arrival_rate_for_target: Array = output(
        "1/s",
        "Maximum job rate within target",
        display_unit="1/day",
        symbol=r"\lambda_W",
        help="Number of slots unchanged.",
    )
    servers_for_target: Array = output(
        "1", "Job slots for the target", if_infinite="not reachable", help="Up to 10,000 are tried."
    )
    jobs_per_day: Array = output("1", "Jobs per day")
    jobs_per_day_for_target: Array = output("1", "Jobs per day within target")
    pooled_wait: Array = output(
        "s",
        "Mean wait if pooled",
        if_infinite="unbounded (overloaded)",
        help="Mean wait if each job used the whole cluster and ran proportionally faster.",
    )


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if not o.stable:
        return Verdict(
            State.INFEASIBLE,
            "Overloaded. {jobs_per_day} jobs per day are {utilization} of what {servers} slots can run: at 100\u00a0% "
            "or more the queue grows without bound. Use at least {stable_servers} slots or shorter jobs.",
        )
    state, word = (State.OK, "Wait target met") if o.meets_target else (State.MISSED, "Wait target missed")
    waits = "At {utilization} utilization the mean wait is {mean_wait}; the target is {wait_target}."
    return Verdict(state, f"{word}. {waits} {_advice(i, o)}")


# Below this share of the load, fewer jobs are no remedy.
_LEAST_LOAD = 0.01


def _advice(i: Inputs, o: Outputs) -> str:
    if o.meets_target and o.servers_for_target < i.servers:
        return "{servers_for_target} of {servers} slots would still meet it."
    if o.meets_target:
        return "No slot can be spared; up to {jobs_per_day_for_target} jobs per day would still meet it."
    if np.isinf(o.servers_for_target):
        return "At most {jobs_per_day_for_target} jobs per day would meet it."
    if o.jobs_per_day_for_target < _LEAST_LOAD * o.jobs_per_day:
        return "{servers_for_target} slots would meet it."
    return "{servers_for_target} slots or at most {jobs_per_day_for_target} jobs per day would meet it."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if i.servers > 1 and i.service_cv != 1:
        yield "With several slots and non-exponential durations the wait is Lee and Longton's approximation."
    if o.stable and o.utilization > 0.9:
        yield "At this utilization waits vary widely around the mean: a long queue may last for weeks."


FIGURES = (
    curve(
        "arrival_rate",
        ("mean_wait", "utilization"),
        "Mean wait vs. job arrival rate",
        x_marks=("arrival_rate_for_target", "largest_arrival_rate"),
    ),
    curve("servers", ("mean_wait",), "Mean wait vs. job slots", x_marks=("stable_servers", "servers_for_target")),
    curve("service_cv", ("mean_wait",), "Mean wait vs. job-duration variability", logy=False),
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
    "Every job takes one slot, and all slots are identical.",
    "Jobs are not withdrawn while they wait.",
)

LIMITATIONS = (
    "Backfilling of small jobs into gaps.",
    "Priorities, quotas and preemption.",
    "Daily and weekly peaks in submissions.",
)

PRESETS = (
    Preset("Four jobs a day on four slots", {}),
    Preset("Four jobs a day on eight slots", {"servers": "8"}),
    Preset("One training run at a time", {"servers": "1", "arrival_rate": "0.25 1/day", "service_time": "3 day"}),
    Preset(
        "Identical jobs (M/D/1)",
        {"servers": "1", "arrival_rate": "0.25 1/day", "service_time": "3 day", "service_cv": "0"},
    ),
    Preset("A few very long jobs", {"service_cv": "3"}),
    Preset("Overloaded: eight jobs a day", {"arrival_rate": "8 1/day"}),
)

FALLACIES = (
    Fallacy(
        "A good cluster is busy all the time.",
        "The mean wait is {before} at 67 % utilization and {after} at 90 %, with a third more jobs.",
        "mean_wait",
        {},
        {"arrival_rate": "5.4 1/day"},
        lambda before, after: after > 3 * before,
    ),
    Fallacy(
        "The wait depends only on the number of jobs, not on their durations.",
        "The mean wait is {before} for identical jobs and {after} for jobs of the same mean duration, a few very long.",
        "mean_wait",
        {"service_cv": "0"},
        {"service_cv": "3"},
        lambda before, after: after > 5 * before,
    ),
)


@solver(
    walls=(16,),
    title="Cluster queue",
    question="How long does a job wait in the cluster queue?",
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
