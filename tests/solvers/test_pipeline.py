from dataclasses import replace
from enum import IntEnum

import numpy as np
import pytest

from solvers.declare import choice, flag, label, number, output, spec
from solvers.errors import InputError, InputErrors
from solvers.fleet.reliability import reliability
from solvers.meta.iron_law import iron_law
from solvers.node.roofline import roofline
from solvers.pipeline import GIVEN, explain, pipeline, run
from solvers.pipeline.explanation import Origin
from solvers.specs import Accelerator, Model
from tests.solvers.systems import A100, H100, LLAMA_8B
from tests.solvers.toys import toy


class Colour(IntEnum):
    RED = 0
    BLUE = 1


SCALING = toy(
    "scaling",
    {"compute_budget": number("flop", "Budget"), "tokens_per_parameter": number("1", "Ratio", 20.0)},
    {"parameters": output("1", "Parameters"), "total_ops": output("flop", "Work")},
    lambda i: {"parameters": np.sqrt(i.compute_budget / (6 * i.tokens_per_parameter)), "total_ops": i.compute_budget},
    walls=(11,),
)
TRAINING = toy(
    "training",
    {
        "model": spec(Model, "Model", "llama-3-8b"),
        "total_ops": number("flop", "Work", 1.0, high=1e30),
        "devices": number("1", "Devices", 10.0, low=1, integer=True),
    },
    {"duration": output("s", "Duration"), "mfu": output("1", "MFU"), "size": output("1", "Size"), "fits": flag("Fits")},
    lambda i: {
        "duration": i.total_ops / (i.devices * 1e15),
        "mfu": np.float64(0.4),
        "size": np.asarray(i.model.parameters),
        "fits": np.True_,
    },
    walls=(14,),
)
COST = toy(
    "cost",
    {
        "duration": number("s", "Duration", 60.0, high=1e9),
        "devices": number("1", "Devices", 1.0, low=1, integer=True),
        "mfu": number("1", "MFU", 0.5, high=1),
        "price": number("USD/s", "Price", 1e-3),
    },
    {"tco": output("USD", "TCO")},
    lambda i: {"tco": i.duration * i.devices * i.price * i.mfu},
    walls=(17,),
)
PAINT = toy(
    "paint",
    {"colour": choice(Colour, "Colour", Colour.RED)},
    {"duration": output("1", "Strokes"), "coat": label(Colour, "Coat")},
    lambda i: {"duration": np.float64(3), "coat": i.colour},
)
COAT = toy(
    "coats",
    {"coat": choice(Colour, "Coat", Colour.RED)},
    {"tone": output("1", "Tone")},
    lambda i: {"tone": i.coat * 2.0},
)
CHAIN = pipeline(SCALING, TRAINING, COST)


def catalog(kind, slug):
    return {Model: LLAMA_8B, Accelerator: H100}[kind]


def origins(explanation, stage):
    return {t.name: t.origin for s in explanation.stages if s.name == stage for t in s.takes}


def test_each_input_comes_from_a_stage_else_from_the_user_else_from_a_default_else_is_a_gap():
    told = explain(CHAIN, ["devices"])
    assert origins(told, "training") == {"model": Origin.GAP, "total_ops": Origin.STAGE, "devices": Origin.GIVEN}
    assert origins(told, "cost")["price"] is Origin.DEFAULT
    assert told.gaps == {"scaling.compute_budget": "", "training.model": "llama-3-8b"}
    assert told.walls == (11, 14, 17)


def test_what_a_stage_found_is_what_the_next_one_works_with():
    results = run(CHAIN, {"compute_budget": "1.2e22 FLOP", "devices": 100, "model": LLAMA_8B}).results
    assert results["training"].values["total_ops"].value == 1.2e22
    assert results["cost"].values["duration"].value == pytest.approx(1.2e22 / 100 / 1e15)
    assert results["cost"].values["tco"].value == pytest.approx(1.2e7 * 1e-3 * 0.4)
    assert list(results) == ["scaling", "training", "cost"]


