"""What each of several requests waits for when a server starts a new one as soon as one is answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array

# What serving engines add to the kernels of a decode step: seconds a step, and seconds a request in it, to schedule, to
# sample and to hand tokens out. Fitted to 1715 rows of vLLM, SGLang and TensorRT-LLM on H100, H200 and B200: one pair
# for all, though engines differ by more than a factor of two.
HOST_TIME_PER_STEP = 0.8e-3
HOST_TIME_PER_REQUEST = 30e-6


@dataclass(frozen=True)
class ClosedLoop:
    """Seconds as one of the requests in service sees them: `itl` between its tokens, prefills of others included,
    `request_time` from its admission to its last token; `prefill_share` of the server's time goes to prefills."""

    itl: Array
    request_time: Array
    prefill_share: Array


def closed_loop(concurrency: Array, prefill_time: Array, decode_time: Array, output_length: Array) -> ClosedLoop:
    """Seconds that one of C requests in service (`concurrency`) takes, each answered with O tokens (`output_length`),
    when a prompt alone takes `prefill_time` (TTFT(1), s) and a decode step of all of them `decode_time` (ITL(C), s):
    during the O − 1 steps of a request each of the C − 1 others starts once, so ITL = ITL(C) + (C−1)·TTFT(1)/(O−1), and
    a request takes C·TTFT(1) + (O−1)·ITL(C). Arrays broadcast. The closed system of Little 1961
    (doi:10.1287/opre.9.3.383) with constant service. Prompts run one by one and hold decoding up (Yu et al. 2022, Orca,
    without chunked prefill); what the first token waits for depends on how the load is offered, so no TTFT under load
    is given. With one output token there is no time between tokens: it is infinite for more requests than one."""
    requests, first = np.asarray(concurrency, dtype=float), np.asarray(prefill_time, dtype=float)
    steps = np.asarray(output_length, dtype=float) - 1
    others = (requests - 1) * first
    with np.errstate(divide="ignore", invalid="ignore"):
        waiting = np.where(others > 0, others / steps, 0.0)
    request_time = requests * first + steps * decode_time
    return ClosedLoop(
        itl=np.asarray(decode_time + waiting),
        request_time=np.asarray(request_time),
        prefill_share=np.asarray(requests * first / request_time),
    )


def host_time(
    requests: Array, per_step: Array = HOST_TIME_PER_STEP, per_request: Array = HOST_TIME_PER_REQUEST
) -> Array:
    """Seconds that the host of a real server adds to a decode step with a number of `requests` in it: `per_step` +
    requests·`per_request`, both in seconds. Arrays broadcast. Derived: a straight line through measured rows, see
    HOST_TIME_PER_STEP; none of it is in figures composed of kernel timings. Engines that schedule ahead hide most of
    it."""
    return np.asarray(per_step + np.asarray(requests, dtype=float) * per_request)
