"""Who looks through the boxes of a job: this process, or the workers of a Dask cluster. Either way the same boxes are
merged in the same order, so the answer is the same to the bit."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import Any

from mlsysweb.explore.ask.axes import CLUSTER
from solvers.search.explore import PartialResult, Search, empty_result, evaluate_box, merge

# Boxes a worker does at once: seconds of work, so that sending it costs little and losing it not much.
_SPAN = 32
# Spans under way for each thread of the cluster: one in work, one waiting there.
_AHEAD = 2


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
    ahead: deque[tuple[Any, int]] = deque()

    def ask() -> None:
        first = next(starts, None)
        if first is not None:
            last = min(first + _SPAN, search.boxes)
            ahead.append((client.submit(run_span, sent, first, last, seen, pure=False, retries=3), last))

    for _ in range(_AHEAD * threads):
        ask()
    while ahead:
        future, last = ahead.popleft()
        seen = merge(search, seen, future.result())
        ask()
        yield seen, last