def test_the_order_named_does_not_matter():
    assert [s.name for s in pipeline(COST, TRAINING, SCALING).stages] == ["scaling", "training", "cost"]


def test_every_gap_is_named_before_anything_runs():
    with pytest.raises(InputErrors) as bad:
        run(CHAIN, {"devices": 8})
    assert [e.field for e in bad.value.errors] == ["scaling.compute_budget", "training.model"]


def test_the_catalogs_row_stands_in_for_a_gap_when_a_catalog_is_at_hand():
    results = run(CHAIN, {"compute_budget": 1e21}, catalog).results
    assert results["training"].values["model"].value == LLAMA_8B.name


def test_a_figure_that_a_stage_finds_is_offered_as_a_bridge_and_linked_on_demand():
    (bridge,) = explain(CHAIN).bridges
    assert (bridge.target, bridge.source) == ("training.model.parameters", "scaling.parameters")
    linked = pipeline(SCALING, TRAINING, COST, links={bridge.target: bridge.source})
    assert not explain(linked).bridges
    assert run(linked, {"compute_budget": 1.2e22}, catalog).results["training"].values["size"].value == pytest.approx(
        1e10
    )


def test_a_link_joins_two_names():
    linked = pipeline(SCALING, COST, links={"cost.mfu": "scaling.tokens_per_parameter"})
    assert (
        linked.evaluate({("scaling", "compute_budget"): 1.0, ("scaling", "tokens_per_parameter"): 0.25})[
            "cost"
        ].inputs.mfu
        == 0.25
    )


def test_what_is_said_of_one_stage_wins_and_what_is_said_in_vain_is_told():
    assert explain(CHAIN, ["mfu"]).overruled == ("mfu",)
    given_values = {"compute_budget": 1e21, "mfu": 0.9, "cost.mfu": 0.2, "cost.devices": 3, "devices": 10}
    results = run(CHAIN, given_values, catalog).results
    assert results["cost"].values["mfu"].value == 0.2
    assert (results["training"].values["devices"].value, results["cost"].values["devices"].value) == (10, 3)


def test_stages_that_wait_for_each_other_are_a_circle_that_is_named():
    back = toy(
        "back",
        {"tco": number("USD", "TCO", 1.0)},
        {"total_ops": output("flop", "Work")},
        lambda i: {"total_ops": i.tco},
    )
    with pytest.raises(
        InputErrors, match=r"circle: training > back > cost > training.*training takes total_ops from back"
    ):
        pipeline(TRAINING, COST, back)


def test_one_name_in_two_units_is_a_clash_that_names_both():
    with pytest.raises(InputErrors, match=r"paint finds duration as a plain number, cost takes it in s"):
        pipeline(PAINT, COST)


def test_two_stages_that_find_what_a_third_takes_are_asked_which_is_meant():
    other = toy("other", {"x": number("1", "X", 1.0)}, {"mfu": output("1", "MFU")}, lambda i: {"mfu": i.x})
    with pytest.raises(InputErrors, match="training and other both find mfu, which cost takes"):
        pipeline(TRAINING, other, COST)
    assert str(pipeline(TRAINING, other, COST, links={"cost.mfu": "other.mfu"}).wires["cost", "mfu"]) == "other.mfu"
    assert ("cost", "mfu") not in pipeline(TRAINING, other, COST, links={"cost.mfu": GIVEN}).wires


def test_a_label_goes_where_a_choice_of_its_kind_is_taken():
    chain = pipeline(PAINT, COAT)
    assert run(chain, {"colour": "blue"}).results["coats"].values["tone"].value == 2
    assert chain.evaluate({("paint", "colour"): np.array([0, 1])})["coats"].outputs.tone.tolist() == [0, 2]


