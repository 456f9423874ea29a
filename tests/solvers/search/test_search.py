"""`search` has the same goals, limits and order as the design space."""

import doctest
import importlib
import pickle

import pytest

import solvers
import solvers.search.goals
from solvers import compression, pipeline, roofline, search, serving, shipped, sweep
from solvers.errors import InputErrors
from solvers.specs import Accelerator

BATCHES = [1, 4, 16, 64, 256]
CHIPS = ["a100", "h100"]


def test_the_best_is_the_best_row_of_a_sweep():
    found = search(
        roofline, maximize="throughput", subject_to="latency < 4 ms", batch_size=BATCHES, precision=["fp16", "int8"]
    )
    table = sweep(roofline, batch_size=BATCHES, precision=["fp16", "int8"])
    quick = table.take((table["latency"] < 4e-3) & table["feasible"])
    best = quick.sorted("throughput", descending=True).rows()[0]
    assert (found.count, found.feasible) == (len(table), len(quick))
    assert {name: found.best[name] for name in ("batch_size", "precision", "throughput")} == {
        name: best[name] for name in ("batch_size", "precision", "throughput")
    }


def test_a_default_follows_the_chip_along_an_axis_and_alone():
    along = search(serving, minimize="itl", accelerator=CHIPS, batch_size=8, keep=2)
    for row in along.top:
        chip = shipped.find(Accelerator, row["accelerator"])
        assert row["itl"] == serving(accelerator=chip, batch_size=8).itl
        assert search(serving, minimize="itl", accelerator=chip, batch_size=[8]).best["itl"] == row["itl"]
    assert search(serving, minimize="itl", accelerator=["a100"], efficiency=0.5, batch_size=8).best["itl"] == (
        serving(accelerator="a100", efficiency=0.5, batch_size=8).itl
    )


def test_several_walls_are_searched_as_one():
    links = {"tco.tokens_per_device_second": "serving.decode_throughput"}
    chain = pipeline("serving", "tco", links=links)
    found = search(
        chain, minimize="cost_per_million_tokens", subject_to=["itl < 15 ms"], accelerator=CHIPS, batch_size=[1, 64]
    )
    assert found.best["accelerator"] == "NVIDIA H100 SXM5 80GB" and found.best["batch_size"] == 64
    assert any("'itl < 15 ms' turns down 1, alone 1; the nearest has" in sentence for sentence in found.reasons)


def test_what_does_not_fit_is_no_answer_unless_a_limit_speaks_of_it():
    asked = {"minimize": "latency", "model": "llama-3-70b", "batch_size": [1]}
    assert search("roofline", **asked).best is None
    assert search("roofline", subject_to="feasible == False", **asked).best["feasible"] is False


def test_two_objectives_draw_a_front_with_a_knee():
    found = search(roofline, maximize="throughput", minimize="energy", batch_size=BATCHES)
    assert len(found.front) > 1 and found.knee in found.front.rows()


def test_a_function_of_ones_own_finds_what_the_wall_finds():
    asked = {"batch_size": BATCHES, "precision": ["fp16", "int8"]}
    goals = {"maximize": "throughput", "minimize": "latency", "subject_to": ["latency < 4 ms", "feasible"]}
    own, wall = search(lambda **values: roofline(**values), **goals, **asked), search(roofline, **goals, **asked)
    assert (own.count, own.feasible, own.reasons) == (wall.count, wall.feasible, wall.reasons)
    for mine, theirs in zip(own.front, wall.front, strict=True):
        assert mine["throughput"] == pytest.approx(theirs["throughput"], rel=1e-12)
    assert own.best["batch_size"] == wall.best["batch_size"] and own.knee["latency"] == wall.knee["latency"]


def test_a_function_may_give_a_mapping_whose_numbers_have_no_unit():
    found = search(
        lambda x, y: {"cost": x * y, "late": x > 2, "name": "a"},
        minimize="cost",
        subject_to=["late", "cost > 3"],
        x=[1, 2, 3, 4],
        y=2,
    )
    assert (found.best, found.feasible) == ({"x": 3, "cost": 6.0, "late": True}, 2)
    assert found.reasons[0].startswith("'late' turns down 2, alone 1")


def test_a_function_may_give_a_solution():
    found = search(lambda b: roofline.solve(batch_size=b), minimize="latency", subject_to="latency < 6 ms", b=[8, 1])
    assert found.best["latency"] == roofline(batch_size=1).latency


def test_a_function_of_a_spec_shows_its_name():
    chips = [shipped.find(Accelerator, name) for name in CHIPS]
    found = search(lambda chip: {"price": chip.unit_price}, minimize="price", chip=chips)
    assert found.best["chip"] in {chip.name for chip in chips}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"batch_size": [1]}, "minimize: needs something to make small"),
        ({"minimize": "latncy", "batch_size": [1]}, "goals: in .*, at 'latncy': .*did you mean latency"),
        (
            {"minimize": "latency", "subject_to": "latency < 5 kg", "batch_size": [1]},
            "goals: in 'latency < 5 kg', at '5 kg': ",
        ),
        ({"minimize": "latency", "batch_size": [0]}, "batch_size: must be at least 1"),
        ({"minimize": "latency", "batch_sise": [1]}, "batch_sise: is taken by no stage"),
        ({"minimize": "latency", "accelerator": ["h100x"]}, "accelerator: no accelerator"),
        ({"minimize": "latency", "batch_size": "1 kg"}, "roofline.batch_size: needs a plain number"),
    ],
)
def test_what_is_wrong_is_a_sentence(asked, sentence):
    with pytest.raises(InputErrors, match=sentence):
        search(roofline, **asked)


def test_a_function_that_gives_nothing_to_read_is_told_so():
    with pytest.raises(InputErrors, match="function: must give a mapping"):
        search(lambda x: 3, minimize="cost", x=[1])


def test_a_result_shows_itself():
    found = search(roofline, minimize="latency", subject_to="mfu > 90%", batch_size=[1, 2])
    assert str(found).startswith(
        "0 of 2 configurations meet every limit.\n'mfu > 90%' turns down 2, alone 2; the nearest has"
    )
    assert "<p>" in found._repr_html_() and "mfu &gt; 90%" in found._repr_html_()
    assert len(search(compression, minimize="compressed_size", bits=[4, 8]).top) == 2


def test_the_package_stays_a_package_and_is_called_as_its_function():
    assert solvers.search.goals.metrics and callable(solvers.search) and callable(solvers.pipeline)
    assert pickle.dumps(solvers.search.goals.Constraint)


def test_its_example_runs():
    assert doctest.testmod(importlib.import_module("solvers.search.search")).failed == 0
