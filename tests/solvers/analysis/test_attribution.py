import math

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from solvers.analysis.attribution import EXACT, attribution, changed
from solvers.declare import number, output
from solvers.errors import InputError
from solvers.node.roofline import roofline
from solvers.node.serving import serving
from tests.solvers.systems import A100, H100, LLAMA_8B
from tests.solvers.toys import toy

NAMES = [f"x{k}" for k in range(14)]


def wall(function, count=3):
    return toy(
        "sum_of",
        {name: number("1", name, 1.0) for name in NAMES[:count]},
        {"y": output("1", "Y")},
        lambda i: {"y": function(i)},
    )


def points(solver, one, other):
    return solver.inputs_type(**one), solver.inputs_type(**other)


def shares(result):
    return {share.name: share.value for share in result.shares}


def test_of_a_product_of_two_each_gets_its_own_and_half_of_what_they_do_together():
    product = wall(lambda i: i.x0 * i.x1, 2)
    result = attribution(product, *points(product, {"x0": 2.0, "x1": 3.0}, {"x0": 5.0, "x1": 7.0}), "y")
    # 3 * (3 + 7) / 2 and 4 * (2 + 5) / 2, by hand
    assert shares(result) == {"x0": 15.0, "x1": 14.0}
    assert (result.before, result.after, result.exact, result.unknown) == (6.0, 35.0, True, 0)


def test_an_input_that_changes_nothing_gets_nothing():
    first = wall(lambda i: i.x0 + 0 * i.x1, 2)
    result = attribution(first, *points(first, {"x0": 1.0, "x1": 1.0}, {"x0": 4.0, "x1": 9.0}), "y")
    assert shares(result) == {"x0": 3.0, "x1": 0.0}


def test_inputs_that_do_the_same_get_the_same():
    same = wall(lambda i: i.x0 * i.x1 * i.x2)
    result = attribution(same, *points(same, dict.fromkeys(NAMES[:3], 1.0), dict.fromkeys(NAMES[:3], 2.0)), "y")
    assert len({round(share.value, 12) for share in result.shares}) == 1


@drawn(st.lists(st.tuples(st.floats(0.1, 100), st.floats(0.1, 100)), min_size=3, max_size=3))
def test_the_shares_sum_to_the_difference(pairs):
    mixed = wall(lambda i: i.x0 * i.x1 / i.x2 + np.maximum(i.x0, i.x2))
    one, other = ({name: pair[k] for name, pair in zip(NAMES, pairs, strict=False)} for k in (0, 1))
    result = attribution(mixed, *points(mixed, one, other), "y")
    assert math.isclose(math.fsum(shares(result).values()), result.after - result.before, rel_tol=1e-12, abs_tol=1e-9)


def test_all_mixtures_are_asked_in_one_call():
    calls = []
    counted = wall(lambda i: calls.append(np.size(i.x0)) or i.x0 + i.x1 + i.x2)
    attribution(counted, *points(counted, dict.fromkeys(NAMES[:3], 1.0), dict.fromkeys(NAMES[:3], 2.0)), "y")
    assert calls == [8]


def test_above_the_limit_orders_are_drawn_in_one_call_and_still_sum():
    calls = []
    names = NAMES[: EXACT + 1]

    def weighed(i):
        calls.append(np.size(i.x0))
        return sum(k * getattr(i, name) for k, name in enumerate(names))

    many = wall(weighed, len(names))
    one = dict.fromkeys(names, 1.0)
    result = attribution(many, *points(many, one, dict.fromkeys(names, 3.0)), "y")
    assert len(calls) == 1 and not result.exact
    assert shares(result) == pytest.approx({name: 2.0 * k for k, name in enumerate(names)})


def test_a_mixture_without_an_answer_is_said_and_not_shared_out():
    holed = wall(lambda i: np.where((i.x0 == 2) & (i.x1 == 1), np.nan, i.x0 * i.x1), 2)
    result = attribution(holed, *points(holed, {"x0": 1.0, "x1": 1.0}, {"x0": 2.0, "x1": 2.0}), "y")
    assert result.shares == () and result.unknown == 1 and (result.before, result.after) == (1.0, 4.0)


def test_another_chip_is_one_input_with_all_its_figures():
    one, other = (
        roofline.inputs_type(model=LLAMA_8B, accelerator=chip, batch_size=b) for chip, b in ((A100, 1), (H100, 8))
    )
    assert changed(roofline, one, other) == ("accelerator", "batch_size")
    result = attribution(roofline, one, other, "latency")
    alone = float(roofline(model=LLAMA_8B, accelerator=H100, batch_size=1).latency) - result.before
    together = (result.after - result.before) - (
        float(roofline(model=LLAMA_8B, accelerator=A100, batch_size=8).latency) - result.before
    )
    assert shares(result)["accelerator"] == pytest.approx((alone + together) / 2, rel=1e-12)


def test_a_pick_that_only_one_question_makes_is_shared_too():
    shared = {"model": LLAMA_8B, "accelerator": A100}
    one = serving.inputs_type(**shared)
    other = serving.inputs_type(**shared, decode_accelerator=H100, batch_size=16)
    result = attribution(serving, one, other, "itl")
    assert set(shares(result)) == {"decode_accelerator", "batch_size"}
    assert math.isclose(math.fsum(shares(result).values()), result.after - result.before, rel_tol=1e-12)


def test_the_same_question_twice_differs_in_nothing():
    one = roofline.inputs_type(model=LLAMA_8B, accelerator=H100)
    result = attribution(roofline, one, one, "latency")
    assert result.shares == () and result.before == result.after


def test_an_output_that_is_no_number_is_refused():
    one = roofline.inputs_type(model=LLAMA_8B, accelerator=H100)
    for name in ("bottleneck", "nothing"):
        with pytest.raises(InputError, match="not a number"):
            attribution(roofline, one, one, name)
