"""Serving of language models: steps split over devices, speculative decoding, and moving KV caches."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array, Codes
from solvers.laws.collectives import NetworkLink, ring_all_reduce
from solvers.laws.ratio import ratio_or_inf
from solvers.laws.step_time import StepTime, step_time
from solvers.laws.transformer import Work, cache_bytes
from solvers.specs import Model

# Activations are sent in 16 bits, whatever the precision of the weights.
_ACTIVATION_BYTES = 2


def tensor_parallel_step(
    work: Work,
    model: Model,
    tokens: Array,
    devices: Array,
    link: NetworkLink,
    rate: Array,
    bandwidth: Array,
    overhead: Array,
) -> StepTime:
    """Seconds of one step of a `model` over t tensor-parallel `devices`: a t-th of the FLOP and bytes of `work` at the
    `rate` (FLOP/s) and `bandwidth` (byte/s) that kernels reach, the `overhead` in seconds, and two ring all-reduces per
    layer of the activations of `tokens` new tokens (of all sequences) over the `link`. Arrays broadcast. Pope et al.
    2023, arXiv:2211.05102, section 3. Work divides evenly; all-reduces are not overlapped."""
    message = tokens * model.hidden_size * _ACTIVATION_BYTES
    all_reduce = ring_all_reduce(message, devices, link.bandwidth, link.latency)
    return step_time(
        flop=work.flop / devices,
        moved=work.moved / devices,
        rate=rate,
        bandwidth=bandwidth,
        overhead=overhead,
        network=2 * model.layers * all_reduce,
    )


def expected_tokens(acceptance: Array, draft_tokens: Array) -> Array:
    """Expected tokens per check of the large model in speculative decoding, a dimensionless count: (1 − a^(k+1))/(1 −
    a), with a the probability that it accepts a guessed token (`acceptance`, 0 to 1) and k the tokens guessed before
    each check (`draft_tokens`); k + 1 where a is 1. Arrays broadcast. Leviathan et al. 2023, arXiv:2211.17192, equation
    1. Guesses are accepted independently of each other."""
    certain = np.asarray(acceptance) == 1
    series = (1 - np.power(acceptance, draft_tokens + 1)) / np.where(certain, 1, 1 - np.asarray(acceptance))
    return np.where(certain, draft_tokens + 1, series)


def speculative_latency(step: Array, draft_step: Array, draft_tokens: Array, tokens_per_step: Array) -> Array:
    """Mean seconds between tokens of one request in speculative decoding: (k·d + t)/n, with t the `step` of the large
    model and d that of the draft model (`draft_step`), both in seconds, k the `draft_tokens` and n the expected tokens
    per check (`tokens_per_step`). Arrays broadcast. Leviathan et al. 2023, arXiv:2211.17192, theorem 3.8. Checking k
    tokens takes as long as generating one: too optimistic for compute-bound steps."""
    return np.asarray((draft_tokens * draft_step + step) / tokens_per_step)


def max_requests(room: Array, bytes_per_request: Array) -> Array:
    """The number of requests, a dimensionless count, that fit into `room` bytes when each takes `bytes_per_request`
    bytes; 0 where there is no room, infinite where a request takes 0 bytes. Arrays broadcast. Derived: whole requests.
    No external fragmentation."""
    return np.maximum(np.floor(ratio_or_inf(room, bytes_per_request)), 0)


def used_share(requests: Array, first: Array, output_length: Array, each: Array, service: Array, peak: Array) -> Array:
    """Share, 0 to 1, of a `peak` rate that a server with a constant number of `requests` uses: (B·W₁ + (O−1)·W)/(t·π).
    B are the `requests`, W₁ is the work of one prefill (`first`), W that of one decode step of all requests (`each`), O
    the `output_length`, t the seconds of a request (`service`). Work in FLOP and peak in FLOP/s give MFU, bytes and
    byte/s the memory utilization. Arrays broadcast. Derived: in the seconds of a request the server does B prefills,
    each of which gives a first token, and O − 1 steps."""
    steps = np.asarray(output_length, dtype=float) - 1
    return np.asarray((requests * np.asarray(first) + steps * np.asarray(each)) / service / peak)


def cache_transfer_time(
    model: Model, requests: Array, prompt: Array, cache_precision: Codes, bandwidth: Array
) -> Array:
    """Seconds to send the KV caches of a number of `requests` to a `model`, with a `prompt` of S tokens each, stored in
    `cache_precision` (codes of `Precision`), over a network of `bandwidth` byte/s. Arrays broadcast. Patel et al. 2024
    (Splitwise), arXiv:2311.18677, section 4.2. All of it after the prefill, none of it layer by layer beside it."""
    return np.asarray(requests * cache_bytes(model, prompt, cache_precision) / bandwidth)
