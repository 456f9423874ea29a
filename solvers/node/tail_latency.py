"""How long do the slowest requests wait, and how many replicas keep them within a target?

Erlang 1917 for the probability of waiting with many servers and one queue (M/M/c), Allen and Cunneen's factor for
arrivals and service times of other variability, Dean and Barroso 2013 for a request that waits for the slowest of
many parts. Not modelled: the distribution of the service time itself, priorities, requests that give up, and service
that slows down as batches grow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solvers.declare import (
    Array,
    Equation,
    Fallacy,
    Preset,
    Source,
    Truth,
    curve,
    flag,
    number,
    output,
    solver,
)
from solvers.laws.queueing import (
    erlang_b,
    erlang_c,
    mean_wait,
    mean_wait_given_waiting,
    min_servers,
    variability_factor,
    wait_quantile,
)

_FOR_EVER = "grows without end"
_MOST = 10_000


@dataclass(frozen=True, kw_only=True)
class Inputs:
    arrival_rate: Array = number(
        "1/s",
        "Arrival rate",
        10,
        high=1e9,
        slider=(1, 100),
        log=True,
        symbol=r"\lambda",
        help="Requests a second, of all users together.",
    )
    service_time: Array = number(
        "s",
        "Service time",
        0.3,
        exclusive_min=True,
        high=1e6,
        slider=(0.01, 10),
        log=True,
        symbol="s",
        help="What a replica needs for one request, without any wait.",
    )
    replicas: Array = number(
        "1",
        "Replicas",
        4,
        low=1,
        high=_MOST,
        slider=(1, 64),
        log=True,
        integer=True,
        symbol="c",
        help="Copies of the service that draw from one queue, each at work on one request at a time.",
    )
    service_cv: Array = number(
        "1",
        "Spread of service",
        1,
        high=100,
        slider=(0, 4),
        symbol="c_s",
        help="Standard deviation of the service time over its mean: 0 when all requests are alike, 1 when exponential.",
    )
    arrival_cv: Array = number(
        "1",
        "Spread of arrivals",
        1,
        high=100,
        slider=(0, 4),
        symbol="c_a",
        help="Of the times between arrivals: 0 like clockwork, 1 independent users (Poisson), more in bursts.",
    )
    latency_target: Array = number(
        "s",
        "Target for the p99",
        1,
        exclusive_min=True,
        high=1e6,
        slider=(0.01, 100),
        log=True,
        symbol="T",
        help="What 99 of 100 requests should stay below, service included.",
    )
    fan_out: Array = number(
        "1",
        "Fan-out",
        1,
        low=1,
        high=1e6,
        slider=(1, 1000),
        log=True,
        integer=True,
        symbol="n",
        advanced=True,
        help="Parts of one user's request that are served apart; the answer is as late as the last of them.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    utilization: Array = output(
        "1", "Utilization", display_unit="percent", symbol=r"\rho", help="Work offered over capacity."
    )
    stable: Truth = flag("Keeps up", help="Whether the replicas get through what arrives.")
    wait_probability: Array = output(
        "1",
        "Requests that wait",
        display_unit="percent",
        symbol="P_w",
        help="Erlang C; all of them where the queue grows.",
    )
    mean_wait: Array = output("s", "Mean wait", symbol=r"\bar w", if_infinite=_FOR_EVER)
    p50_wait: Array = output("s", "Median wait", symbol="w_{50}", if_infinite=_FOR_EVER)
    p95_wait: Array = output("s", "p95 wait", symbol="w_{95}", if_infinite=_FOR_EVER)
    p99_wait: Array = output("s", "p99 wait", symbol="w_{99}", if_infinite=_FOR_EVER)
    p999_wait: Array = output("s", "p99.9 wait", symbol="w_{99.9}", if_infinite=_FOR_EVER)
    mean_latency: Array = output("s", "Mean latency", if_infinite=_FOR_EVER, help="Wait and service together.")
    p50_latency: Array = output("s", "Median latency", if_infinite=_FOR_EVER)
    p95_latency: Array = output("s", "p95 latency", if_infinite=_FOR_EVER)
    p99_latency: Array = output(
        "s", "p99 latency", if_infinite=_FOR_EVER, help="One request in a hundred takes longer."
    )
    p999_latency: Array = output("s", "p99.9 latency", if_infinite=_FOR_EVER)
    queue_length: Array = output(
        "1", "Requests in the queue", symbol="L", if_infinite=_FOR_EVER, help="On average, by Little's law."
    )
    offered_load: Array = output(
        "1", "Offered load", symbol="a", help="In erlang: how many replicas would be busy if none were ever short."
    )
    blocking_probability: Array = output(
        "1",
        "All replicas busy",
        display_unit="percent",
        symbol="B",
        help="Erlang B: if requests that must wait went away.",
    )
    wait_of_the_waiting: Array = output(
        "s", "Mean wait of those who wait", symbol="d", if_infinite=_FOR_EVER, help="Their waits are exponential."
    )
    variability_factor: Array = output(
        "1",
        "Variability factor",
        symbol="V",
        help="By which waits exceed those of Poisson arrivals and exponential service.",
    )
    largest_arrival_rate: Array = output("1/s", "Arrivals it can keep up with", symbol=r"\lambda_\text{max}")
    stable_replicas: Array = output("1", "Replicas to keep up", symbol=r"c_\text{stable}")
    replicas_for_target: Array = output(
        "1",
        "Replicas for the target",
        if_infinite=f"no number up to {_MOST}",
        help="The fewest whose p99 latency meets it.",
    )
    meets_target: Truth = flag("Meets the target")
    fan_out_p99_latency: Array = output(
        "s", "p99 latency of a fanned-out request", if_infinite=_FOR_EVER, help="Of the slowest of its parts."
    )
    fan_out_slow_share: Array = output(
        "1",
        "Fanned-out requests with a slow part",
        display_unit="percent",
        symbol="P_n",
        help="In which at least one part is among the slowest hundredth.",
    )


def verdict(i: Inputs, o: Outputs) -> str:
    if not o.stable:
        return (
            "Unstable: the arrivals are work for {offered_load} replicas and the service has {replicas}, so the queue "
            "grows without end. "
            "{stable_replicas} replicas would keep up; a service time shorter in proportion would too."
        )
    return (
        "Busy {utilization} of the time: {wait_probability} of the requests wait, and one in a hundred takes longer "
        f"than {{p99_latency}}. {_advice(i, o)}"
    )


def _advice(i: Inputs, o: Outputs) -> str:
    if i.latency_target < i.service_time:
        return "No number of replicas meets the target of {latency_target}: the service alone takes {service_time}."
    if o.meets_target and o.replicas_for_target < i.replicas:
        return "That meets the target of {latency_target}; {replicas_for_target} replicas would still do."
    if o.meets_target:
        return "That meets the target of {latency_target}, with no replica to spare."
    if np.isinf(o.replicas_for_target):
        return "The target of {latency_target} is out of reach by replicas; only a shorter service time would help."
    return "The target of {latency_target} needs {replicas_for_target} replicas."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if o.stable and o.utilization > 0.9 and o.p99_wait > i.service_time:
        yield "So near saturation a few more requests, or a few longer ones, change the waits by multiples."
    if o.variability_factor != 1 and not (i.replicas == 1 and i.arrival_cv == 1):
        yield "The variability factor is exact for one replica and Poisson arrivals; here it is an approximation."
    if not o.stable:
        yield "No queue stays infinite in practice: it fills its memory, or its users go away."


FIGURES = (
    curve("arrival_rate", ("p99_latency", "utilization"), "The hockey stick", x_marks=("largest_arrival_rate",)),
    curve(
        "replicas",
        ("p99_latency", "wait_probability"),
        "What more replicas buy",
        x_marks=("stable_replicas", "replicas_for_target"),
    ),
)

EQUATIONS = (
    Equation("offered_load", r"@offered_load = @arrival_rate \cdot @service_time"),
    Equation("utilization", r"@utilization = \frac{@arrival_rate \cdot @service_time}{@replicas}"),
    Equation(
        "wait_probability",
        r"@wait_probability = \frac{@replicas \cdot @blocking_probability}"
        r"{@replicas - @offered_load \cdot (1 - @blocking_probability)}",
        where=lambda i, o: o.stable,
    ),
    Equation("variability_factor", r"@variability_factor = \frac{@arrival_cv^{2} + @service_cv^{2}}{2}"),
    Equation(
        "wait_of_the_waiting",
        r"@wait_of_the_waiting = \frac{@variability_factor \cdot @service_time}{@replicas - @offered_load}",
        where=lambda i, o: o.stable,
    ),
    Equation("mean_wait", r"@mean_wait = @wait_probability \cdot @wait_of_the_waiting", where=lambda i, o: o.stable),
    Equation(
        "p99_wait",
        r"@p99_wait = \max(0, \ln(\frac{@wait_probability}{1 - 0.99}) \cdot @wait_of_the_waiting)",
        where=lambda i, o: o.stable and o.wait_probability > 0,
    ),
    Equation("p99_latency", r"@p99_latency = @service_time + @p99_wait", where=lambda i, o: o.stable),
    Equation("mean_latency", r"@mean_latency = @service_time + @mean_wait", where=lambda i, o: o.stable),
    Equation("queue_length", r"@queue_length = @arrival_rate \cdot @mean_wait", where=lambda i, o: o.stable),
    Equation("stable_replicas", r"@stable_replicas = \lfloor @offered_load \rfloor + 1"),
    Equation("fan_out_slow_share", r"@fan_out_slow_share = 1 - 0.99^{@fan_out}"),
)

SOURCES = (
    Source(
        "Jagerman 1974, after Erlang 1917",
        "Some properties of the Erlang loss function",
        "https://www.nokia.com/bell-labs/publications-and-media/publications/"
        "some-properties-of-the-erlang-loss-function",
    ),
    Source(
        "Whitt 1993, after Allen and Cunneen",
        "Approximations for the GI/G/m queue",
        "10.1111/j.1937-5956.1993.tb00094.x",
    ),
    Source("Dean, Barroso 2013", "The tail at scale", "10.1145/2408776.2408794"),
)

ASSUMPTIONS = (
    "One queue, first come first served, to replicas that are all alike; nobody gives up.",
    "A request that has to wait waits an exponential time, of the mean that Allen and Cunneen give.",
    "A quantile of the latency is that quantile of the wait plus the mean service time.",
    "The parts of a fanned-out request find queues that know nothing of each other.",
)

LIMITATIONS = (
    "The spread of the service time itself: long answers lengthen the tail without any queue.",
    "Batching: a replica that serves a batch is slower for each of its requests; see the batching wall.",
    "Retries and hedged requests, which change the arrivals.",
)

PRESETS = (
    Preset(
        "Ten requests a second within 20 s",
        {"arrival_rate": "10 1/s", "service_time": "0.66 s", "replicas": "8", "latency_target": "20 s"},
        part="Part 6",
    ),
    Preset("One replica at 90 %", {"arrival_rate": "9 1/s", "service_time": "100 ms", "replicas": "1"}),
    Preset("Too few replicas", {"arrival_rate": "20 1/s"}),
    Preset("Erratic requests", {"arrival_rate": "12 1/s", "service_cv": "3"}),
    Preset("A large pool", {"arrival_rate": "3200 1/s", "replicas": "1000"}),
    Preset(
        "A hundred leaves to ask",
        {
            "arrival_rate": "1200 1/s",
            "service_time": "10 ms",
            "replicas": "16",
            "fan_out": "100",
            "latency_target": "50 ms",
        },
    ),
)

FALLACIES = (
    Fallacy(
        "At 95 % utilization people wait a little longer than at 80 %.",
        "On one replica the p99 goes from {before} to {after}, {ratio} times: waits grow as 1/(1 − utilization).",
        "p99_latency",
        {"replicas": "1", "service_time": "100 ms", "arrival_rate": "8 1/s"},
        {"replicas": "1", "service_time": "100 ms", "arrival_rate": "9.5 1/s"},
        lambda before, after: after > 3 * before,
    ),
    Fallacy(
        "Sixteen times the users on sixteen times the replicas wait just as long.",
        "They share one queue: the p99 falls from {before} to {after}, for all replicas are seldom busy at once.",
        "p99_latency",
        {"replicas": "1", "service_time": "100 ms", "arrival_rate": "8 1/s"},
        {"replicas": "16", "service_time": "100 ms", "arrival_rate": "128 1/s"},
        lambda before, after: after < before / 5,
    ),
    Fallacy(
        "Only the mean service time matters.",
        "With the same mean but a spread of 3 instead of 1 the p99 goes from {before} to {after}.",
        "p99_latency",
        {"arrival_rate": "12 1/s"},
        {"arrival_rate": "12 1/s", "service_cv": "3"},
        lambda before, after: after > 3 * before,
    ),
)


@solver(
    walls=(7,),
    title="Tail latency",
    question="How long do the unlucky ones wait in line, and how many replicas would spare them?",
    version="1",
    factor="MFU",
    verdict=verdict,
    notes=notes,
    headline=("p99_latency", "p50_latency", "mean_latency", "utilization", "wait_probability", "replicas_for_target"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def tail_latency(i: Inputs) -> Outputs:
    load = np.asarray(i.arrival_rate * np.asarray(i.service_time))
    factor = variability_factor(i.arrival_cv, i.service_cv)
    waiting = erlang_c(i.replicas, load)
    drain = mean_wait_given_waiting(i.replicas, load, i.service_time, factor)
    waits = {share: wait_quantile(share, waiting, drain) for share in (0.5, 0.95, 0.99, 0.999)}
    mean = mean_wait(waiting, drain)
    needed = min_servers(0.99, i.latency_target - np.asarray(i.service_time), load, i.service_time, factor, _MOST)
    p99_latency = waits[0.99] + i.service_time
    # The slowest of n parts is in time only if all are: each must be within its 0.99^(1/n) quantile.
    of_parts = wait_quantile(0.99 ** (1 / np.asarray(i.fan_out, dtype=float)), waiting, drain)
    return Outputs(
        utilization=load / i.replicas,
        stable=load < i.replicas,
        wait_probability=waiting,
        mean_wait=mean,
        p50_wait=waits[0.5],
        p95_wait=waits[0.95],
        p99_wait=waits[0.99],
        p999_wait=waits[0.999],
        mean_latency=mean + i.service_time,
        p50_latency=waits[0.5] + i.service_time,
        p95_latency=waits[0.95] + i.service_time,
        p99_latency=p99_latency,
        p999_latency=waits[0.999] + i.service_time,
        queue_length=i.arrival_rate * mean,
        offered_load=load,
        blocking_probability=erlang_b(i.replicas, load),
        wait_of_the_waiting=drain,
        variability_factor=factor,
        largest_arrival_rate=i.replicas / np.asarray(i.service_time),
        stable_replicas=np.floor(load) + 1,
        replicas_for_target=needed,
        meets_target=p99_latency <= i.latency_target,
        fan_out_p99_latency=of_parts + i.service_time,
        fan_out_slow_share=1 - 0.99 ** np.asarray(i.fan_out, dtype=float),
    )
