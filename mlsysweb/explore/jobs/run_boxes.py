"""Evaluates the boxes of a job, in this process or on the workers of a Dask cluster. Both merge the same boxes in the
same order, so the results are equal to the bit."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from functools import cache
from typing import Any, cast

from mlsysweb.environment import DASK_SCHEDULER
from solvers.search.explore import PartialResult, Search, empty_result, evaluate_box, merge

# Boxes per task: seconds of work, so that submitting it costs little and losing it not much.
_SPAN = 32
# Tasks submitted per thread of the cluster: one that runs and one that waits.
_AHEAD = 2
# How often a span is retried after a worker was lost or the scheduler cancelled it.
_RETRIES = 3


def run_boxes(search: Search, seen: PartialResult, boxes: int) -> Iterator[tuple[PartialResult, int]]:
    """Yield the merged result and the number of finished boxes after each step, starting with `boxes`."""
    address = DASK_SCHEDULER.text()
    return _on_cluster(address, search, seen, boxes) if address else _here(search, seen, boxes)


def _here(search: Search, seen: PartialResult, boxes: int) -> Iterator[tuple[PartialResult, int]]:
    for number in range(boxes, search.boxes):
        seen = merge(search, seen, evaluate_box(search, number, seen))
        yield seen, number + 1


def run_span(search: Search, first: int, last: int, known: PartialResult) -> PartialResult:
    """Return the result of the boxes from `first` up to, but not including, `last`: the task of one worker. The result
    `known` of other boxes saves work and does not affect the merged result."""
    partial = empty_result(search)
    for number in range(first, last):
        one = evaluate_box(search, number, known)
        partial, known = merge(search, partial, one), merge(search, known, one)
    return partial


@cache
def _client(address: str) -> Any:
    """Return the client of a cluster. It is cached, because connecting takes longer than a slice."""
    from dask.distributed import Client

    return Client(address, set_as_default=False)  # type: ignore[no-untyped-call]


def _on_cluster(address: str, search: Search, seen: PartialResult, boxes: int) -> Iterator[tuple[PartialResult, int]]:
    """Submit spans ahead and merge them in order. Dask resubmits the spans of a lost worker."""
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
    """Return the result of a span. If the scheduler cancelled it, as happens when the search sent to it was lost with a
    worker, submit the search and the span again. Raise CancelledError after several attempts."""
    for _ in range(_RETRIES):
        try:
            return cast("PartialResult", future.result())
        except CancelledError:
            future = _submit(client, client.scatter(search, broadcast=True, hash=False), first, last, known)
    return cast("PartialResult", future.result())
