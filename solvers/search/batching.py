"""How large a batch still answers in time when requests come in one by one?

A server with b places in its batch is a queue with b servers: a request waits for a free place (Erlang; `tail_latency`)
and is then served as fast as a full batch is (`serving`), which is too slow at low load and right where it matters. A
larger batch takes more requests at once and serves each more slowly: too small, and they wait; too large, and the
service alone is late.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import numpy as np

from solvers.errors import InputError, InputErrors
from solvers.pipeline import Pipeline, pipeline, settle
from solvers.shipped import find

from .explore import Search
from .goals import goals, metrics
from .run import Outcome, run
from .space import Axis, Space

LINKS = {"tail_latency.service_time": "serving.end_to_end_latency", "tail_latency.replicas": "serving.batch_size"}

# What the queue's recursion, and any scheduler, can hold.
MOST = 4096


class Want(Enum):
    """What of all batches that are in time is best; the second objective draws the front."""

    LARGEST_BATCH = ("maximize: batch_size", "minimize: p99_latency")
    HIGHEST_THROUGHPUT = ("maximize: decode_throughput", "minimize: p99_latency")
    LOWEST_LATENCY = ("minimize: p99_latency", "maximize: decode_throughput")


def chain() -> Pipeline:
    """Serving, and the queue before it."""
    return pipeline("serving", "tail_latency", links=LINKS)


def batching(
    given: Mapping[str, Any],
    arrival_rate: float,
    latency_target: float,
    *,
    want: Want = Want.LARGEST_BATCH,
    largest: int = MOST,
) -> Outcome:
    """Every batch size up to `largest`, ranked by `want`, when `arrival_rate` requests a second come to one server and
    99 of 100 must be answered, wait included, within `latency_target` seconds. `given` are values of `serving` in SI or
    as text (model, accelerator, prompt_length and so on). The outcome's reasons say why the others are not in time: too
    slow, unstable, or too large for the memory. Raises InputErrors."""
    if not 1 <= largest <= MOST:
        raise InputErrors([InputError("largest", f"must be a batch of 1 to {MOST}; {largest} is not.")])
    steps = chain()
    sizes = np.arange(1.0, largest + 1)
    wanted = [*want.value, f"p99_latency <= {latency_target!r} s", "stable", "serving.feasible"]
    objectives, constraints = goals(wanted, metrics(steps))
    fixed = settle(steps, {**given, "arrival_rate": arrival_rate}, find)
    axis = Axis("batch_size", {"batch_size": sizes}, tuple(range(1, largest + 1)))
    return run(Search(steps, fixed, Space((axis,)), objectives, constraints))
