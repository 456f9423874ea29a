"""The memory of a replica that serves, and the requests and devices that it allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Truth
from solvers.laws.language_pass import ModelServer, device_memory, least_devices
from solvers.laws.serving import max_requests
from solvers.laws.transformer import cache_bytes
from solvers.specs import Model


@dataclass(frozen=True, kw_only=True)
class ReplicaMemory:
    """Bytes of the `weights`, of all that is `required`, of what each device holds (`per_device`) and lacks
    (`shortfall`), whether it fits (`feasible`); the largest number of requests in a batch on these devices
    (`largest_batch`), and the fewest devices that hold it (`devices_needed`), or a single request
    (`devices_for_one`)."""

    weights: Array
    required: Array
    per_device: Array
    shortfall: Array
    feasible: Truth
    largest_batch: Array
    devices_needed: Array
    devices_for_one: Array


def replica_memory(
    model: Model, draft: Model | None, server: ModelServer, requests: Array, tokens: Array, room: Array
) -> ReplicaMemory:
    """The memory of a replica on the devices of a `server` that holds a `model` and a number of `requests` of `tokens`
    each, where a device has `room` bytes; a `draft` model and its cache are held beside it. Arrays broadcast. Pope et
    al. 2023, arXiv:2211.05102, section 3.3 (`device_memory`). No fragmentation of the cache."""
    weights = np.asarray(model.parameters * server.layout.weight_bytes)
    required = weights + requests * cache_bytes(model, tokens, server.cache_precision)
    held = device_memory(model, server, tokens)
    beside: Array = np.float64(0)
    if draft is not None:
        small = device_memory(draft, server, tokens)
        beside = small.weights + requests * small.per_request
        required = required + beside * server.layout.tensor_parallel
    per_device = held.weights + requests * held.per_request + beside
    return ReplicaMemory(
        weights=weights,
        required=required,
        per_device=per_device,
        shortfall=np.maximum(per_device - room, 0),
        feasible=np.logical_not(per_device > room),
        largest_batch=max_requests(room - held.weights - beside, held.per_request),
        devices_needed=least_devices(model, draft, server, requests, tokens, room),
        devices_for_one=least_devices(model, draft, server, np.float64(1), tokens, room),
    )
