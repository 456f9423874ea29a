import math

import numpy as np
import pytest

from mlsysweb.explore.ask import axes as axes_of_rows
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.presets import PRESETS
from mlsysweb.explore.ask.question import DesignSpaceQuestion, declared_search
from mlsysweb.pages.capstone.question import CAPSTONE
from solvers.errors import InputErrors
from solvers.quantities import to_si
from solvers.search.evaluation import sample
from solvers.search.run import run
from solvers.specs import Accelerator, Grid
from tests.mlsysweb.explore.questions import GOALS, SMALL, question, search

pytestmark = pytest.mark.usefixtures("catalog")


def complaint(**asked):
    with pytest.raises(InputErrors) as caught:
        declared_search(question(**asked), look_up, all_of)
    return {error.field: error.sentence for error in caught.value.errors}


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.name)
def test_every_preset_is_a_space_with_an_answer(preset):
    outcome = run(declared_search(preset.question, look_up, all_of).search)
    assert outcome.complete and outcome.top and outcome.front


def test_a_single_value_holds_for_all_and_is_no_axis():
    asked = declared_search(question(), look_up, all_of)
    assert asked.given == {"model": "llama-3-8b"}
    assert [axis.name for axis in asked.search.space.axes] == ["accelerator", "batch_size", "precision"]
    assert asked.search.space.shape == (2, 7, 2)


def test_all_of_a_maker_are_its_offered_chips():
    axis = search(axes=SMALL | {"accelerator": "all AMD"}).space.axes[0]
    assert len(axis) == len(all_of(Accelerator, "AMD"))
    assert "mi300x" in axis.labels and "h100-sxm5-80gb" not in axis.labels


def test_what_must_fit_is_demanded_without_being_typed():
    assert declared_search(question(), look_up, all_of).demanded == ("roofline.feasible",)
    assert declared_search(question(goals=(*GOALS, "feasible")), look_up, all_of).demanded == ()


def test_an_axis_without_values_says_so_where_it_stands():
    assert "at least one value" in complaint(axes=SMALL | {"batch_size": ""})["axis-2"]


def test_values_without_an_input_say_so():
    assert "name of an input" in complaint(axes=SMALL | {"": "1, 2"})["axis-4"]


def test_an_input_nobody_takes_is_told_with_the_nearest():
    assert "Did you mean batch_size" in complaint(axes=SMALL | {"batchsize": "1, 2"})["axis-4"]


def test_a_space_too_large_says_how_large_and_what_to_drop():
    said = complaint(
        axes=SMALL | {"efficiency": "0.1 to 1 in 100000 steps", "context_length": "0 to 100000 in 50000 steps"}
    )
    assert said.keys() == {"axis-4"}
    assert "efficiency 100,000 × context_length 50,000 = 1.4 × 10^11 configurations" in said["axis-4"]
    assert "efficiency alone has 100,000 values; with 7,142 of them it would do" in said["axis-4"]


def test_a_cluster_is_asked_for_more_than_one_machine(monkeypatch):
    axes = SMALL | {"efficiency": "0.1 to 1 in 100000 steps", "context_length": "0 to 9999 in 10000 steps"}
    assert "too large" in complaint(axes=axes)["axis-4"]
    monkeypatch.setenv("DASK_SCHEDULER", "tcp://elsewhere:8786")
    assert search(axes=axes).space.size == 28 * 10**9


def test_no_further_axis_is_built_once_those_before_make_the_space_too_large(monkeypatch):
    built, real = [], axes_of_rows.axis
    monkeypatch.setattr(axes_of_rows, "axis", lambda *given, **more: built.append(given[1]) or real(*given, **more))
    many = {"efficiency": "0.1 to 1", "bandwidth_efficiency": "0.1 to 1", "idle_fraction": "0 to 1"}
    said = complaint(axes={name: f"{ends} in 100000 steps" for name, ends in many.items()} | SMALL)
    assert built == [*many]
    assert "100,000 × idle_fraction 100,000 = 1 × 10^15 configurations" in said["axis-0"]


def test_an_axis_of_too_many_steps_says_how_many_it_may_have_before_it_is_built(monkeypatch):
    monkeypatch.setattr("solvers.search.axes._number_axis", None)
    said = complaint(axes={"efficiency": "0.1 to 1 in 1000000 steps"})
    assert said == {"axis-0": "needs 2 to 100,000 steps; this has 1,000,000. Give fewer steps."}


def test_a_long_list_of_all_is_refused_before_the_catalog_is_looked_through():
    said = complaint_of_rows({"accelerator": "all," * 10_000}, lambda kind, of: pytest.fail("the catalog was read"))
    assert "is 40,000 characters long; an axis is described in at most 8,000." in said["axis-0"]


