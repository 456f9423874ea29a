"""All ways to divide a number of devices over replicas, data, tensor, pipeline and context parallelism, as one axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from solvers.errors import InputError
from solvers.pipeline.chain import Pipeline

from .space import Axis, joined

# The name of the axis; the inputs it sets, whose product is the number of devices.
LAYOUT = "layout"
DIMENSIONS = ("replicas", "data_parallel", "tensor_parallel", "pipeline_parallel", "context_parallel")
MOST_DEVICES, MOST_LAYOUTS = 1_000_000, 100_000


def layouts(pipeline: Pipeline, devices: Sequence[int], name: str = LAYOUT) -> Axis:
    """The axis of all layouts of each number of `devices` in the dimensions that stages of the pipeline take: each sets
    those of `DIMENSIONS` to whole numbers whose product is the number of devices. Raises InputError where no stage
    takes two of them, a number is not from 1 to `MOST_DEVICES`, or there are more than `MOST_LAYOUTS`. Whether a model
    can be split so is for the stage to say."""
    free = [[each for each in DIMENSIONS if _is_free(pipeline, stage.name, each)] for stage in pipeline.stages]
    # A wall that takes one dimension alone, such as the replicas of a queue, divides nothing.
    taken = [each for each in DIMENSIONS if any(each in dimensions for dimensions in free if len(dimensions) > 1)]
    if "data_parallel" in taken:
        taken = [each for each in taken if each != "replicas"]  # of a training run the copies are the replicas
    if len(taken) < 2:
        raise InputError(
            name, f"needs a wall that takes two of {', '.join(DIMENSIONS)}, such as parallelism or serving."
        )
    for number in devices:
        if not 1 <= number <= MOST_DEVICES:
            raise InputError(name, f"needs a number of devices from 1 to {MOST_DEVICES:,}; {number} is not.")
    every = (row for number in dict.fromkeys(devices) for row in _factors(number, len(taken)))
    rows = list(islice(every, MOST_LAYOUTS + 1))
    if not rows:
        raise InputError(name, "needs a number of devices, such as 256.")
    if len(rows) > MOST_LAYOUTS:
        raise InputError(name, f"has more than {MOST_LAYOUTS:,} layouts of these numbers of devices; give fewer.")
    columns = {each: np.array(column, dtype=float) for each, column in zip(taken, zip(*rows, strict=True), strict=True)}
    short = [each.removesuffix("_parallel") for each in taken]
    labels = [" × ".join(f"{word} {count}" for word, count in zip(short, row, strict=True)) for row in rows]
    return joined(name, labels, columns)


def _is_free(pipeline: Pipeline, stage: str, name: str) -> bool:
    return name in pipeline.stage(stage).inputs and (stage, name) not in pipeline.wires


def _factors(number: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to write a number as an ordered product of `parts` whole numbers."""
    if parts == 1:
        yield (number,)
        return
    for first in _divisors(number):
        yield from ((first, *rest) for rest in _factors(number // first, parts - 1))


def _divisors(number: int) -> tuple[int, ...]:
    small = [k for k in range(1, int(number**0.5) + 1) if number % k == 0]
    return tuple(sorted({*small, *(number // k for k in small)}))
