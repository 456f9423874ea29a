"""One replica of the model on tensor-parallel × pipeline-parallel devices.

A replica of p pipeline stages serves p groups of requests, each in another stage: a group takes as long as on the
tensor-parallel devices of one stage that held all layers, and p − 1 transfers of activations. Each device holds the
layers of its stage, with the caches of all groups. With one stage this is the serving wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.laws.collectives import NetworkLink, point_to_point
from solvers.laws.serving import used_share
from solvers.node.serving import serving

from .question import Inputs

Floats = NDArray[np.float64]

# Activations are sent in 16 bits, whatever the precision of the weights.
_ACTIVATION_BYTES = 2


@dataclass(frozen=True)
class Replica:
    """A replica under full load: whether it fits, bytes needed and usable per device, seconds to the first token
    without a queue, those that a prefill takes of the slowest stage, and those of a whole request, and the shares of
    its peak rate and memory bandwidth in use."""

    fits: NDArray[np.bool_]
    memory: Floats
    room: Floats
    ttft: Floats
    prefill: Floats
    service: Floats
    mfu: Floats
    memory_utilization: Floats


def replica(i: Inputs) -> Replica:
    """Return the replica of a design, or of columns of designs."""
    stages = np.asarray(i.pipeline_parallel, dtype=float)
    group = np.ceil(np.asarray(i.batch_size, dtype=float) / stages)
    full = _served(i, group)
    # The stage with the most layers sets the pace of all, and needs the most memory.
    largest = np.ceil(i.model.layers / stages) / i.model.layers if np.any(stages > 1) else np.float64(1)
    held = _served(i, i.batch_size) if np.any(stages > 1) else full
    memory = np.asarray(held.memory_per_device) * largest
    first, token = (_transfers(i, stages, tokens) for tokens in (np.asarray(i.prompt_length, dtype=float), group))
    service = np.asarray(full.end_to_end_latency) * largest * stages + first + (i.output_length - 1) * token
    busy = np.asarray(i.batch_size, dtype=float) / (group * stages)
    mfu, reading = (
        busy * used_share(group, prefill, i.output_length, step, service, peak)
        for prefill, step, peak in (
            (full.prefill_flop, full.decode_flop, full.decode_peak),
            (full.prefill_moved, full.decode_moved, full.decode_bandwidth),
        )
    )
    room = np.asarray(full.memory_room)
    prefill = np.asarray(full.ttft)
    return Replica(~(memory > room), memory, room, prefill + first, prefill * largest, service, mfu, reading)


def _served(i: Inputs, requests: Any) -> Any:
    """Return what the serving wall says of all layers on the devices of one stage."""
    return serving(
        model=i.model,
        accelerator=i.accelerator,
        precision=i.precision,
        kv_precision=i.precision,
        tensor_parallel=i.tensor_parallel,
        prompt_length=i.prompt_length,
        output_length=i.output_length,
        memory_reserve=i.memory_reserve,
        concurrency=requests,
    )


def _transfers(i: Inputs, stages: Floats, tokens: Floats) -> Floats:
    """Return the seconds in which the activations of `tokens` pass from stage to stage, without start-up times; unknown
    where the bandwidth of the link is, and 0 for one stage."""
    link = NetworkLink(i.accelerator.interconnect_bandwidth, 0.0)
    once = point_to_point(tokens * i.model.hidden_size * _ACTIVATION_BYTES, link)
    return np.where(stages > 1, (stages - 1) * once, 0.0)
