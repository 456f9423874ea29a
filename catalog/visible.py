"""The course whose catalog is visible: the number of its group, or None for the shared catalog. It is set where a
request comes in, and all reading of the catalog follows it, the version that caches are keyed by included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# A function is called when the catalog is first read, so that a request that reads none pays nothing.
Choice = Callable[[], int | None] | int | None

_visible: ContextVar[Choice] = ContextVar("visible", default=None)


@contextmanager
def seeing(group: Choice) -> Iterator[None]:
    """Let the code inside the `with` block see the catalog of a course."""
    before = _visible.set(group)
    try:
        yield
    finally:
        _visible.reset(before)


def see(group: int | None) -> None:
    """Let the rest of the present request, inside a `seeing` block, see the catalog of a course."""
    _visible.set(group)


def visible_group() -> int | None:
    """Return the group of the course whose catalog is visible; None for the shared catalog."""
    choice = _visible.get()
    if callable(choice):
        choice = choice()
        _visible.set(choice)
    return choice
