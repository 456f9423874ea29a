import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from solvers.analysis.parameters import Scaled
from solvers.declare import flag, number, output
from solvers.errors import InputErrors
from solvers.fields import Input, Pick
from solvers.node.roofline import roofline
from solvers.pipeline import pipeline
from solvers.registry import solvers
from solvers.search.axes import axis, listed, ranged, rows
from solvers.search.explore import Search, empty_result, evaluate_box, merge, with_larger_boxes
from solvers.search.front import front, knee
from solvers.search.goals import goals, metrics
from solvers.search.run import run
from solvers.search.space import Space, joined
from solvers.specs import Accelerator, Grid, Model
from tests.solvers.systems import A100, H100, LLAMA_8B
from tests.solvers.toys import toy

MAKE = toy(
    "make",
    {"size": number("1", "Size", 1.0, integer=True), "speed": number("1/s", "Speed", 1.0)},
    {"time": output("s", "Time"), "fits": flag("Fits")},
    lambda i: {"time": i.size / i.speed, "fits": np.asarray(i.size) <= 6},
)
PAY = toy(
    "pay",
    {"time": number("s", "Time", 1.0), "speed": number("1/s", "Speed", 1.0), "rate": number("USD/s", "Rate", 1.0)},
    {"cost": output("USD", "Cost"), "odd": output("1", "Odd")},
    lambda i: {"cost": i.time * i.rate * i.speed**2, "odd": np.where(np.asarray(i.rate) == 2, np.nan, 1.0)},
)
CHAIN = pipeline(MAKE, PAY)
AXES = (ranged(CHAIN, "size", 1, 8, 8), listed(CHAIN, "speed", [1, 2, 4, 8]), listed(CHAIN, "rate", [1, 2, 3]))
GOALS = ["minimize: time", "minimize: cost", "fits", "cost <= 100 USD", "odd < 5"]


def search(texts=GOALS, axes=AXES, chain=CHAIN, fixed=None, **more):
    objectives, constraints = goals(texts, metrics(chain))
    return Search(chain, chain.assigned(fixed or {}), Space(tuple(axes)), objectives, constraints, **more)


def by_hand():
    """Return the same space in three loops."""
    for size in range(1, 9):
        for speed in (1, 2, 4, 8):
            for rate in (1, 2, 3):
                time = size / speed
                cost = time * rate * speed**2
                yield {"size": size, "speed": speed, "rate": rate, "time": time, "cost": cost, "known": rate != 2}


def good(row):
    return row["size"] <= 6 and row["cost"] <= 100 and row["known"]


@pytest.mark.parametrize("box", [1, 7, 24, 1000])
def test_every_configuration_is_looked_at_once_and_counted_by_reason(box):
    outcome = run(search(rows=box))
    every = list(by_hand())
    assert (outcome.seen.count, outcome.seen.feasible) == (96, sum(map(good, every)))
    told = {reason.constraint.text: reason for reason in outcome.reasons}
    assert told["fits"].failed == sum(row["size"] > 6 for row in every)
    assert told["cost <= 100 USD"].failed == sum(row["cost"] > 100 for row in every)
    assert told["odd < 5"].unknown == told["odd < 5"].failed == 32
    assert told["fits"].alone == sum(row["size"] > 6 and row["cost"] <= 100 and row["known"] for row in every)
    assert told["cost <= 100 USD"].nearest == 1


@pytest.mark.parametrize("box", [1, 7, 24, 1000])
def test_the_best_and_the_front_are_those_of_three_loops(box):
    outcome = run(search(rows=box, keep=5))
    fit = [row for row in by_hand() if good(row)]
    ranked = sorted(fit, key=lambda row: (row["time"], row["cost"]))[:5]
    assert [(c.values["make.time"], c.values["pay.cost"]) for c in outcome.top] == [
        (r["time"], r["cost"]) for r in ranked
    ]
    kept = front(np.array([(row["time"], row["cost"]) for row in fit]))
    places = [{name: fit[k][name] for name in ("size", "speed", "rate")} for k in kept]
    assert [dict(c.places) for c in outcome.front] == places
    assert outcome.knee == knee(np.array([(fit[k]["time"], fit[k]["cost"]) for k in kept]))


