"""Queues with several servers, one line, first come first served."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from solvers.declare import Array

Floats = NDArray[np.float64]

# exp(-745) is the smallest double, exp(709) the largest; a chance so small that its inverse has no double is zero.
_VANISHED = 700.0
# The rows up to which sums take less time than recursions, and the terms of all rows that are summed at once.
_FEW, _AT_ONCE = 1024, 8192
# Steps of the bisection: to a millionth of the load of one server.
_HALVINGS = 24
# Started nine standard deviations early, the recursion has forgotten where: exp(-81/2) of the mistake is left.
_EARLY = 9.0


def erlang_b(servers: Array, load: Array) -> Array:
    """Probability (dimensionless) that all of c whole `servers` are busy when requests that find none free leave, at an
    offered `load` a = λ·s in erlang: B(k) = a·B(k−1)/(k + a·B(k−1)), B(0) = 1. Arrays broadcast. Erlang 1917; Jagerman
    1974, Bell System Technical Journal 53, 525 (the recursion). Poisson arrivals; stable for any c. Errors shrink by
    k/a per step below a, so the recursion starts at min(a, c) − 9√a instead of 0: 10 000 servers take hundreds of
    steps. Few rows are computed as the sum that the recursion is, 1/B = 1 + c/a·(1 + (c − 1)/a·(1 + …))."""
    each_c, each_a = np.broadcast_arrays(np.asarray(servers, dtype=float), np.asarray(load, dtype=float))
    c, a = each_c.ravel(), each_a.ravel()
    start = np.maximum(np.floor(np.minimum(c, a) - _EARLY * np.sqrt(a)), 0)
    vanished = _vanished(c, a)
    steps = np.where(vanished | np.isnan(start), 0, c - start)
    blocked = np.empty_like(a)
    order = np.argsort(-steps, kind="stable")
    few = len(order) <= _FEW
    blocked[order] = (_summed if few else _recurse)(a[order], c[order], start[order], steps[order])
    return np.where(vanished, 0.0, blocked).reshape(each_c.shape)


def _vanished(c: Floats, a: Floats) -> NDArray[np.bool_]:
    """Whether B is below the smallest double: B ≤ 2·exp(−(c·ln(c/a) − c + a)) for c > a (Chernoff's bound)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((c > a) & (c * np.log(c / a) - c + a > _VANISHED))


def _summed(a: Floats, c: Floats, start: Floats, steps: Floats) -> Floats:
    """B from the sum of 1/B down to `start`; its rows are those of `_recurse`."""
    total, term = np.where(np.isnan(a), np.nan, 1.0), np.ones_like(a)
    first, most = 0, int(steps[0]) if steps.size else 0
    while first < most:
        rows = int(np.searchsorted(-steps, -first, side="left"))
        places = np.arange(first, min(first + max(_AT_ONCE // rows, 1), most))
        added = np.maximum(c[:rows] - places[:, None], 0) / a[:rows]
        added[0] *= term[:rows]
        np.cumprod(added, axis=0, out=added)
        total[:rows] += added.sum(axis=0)
        term[:rows] = added[-1]
        first += len(places)
    return 1 / total


def _recurse(a: Floats, c: Floats, start: Floats, steps: Floats) -> Floats:
    """B after `steps` recursions, in descending order of steps, so that the unfinished rows are always the first."""
    k, blocked = start.copy(), np.where(np.isnan(a), np.nan, 1.0)
    most = int(steps[0]) if steps.size else 0
    under_way = np.searchsorted(-steps, -np.arange(1, most + 1), side="right")
    for rows in under_way.tolist():
        k[:rows] += 1
        carried = a[:rows] * blocked[:rows]
        blocked[:rows] = carried / (k[:rows] + carried)
    return blocked


def erlang_c(servers: Array, load: Array) -> Array:
    """Probability (dimensionless) that a request waits for one of c whole `servers` at an offered `load` a = λ·s in
    erlang when none leaves: c·B/(c − a(1 − B)), B from `erlang_b`; 1 where a is c or more and the queue grows without
    limit. Arrays broadcast. Erlang 1917. Poisson arrivals, exponential service times."""
    blocked = erlang_b(servers, load)
    free = np.asarray(servers) - np.asarray(load)
    with np.errstate(invalid="ignore"):
        return np.where(free > 0, servers * blocked / np.where(free > 0, free + load * blocked, 1), 1.0)


def variability_factor(arrival_cv: Array, service_cv: Array) -> Array:
    """Dimensionless factor (ca² + cs²)/2 by which waits exceed those of an M/M/c queue, from the coefficients of
    variation of the times between arrivals ca (`arrival_cv`) and of the service times cs (`service_cv`). Arrays
    broadcast. Allen and Cunneen's approximation, compared with others by Whitt 1993,
    doi:10.1111/j.1937-5956.1993.tb00094.x; with ca = 1 Lee and Longton 1959. Exact for M/G/1 (Pollaczek–Khinchine),
    approximate otherwise."""
    return (np.square(arrival_cv) + np.square(service_cv)) / 2


def mean_wait_given_waiting(servers: Array, load: Array, service_time: Array, factor: Array) -> Array:
    """Mean wait in seconds of those requests that wait: V·s/(c − a), with c `servers`, offered `load` a in erlang, mean
    `service_time` s in seconds and the dimensionless variability `factor` V; infinite where a is c or more. Arrays
    broadcast. Allen and Cunneen, see Whitt 1993, doi:10.1111/j.1937-5956.1993.tb00094.x. Exact for M/M/c."""
    free = np.asarray(servers) - np.asarray(load, dtype=float)
    return np.where(free > 0, factor * service_time / np.where(free > 0, free, 1), np.inf)


def mean_wait(wait_probability: Array, given_waiting: Array) -> Array:
    """Mean wait in seconds over all requests: Pw·w, with Pw the probability of waiting (`wait_probability`) and w the
    mean wait in seconds of those that wait (`given_waiting`). Arrays broadcast. Derived: requests that do not wait add
    0."""
    return np.asarray(wait_probability * given_waiting)


def wait_quantile(share: Array, wait_probability: Array, given_waiting: Array) -> Array:
    """Wait in seconds that a `share` p (0 to 1) of all requests does not exceed: max(0, ln(Pw/(1 − p))·w), with Pw the
    probability of waiting (`wait_probability`) and w the mean wait in seconds of those that wait (`given_waiting`).
    Arrays broadcast. Derived: waits of those that wait are exponential. Exact for M/M/c, approximate otherwise."""
    waiting = np.asarray(wait_probability, dtype=float)
    late = waiting > 1 - np.asarray(share)
    return np.where(
        late, np.log(np.where(late, waiting / (1 - np.asarray(share)), 1)) * np.where(late, given_waiting, 0), 0.0
    )


def prefill_wait_quantile(share: Array, arrival_rate: Array, prefill_time: Array) -> Array:
    """Wait in seconds behind the prefills of other prompts that a `share` p (0 to 1) of the prompts does not exceed, in
    a replica that prefills one prompt at a time in order of arrival; `arrival_rate` λ in prompts per second,
    `prefill_time` s in seconds of each. M/D/1 with an exponential tail: `wait_quantile` with Pw = λ·s and
    w = s/(2·(1 − λ·s)); infinite where λ·s is 1 or more. Arrays broadcast. Derived: the mean is exact
    (Pollaczek–Khinchine), the tail on the safe side; decode steps between two prefills are left out."""
    busy = np.asarray(arrival_rate, dtype=float) * prefill_time
    given_waiting = mean_wait_given_waiting(1.0, busy, prefill_time, 0.5)
    return np.where(
        busy < 1, wait_quantile(share, np.minimum(busy, 1), given_waiting), np.where(busy >= 1, np.inf, np.nan)
    )


def queue_mean_wait(servers: Array, load: Array, service_time: Array, factor: Array) -> Array:
    """Mean wait in seconds over all requests in a queue with c `servers` at an offered `load` a in erlang, mean
    `service_time` in seconds and the dimensionless variability `factor`; infinite where a is c or more. Arrays
    broadcast. Derived: `erlang_c` times `mean_wait_given_waiting`. Exact for M/M/c, approximate otherwise."""
    return mean_wait(erlang_c(servers, load), mean_wait_given_waiting(servers, load, service_time, factor))


def queue_wait_quantile(share: Array, servers: Array, load: Array, service_time: Array, factor: Array) -> Array:
    """Wait in seconds that a `share` p (0 to 1) of all requests does not exceed in a queue with c `servers` at an
    offered `load` a in erlang, mean `service_time` in seconds and the dimensionless variability `factor`; infinite
    where a is c or more. Arrays broadcast. Derived: `wait_quantile` of `erlang_c` and `mean_wait_given_waiting`. Exact
    for M/M/c, approximate otherwise."""
    given_waiting = mean_wait_given_waiting(servers, load, service_time, factor)
    return wait_quantile(share, erlang_c(servers, load), given_waiting)


def max_load_for_mean_wait(servers: Array, service_time: Array, factor: Array, longest_wait: Array) -> Array:
    """The offered load in erlang up to which the mean wait over all requests is at most `longest_wait` seconds, with c
    `servers`, mean `service_time` in seconds and the dimensionless variability `factor`. Arrays broadcast. Derived:
    bisection of `queue_mean_wait`, exact for one server. One server c times as fast never has a shorter wait than c
    servers have, so the load it allows is the lower end of the search. Limits as `queue_mean_wait`."""
    given = np.broadcast_arrays(
        *(np.asarray(each, dtype=float) for each in (servers, service_time, factor, longest_wait))
    )
    different, row = np.unique(np.stack([each.ravel() for each in given]), axis=1, return_inverse=True)
    return _max_load(*different)[row.ravel()].reshape(given[0].shape)


def _max_load(servers: Floats, service_time: Floats, factor: Floats, longest_wait: Floats) -> Floats:
    """The load of `max_load_for_mean_wait` for rows each of which is searched once: a curve along the load has many of
    the same."""
    scaled = servers * longest_wait / (factor * service_time)
    low, high = servers * scaled / (1 + scaled), servers
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        met = queue_mean_wait(servers, middle, service_time, factor) <= longest_wait
        low, high = np.where(met, middle, low), np.where(met, high, middle)
    return np.where(servers == 1, scaled / (1 + scaled), low)


def min_servers_for_mean_wait(load: Array, service_time: Array, factor: Array, longest_wait: Array, most: int) -> Array:
    """The fewest servers, a dimensionless count, with which the mean wait over all requests is at most `longest_wait`
    seconds at an offered `load` a in erlang, mean `service_time` in seconds and the dimensionless variability `factor`;
    infinite where more than `most` would be needed. Arrays broadcast. Derived: bisection of `queue_mean_wait` between
    the servers that are needed for stability and those of which one as fast as all would be enough. Limits as
    `queue_mean_wait`."""
    spread = factor * np.asarray(service_time) * load / longest_wait
    upper = np.ceil((load + np.sqrt(np.square(load) + 4 * spread)) / 2)
    too_few, enough = np.minimum(np.floor(load), most), np.minimum(np.maximum(upper, 1), most + 1)
    for _ in range(math.ceil(math.log2(np.max(enough - too_few, initial=1.0))) + 1):
        middle = np.floor((too_few + enough) / 2)
        met = (middle > 0) & (queue_mean_wait(np.maximum(middle, 1), load, service_time, factor) <= longest_wait)
        too_few, enough = np.where(met, too_few, middle), np.where(met, middle, enough)
    return np.where(enough <= most, enough, np.inf)
