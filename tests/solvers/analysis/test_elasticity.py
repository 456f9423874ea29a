import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from solvers.analysis.elasticity import QuestionBatch, slopes
from solvers.declare import number, output, spec
from solvers.specs import Accelerator, table
from tests.solvers.systems import H100
from tests.solvers.toys import toy

powers = st.floats(-3, 3)
settings = st.floats(1e-6, 1e6)

POWER_LAW = toy(
    "power_law",
    {"x": number("s", "X", 2.0), "p": number("1", "P", 1.0, low=-10)},
    {"y": output("s", "Y")},
    lambda i: {"y": 3 * np.asarray(i.x) ** i.p},
)
RATE = toy(
    "rate",
    {"accelerator": spec(Accelerator, "Chip"), "share": number("1", "Share", 1.0, high=1)},
    {"y": output("flop/s", "Y")},
    lambda i: {"y": i.accelerator.peak[..., 4] * i.share},
)
COUNT = toy(
    "count",
    {"n": number("1", "N", 4.0, low=1, integer=True), "zero": number("1", "Zero", 0.0)},
    {"y": output("1", "Y"), "steady": output("1", "Steady"), "off": output("1", "Off")},
    lambda i: {"y": np.asarray(i.n, dtype=float) + i.zero, "steady": np.float64(7), "off": np.asarray(i.n) * 0.0},
)


def of(solver, output, **values):
    asked = QuestionBatch.of(solver, solver.accept(values))
    answers = slopes(asked, lambda o, row: getattr(o, output))
    names = [parameter.name for parameter in asked.parameters]
    return {side: dict(zip(names, getattr(answers, side), strict=True)) for side in ("central", "below", "above")}


@drawn(x=settings, p=powers)
def test_the_elasticity_of_a_power_law_is_its_exponent(x, p):
    assert of(POWER_LAW, "y", x=x, p=p)["central"]["x"][0] == pytest.approx(p, abs=1e-9)


def test_a_table_is_turned_as_a_whole_and_an_unknown_figure_not_at_all():
    central = of(RATE, "y", accelerator=H100, share=0.5)["central"]
    assert central["accelerator.peak"][0] == pytest.approx(1)
    assert central["accelerator.tdp"][0] == 0
    assert "accelerator.unit_price" not in central


def test_at_the_end_of_a_range_the_slope_is_one_sided():
    sides = of(RATE, "y", accelerator=H100, share=1.0)
    assert sides["central"]["share"][0] == pytest.approx(1)
    assert np.isnan(sides["above"]["share"][0])


def test_whole_numbers_step_by_whole_ones_and_stay_in_range():
    seen = []
    wall = toy(
        "seen",
        {"n": number("1", "N", 1.0, low=1, integer=True)},
        {"y": output("1", "Y")},
        lambda i: seen.append(i.n) or {"y": i.n},
    )
    of(wall, "y", n=1.0)
    assert sorted(set(seen[0].tolist())) == [1, 2]


def test_what_is_zero_has_no_percent_and_what_does_not_move_has_none():
    assert "zero" not in of(COUNT, "y")["central"]
    assert of(COUNT, "steady")["central"]["n"][0] == 0
    assert of(COUNT, "off")["central"]["n"][0] == 0


def test_one_call_asks_everything():
    calls = []
    wall = toy(
        "calls",
        {"x": number("s", "X", 2.0), "z": number("s", "Z", 2.0)},
        {"y": output("s", "Y")},
        lambda i: calls.append(1) or {"y": i.x + i.z},
    )
    of(wall, "y")
    assert len(calls) == 1


def test_each_question_of_a_line_has_its_own_slopes():
    chips = Accelerator(peak=np.stack([table({"fp16": 1.0}), table({"fp16": 2.0})]))
    central = of(RATE, "y", accelerator=chips, share=np.array([0.5, 0.25]))["central"]
    assert central["accelerator.peak"] == pytest.approx([1, 1])
    line = of(POWER_LAW, "y", x=np.array([1.0, 5.0]), p=np.array([2.0, -1.0]))["central"]
    assert line["x"] == pytest.approx([2, -1])
