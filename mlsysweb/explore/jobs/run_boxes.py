"""Who looks through the boxes of a job: this process, or the workers of a Dask cluster. Either way the same boxes are
merged in the same order, so the answer is the same to the bit."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from functools import cache
from typing import Any, cast

from mlsysweb.explore.ask.axes import CLUSTER
from solvers.search.explore import PartialResult, Search, empty_result, evaluate_box, merge

# Boxes a worker does at once: seconds of work, so that sending it costs little and losing it not much.
_SPAN = 32
# Spans under way for each thread of the cluster: one in work, one waiting there.
_AHEAD = 2
# Times a span is tried again, each after a worker was lost or the scheduler cancelled it.
_RETRIES = 3


def run_boxes(search: Search, seen: PartialResult, boxes: int) -> Iterator[tuple[PartialResult, int]]:
    """What all boxes came to from the given one on, and how many are done, after each step."""
    address = os.environ.get(CLUSTER, "")
    return _on_cluster(address, search, seen, boxes) if address else _here(search, seen, boxes)


def _here(search: Search, seen: PartialResult, boxes: int) -> Iterator[tuple[PartialResult, int]]:
    for number in range(boxes, search.boxes):
        seen = merge(search, seen, evaluate_box(search, number, seen))
        yield seen, number + 1


def run_span(search: Search, first: int, last: int, known: PartialResult) -> PartialResult:
    """The boxes from the first up to, and without, the last: what one worker is asked for. What is `known` of others
    spares it work and changes nothing else."""
    seen = empty_result(search)
    for number in range(first, last):
        one = evaluate_box(search, number, known)
        seen, known = merge(search, seen, one), merge(search, known, one)
    return seen


@cache
def _client(address: str) -> Any:
    """The connection to a cluster, kept: to open one takes longer than a slice."""
    from dask.distributed import Client

    return Client(address, set_as_default=False)  # type: ignore[no-untyped-call]


def _on_cluster(address: str, search: Search, seen: PartialResult, boxes: int) -> Iterator[tuple[PartialResult, int]]:
    """Spans are asked for ahead and merged in order. Dask gives a lost worker's spans to another by itself."""
    client = _client(address)
    sent = client.scatter(search, broadcast=True, hash=False)
    starts = iter(range(boxes, search.boxes, _SPAN))
    threads = max(1, sum(client.nthreads().values()))
    ahead: deque[tuple[Any, int, int]] = deque()

    def ask() -> None:
        first = next(starts, None)
        if first is not None:
            last = min(first + _SPAN, search.boxes)
            ahead.append((_submit(client, sent, first, last, seen), first, last))

    for _ in range(_AHEAD * threads):
        ask()
    while ahead:
        future, first, last = ahead.popleft()
        seen = merge(search, seen, _result(client, search, future, first, last, seen))
        ask()
        yield seen, last


def _submit(client: Any, sent: Any, first: int, last: int, known: PartialResult) -> Any:
    return client.submit(run_span, sent, first, last, known, pure=False, retries=_RETRIES)


def _result(client: Any, search: Search, future: Any, first: int, last: int, known: PartialResult) -> PartialResult:
    """The result of a span. One that the scheduler cancelled, as when the search it was sent was lost with a worker, is
    asked for again, and the search sent with it. Raises CancelledError after several times."""
    for _ in range(_RETRIES):
        try:
            return cast("PartialResult", future.result())
        except CancelledError:
            future = _submit(client, client.scatter(search, broadcast=True, hash=False), first, last, known)
    return cast("PartialResult", future.result())
