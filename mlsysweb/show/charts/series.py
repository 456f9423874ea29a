"""Functions that read the columns of a result for a chart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import compress
from typing import Any

from solvers.formatting import format_column
from solvers.result import ChartSpec, Result, Series, Value
from solvers.verdict import State

# Colours that distinguish systems without relying on red against green; the page resolves them.
_NUMBERS = (int, float)
# A log axis shows what a reader can use: numbers below the largest by more than this are out of sight, and parts of a
# second beside hours.
_LARGEST_RATIO = 1e8
_LEAST_BESIDE_HOURS = 1.0
SERIES = tuple(f"token:series-{n}" for n in range(1, 9))


def series_along(result: Result, name: str) -> tuple[Series, ...]:
    """Return the series along one input, one for each system."""
    return tuple(track for track in result.series if track.x == name)


def system_name(result: Result, system: int) -> str:
    """Return the name of a system for the legend; an empty string where there is only one."""
    return result.systems[system] if len(result.systems) > 1 else ""


def number(result: Result, name: str) -> float:
    """Return a figure of the question itself; NaN if it is not a number."""
    value = result.values[name].value
    return value if isinstance(value, float) else math.nan


def varies(places: Sequence[Any]) -> bool:
    """Whether points spread along an axis; nearly all of them at one place draw a line that says nothing."""
    most = max(Counter(places).values(), default=0)
    return len(set(places)) > 1 and most < 0.9 * len(places)


def is_constant(numbers: Sequence[float]) -> bool:
    """Whether numbers are the same as far as a reader could tell."""
    return not numbers or max(numbers) - min(numbers) <= 1e-3 * max(map(abs, numbers))


def last_in_view(track: Series, x: str, first: str, limits: Sequence[float] = ()) -> float:
    """Return up to where the axis runs: to the end, or to the place after which the first output is infinite or not
    known, as is the wait in a queue beyond its capacity. Where one of the `limits` lies in between, it is that
    place."""
    if _is_finite(track.columns[x]) and _is_finite(track.columns[first]):  # the usual case
        return math.inf
    last = max((row[0] for row in finite_rows(track.columns[x], track.columns[first])), default=math.inf)
    after = min((v for (v,) in finite_rows(track.columns[x]) if v > last), default=math.inf)
    return min((limit for limit in limits if last <= limit <= after < math.inf), default=after)


def limits_of(drawing: ChartSpec, result: Result) -> tuple[float, ...]:
    """Return the values of x that a chart marks, such as the load at which a queue is no longer stable."""
    values = (result.values[name].value for name in drawing.x_marks)
    return tuple(value for value in values if isinstance(value, float) and math.isfinite(value))


def rows_in_view(track: Series, x: str, y: str, last: float) -> tuple[tuple[float, ...], ...]:
    """Return the rows of a line up to `last`, that of `last_in_view`."""
    rows = finite_rows(track.columns[x], track.columns[y])
    return tuple(rows) if last == math.inf else tuple(row for row in rows if row[0] <= last)


def least_drawn(value: Value, largest: float) -> float:
    """Return the least number that a log axis reaches down to, in SI."""
    beside_hours = _LEAST_BESIDE_HOURS if value.unit == "s" and largest >= 3600 else 0.0
    return max(largest / _LARGEST_RATIO, beside_hours)


def rounded(column: Sequence[float], by: float) -> list[float]:
    """Return a column times `by` to six digits: more than a chart shows, in half of the bytes."""
    return [float(f"{number * by:.6g}") for number in column]


@lru_cache(128)  # nearly every update has the places of the one before
def places_along(xs: tuple[float, ...], by: float, unit: str, shown: str) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Return places along x as numbers of an axis, `by` times those in SI, and their hover texts."""
    return tuple(rounded(xs, by)), tuple(format_column(xs, unit, shown))


def finite_rows(*columns: Sequence[Any]) -> Iterator[tuple[float, ...]]:
    """Return the rows whose numbers are all finite; infinite and unknown values are not drawn."""
    rows = zip(*columns, strict=True)
    if all(map(_is_finite, columns)):
        return rows
    finite = ([isinstance(v, _NUMBERS) and math.isfinite(v) for v in column] for column in columns)
    return compress(rows, map(all, zip(*finite, strict=True)))


def _is_finite(column: Sequence[Any]) -> bool:
    """Return whether a column has finite numbers only: the usual case, in a tenth of the time."""
    try:
        return all(map(math.isfinite, column))
    except TypeError:  # words, or nothing at all
        return False


def is_infeasible(result: Result) -> bool:
    """Return whether a result holds only if it could run. Results stored before walls declared a state have the output
    `feasible` at most."""
    if result.state:
        return result.state == State.INFEASIBLE
    return "feasible" in result.values and result.values["feasible"].value is False
