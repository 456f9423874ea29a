from enum import IntEnum
from math import prod

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from solvers.declare import choice, flag, number, output
from solvers.errors import InputErrors
from solvers.search.parallelism import parallelism
from tests.solvers.toys import toy

SIDES = ("data_parallel", "tensor_parallel", "pipeline_parallel")


class Recomputation(IntEnum):
    NONE = 0
    FULL = 1


def side(label):
    return number("1", label, 1.0, low=1, integer=True)


def split(i):
    """A step that tensor parallelism slows by talk, pipelines by bubbles and recomputing by a third."""
    devices = i.data_parallel * i.tensor_parallel * i.pipeline_parallel
    work = 1024 / devices * np.where(np.asarray(i.recomputation) == Recomputation.FULL, 4 / 3, 1)
    bubble = 1 + (i.pipeline_parallel - 1) / i.microbatches
    memory = 64 / (i.tensor_parallel * i.pipeline_parallel) * np.where(np.asarray(i.recomputation) == 1, 0.5, 1)
    return {
        "step_time": work * bubble * (1 + 0.1 * (i.tensor_parallel - 1)),
        "memory": memory,
        "feasible": memory <= i.room,
    }


WALL = toy(
    "split",
    {
        **{name: side(name) for name in SIDES},
        "expert_parallel": side("Experts"),
        "microbatches": side("Microbatches"),
        "recomputation": choice(Recomputation, "Recomputation", 0),
        "room": number("byte", "Room", 16.0),
    },
    {"step_time": output("s", "Step"), "memory": output("byte", "Memory"), "feasible": flag("Fits")},
    split,
)


def sides(candidate):
    words = candidate.places["layout"].split(" × ")
    return {word.split()[0]: int(word.split()[1]) for word in words}


@settings(max_examples=15)
@drawn(devices=st.integers(1, 96))
def test_every_layout_uses_all_devices_and_each_is_tried_once(devices):
    outcome = parallelism(
        {"recomputation": "none", "microbatches": 8.0}, devices, wall=WALL, keep=10_000, wanted=["minimize: memory"]
    )
    rows = [sides(candidate) for candidate in outcome.top]
    assert all(prod(row[name] for name in ("data", "tensor", "pipeline")) == devices for row in rows)
    assert all(row["data"] % row["expert"] == 0 for row in rows)
    assert len({tuple(row.values()) for row in rows}) == len(rows) == outcome.search.space.size


def test_the_best_layout_fits_and_no_fitting_one_is_faster():
    outcome = parallelism({}, 64, wall=WALL)
    best = outcome.top[0]
    assert best.values["split.feasible"]
    loops = [
        split(
            WALL.inputs_type(
                data_parallel=64 // t // p,
                tensor_parallel=t,
                pipeline_parallel=p,
                microbatches=m,
                recomputation=r,
                room=16.0,
            )
        )
        for t in (1, 2, 4, 8, 16, 32, 64)
        for p in (1, 2, 4, 8, 16, 32, 64)
        if t * p <= 64
        for m in (1, 2, 4, 8, 16, 32, 64)
        for r in (0, 1)
    ]
    assert best.values["split.step_time"] == pytest.approx(min(o["step_time"] for o in loops if o["feasible"]))


def test_more_room_is_never_slower():
    times = [parallelism({"room": room}, 64, wall=WALL).top[0].values["split.step_time"] for room in (4.0, 16.0, 64.0)]
    assert times == sorted(times, reverse=True)


def test_a_bound_and_a_given_dimension_are_kept():
    bound = parallelism({}, 64, wall=WALL, most={"tensor_parallel": 4}, keep=1000)
    assert max(sides(candidate)["tensor"] for candidate in bound.top) <= 4
    fixed = parallelism({"pipeline_parallel": 2}, 64, wall=WALL, keep=1000)
    assert {sides(candidate)["pipeline"] for candidate in fixed.top} == {2}


def test_what_to_vary_may_be_said():
    outcome = parallelism({}, 4, wall=WALL, vary={"microbatches": [3.0], "recomputation": ["full"]}, keep=100)
    assert {(c.places["microbatches"], c.places["recomputation"]) for c in outcome.top} == {(3.0, "full")}


def test_no_device_and_no_layout_within_the_bounds_are_refused():
    for devices, most in ((0, {}), (7, {"data_parallel": 2, "tensor_parallel": 2, "pipeline_parallel": 2})):
        with pytest.raises(InputErrors, match="devices"):
            parallelism({}, devices, wall=WALL, most=most)