@pytest.mark.parametrize(
    ("links", "sentence"),
    [
        ({"cost.mfo": "training.mfu"}, "Did you mean cost.mfu"),
        ({"cost.mfu": "training.mfo"}, "Did you mean training.mfu"),
        ({"coast.mfu": "training.mfu"}, "the stages are"),
        ({"cost.mfu": "training.duration"}, "the one is in s, the other as a plain number"),
    ],
)
def test_a_bad_link_says_what_is_wrong_with_it(links, sentence):
    with pytest.raises(InputErrors, match=sentence):
        pipeline(TRAINING, COST, links=links)


def test_a_stage_stands_in_a_pipeline_once():
    with pytest.raises(InputErrors, match="name cost twice"):
        pipeline(COST, TRAINING, COST)


def test_a_name_that_no_stage_takes_is_met_with_the_nearest_there_is():
    with pytest.raises(InputError, match="Did you mean price"):
        explain(CHAIN, ["prize"])


def test_what_a_stage_finds_must_be_in_the_range_of_the_one_that_takes_it():
    with pytest.raises(InputErrors, match=r"cost.duration: must be .* It is what training.duration came to"):
        run(CHAIN, {"compute_budget": 1e29}, catalog)


def test_a_bad_value_is_named_with_its_stage():
    with pytest.raises(InputErrors, match=r"training\.total_ops: needs"):
        run(pipeline(TRAINING), {"total_ops": "3 kg", "model": LLAMA_8B})


def test_a_figure_may_be_changed_for_the_whole_pipeline():
    twice = run(pipeline(roofline), {"model": LLAMA_8B, "accelerator": A100, "accelerator.memory_bandwidth": "x2"})
    once = run(pipeline("roofline"), {"model": LLAMA_8B, "accelerator": A100})
    before, after = (r.results["roofline"].values["memory_time"].value for r in (once, twice))
    assert after == pytest.approx(before / 2)


def test_columns_run_through_all_stages_at_once_and_agree_with_single_runs():
    budgets = np.geomspace(1e20, 1e24, 5)
    answers = CHAIN.evaluate({("scaling", "compute_budget"): budgets, ("training", "model"): LLAMA_8B})
    alone = [run(CHAIN, {"compute_budget": b}, catalog).results["cost"].values["tco"].value for b in budgets]
    assert answers["cost"].outputs.tco == pytest.approx(alone)


def test_the_explanation_reads_like_a_recipe():
    text = str(explain(CHAIN, ["compute_budget"]))
    assert "1. Scaling (scaling, wall 11)\n   given    compute_budget" in text
    assert "from     total_ops (of scaling.total_ops)" in text
    assert "gap      model (default llama-3-8b)" in text
    assert "Possible link: training.model.parameters from scaling.parameters" in text


def test_a_run_takes_dalys_goodput_by_name_and_not_the_first_order_beside_it():

    wires = pipeline(reliability, iron_law, links={"reliability.devices": GIVEN, "iron_law.devices": GIVEN}).wires
    assert str(wires["iron_law", "goodput"]) == "reliability.daly_goodput"


def test_a_stage_is_solved_again_only_where_one_of_its_inputs_changed():
    chain = pipeline(roofline, COST, links={"cost.duration": GIVEN})
    given = {"model": LLAMA_8B, "accelerator": H100, "batch_size": 8.0, "price": 1e-3}
    first, priced = run(chain, given), run(chain, {**given, "price": 2e-3})
    assert priced.results["roofline"] is first.results["roofline"]
    assert priced["cost"]["tco"] == pytest.approx(2 * first["cost"]["tco"])
    larger = run(chain, {**given, "batch_size": 16.0})
    assert larger["roofline"]["throughput"] != first["roofline"]["throughput"]


def test_a_changed_row_has_another_answer():
    chain, given = pipeline(roofline), {"model": LLAMA_8B, "accelerator": H100}
    faster = replace(H100, memory_bandwidth=2 * H100.memory_bandwidth)
    first, second = run(chain, given), run(chain, {**given, "accelerator": faster})
    assert second["roofline"]["latency"] < first["roofline"]["latency"]
