"""Reading the columns of a result for a chart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from solvers.result import Result, Series

# Colours that keep telling systems apart without red against green; the page fills in the values.
SERIES = tuple(f"token:series-{n}" for n in range(1, 9))


def series_along(result: Result, name: str) -> tuple[Series, ...]:
    """The tracks that run along one input, one for each system."""
    return tuple(track for track in result.series if track.x == name)


def system_name(result: Result, system: int) -> str:
    """What a legend calls a system; nothing where there is only one."""
    return result.systems[system] if len(result.systems) > 1 else ""


def number(result: Result, name: str) -> float:
    """A figure of the point; unknown when it is not a number."""
    value = result.values[name].value
    return value if isinstance(value, float) else math.nan


def varies(places: Sequence[Any]) -> bool:
    """Whether points spread along an axis; nearly all of them at one place draw a line that says nothing."""
    most = max(Counter(places).values(), default=0)
    return len(set(places)) > 1 and most < 0.9 * len(places)


def finite_rows(*columns: Sequence[Any]) -> Iterator[tuple[float, ...]]:
    """Rows whose every number is finite: an infinity or an unknown is said in words, not drawn."""
    for row in zip(*columns, strict=True):
        if all(isinstance(v, int | float) and math.isfinite(v) for v in row):
            yield row
