"""Time from arrival to answer in a queue: the wait and the service, each with its own spread."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from solvers.declare import Array
from solvers.laws.queueing import erlang_b, wait_quantile

Floats = NDArray[np.float64]

# Newton's steps; each doubles the digits once near.
_STEPS = 14
# A step of this share of the time is none: the next would be its square.
_NEAR = 1e-10
# Means closer than this share of each other are moved apart, so that their difference divides.
_APART = 1e-6


class ServicePhases(NamedTuple):
    """A service time as a `fixed` part in seconds and an exponential one, of mean `first` or `second` seconds; the
    first with the probability `share`."""

    fixed: Array
    share: Array
    first: Array
    second: Array


def service_phases(service_time: Array, service_cv: Array) -> ServicePhases:
    """A service time of mean s seconds (`service_time`) and coefficient of variation c (`service_cv`) as a fixed part
    and exponential ones, in seconds, with the same mean and variance: (1 − c)·s fixed and c·s exponential up to c = 1;
    beyond, two kinds with the shares (1 ± √((c²−1)/(c²+1)))/2 and means s/(2·share). Arrays broadcast. Exponential
    for c = 1. Balanced means: Whitt 1982, doi:10.1287/opre.30.1.125, section 3."""
    mean, cv = np.asarray(service_time, dtype=float), np.asarray(service_cv, dtype=float)
    excess = np.maximum(np.square(cv), 1)
    share = (1 + np.sqrt((excess - 1) / (excess + 1))) / 2
    steady = np.maximum(mean * np.minimum(cv, 1), 1e-9 * mean)
    return ServicePhases(
        fixed=mean * np.maximum(1 - cv, 0),
        share=share,
        first=np.where(cv > 1, mean / (2 * share), steady),
        second=np.where(cv > 1, mean / (2 * (1 - share)), steady),
    )


def response_tail(time: Array, wait_probability: Array, given_waiting: Array, service: ServicePhases) -> Array:
    """Dimensionless share of the requests that are answered later than after `time` seconds: a share Pw waits
    (`wait_probability`), exponentially with a mean of `given_waiting` seconds, before a `service` independent of the
    wait. Arrays broadcast. Derived: the convolution of exponentials. Exact for M/M/c, approximate otherwise."""
    return _tail_and_density(np.asarray(time, dtype=float), wait_probability, given_waiting, service)[0]


def _tail_and_density(time: Floats, waiting: Array, given: Array, service: ServicePhases) -> tuple[Floats, Floats]:
    """Share of the requests still to be answered at a time, and answers a second then."""
    rest = time - service.fixed
    after = np.maximum(rest, 0)
    mean = np.maximum(given, 1e-300)
    tail, density = np.zeros_like(after), np.zeros_like(after)
    kinds = [(service.share, service.first), (1 - np.asarray(service.share), service.second)]
    if np.all(np.equal(service.first, service.second)):
        kinds = [(1.0, service.first)]
    for share, phase in kinds:
        apart = np.where(np.abs(mean - phase) < _APART * phase, phase * (1 + _APART), mean)
        late, served = np.exp(-after / apart), np.exp(-after / phase)
        tail = tail + share * ((1 - waiting) * served + waiting * (apart * late - phase * served) / (apart - phase))
        density = density + share * ((1 - waiting) * served / phase + waiting * (late - served) / (apart - phase))
    return np.where(rest < 0, 1.0, tail), np.where(rest < 0, 0.0, density)


def response_quantile(share: Array, wait_probability: Array, given_waiting: Array, service: ServicePhases) -> Array:
    """Seconds within which a `share` p (0 to 1) of the requests is answered: where `response_tail` is 1 − p, for a
    `wait_probability`, a mean wait of those that wait of `given_waiting` seconds and a `service`; infinite where waits
    are. Arrays broadcast. Derived: Newton's method on the logarithm of the tail, from the quantile of the wait alone,
    which is a lower limit. Limits as `response_tail`."""
    known = np.isfinite(given_waiting)
    mean, allowed = np.where(known, given_waiting, 1.0), np.log1p(-np.asarray(share, dtype=float))
    least = service.fixed + wait_quantile(share, wait_probability, mean)
    time = np.asarray(least + 1e-9 * (service.first + mean))
    for _ in range(_STEPS):
        tail, density = _tail_and_density(time, wait_probability, mean, service)
        step = tail * (np.log(np.maximum(tail, 1e-300)) - allowed) / np.maximum(density, 1e-300)
        near = np.abs(step) <= _NEAR * time  # each row stops alone, whichever others are in the batch
        time = np.where(near, time, np.maximum(time + step, least))
        if near.all():
            break
    return np.where(known, time, np.inf)


def min_servers_for_response(
    share: Array,
    longest: Array,
    load: Array,
    service_time: Array,
    factor: Array,
    service: ServicePhases,
    most: int = 10_000,
) -> Array:
    """The fewest servers, a dimensionless count, with which a `share` p (0 to 1) of the requests is answered within
    `longest` seconds, at an offered `load` a in erlang, mean `service_time` in seconds, the dimensionless variability
    `factor` of the waits and a `service`; infinite where more than `most` would be needed, or the service alone takes
    longer. Arrays broadcast. Derived: `response_tail` falls with the number of servers, so one upward pass of Erlang's
    recursion finds the first that is enough. Limits as `response_tail`."""
    given = np.broadcast_arrays(share, longest, load, service_time, factor, *service)
    p, time, a, s, v, *phases = (np.asarray(each, dtype=float).ravel() for each in given)
    needed, kind = np.full(a.shape, np.inf), ServicePhases(*phases)
    alone = response_tail(time, 0.0, np.ones_like(a), kind)
    rows = np.flatnonzero((alone <= 1 - p) & (a < most))
    k, a, scale, late, time = np.floor(a[rows]), a[rows], v[rows] * s[rows], 1 - p[rows], time[rows]
    kind = ServicePhases(*(np.asarray(phase)[rows] for phase in kind))
    blocked = erlang_b(k, a)
    while rows.size:
        k = k + 1
        carried = a * blocked
        blocked = carried / (k + carried)
        waiting = k * blocked / (k - a + a * blocked)
        enough = response_tail(time, waiting, scale / (k - a), kind) <= late
        if enough.any() or k.max() >= most:
            needed[rows[enough]] = k[enough]
            left = ~enough & (k < most)
            rows, k, a, blocked, scale, late, time = (each[left] for each in (rows, k, a, blocked, scale, late, time))
            kind = ServicePhases(*(np.asarray(phase)[left] for phase in kind))
    return needed.reshape(given[0].shape)
