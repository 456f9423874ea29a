"""Figures of the capstone as its sentences say them."""

from __future__ import annotations

import math

from solvers.quantities import format_quantity


def inside(label: str) -> str:
    """Return a label as it reads inside a sentence: an abbreviation keeps its capitals."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def dollars(value: float) -> str:
    """Return USD as text."""
    return format_quantity(value, "USD")


def tonnes(value: float) -> str:
    """Return kg as tonnes, as text."""
    return format_quantity(value, "kg", "t")


def seconds(value: float) -> str:
    """Return seconds as text; those of a queue that grows without bound have no figure."""
    if math.isnan(value):
        return "unknown"
    return format_quantity(value, "s") if math.isfinite(value) else "unbounded: the queue is unstable"


def rate(value: float) -> str:
    """Return requests per second as text."""
    return f"{format_quantity(value, '1')} requests/s"
