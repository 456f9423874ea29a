"""Axes from text: `1, 2, 4, 8`, `1 to 64 doubling`, `1 ms to 1 s in 20 log steps`, `fp16, int8`, slugs, layouts.

`listed`, `ranged` and `rows` take numbers in SI and specs instead. Every value is validated as in the form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.analysis.parameters import Scaled, parameters_of
from solvers.errors import InputError
from solvers.fields import Choice, Input, Pick
from solvers.pipeline import Pipeline
from solvers.pipeline.wiring import Stage
from solvers.read import read_value
from solvers.specs import Changed, stack

from .layouts import LAYOUT, layouts
from .space import Axis

LookUp = Callable[[type[Any], str], Any]

_RANGE = re.compile(
    r"(?P<low>.+?)\s+to\s+(?P<high>.+?)(?:,?\s+(?:(?P<doubling>doubling)|in\s+(?P<count>\d+)\s+(?P<log>log\s+)?steps))?\s*",
    re.I,
)
_STEPS, _MOST = 16, 1_000_000
_LONGEST, _LONGEST_RANGE = 8000, 120
# Numbers of devices along an axis of layouts: the divisors of each have to be found.
_MOST_NUMBERS = 50
# The output that is one number in a whole chain: what serves or trains is what is paid for.
DEVICES = "devices"


@dataclass(frozen=True)
class TypedRange:
    """The text of a range in its parts. `count` is empty where the number of steps is left to the axis."""

    low: str
    high: str
    doubling: bool
    count: str
    log: bool


def typed_range(text: str) -> TypedRange | None:
    """Return the parts of `1 to 64 doubling` and the like; None for a list of values. Checks no value."""
    # Two numbers and three words: longer texts are lists, and the pattern would be slow on them.
    match = _RANGE.fullmatch(text.strip()) if len(text) < _LONGEST_RANGE else None
    if match is None:
        return None
    return TypedRange(match["low"], match["high"], bool(match["doubling"]), match["count"] or "", bool(match["log"]))


def axis(pipeline: Pipeline, name: str, text: str, look_up: LookUp | None = None, *, most: int = _MOST) -> Axis:
    """Return the axis along an input, or a figure of a pick, that a text describes; `layout` and numbers of devices
    describe all their layouts. A range may have `most` steps. Raise InputError."""
    if name == LAYOUT and not any(name in stage.inputs for stage in pipeline.stages):
        return layouts(pipeline, _device_numbers(text))
    stage, path = _end(pipeline, name)
    if len(text) > _LONGEST:
        raise InputError(name, f"is {len(text)} characters long; an axis is described in at most {_LONGEST}.")
    is_number = not isinstance(stage.inputs.get(path), Choice | Pick)
    if is_number and (typed := typed_range(text)):
        return _spread(stage, name, path, typed, most)
    words = [word.strip() for word in text.split(",") if word.strip()]
    if isinstance(io := stage.inputs.get(path), Pick):
        if look_up is None:
            raise InputError(name, "runs along rows of a catalog, and none is at hand.")
        return rows(pipeline, name, {slug: look_up(io.kind, slug) for slug in words})
    return listed(pipeline, name, words)


def _device_numbers(text: str) -> list[int]:
    words = [word.strip() for word in text[:_LONGEST].split(",") if word.strip()]
    if len(words) > _MOST_NUMBERS:
        raise InputError(LAYOUT, f"has {len(words):,} numbers of devices; {_MOST_NUMBERS} is the most. Give fewer.")
    bad = next((word for word in words if not re.fullmatch(r"\d{1,9}", word)), None)
    if bad is not None:
        raise InputError(LAYOUT, f"needs whole numbers of devices, such as 256 or 64, 128; '{bad[:40]}' is not one.")
    return [int(word) for word in words]


def listed(pipeline: Pipeline, name: str, values: Sequence[Any]) -> Axis:
    """Return the axis of single values: numbers in SI or text with units, names of choices, `x2` or `Scaled` for a
    figure."""
    stage, path = _end(pipeline, name)
    if not len(values):
        raise InputError(name, "needs at least one value to run along.")
    io = stage.inputs.get(path)
    if isinstance(io, Pick):
        raise InputError(name, "runs along rows of the catalog; give their specs.")
    read = [_read(stage, name, path, value) for value in values]
    if isinstance(io, Choice):
        codes = np.array([int(code) for code in read])
        return Axis(name, {name: codes}, tuple(io.kind(int(code)).name.lower() for code in codes))
    return _numbers(name, read)


def ranged(pipeline: Pipeline, name: str, low: float, high: float, count: int = _STEPS, *, log: bool = False) -> Axis:
    """Return the axis of `count` values from `low` to `high` (SI), evenly spaced or with `log` in equal ratios; rounded
    to whole numbers where the input is one."""
    stage, path = _end(pipeline, name)
    return _numbers(
        name, [_read(stage, name, path, v) for v in _ladder(stage, name, path, low, high, count, log, _MOST)]
    )


def rows(pipeline: Pipeline, name: str, specs: Mapping[str, Any]) -> Axis:
    """Return the axis of catalog rows, specs by slug."""
    stage, path = _end(pipeline, name)
    io = stage.inputs.get(path)
    if not isinstance(io, Pick) or not specs or not all(isinstance(spec, io.kind) for spec in specs.values()):
        kind = io.kind.__name__ if isinstance(io, Pick) else "row of the catalog"
        raise InputError(name, f"needs at least one {kind} to run along.")
    return Axis(name, {name: stack(list(specs.values()))}, tuple(specs))


def _end(pipeline: Pipeline, name: str) -> tuple[Stage, str]:
    """Return a stage that declares the input, and its name there."""
    ends = pipeline.ends(name)
    refuse_found(pipeline, name)
    return pipeline.stage(ends[0][0]), ends[0][1]


def refuse_found(pipeline: Pipeline, name: str) -> None:
    """Raises InputError for an input that a stage finds. With the stage's name before it the connection is cut, but not
    that of devices: a search would pay for others than those it uses."""
    finder = pipeline.finder(name)
    if finder is None or (pipeline.ends(name) and finder.name != DEVICES):
        return
    stage = pipeline.stage(finder.stage)
    about = getattr(stage.outputs.get(finder.name), "help", "")
    of = f" ({about[:1].lower()}{about[1:].rstrip('.')})" if about else ""
    raise InputError(name, f"is found by {finder}{of}, so it can't be set besides; set what that follows from.")


def _read(stage: Stage, name: str, path: str, value: Any) -> Any:
    """Return a value in SI or as a code; a factor as `Scaled`."""
    if isinstance(value, Scaled):
        return value
    try:
        read = read_value(stage, path, value)
    except InputError as error:
        raise InputError(name, error.sentence) from None
    if isinstance(read, Changed):
        return Scaled(read.value) if read.scaled else read.value
    return read


def _numbers(name: str, values: Sequence[Any]) -> Axis:
    scaled = [isinstance(value, Scaled) for value in values]
    if all(scaled):
        return _scaled_axis(name, np.array([float(value.factor) for value in values]))
    if any(scaled):
        raise InputError(name, "mixes values with factors; give the one or the other.")
    return _number_axis(name, np.array(values, dtype=float))


def _scaled_axis(name: str, factors: NDArray[np.float64]) -> Axis:
    return Axis(name, {name: Scaled(factors)}, tuple(f"x{factor:g}" for factor in factors.tolist()))


def _number_axis(name: str, values: NDArray[np.float64]) -> Axis:
    column = np.unique(values)
    return Axis(name, {name: column}, tuple(column.tolist()))


def _spread(stage: Stage, name: str, path: str, typed: TypedRange, most: int) -> Axis:
    low, high = (_read(stage, name, path, end) for end in (typed.low, typed.high))
    factors = [isinstance(end, Scaled) for end in (low, high)]
    if any(factors) and not all(factors):
        raise InputError(name, "mixes values with factors; give the one or the other.")
    first, last = (float(end.factor if isinstance(end, Scaled) else end) for end in (low, high))
    if typed.doubling:
        values = _doubling(name, first, last)
    else:
        count = int(typed.count or _default_steps(stage, path, first, last))
        values = _ladder(stage, name, path, first, last, count, typed.log, most)
    return _scaled_axis(name, values) if all(factors) else _number_axis(name, values)


def _default_steps(stage: Stage, path: str, low: float, high: float) -> int:
    """Return the number of steps: every whole number where these are few enough, else sixteen."""
    return int(high - low) + 1 if _declared(stage, path).integer and high - low < 1000 else _STEPS


def _doubling(name: str, low: float, high: float) -> NDArray[np.float64]:
    if not 0 < low <= high:
        raise InputError(name, "can only double from a value above 0 up to one no smaller.")
    return low * np.exp2(np.arange(int(np.floor(np.log2(high / low) + 1e-9)) + 1))


def _ladder(
    stage: Stage, name: str, path: str, low: float, high: float, count: int, log: bool, most: int
) -> NDArray[np.float64]:
    if not (low < high and (low > 0 or not log)):
        raise InputError(name, "needs a range that rises" + (" from a value above 0." if log else "."))
    if not 2 <= count <= most:
        fewer = " Give fewer steps." if count > most else ""
        raise InputError(name, f"needs 2 to {most:,} steps; this has {count:,}.{fewer}")
    values = np.geomspace(low, high, count) if log else np.linspace(low, high, count)
    return np.unique(np.round(values)) if _declared(stage, path).integer else values


def _declared(stage: Stage, path: str) -> Input:
    return parameters_of(stage)[path].declared
