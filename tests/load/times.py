"""Latencies in words."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, quantiles


def times(seconds: Sequence[float]) -> str:
    """Return median, 95th percentile and worst of latencies in milliseconds."""
    if len(seconds) < 2:
        return "too few to tell"
    told = [1e3 * each for each in seconds]
    p95 = quantiles(told, n=20, method="inclusive")[-1]
    return f"median {median(told):.0f} ms, p95 {p95:.0f} ms, worst {max(told):.0f} ms"
