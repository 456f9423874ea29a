from enum import IntEnum

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from solvers.analysis.breakpoints import breakpoints, changes
from solvers.analysis.elasticity import QuestionBatch
from solvers.declare import flag, label, number, output
from solvers.node.roofline import roofline
from tests.solvers.systems import H100, LLAMA_8B
from tests.solvers.toys import toy


class Side(IntEnum):
    FIRST = 0
    SECOND = 1


MEET = toy(
    "meet",
    {"x": number("s", "X", 1.0), "other": number("s", "Other", 3.0)},
    {"y": output("s", "Y"), "fits": flag("Fits")},
    lambda i: {"y": np.maximum(i.x, i.other), "fits": i.x < 5},
)
MAXIMUM = toy(
    "maximum",
    {"x": number("s", "X", 1.0), "other": number("s", "Other", 3.0)},
    {"y": output("s", "Y")},
    lambda i: {"y": np.maximum(i.x, i.other)},
)
SMOOTH = toy(
    "smooth", {"x": number("s", "X", 1.0)}, {"y": output("s", "Y")}, lambda i: {"y": 1 / np.asarray(i.x) + i.x**3}
)
RENAMED = toy(
    "renamed",
    {"x": number("s", "X", 1.0), "n": number("1", "N", 20.0, low=1, integer=True)},
    {"y": output("s", "Y"), "more": label(Side, "More")},
    lambda i: {
        "y": i.x + 2 + 40 / np.asarray(i.n),
        "more": np.where(i.x + 2 > 40 / np.asarray(i.n), Side.FIRST, Side.SECOND),
    },
)
STEPS = toy("steps", {"x": number("s", "X", 2.5)}, {"y": output("s", "Y")}, lambda i: {"y": np.ceil(i.x)})
GRADUAL = toy(
    "gradual",
    {"n": number("1", "N", 20.0, low=1, integer=True)},
    {"y": output("s", "Y"), "many": flag("Many")},
    lambda i: {"y": 100 / np.asarray(i.n) + i.n, "many": np.asarray(i.n) >= 37},
)


def of(solver, output="y", **values):
    asked = QuestionBatch.of(solver, solver.accept(values))
    number = len(asked.parameters)
    every = breakpoints(asked, lambda o, row: getattr(o, output), np.zeros(number, dtype=int), np.arange(number))
    return (
        asked,
        every,
        {(asked.parameters[p].name, round(float(f), 3)) for p, f in zip(every.pair, every.factor, strict=True)},
    )


@settings(max_examples=30)
@drawn(other=st.floats(0.11, 9.9).filter(lambda v: abs(v - 1) > 0.01))
def test_two_times_that_meet_in_a_maximum_make_a_breakpoint_where_they_meet(other):
    every = of(MAXIMUM, x=1.0, other=other)[1]
    (bend,) = np.flatnonzero(every.pair == 0)
    assert float(every.factor[bend]) == pytest.approx(other, rel=1e-4)
    assert (every.below[bend], every.above[bend]) == (pytest.approx(0, abs=1e-3), pytest.approx(1, abs=1e-3))


def test_the_edge_of_what_fits_is_found_and_named():
    asked, every, found_at = of(MEET, x=1.0, other=3.0)
    assert ("x", 5.0) in found_at and ("x", 3.0) in found_at
    edge = int(np.argmax(every.factor))
    (change,) = changes(asked, 0, 0, float(every.low[edge]), float(every.high[edge]))
    assert (change.output, change.before, change.after) == ("fits", "yes", "no")


def test_a_smooth_curve_has_none_however_bent():
    assert of(SMOOTH)[1].pair.size == 0


def test_a_label_that_changes_along_a_smooth_curve_is_none():
    assert of(RENAMED)[1].pair.size == 0


def test_steps_of_a_count_are_found_on_both_sides():
    nearest = of(STEPS, x=2.5)[1].nearest(1)
    assert [float(side[0]) * 2.5 for side in nearest] == pytest.approx([2, 3], rel=1e-4)


def test_a_whole_number_changes_at_a_whole_number():
    assert of(GRADUAL, n=20.0)[2] == {("n", 37 / 20)}


def test_decode_of_llama_8b_turns_compute_bound_at_batch_148():
    # The same claim as in the roofline wall, tested here from outside.
    asked, every, found_at = of(roofline, "latency", model=LLAMA_8B, accelerator=H100, batch_size=100.0)
    assert ("batch_size", 1.48) in found_at
    at = next(k for k in range(every.pair.size) if asked.parameters[every.pair[k]].name == "batch_size")
    told = changes(asked, 0, int(every.pair[at]), float(every.low[at]), float(every.high[at]))
    assert ("bottleneck", "memory", "compute") in {(c.output, c.before, c.after) for c in told}


def test_a_parameter_of_unknown_setting_has_no_breakpoints():
    asked, *_ = of(MEET)
    blank = QuestionBatch(asked.solver, asked.inputs, asked.parameters, np.full_like(asked.settings, np.nan))
    assert breakpoints(blank, lambda o, row: o.y, np.array([0]), np.array([0])).pair.size == 0
