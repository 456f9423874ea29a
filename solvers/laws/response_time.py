"""Quantiles of a response: what a request waits in line, and a service time that differs from request to request."""

from __future__ import annotations

import math

import numpy as np

from solvers.declare import Array

# Shapes k of the Weibull distribution, and the spread (standard deviation over mean) each has, falling.
_SHAPES = np.geomspace(0.12, 2000.0, 400)
_LOG_SPREADS = np.array(
    [math.log(math.expm1(math.lgamma(1 + 2 / k) - 2 * math.lgamma(1 + 1 / k))) / 2 for k in _SHAPES]
)


def service_excess(share: Array, service_time: Array, service_cv: Array) -> Array:
    """Seconds by which the service time that a `share` p (0 to 1) of all requests does not exceed lies above its mean
    (`service_time`, s), when its standard deviation over its mean is `service_cv`: (−ln(1 − p))^(1/k)/Γ(1 + 1/k) − 1
    times the mean, with k the shape of the Weibull distribution of that spread. Arrays broadcast. Weibull 1951,
    doi:10.1115/1.4010337: constant for a spread of 0, exponential for 1. 0 where the quantile is below the mean."""
    spread = np.asarray(service_cv, dtype=float)
    with np.errstate(divide="ignore"):
        shape = np.exp(np.interp(-np.log(spread), -_LOG_SPREADS, np.log(_SHAPES)))
    log_gamma = np.interp(np.log(shape), np.log(_SHAPES), [math.lgamma(1 + 1 / k) for k in _SHAPES])
    quantile = np.exp(np.log(-np.log1p(-np.asarray(share, dtype=float))) / shape - log_gamma)
    return np.where(spread > 0, np.maximum(quantile - 1, 0.0) * service_time, 0.0)


def with_service_spread(wait: Array, mean_wait: Array, excess: Array) -> Array:
    """Seconds beyond the mean service time that a share of all requests takes no longer than, from that quantile of the
    wait (`wait`, s), the mean of all waits (`mean_wait`, s) and the same quantile of the service time above its mean
    (`excess`, s): w + √(e² + x²) − e, with e = max(w − mean, 0) and x the excess. Arrays broadcast. Derived: variances
    of independent parts add, and a quantile lies as many standard deviations above the mean. Exact where either part
    is constant; within a tenth of the exact p99 of M/M/1."""
    with np.errstate(invalid="ignore"):  # where the queue grows, both are infinite
        beyond = np.maximum(np.asarray(wait) - mean_wait, 0.0)
    return np.where(np.isfinite(beyond), wait + np.hypot(beyond, excess) - beyond, wait)
