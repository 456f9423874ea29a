"""Waiting in line: many servers, one queue, first come first served."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.declare import Array

Floats = NDArray[np.float64]

# exp(-745) is the smallest double: a chance below it is zero.
_VANISHED = 750.0
# Started nine standard deviations early, the recursion has forgotten where: exp(-81/2) of the mistake is left.
_EARLY = 9.0


def erlang_b(servers: Array, load: Array) -> Array:
    """Chance that all of c whole `servers` are busy when requests that find no free one go away, at an offered `load`
    a = λ·s (erlang). Arrays broadcast. The recursion B(k) = a·B(k−1)/(k + a·B(k−1)), stable for any c (Erlang 1917;
    Jagerman 1974, Bell System Technical Journal 53, 525). Its mistakes shrink by k/a a step below a, so it starts at
    min(a, c) − 9√a rather than at 0: 10 000 servers cost hundreds of steps. Poisson arrivals."""
    each_c, each_a = np.broadcast_arrays(np.asarray(servers, dtype=float), np.asarray(load, dtype=float))
    c, a = each_c.ravel(), each_a.ravel()
    start = np.maximum(np.floor(np.minimum(c, a) - _EARLY * np.sqrt(a)), 0)
    vanished = _vanished(c, a)
    steps = np.where(vanished | np.isnan(start), 0, c - start)
    blocked = np.empty_like(a)
    order = np.argsort(-steps, kind="stable")
    blocked[order] = _recurse(a[order], start[order], steps[order])
    return np.where(vanished, 0.0, blocked).reshape(each_c.shape)


def _vanished(c: Floats, a: Floats) -> NDArray[np.bool_]:
    """Whether B is below the smallest double: B ≤ 2·exp(−(c·ln(c/a) − c + a)) for c > a (Chernoff's bound)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((c > a) & (c * np.log(c / a) - c + a > _VANISHED))


def _recurse(a: Floats, start: Floats, steps: Floats) -> Floats:
    """B after `steps`, which fall from row to row, so that the rows still under way are always the first ones."""
    k, blocked = start.copy(), np.where(np.isnan(a), np.nan, 1.0)
    most = int(steps[0]) if steps.size else 0
    under_way = np.searchsorted(-steps, -np.arange(1, most + 1), side="right")
    for rows in under_way.tolist():
        k[:rows] += 1
        carried = a[:rows] * blocked[:rows]
        blocked[:rows] = carried / (k[:rows] + carried)
    return blocked


def erlang_c(servers: Array, load: Array) -> Array:
    """Chance that a request waits for one of c whole `servers` at an offered `load` a = λ·s (erlang), when none goes
    away; 1 from a = c on, where the queue only grows. Arrays broadcast. From Erlang B: c·B/(c − a(1 − B)) (Erlang
    1917). Poisson arrivals, exponential service."""
    blocked = erlang_b(servers, load)
    free = np.asarray(servers) - np.asarray(load)
    with np.errstate(invalid="ignore"):
        return np.where(free > 0, servers * blocked / np.where(free > 0, free + load * blocked, 1), 1.0)


def variability_factor(arrival_cv: Array, service_cv: Array) -> Array:
    """(ca² + cs²)/2, by which waits exceed those of M/M/c, from the coefficients of variation of the times between
    arrivals (ca) and of service (cs). Arrays broadcast. Allen and Cunneen's approximation, compared with others by
    Whitt 1993, doi:10.1111/j.1937-5956.1993.tb00094.x; with ca = 1 it is Lee and Longton 1959, and exact for one
    server (Pollaczek–Khinchine)."""
    return (np.square(arrival_cv) + np.square(service_cv)) / 2


def mean_wait_given_waiting(servers: Array, load: Array, service_time: Array, factor: Array) -> Array:
    """Mean wait in seconds of those who wait: V·s/(c − a), with c `servers`, offered `load` a (erlang), mean
    `service_time` s (seconds) and V the `variability` factor; infinite from a = c on. Arrays broadcast."""
    free = np.asarray(servers) - np.asarray(load, dtype=float)
    return np.where(free > 0, factor * service_time / np.where(free > 0, free, 1), np.inf)


def mean_wait(wait_probability: Array, drain: Array) -> Array:
    """Mean wait in seconds over all requests, those who do not wait included: Pw·drain (see `erlang_c` and
    `drain_time`). Arrays broadcast."""
    return np.asarray(wait_probability * drain)


def wait_quantile(share: Array, wait_probability: Array, drain: Array) -> Array:
    """Seconds that a `share` p of all requests waits at most. Given that it waits, a wait is exponential with mean
    `drain`: max(0, ln(Pw/(1 − p))·drain). Arrays broadcast. Exact for M/M/c, an approximation beyond."""
    waiting = np.asarray(wait_probability, dtype=float)
    late = waiting > 1 - np.asarray(share)
    return np.where(late, np.log(np.where(late, waiting / (1 - np.asarray(share)), 1)) * np.where(late, drain, 0), 0.0)


def min_servers(
    share: Array, longest_wait: Array, load: Array, service_time: Array, factor: Array, most: int = 10_000
) -> Array:
    """The fewest servers with which a `share` p of all requests waits no longer than `longest_wait` (seconds), at an
    offered `load` a (erlang), mean `service_time` (seconds) and the `variability` factor; infinite where the wait
    allowed is negative or more than `most` would be needed. Arrays broadcast. More servers never make a wait longer,
    so one pass of Erlang's recursion upwards finds the first that do."""
    given = np.broadcast_arrays(share, longest_wait, load, service_time, factor)
    p, wait, a, s, v = (np.asarray(each, dtype=float).ravel() for each in given)
    needed = np.full(a.shape, np.inf)
    rows = np.flatnonzero((wait >= 0) & (a < most))
    k, a, scale, late, wait = np.floor(a[rows]), a[rows], v[rows] * s[rows], 1 - p[rows], wait[rows]
    blocked = erlang_b(k, a)
    while rows.size:
        k = k + 1
        carried = a * blocked
        blocked = carried / (k + carried)
        free = k - a
        waiting = k * blocked / (free + a * blocked)
        enough = scale * np.log(np.maximum(waiting / late, 1)) <= wait * free
        if enough.any() or k.max() >= most:
            needed[rows[enough]] = k[enough]
            left = ~enough & (k < most)
            rows, k, a, blocked, scale, late, wait = (each[left] for each in (rows, k, a, blocked, scale, late, wait))
    return needed.reshape(given[0].shape)