def complaint_of_rows(axes, rows):
    with pytest.raises(InputErrors) as caught:
        declared_search(question(axes=axes), look_up, rows)
    return {error.field: error.sentence for error in caught.value.errors}


def test_a_layout_of_too_many_numbers_of_devices_is_refused_before_any_is_divided(monkeypatch):
    monkeypatch.setattr("solvers.search.layouts._factors", None)
    numbers = ", ".join(str(999_000 + k) for k in range(51))
    said = complaint(axes=TRAINING | {"layout": numbers}, goals=FASTEST, walls="parallelism")
    assert "has 51 numbers of devices; 50 is the most" in said["axis-2"]


def test_more_axes_than_the_limit_are_refused_before_any_is_built(monkeypatch):
    monkeypatch.setattr("mlsysweb.explore.ask.question.declared_axes", None)
    many = {f"accelerator.figure_{k}": "x1 to x2 in 1000000 steps" for k in range(21)}
    assert complaint(axes=many) == {"axis-20": "is one too many: 21 axes, and 20 is the most. Remove some."}


def test_more_goals_than_the_limit_are_refused_before_any_is_compared(monkeypatch):
    monkeypatch.setattr("mlsysweb.explore.ask.question._contradictions", None)
    goals = ("minimize: latency", *(f"latency < {k + 50} ms" for k in range(990)))
    assert complaint(goals=goals) == {"goal-20": "is one too many: 991 goals, and 20 is the most. Remove some."}


def test_a_goal_about_nothing_known_says_where_and_what_is_near():
    assert "in 'latencie < 5 ms': 'latencie' is not known" in complaint(goals=(*GOALS, "latencie < 5 ms"))["goal-3"]


def test_units_that_do_not_match_are_told():
    assert "needs a time" in complaint(goals=(*GOALS, "latency < 5 GB"))["goal-3"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("latency < 10 ms", "latency > 20 ms"), ("latency < 10 ms", "latency >= 10 ms"), ("mfu == 0.5", "mfu > 0.5")],
)
def test_goals_that_contradict_each_other_are_told_at_the_later(first, second):
    said = complaint(goals=("minimize: power", first, second))
    assert f"contradicts '{first}'" in said["goal-2"]


def test_goals_that_only_meet_at_one_value_do_not_contradict():
    declared_search(question(goals=("minimize: power", "latency <= 10 ms", "latency >= 10 ms")), look_up, all_of)


def test_without_an_objective_there_is_nothing_to_rank_by():
    assert "make small or large" in complaint(goals=("latency < 5 ms",))["goal-0"]


def test_five_objectives_are_one_too_many():
    names = ("latency", "power", "energy", "moved", "memory_footprint")
    assert set(complaint(goals=tuple(f"minimize: {name}" for name in names))) == {"goal-4"}


def test_two_axes_for_one_input_are_told_at_the_later():
    twice = DesignSpaceQuestion(("roofline",), (), (*SMALL.items(), ("batch_size", "3, 4")), GOALS)
    with pytest.raises(InputErrors) as caught:
        declared_search(twice, look_up, all_of)
    assert caught.value.errors[0].field == "axis-4" and "already" in caught.value.errors[0].sentence


def test_a_wall_that_is_none_is_told():
    assert "no wall" in complaint(walls="rooflime")["walls"]
    with pytest.raises(InputErrors, match="at least one wall"):
        declared_search(DesignSpaceQuestion((), (), (), GOALS), look_up, all_of)


def test_a_grid_that_changes_nothing_is_refused():
    assert "changes nothing" in complaint(axes=SMALL | {"grid": "poland, norway"})["axis-4"]


def test_a_grid_moves_carbon_and_a_price_that_is_given_counts_more_than_the_grids():
    axes = {"grid": "poland, norway", "devices": "8, 16"}
    goals = ("minimize: total_carbon", "minimize: tco.tco", "tco.energy_opex > 0 USD")
    best = run(search(axes=axes, goals=goals, walls="tco sustainability")).top[0]
    assert best.places["grid"] == "norway"
    price = {"electricity_price": "0.2 USD/kWh"}
    dearer = run(search(axes=axes | price, goals=goals, walls="tco sustainability")).top[0]
    bills = [each.values["tco.energy_opex"] for each in (dearer, best)]
    assert bills[0] == pytest.approx(2 * bills[1], rel=1e-12)


def test_a_fleet_as_an_axis_brings_its_devices_and_their_chips():
    axes = {"fleet": "lab-64-h100, lab-64-a100", "grid": "poland, quebec"}
    goals = ("minimize: tco.tco", "minimize: total_carbon", "purchase_price > 0 USD")
    rows = run(search(axes=axes, goals=goals, walls="tco sustainability")).top
    bought = {row.places["fleet"]: row.values["tco.purchase_price"] for row in rows}
    chips = {"lab-64-h100": "h100-sxm5-80gb", "lab-64-a100": "a100-sxm4-80gb"}
    prices = {fleet: look_up(Accelerator, chip).unit_price for fleet, chip in chips.items()}
    assert bought == {fleet: pytest.approx(64 * price * 2.5) for fleet, price in prices.items()}


