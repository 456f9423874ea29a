"""Limits of the work of one request. Work that may take longer than an ordinary update is done one request at a time in
each process, for a limited processor time, and is cancelled when its client has disconnected."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Semaphore

# Seconds of processor time that heavy work of a request may take.
SECONDS = 0.8
# Seconds that a request waits for another one's heavy work, and after which a client should try again.
WAIT, RETRY = 1.0, 3

_working = Semaphore(1)
# One request may wait, so that heavy work holds at most two of a process's threads.
_waiting = Semaphore(1)
_disconnected: ContextVar[Callable[[], bool] | None] = ContextVar("disconnected", default=None)


class Busy(Exception):
    """Raised where another request does heavy work in this process and did not finish in time."""


class ClientGone(Exception):
    """Raised in the work of a request whose client has disconnected."""


@contextmanager
def watched(disconnected: Callable[[], bool] | None) -> Iterator[None]:
    """Let the heavy work of this request ask whether its client has disconnected."""
    token = _disconnected.set(disconnected)
    try:
        yield
    finally:
        _disconnected.reset(token)


@contextmanager
def heavy_work() -> Iterator[Callable[[], bool]]:
    """Hold this process's one place for heavy work. Yield a function that returns whether its processor time is spent,
    and raises ClientGone when the client has disconnected. Raise Busy if the place is not free in time."""
    if not _waiting.acquire(blocking=False):
        raise Busy
    try:
        free = _working.acquire(timeout=WAIT)
    finally:
        _waiting.release()
    if not free:
        raise Busy
    start, disconnected = time.thread_time(), _disconnected.get()

    def spent() -> bool:
        if disconnected is not None and disconnected():
            raise ClientGone
        return time.thread_time() - start >= SECONDS

    try:
        yield spent
    finally:
        _working.release()
