"""Along which dimensions should a training run be split over the devices there are?

Every layout is looked at: data × tensor × pipeline × context parallelism whose product is the number of devices, expert
groups that divide the data-parallel ones, and of what the wall takes besides every microbatch, ZeRO stage and way to
recompute. Those that do not fit are counted with their reason; the others are ranked by the time of a step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from solvers.errors import InputError, InputErrors
from solvers.fields import Choice, Input
from solvers.pipeline import pipeline, settle
from solvers.pipeline.wiring import Stage

from .axes import listed
from .explore import Search
from .goals import goals, metrics
from .run import Outcome, run
from .space import Axis, Space, joined

GOALS = ("minimize: step_time", "feasible")

# The product of these is the number of devices.
_SIDES = ("data_parallel", "tensor_parallel", "pipeline_parallel", "context_parallel")
_EXPERTS = "expert_parallel"
_STAGES = (0, 1, 2, 3)
_BATCHES = (1, 2, 4, 8, 16, 32, 64)
# What else is tried, where the wall takes it, unless somebody says what to try.
_BESIDES: dict[str, Sequence[Any]] = {
    "zero_stage": _STAGES,
    "recomputation": (),
    "microbatches": _BATCHES,
    "microbatch_size": _BATCHES,
}


def parallelism(
    given: Mapping[str, Any],
    devices: int,
    *,
    wall: Stage | str = "parallelism",
    most: Mapping[str, int] | None = None,
    vary: Mapping[str, Sequence[Any]] | None = None,
    wanted: Sequence[str] = GOALS,
    keep: int = 10,
) -> Outcome:
    """Every layout of `devices` that `wall` can take, ranked by the goals `wanted`. `given` are its other values in SI
    or as text, and settle what they name; `most` bounds a dimension (`{"tensor_parallel": 8}` keeps it inside a node of
    eight); `vary` says which values of other inputs to try. Raises InputErrors."""
    if devices < 1:
        raise InputErrors([InputError("devices", f"must be at least 1; {devices} is not.")])
    chain = pipeline(wall)
    (stage,) = chain.stages
    tried = {name: values for name, values in {**_BESIDES, **(vary or {})}.items() if name not in given}
    besides = [listed(chain, n, _values(stage, n, values)) for n, values in tried.items() if n in stage.inputs]
    objectives, constraints = goals(wanted, metrics(chain))
    space = Space((layouts(stage, devices, given, most or {}), *besides))
    return run(Search(chain, settle(chain, _rest(given)), space, objectives, constraints, keep))


def _rest(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in (*_SIDES, _EXPERTS)}


def layouts(stage: Stage, devices: int, given: Mapping[str, Any], most: Mapping[str, int]) -> Axis:
    """The layouts of so many devices as one axis, in the dimensions `stage` takes; a given dimension stays as it is."""
    sides = [name for name in (*_SIDES, _EXPERTS) if name in stage.inputs]
    found = [row for row in _layouts(sides, devices) if _is_allowed(row, given, most)]
    if not found:
        raise InputErrors([InputError("devices", f"can't be laid out: no layout of {devices} is within the bounds.")])
    columns = {name: np.array([row[name] for row in found], dtype=float) for name in sides}
    labels = [" × ".join(f"{_short(name)} {row[name]}" for name in sides) for row in found]
    return joined("layout", labels, columns)


def _is_allowed(row: Mapping[str, int], given: Mapping[str, Any], most: Mapping[str, int]) -> bool:
    return all(row[n] == given.get(n, row[n]) and row[n] <= most.get(n, row[n]) for n in row)


def _layouts(sides: Sequence[str], devices: int) -> Iterator[dict[str, int]]:
    splits = [name for name in sides if name != _EXPERTS]
    for split in _factors(devices, len(splits)):
        row = dict(zip(splits, split, strict=True))
        experts = _divisors(row.get("data_parallel", 1)) if _EXPERTS in sides else (0,)
        for group in experts:
            yield row | ({_EXPERTS: group} if _EXPERTS in sides else {})


def _factors(number: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Every way to write a number as a product of so many whole ones, in order."""
    if parts == 1:
        yield (number,)
        return
    for first in _divisors(number):
        yield from ((first, *rest) for rest in _factors(number // first, parts - 1))


def _divisors(number: int) -> tuple[int, ...]:
    small = [k for k in range(1, int(number**0.5) + 1) if number % k == 0]
    return tuple(sorted({*small, *(number // k for k in small)}))


def _values(stage: Stage, name: str, values: Sequence[Any]) -> Sequence[Any]:
    """The values to try that the wall allows; all of a choice where none are named."""
    io = stage.inputs[name]
    if isinstance(io, Choice):
        return [str(value) for value in values] or io.names
    return [v for v in values if io.low <= v <= io.high] if isinstance(io, Input) else values


def _short(name: str) -> str:
    return name.partition("_")[0]