TRAINING = {"model": "llama-3-8b", "accelerator": "h100-sxm5-80gb"}
FASTEST = ("maximize: tokens_per_second",)


def test_a_layout_is_every_way_to_divide_the_devices():
    space = search(axes=TRAINING | {"layout": "256"}, goals=FASTEST, walls="parallelism").space
    assert [axis.name for axis in space.axes] == ["layout"] and space.size == 165
    assert all(math.prod(row) == 256 for row in zip(*space.axes[0].columns.values(), strict=True))


def test_a_layout_of_one_device_is_still_an_axis():
    asked = declared_search(question(TRAINING | {"layout": "1"}, FASTEST, "parallelism"), look_up, all_of)
    assert asked.search.space.size == 1 and "layout" not in asked.given


def test_a_dimension_beside_a_layout_is_refused_with_the_goal_that_does_it():
    for values, row in (("8", "axis-2"), ("4, 8", "axis-3")):
        said = complaint(
            axes=TRAINING | {"layout": "64", "tensor_parallel": values}, goals=FASTEST, walls="parallelism"
        )
        assert "tensor_parallel" in said[row]
    asked = search(axes=TRAINING | {"layout": "64"}, goals=(*FASTEST, "tensor_parallel == 8"), walls="parallelism")
    assert {found.inputs["tensor_parallel"] for found in run(asked).top} == {8}


def test_a_layout_where_no_wall_is_split_says_which_wall_is_missing():
    assert "such as parallelism" in complaint(axes=SMALL | {"layout": "8"})["axis-4"]
    assert "'x' is not one" in complaint(axes=TRAINING | {"layout": "x"}, goals=FASTEST, walls="parallelism")["axis-2"]


def preset(name):
    return next(each.question for each in PRESETS if each.name == name)


def test_the_capstone_has_the_numbers_of_the_capstone():
    asked = preset("Capstone")
    axes = dict(asked.axes)
    brief = CAPSTONE.inputs
    assert axes["model"] == brief["model"].default
    assert to_si("", axes["arrival_rate"], "1/s") == brief["requests"].default
    for name in ("prompt_length", "output_length", "pue"):
        assert float(axes[name]) == brief[name].default
    limits = {c.metric.name: c.limit for c in declared_search(asked, look_up, all_of).search.constraints}
    assert limits["ttft"] == brief["ttft_target"].default
    assert (limits["tco"], limits["total_carbon"]) == (brief["budget"].default, brief["carbon_limit"].default)


@pytest.mark.parametrize("name", ["Capstone", "A million designs", "A million dollars, 50 ms"])
def test_a_fleet_pays_for_the_devices_its_replicas_are_on(name):
    search = declared_search(preset(name), look_up, all_of).search
    answers = search.pipeline.evaluate(
        {**search.given, **search.pipeline.assigned(search.space.at(sample(search, 500)))}
    )
    served = np.asarray(answers["serving"].value("replicas")) * answers["serving"].value("tensor_parallel")
    for stage in search.pipeline.stages:
        if "devices" in stage.inputs:
            assert (np.asarray(answers[stage.name].value("devices")) == served).all()


def test_the_million_designs_judge_each_chip_by_its_own_link_and_carbon():
    search = declared_search(preset("A million designs"), look_up, all_of).search
    answers = search.pipeline.evaluate(
        {**search.given, **search.pipeline.assigned(search.space.at(sample(search, 500)))}
    )
    for stage, name, figure in (
        ("serving", "interconnect_bandwidth", "interconnect_bandwidth"),
        ("sustainability", "embodied_per_device", "embodied_carbon"),
        ("sustainability", "tdp", "tdp"),
    ):
        own = getattr(answers[stage].inputs.accelerator, figure)
        np.testing.assert_array_equal(np.asarray(answers[stage].value(name)), own)
        assert len(np.unique(own)) > 4


def test_devices_are_an_answer_and_not_an_axis_where_replicas_are_asked():
    axes = {"model": "llama-3-8b", "replicas": "1, 2", "devices": "8, 16"}
    said = complaint(axes=axes, goals=("minimize: tco.tco",), walls="serving tco")["axis-2"]
    assert "found by serving.devices" in said and "tensor-parallel" in said


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.name)
def test_a_preset_takes_the_price_of_electricity_from_its_grids(preset):
    axes = dict(preset.question.axes)
    assert "electricity_price" not in axes
    for slug in filter(None, axes.get("grid", "").split(", ")):
        assert not np.isnan(look_up(Grid, slug).electricity_price), slug