def test_with_one_objective_the_front_is_the_best_row():
    outcome = run(search(["maximize: cost", "cost < 50"]))
    assert [c.number for c in outcome.front] == [outcome.top[0].number]
    assert outcome.top[0].values["pay.cost"] < 50


def test_what_has_no_score_is_not_ranked_but_counted():
    outcome = run(search(["minimize: odd"], keep=1000))
    assert (outcome.seen.unscored, len(outcome.top)) == (32, 64)


def test_a_search_without_objectives_only_counts_and_lists():
    outcome = run(search(["fits"], keep=3))
    assert (outcome.seen.feasible, [c.number for c in outcome.top], outcome.front) == (72, [0, 1, 2], ())


def test_a_search_along_no_axis_looks_at_the_point_itself():
    outcome = run(search(["minimize: cost"], axes=(), fixed={"rate": 3.0}))
    assert (outcome.search.space.size, outcome.top[0].values) == (1, {"pay.cost": 3.0})


def test_a_candidate_says_what_to_ask_for_to_see_it():
    chain = pipeline(roofline)
    site = joined(
        "site", ["a", "b"], {"efficiency": np.array([0.5, 1.0]), "accelerator.peak": Scaled(np.array([1.0, 2.0]))}
    )
    axes = [site, listed(chain, "precision", ["fp16", "int8"]), rows(chain, "accelerator", {"h100": H100})]
    outcome = run(search(["minimize: latency", "bottleneck == memory"], axes, chain, {"model": LLAMA_8B}))
    first = outcome.top[0]
    assert first.places == {"site": "a", "precision": "int8", "accelerator": "h100"}
    assert first.inputs == {
        "efficiency": 0.5,
        "accelerator.peak": Scaled(1.0),
        "precision": "int8",
        "accelerator": "h100",
    }
    assert first.values["roofline.bottleneck"] == "memory"


def test_nothing_feasible_is_an_answer_with_its_reasons():
    outcome = run(search(["minimize: cost", "time < 0.01 s", "fits"]))
    assert (outcome.seen.feasible, outcome.top, outcome.front, outcome.knee) == (0, (), (), -1)
    assert outcome.reasons[0].constraint.text == "time < 0.01 s"
    assert outcome.reasons[0].nearest == pytest.approx(1 / 8)


def same(one, other):
    return one.seen.feasible == other.seen.feasible and (one.top, one.front) == (other.top, other.front)


def test_two_threads_find_what_one_finds():
    assert same(run(search(rows=7)), run(search(rows=7), threads=2))


def test_a_search_called_off_says_so_and_goes_on_where_it_was():
    steps = []
    asked = search(rows=7)
    part = run(asked, progress=lambda done, total: steps.append((done, total)), cancelled=lambda: len(steps) == 3)
    assert (part.complete, part.boxes, steps[-1]) == (False, 3, (part.seen.count, 96))
    whole = run(asked, after=part)
    assert whole.complete and same(whole, run(asked))


def test_boxes_are_looked_at_anywhere_and_merge_in_any_order():
    asked = search(rows=7)
    sent = pickle.loads(
        pickle.dumps(
            search(["minimize: latency", "feasible"], REAL_AXES, pipeline(roofline), {"model": LLAMA_8B}, rows=3)
        )
    )
    assert sent.boxes == 4 and evaluate_box(sent, 3).count == 3
    backwards = empty_result(asked)
    for box in reversed(range(asked.boxes)):
        backwards = merge(asked, evaluate_box(asked, box), backwards)
    forwards = run(asked).seen
    assert backwards.top.number.tolist() == forwards.top.number.tolist()
    assert backwards.front.number.tolist() == forwards.front.number.tolist()
    assert (backwards.failed.tolist(), backwards.alone.tolist()) == (forwards.failed.tolist(), forwards.alone.tolist())


