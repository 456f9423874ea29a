"""How long does a job wait for its share of a cluster that others use, too?

Little 1961 for the queue's length, Erlang 1917 for the chance to wait, Pollaczek and Khinchine for one server and Lee
and Longton 1959 for many, with jobs of any spread. Not modelled: jobs of unequal size that fill each other's gaps,
priorities, preemption, and users who go away when the queue is long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Equation, Fallacy, Preset, Source, Truth, curve, flagged, found, given, solver
from solvers.laws.queueing import drain_time, erlang_c, mean_wait, variability, wait_quantile
from solvers.laws.ratio import ratio

_HOUR = 3600.0
_FOR_EVER = "grows without end"
_MOST = 10_000


@dataclass(frozen=True, kw_only=True)
class Inputs:
    arrival_rate: Array = given(
        "1/s", "Jobs a second", 1 / (6 * _HOUR), high=1e6, slider=(1e-7, 1e-2), log=True, symbol=r"\lambda",
        help="Of all users together; by default four a day.",
    )  # fmt: skip
    service_time: Array = given(
        "s", "Length of a job", 16 * _HOUR, above=True, high=1e10, slider=(60, 30 * 86400.0), log=True, shown="hour",
        symbol="s", help="On average, once it runs.",
    )  # fmt: skip
    servers: Array = given(
        "1", "Slots", 4, low=1, high=_MOST, slider=(1, 64), log=True, whole=True, symbol="c",
        help="Jobs that run side by side, each on its own part of the cluster. 1: every job takes all of it.",
    )  # fmt: skip
    service_cv: Array = given(
        "1", "Spread of the lengths", 1, high=100, slider=(0, 4), symbol="c_s",
        help="Standard deviation over mean: 0 when all jobs are alike, 1 when exponential, 3 for a few very long ones.",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Outputs:
    utilization: Array = found("1", "Utilization", shown="percent", symbol=r"\rho", help="Work offered over capacity.")
    stable: Truth = flagged("Keeps up", help="Whether the cluster gets through what is submitted.")
    mean_wait: Array = found("s", "Mean wait", symbol="w", never=_FOR_EVER)
    queue_length: Array = found("1", "Jobs that wait", symbol="L", never=_FOR_EVER, help="On average, by Little's law.")
    mean_completion_time: Array = found("s", "Mean time to completion", never=_FOR_EVER, help="Wait and run together.")
    wait_probability: Array = found("1", "Jobs that wait at all", shown="percent", symbol="P_w")
    p90_wait: Array = found("s", "p90 wait", never=_FOR_EVER, help="One job in ten waits longer.")
    slowdown: Array = found("1", "Completion over run time", never=_FOR_EVER)
    offered_load: Array = found("1", "Offered load", symbol="a", help="Slots that would be busy if none were short.")
    variability_factor: Array = found("1", "Variability factor", symbol="V", help="(1 + cs²)/2.")
    drain: Array = found("s", "Mean wait of those who wait", symbol="d", never=_FOR_EVER)
    stable_servers: Array = found("1", "Slots to keep up", symbol=r"c_\text{stable}")
    largest_arrival_rate: Array = found("1/s", "Jobs it can keep up with", symbol=r"\lambda_\text{max}")
    jobs_per_day: Array = found("1", "Jobs a day")
    pooled_wait: Array = found(
        "s", "Mean wait as one slot", never=_FOR_EVER, help="If each job had the whole cluster and ran so much faster."
    )


def verdict(i: Inputs, o: Outputs) -> str:
    if not o.stable:
        return (
            "Unstable: {jobs_per_day} jobs a day are work for {offered_load} slots and there are {servers}, so the queue "
            "grows without end. {stable_servers} slots would keep up; shorter jobs in proportion would too."
        )
    first = "Booked {utilization} of the time: a job of {service_time} waits {mean_wait} on average"
    if o.slowdown < 1.1:
        return first + ", hardly worth a word. Fewer slots would still do."
    return first + (
        " and is done after {mean_completion_time}, {slowdown} times its run. Waits grow with 1/(1 − ρ) and with the "
        "spread of the lengths: more slots or more even jobs would help."
    )


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if i.service_cv > 2 and i.servers > 1:
        yield "With lengths so spread and several slots the wait is an approximation (Lee and Longton)."
    if o.stable and o.utilization > 0.9:
        yield "So close to full the mean hides how much waits vary: whole weeks go by with a long queue."


@solver(
    walls=(16,),
    title="Cluster queue",
    question="How long does a job wait for its share of a cluster?",
    version="1",
    factor="",
    verdict=verdict,
    notes=notes,
    headline=("mean_wait", "mean_completion_time", "utilization", "queue_length", "slowdown"),
    figures=(
        curve("arrival_rate", ("mean_wait", "utilization"), "The hockey stick", marks=("largest_arrival_rate",)),
        curve("servers", ("mean_wait",), "More slots"),
        curve("service_cv", ("mean_wait",), "A few long jobs make everybody wait", logy=False),
    ),
    equations=(
        Equation("offered_load", r"@offered_load = @arrival_rate \cdot @service_time"),
        Equation("utilization", r"@utilization = \frac{@offered_load}{@servers}"),
        Equation("variability_factor", r"@variability_factor = \frac{1 + @service_cv^{2}}{2}"),
        Equation(
            "drain", r"@drain = @variability_factor \cdot \frac{@service_time}{@servers - @offered_load}",
            where=lambda i, o: bool(o.stable),
        ),
        Equation("mean_wait", r"@mean_wait = @wait_probability \cdot @drain", where=lambda i, o: bool(o.stable)),
        Equation("queue_length", r"@queue_length = @arrival_rate \cdot @mean_wait", where=lambda i, o: bool(o.stable)),
        Equation(
            "mean_completion_time", r"@mean_completion_time = @mean_wait + @service_time",
            where=lambda i, o: bool(o.stable),
        ),
    ),
    sources=(
        Source("Little 1961", "A proof for the queuing formula: L = λW", "10.1287/opre.9.3.383"),
        Source("Lee, Longton 1959", "Queueing processes associated with airline passenger check-in", "10.1057/jors.1959.5"),
        Source("Harchol-Balter 2013", "Performance modeling and design of computer systems", "10.1017/CBO9781139226424"),
    ),
    assumptions=(
        "Jobs are submitted independently of each other (Poisson) and start first come, first served.",
        "Every job takes one slot, and all slots are alike.",
        "Nobody gives up.",
    ),
    excludes=(
        "Backfilling: small jobs that slip into the gaps of large ones.",
        "Priorities, quotas and preemption.",
        "Days and weeks: that everybody submits on Friday.",
    ),
    presets=(
        Preset("Four jobs a day on four slots", {}),
        Preset("One training run at a time", {"servers": "1", "arrival_rate": "0.25 1/day", "service_time": "3 day"}),
        Preset("All jobs alike (M/D/1)", {"servers": "1", "arrival_rate": "0.25 1/day", "service_time": "3 day", "service_cv": "0"}),
        Preset("A few very long jobs", {"service_cv": "3"}),
        Preset("Too much for it", {"arrival_rate": "8 1/day"}),
    ),
    fallacies=(
        Fallacy(
            "A cluster should be busy all the time.",
            "At two thirds a job waits {before} on average; with a third more jobs, nine tenths busy, {after}.",
            "mean_wait", {}, {"arrival_rate": "5.4 1/day"}, lambda before, after: after > 3 * before,
        ),
        Fallacy(
            "Only how many jobs there are decides the wait, not what they are like.",
            "Jobs all alike wait {before}; as many of the same mean length, some of them very long, wait {after}.",
            "mean_wait", {"service_cv": "0"}, {"service_cv": "3"}, lambda before, after: after > 5 * before,
        ),
    ),
)  # fmt: skip
def cluster_queue(i: Inputs) -> Outputs:
    servers, service = np.asarray(i.servers, dtype=float), np.asarray(i.service_time, dtype=float)
    load = i.arrival_rate * service
    factor = variability(1.0, i.service_cv)
    chance, drain = erlang_c(servers, load), drain_time(servers, load, service, factor)
    wait = np.where(load < servers, mean_wait(chance, np.where(load < servers, drain, 0)), np.inf)
    one, alone = service / servers, load / servers
    return Outputs(
        utilization=load / servers,
        stable=load < servers,
        mean_wait=wait,
        queue_length=np.where(load < servers, i.arrival_rate * np.where(load < servers, wait, 0), np.inf),
        mean_completion_time=wait + service,
        wait_probability=chance,
        p90_wait=np.where(load < servers, wait_quantile(0.9, chance, drain), np.inf),
        slowdown=1 + wait / service,
        offered_load=load,
        variability_factor=factor,
        drain=drain,
        stable_servers=np.floor(load) + 1,
        largest_arrival_rate=ratio(servers, service),
        jobs_per_day=np.asarray(i.arrival_rate) * 86400.0,
        pooled_wait=alone * drain_time(1.0, alone, one, factor),
    )
