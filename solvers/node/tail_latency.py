"""What is the p99 latency at this load, and how many replicas meet the SLO?

Erlang 1917 for the probability of waiting with many servers and one queue (M/M/c), Allen and Cunneen's factor for other
variability of arrivals and service times, Dean and Barroso 2013 for fan-out requests that wait for the slowest of many
parts. Not modeled: priorities, requests that give up, and service that slows down as batches grow.
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
from solvers.errors import InputError
from solvers.laws.queueing import (
    erlang_b,
    erlang_c,
    mean_wait,
    mean_wait_given_waiting,
    variability_factor,
    wait_quantile,
)
from solvers.laws.response_time import (
    min_servers_for_response,
    response_quantile,
    response_tail,
    service_phases,
)
from solvers.verdict import State, Verdict

_FOR_EVER = "unbounded (overloaded)"
_MOST = 10_000

# The largest share below 1: its complement has a logarithm.
_ALMOST_ALL = np.nextafter(1.0, 0.0)


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
        help="Requests per second, all users together.",
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
        help="Mean time a replica spends on one request, without queueing.",
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
        help="Copies of the model that share one queue.",
    )
    slots_per_replica: Array = number(
        "1",
        "Batch slots per replica",
        1,
        low=1,
        high=_MOST,
        slider=(1, 256),
        log=True,
        integer=True,
        symbol="k",
        help="Requests a replica serves at the same time. Each slot is one server of the queue.",
    )
    service_cv: Array = number(
        "1",
        "Service-time CV",
        1,
        high=100,
        slider=(0, 4),
        symbol="c_s",
        help="Coefficient of variation: standard deviation over mean. 0 = constant, 1 = exponential.",
    )
    arrival_cv: Array = number(
        "1",
        "Arrival CV",
        1,
        high=100,
        slider=(0, 4),
        symbol="c_a",
        help="Coefficient of variation of inter-arrival times: 0 = regular, 1 = Poisson, above 1 = bursty.",
    )
    latency_target: Array = number(
        "s",
        "p99 latency SLO",
        1,
        exclusive_min=True,
        high=1e6,
        slider=(0.01, 100),
        log=True,
        symbol="T",
        help="99 % of requests should finish within this time, service included.",
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
        help="Parallel sub-requests per user request; the slowest sets its latency.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    servers: Array = output("1", "Servers of the queue", symbol="N", help="Replicas times batch slots.")
    utilization: Array = output(
        "1", "Utilization", display_unit="percent", symbol=r"\rho", help="Offered load over the number of servers."
    )
    stable: Truth = flag("Stable", help="The load is below the capacity, so the queue does not grow without bound.")
    wait_probability: Array = output(
        "1",
        "Probability of waiting (Erlang C)",
        display_unit="percent",
        symbol="P_w",
    )
    mean_wait: Array = output("s", "Mean wait", symbol=r"\bar w", if_infinite=_FOR_EVER)
    p50_wait: Array = output("s", "Median wait", symbol="w_{50}", if_infinite=_FOR_EVER)
    p95_wait: Array = output("s", "p95 wait", symbol="w_{95}", if_infinite=_FOR_EVER)
    p99_wait: Array = output("s", "p99 wait", symbol="w_{99}", if_infinite=_FOR_EVER)
    p999_wait: Array = output("s", "p99.9 wait", symbol="w_{99.9}", if_infinite=_FOR_EVER)
    mean_latency: Array = output("s", "Mean latency", if_infinite=_FOR_EVER, help="Queueing plus service.")
    p50_response: Array = output("s", "Median latency", symbol="t_{50}", if_infinite=_FOR_EVER)
    p99_response: Array = output(
        "s",
        "p99 latency",
        symbol="t_{99}",
        if_infinite=_FOR_EVER,
        help="One request in a hundred takes longer, queueing plus service.",
    )
    p50_latency: Array = output("s", "Median wait + mean service time", if_infinite=_FOR_EVER)
    p95_latency: Array = output("s", "p95 wait + mean service time", if_infinite=_FOR_EVER)
    p99_latency: Array = output(
        "s",
        "p99 wait + mean service time",
        if_infinite=_FOR_EVER,
        help="Waiting time at p99 plus the mean service time; the p99 latency includes the variance of service times.",
    )
    p999_latency: Array = output("s", "p99.9 wait + mean service time", if_infinite=_FOR_EVER)
    service_p99: Array = output("s", "p99 service time", symbol="s_{99}", help="Queueing time is not included.")
    late_share: Array = output(
        "1",
        "Requests that miss the SLO",
        display_unit="percent",
        symbol="P_T",
        help="User requests; one with fan-out waits for its slowest sub-request.",
    )
    queue_length: Array = output(
        "1", "Mean queue length", symbol="L", if_infinite=_FOR_EVER, help="Waiting requests, by Little's law."
    )
    offered_load: Array = output(
        "1",
        "Offered load",
        symbol="a",
        help="Arrival rate times service time, in erlangs: the mean number of busy servers.",
    )
    blocking_probability: Array = output(
        "1",
        "Blocking probability (Erlang B)",
        display_unit="percent",
        symbol="B",
        help="If requests that find all servers busy were rejected.",
    )
    wait_of_the_waiting: Array = output("s", "Mean wait given waiting", symbol="d", if_infinite=_FOR_EVER)
    variability_factor: Array = output(
        "1",
        "Variability factor",
        symbol="V",
        help="Waits relative to Poisson arrivals and exponential service (Allen and Cunneen).",
    )
    largest_arrival_rate: Array = output(
        "1/s", "Maximum stable arrival rate", display_unit="requests/s", symbol=r"\lambda_\text{max}"
    )
    stable_replicas: Array = output("1", "Minimum replicas (stable)", symbol=r"c_\text{stable}")
    replicas_for_target: Array = output(
        "1",
        "Minimum replicas for the SLO",
        if_infinite="not reachable",
        help=f"Up to {_MOST:,} are tried.",
    )
    meets_target: Truth = flag("Meets the SLO", help="Judged by the p99 latency with fan-out.")
    fan_out_p99_latency: Array = output(
        "s", "p99 latency with fan-out", if_infinite=_FOR_EVER, help="Slowest of the sub-requests."
    )
    fan_out_service_p99: Array = output(
        "s", "p99 service time with fan-out", help="Slowest of the sub-requests, without queueing."
    )
    fan_out_slow_share: Array = output(
        "1",
        "Fan-out requests hitting the p99",
        display_unit="percent",
        symbol="P_n",
        help="At least one sub-request is among the slowest 1 %.",
    )


def check(i: Inputs) -> Iterator[InputError]:
    """Check that the queue has no more servers than the wall takes."""
    if i.replicas * i.slots_per_replica > _MOST:
        yield InputError("replicas", f"times the batch slots per replica must be at most {_MOST:,} servers.")


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if not o.stable:
        return Verdict(
            State.INFEASIBLE,
            "Overloaded. At {utilization} load the queue grows without bound. "
            "Use at least {stable_replicas} replicas instead of {replicas}, or cut the service time.",
        )
    state, word = (State.OK, "SLO met") if o.meets_target else (State.MISSED, "SLO missed")
    p99 = "p99 latency is {p99_response}"
    if i.fan_out > 1:
        p99 = "p99 with fan-out {fan_out} is {fan_out_p99_latency}"
    return Verdict(
        state,
        f"{word}. {p99} (SLO {{latency_target}}) at {{utilization}} load; "
        f"{{wait_probability}} of requests queue. {_advice(i, o)}",
    )


def _advice(i: Inputs, o: Outputs) -> str:
    if i.latency_target < o.fan_out_service_p99:
        return "More replicas cannot meet it: p99 service time is {fan_out_service_p99}."
    if o.meets_target and o.replicas_for_target < i.replicas:
        return "{replicas_for_target} of {replicas} replicas would meet the SLO."
    if o.meets_target:
        return "There is no replica to spare."
    if np.isinf(o.replicas_for_target):
        return "More replicas cannot meet it; a shorter service time would."
    return "{replicas_for_target} replicas instead of {replicas} would meet it."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if i.fan_out > 1 and o.stable:
        yield "A user request waits for the slowest of its sub-requests; the p99 latency of one is {p99_response}."
    if o.stable and o.utilization > 0.9 and o.p99_wait > i.service_time:
        yield "Near saturation, slightly more load multiplies the waits."
    if o.variability_factor != 1 and not (o.servers == 1 and i.arrival_cv == 1):
        yield "The variability factor is an approximation here; it is exact for one server and Poisson arrivals."
    if not o.stable:
        yield "In practice the queue does not grow forever: requests time out or are rejected."


FIGURES = (
    curve(
        "arrival_rate",
        ("p99_response", "utilization"),
        "p99 latency vs. arrival rate",
        x_marks=("largest_arrival_rate",),
    ),
    curve(
        "replicas",
        ("p99_response", "wait_probability"),
        "p99 latency vs. replicas",
        x_marks=("stable_replicas", "replicas_for_target"),
    ),
)

EQUATIONS = (
    Equation("servers", r"@servers = @replicas \cdot @slots_per_replica"),
    Equation("offered_load", r"@offered_load = @arrival_rate \cdot @service_time"),
    Equation("utilization", r"@utilization = \frac{@arrival_rate \cdot @service_time}{@servers}"),
    Equation(
        "wait_probability",
        r"@wait_probability = \frac{@servers \cdot @blocking_probability}"
        r"{@servers - @offered_load \cdot (1 - @blocking_probability)}",
        where=lambda i, o: o.stable,
    ),
    Equation("variability_factor", r"@variability_factor = \frac{@arrival_cv^{2} + @service_cv^{2}}{2}"),
    Equation(
        "wait_of_the_waiting",
        r"@wait_of_the_waiting = \frac{@variability_factor \cdot @service_time}{@servers - @offered_load}",
        where=lambda i, o: o.stable,
    ),
    Equation("mean_wait", r"@mean_wait = @wait_probability \cdot @wait_of_the_waiting", where=lambda i, o: o.stable),
    Equation(
        "p99_wait",
        r"@p99_wait = \max(0, \ln(\frac{@wait_probability}{1 - 0.99}) \cdot @wait_of_the_waiting)",
        where=lambda i, o: o.stable and o.wait_probability > 0,
    ),
    Equation("p99_latency", r"@p99_latency = @service_time + @p99_wait", where=lambda i, o: o.stable),
    Equation(
        "p99_response",
        r"@p99_response = \frac{-\ln(0.01) \cdot @service_time}{1 - @utilization}",
        where=lambda i, o: o.stable and o.servers == 1 and i.service_cv == 1 and i.arrival_cv == 1,
    ),
    Equation(
        "p99_response",
        r"@p99_response = @service_time + @p99_wait",
        where=lambda i, o: o.stable and i.service_cv == 0,
    ),
    Equation("mean_latency", r"@mean_latency = @service_time + @mean_wait", where=lambda i, o: o.stable),
    Equation("queue_length", r"@queue_length = @arrival_rate \cdot @mean_wait", where=lambda i, o: o.stable),
    Equation("stable_replicas", r"@stable_replicas = \lfloor \frac{@offered_load}{@slots_per_replica} \rfloor + 1"),
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
    "One first-come, first-served queue for the slots of identical replicas; no request gives up.",
    "The wait of a request that queues is exponential, with the mean given by Allen and Cunneen.",
    "A service time has a fixed and an exponential part that match the given mean and CV, and is independent of the "
    "wait. Both together give the latency quantiles.",
    "Sub-requests of a fan-out find independent queues.",
)

LIMITATIONS = (
    "Batching: a replica that serves a batch is slower for each request; see the batching wall.",
    "Retries and hedged requests, which change the arrivals.",
)

PRESETS = (
    Preset(
        "10 requests/s, SLO 20 s",
        {"arrival_rate": "10 1/s", "service_time": "0.66 s", "replicas": "8", "latency_target": "20 s"},
        part="Part 6",
    ),
    Preset("One replica at 90 %", {"arrival_rate": "9 1/s", "service_time": "100 ms", "replicas": "1"}),
    Preset("Too few replicas", {"arrival_rate": "20 1/s"}),
    Preset("Highly variable service times", {"arrival_rate": "12 1/s", "service_cv": "3"}),
    Preset("A large pool", {"arrival_rate": "3200 1/s", "replicas": "1000"}),
    Preset(
        "Fan-out to 100 leaf servers",
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
        "Waits at 95 % utilization are only slightly longer than at 80 %.",
        "On one replica the p99 goes from {before} to {after}, {ratio} times: waits grow as 1/(1 − utilization).",
        "p99_response",
        {"replicas": "1", "service_time": "100 ms", "arrival_rate": "8 1/s"},
        {"replicas": "1", "service_time": "100 ms", "arrival_rate": "9.5 1/s"},
        lambda before, after: after > 3 * before,
    ),
    Fallacy(
        "Sixteen times the load on sixteen times the replicas has the same latency.",
        "The p99 falls from {before} to {after}: in a large pool all replicas are rarely busy at once.",
        "p99_response",
        {"replicas": "1", "service_time": "100 ms", "arrival_rate": "8 1/s"},
        {"replicas": "16", "service_time": "100 ms", "arrival_rate": "128 1/s"},
        lambda before, after: after < before / 3,
    ),
    Fallacy(
        "Only the mean service time matters.",
        "At the same mean service time, the p99 is {before} with a CV of 1 and {after} with a CV of 3.",
        "p99_response",
        {"arrival_rate": "12 1/s"},
        {"arrival_rate": "12 1/s", "service_cv": "3"},
        lambda before, after: after > 3 * before,
    ),
)


@solver(
    walls=(7,),
    title="Tail latency",
    question="What is the p99 latency at this load, and how many replicas meet the SLO?",
    version="3",
    factor="Devices",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("p99_response", "p50_response", "mean_latency", "utilization", "wait_probability", "replicas_for_target"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def tail_latency(i: Inputs) -> Outputs:
    servers = np.asarray(i.replicas, dtype=float) * i.slots_per_replica
    load = np.asarray(i.arrival_rate * np.asarray(i.service_time))
    factor = variability_factor(i.arrival_cv, i.service_cv)
    waiting = erlang_c(servers, load)
    drain = mean_wait_given_waiting(servers, load, i.service_time, factor)
    waits = {share: wait_quantile(share, waiting, drain) for share in (0.5, 0.95, 0.99, 0.999)}
    mean = mean_wait(waiting, drain)
    service = service_phases(i.service_time, i.service_cv)
    answered = {share: response_quantile(share, waiting, drain, service) for share in (0.5, 0.99)}
    # The slowest of n parts is in time when all are: each has to be within its 0.99^(1/n) quantile.
    parts = np.asarray(i.fan_out, dtype=float)
    share = 0.99 ** (1 / parts)
    needed = min_servers_for_response(share, i.latency_target, load, i.service_time, factor, service, _MOST)
    late = np.where(
        np.isfinite(drain),
        response_tail(i.latency_target, waiting, np.where(np.isfinite(drain), drain, 1), service),
        1.0,
    )
    service_p99 = response_quantile(0.99, 0.0, 0.0, service)
    of_parts, service_of_parts = answered[0.99], service_p99
    if np.any(parts > 1):
        of_parts = response_quantile(share, waiting, drain, service)
        service_of_parts = response_quantile(share, 0.0, 0.0, service)
    return Outputs(
        servers=servers,
        utilization=load / servers,
        stable=load < servers,
        wait_probability=waiting,
        mean_wait=mean,
        p50_wait=waits[0.5],
        p95_wait=waits[0.95],
        p99_wait=waits[0.99],
        p999_wait=waits[0.999],
        mean_latency=mean + i.service_time,
        p50_latency=waits[0.5] + i.service_time,
        p95_latency=waits[0.95] + i.service_time,
        p99_latency=waits[0.99] + i.service_time,
        p999_latency=waits[0.999] + i.service_time,
        p50_response=answered[0.5],
        p99_response=answered[0.99],
        service_p99=service_p99,
        late_share=np.where(parts > 1, -np.expm1(parts * np.log1p(-np.minimum(late, _ALMOST_ALL))), late),
        queue_length=i.arrival_rate * mean,
        offered_load=load,
        blocking_probability=erlang_b(servers, load),
        wait_of_the_waiting=drain,
        variability_factor=factor,
        largest_arrival_rate=servers / np.asarray(i.service_time),
        stable_replicas=np.floor(load / i.slots_per_replica) + 1,
        replicas_for_target=np.ceil(needed / i.slots_per_replica),
        meets_target=late <= 1 - share,
        fan_out_p99_latency=of_parts,
        fan_out_service_p99=service_of_parts,
        fan_out_slow_share=1 - 0.99 ** np.asarray(i.fan_out, dtype=float),
    )