def test_boxes_are_larger_where_outputs_vary_along_some_of_the_axes():
    axes = (*AXES[:2], ranged(CHAIN, "rate", 1, 8, 8))
    asked = search(axes=axes, rows=32)  # in a box time has 4 values, fits 1, odd 8, and only cost 32
    assert with_larger_boxes(asked).rows == 64
    assert same(run(with_larger_boxes(asked)), run(asked))


def test_boxes_stay_as_they_are_where_every_output_varies_along_all_axes():
    asked = search(["minimize: time"], AXES[:2], pipeline(MAKE), rows=8)
    assert with_larger_boxes(asked).rows == 8


def test_a_space_of_one_box_stays_one():
    assert with_larger_boxes(search()).rows == search().rows


def test_a_front_larger_than_the_limit_is_refused_with_its_objectives():
    asked = search(["minimize: size", "maximize: cost"], rows=7)
    assert len(run(asked).front) > 3
    with pytest.raises(InputErrors, match="at most 3 configurations; with 'minimize: size' and 'maximize: cost' there"):
        run(replace(asked, most_front=3))


REAL_AXES = (
    rows(pipeline(roofline), "accelerator", {"h100": H100, "a100": A100}),
    listed(pipeline(roofline), "precision", ["fp16", "int8"]),
    axis(pipeline(roofline), "batch_size", "1, 32, 1024"),
)


def test_what_no_axis_and_no_value_gives_is_named_before_anything_runs():
    with pytest.raises(InputErrors, match=r"roofline\.model: is a gap"):
        run(search(["minimize: latency"], REAL_AXES, pipeline(roofline)))


def test_the_tutorials_search_finds_the_largest_batch_that_is_fast_enough():
    # Tutorial part 6, live demo: batch sizes and formats for Llama-3-8B on an H100, latency below 100 ms.
    chain = pipeline(roofline)
    axes = [axis(chain, "batch_size", "1, 4, 8, 16, 32, 64"), axis(chain, "precision", "fp16, int8")]
    asked = search(["maximize: throughput", "latency < 100"], axes, chain, {"model": LLAMA_8B, "accelerator": H100})
    assert dict(run(asked).top[0].places) == {"batch_size": 64, "precision": "int8"}


def test_a_chip_that_cannot_compute_in_a_format_is_unknown_not_best():
    blank = type(H100)(name="none", peak=np.full(9, np.nan), memory_capacity=80e9, memory_bandwidth=9e12)
    chain = pipeline(roofline)
    axes = [rows(chain, "accelerator", {"blank": blank, "h100": H100})]
    outcome = run(search(["minimize: latency", "latency < 1 s"], axes, chain, {"model": LLAMA_8B}))
    assert outcome.top[0].places == {"accelerator": "h100"} and outcome.reasons[0].unknown == 1


SPECS = {Model: LLAMA_8B, Accelerator: H100, Grid: Grid(carbon_intensity=1e-7)}


@pytest.mark.parametrize("wall", solvers().values(), ids=lambda wall: wall.name)
@settings(max_examples=4)
@drawn(data=st.data())
def test_a_wall_answers_a_grid_as_it_answers_its_rows(wall, data):
    numbers = [name for name, io in wall.inputs.items() if isinstance(io, Input)]
    first, second = data.draw(st.permutations(numbers))[:2]
    ends = {name: wall.inputs[name].slider for name in (first, second)}
    picks = {n: SPECS[io.kind] for n, io in wall.inputs.items() if isinstance(io, Pick) and not io.optional}
    grid = {first: np.array(ends[first])[:, None], second: np.array(ends[second])}
    line = {first: np.repeat(ends[first], 2), second: np.tile(ends[second], 2)}
    with np.errstate(all="ignore"):
        one, other = (wall.function(wall.inputs_type(**picks, **values)) for values in (grid, line))
    for name in wall.outputs:
        spread, flat = (np.asarray(getattr(each, name), dtype=float) for each in (one, other))
        wanted = np.broadcast_to(flat, (4,))
        assert np.broadcast_to(spread, (2, 2)).ravel() == pytest.approx(wanted, rel=1e-12, nan_ok=True), name
