import numpy as np
import pytest

from solvers.errors import InputError, InputErrors
from solvers.node.roofline import roofline
from solvers.node.serving import serving
from solvers.pipeline import pipeline
from solvers.search.goals import goal, goals, metrics
from tests.solvers.systems import H100, LLAMA_8B

ONE = pipeline(roofline)
KNOWN = metrics(ONE)
BOTH = pipeline(roofline, serving)
GIVEN = {("roofline", "model"): LLAMA_8B, ("roofline", "accelerator"): H100}


@pytest.mark.parametrize("text", ["maximize: throughput", "Maximise:throughput", "  maximize :  throughput  "])
def test_the_slides_objective_reads(text):
    objective = goal(text, KNOWN)
    assert (objective.terms[0][0].name, objective.sign) == ("throughput", -1)


def test_metrics_add_up_in_the_unit_of_the_first():
    objective = goal("minimize: latency + 2 ms/GB * memory_footprint + 3 * overhead_time", KNOWN)
    assert [(m.name, weight) for m, weight in objective.terms] == [
        ("latency", 1.0),
        ("memory_footprint", pytest.approx(2e-12)),
        ("overhead_time", 3.0),
    ]
    answers = ONE.evaluate(GIVEN)
    o = answers["roofline"].outputs
    assert objective.score(answers) == pytest.approx(o.latency + 2e-12 * o.memory_footprint + 3 * o.overhead_time)


def test_a_weight_may_be_written_with_an_exponent():
    assert goal("minimize: latency + 1e+2 * overhead_time", KNOWN).terms[1][1] == 100
    assert goal("maximize: 2.5*throughput", KNOWN).terms[0][1] == 2.5


@pytest.mark.parametrize(
    ("text", "operator", "limit"),
    [
        ("latency < 50 ms", "<", 0.05),
        ("latency<50ms", "<", 0.05),
        ("latency ≤ 2 s", "<=", 2),
        ("latency > 0.1 s", ">", 0.1),
        ("memory_footprint <= 80 GB", "<=", 80e9),
        ("mfu >= 40 %", ">=", 0.4),
        ("batch_size == 8", "==", 8),
        ("accelerator.tdp < 0.5 kW", "<", 500),
        ("throughput >= 1000", ">=", 1000),
        ("feasible", "==", 1),
        ("feasible == True", "==", 1),
        ("feasible == no", "==", 0),
        ("bottleneck == memory", "==", 1),
        ("bottleneck != COMPUTE", "!=", 0),
    ],
)
def test_a_constraint_reads_with_units_names_and_truths(text, operator, limit):
    constraint = goal(text, KNOWN)
    assert constraint.operator == operator
    assert constraint.limit == pytest.approx(limit)
    assert constraint.text == text


def test_a_bare_latency_is_in_milliseconds_as_on_the_slides_and_says_so():
    # Tutorial part 6: constraints=["latency < 100"], the metric being in ms.
    constraint = goal("latency < 100", KNOWN)
    assert (constraint.limit, constraint.text) == (0.1, "latency < 100 ms")
    assert goal("overhead_time < 100", KNOWN).limit == 100


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ("minimise latency", 10, "colon is missing"),
        ("minimize: latencyy", 11, "did you mean latency?"),
        ("smallest: latency", 1, "no direction"),
        ("maximize: bottleneck", 11, "not a number"),
        ("maximize: throughput, please", 21, "comes after"),
        ("minimize: latency + memory_footprint", 21, "in byte, the sum in s; a weight in s/byte is missing"),
        ("minimize: latency + 3 W * energy", 21, "is a power"),
        ("minimize: latency +", 20, "is expected"),
        ("maximize:", 10, "a metric to make small or large is expected"),
        ("latency", 8, "comparison is missing"),
        ("latency <", 10, "missing"),
        ("latency < 50 kg", 11, "mass"),
        ("latency < fast", 11, "needs a number"),
        ("  latency =< 5", 12, "number"),
        ("bottleneck < memory", 14, "no number"),
        ("bottleneck == disk", 15, "compute, memory, overhead"),
        ("feasible == maybe", 13, "true, yes, false, no"),
        ("50 ms > latency", 1, "is expected"),
        ("", 1, "is expected"),
        ("__import__('os')", 1, "not known"),
        ("latency < 1 or True", 11, "unit"),
    ],
)
def test_a_bad_goal_says_where_and_what_would_be_right(text, place, sentence):
    with pytest.raises(InputError, match=r"^goals: ") as bad:
        goal(text, KNOWN)
    rest = text[place - 1 :].strip()
    where = "" if rest == text.strip() else f", at '{rest}'" if rest else ", at its end"
    assert bad.value.sentence.startswith(f"in '{text}'{where}: ")
    assert sentence in bad.value.sentence


def test_the_slides_tco_usd_is_met_with_what_it_is_called_here():
    known = {"tco": KNOWN["latency"], "throughput": KNOWN["throughput"]}
    with pytest.raises(InputError, match="did you mean tco"):
        goal("minimize: tco_usd", known)


def test_a_name_that_two_stages_find_must_say_whose():
    known = metrics(BOTH)
    with pytest.raises(InputError, match=r"could be roofline\.feasible or serving\.feasible"):
        goal("feasible", known)
    assert goal("serving.feasible", known).metric.stage == "serving"


def test_all_bad_goals_are_told_at_once():
    with pytest.raises(InputErrors) as bad:
        goals(["minimize: x", "latency < 3 m", "maximize: throughput"], KNOWN, "constraints")
    assert [error.field for error in bad.value.errors] == ["constraints", "constraints"]


def test_goals_read_their_metrics_and_what_is_unknown_meets_nothing():
    (objective,), (small, other) = goals(["maximize: batch_size", "latency < 6 ms", "latency != 1 s"], KNOWN)
    answers = ONE.evaluate({**GIVEN, ("roofline", "batch_size"): np.array([1.0, 4.0, 1000.0])})
    assert objective.score(answers).tolist() == [-1, -4, -1000]
    assert small.met(small.metric.read(answers)).tolist() == [True, True, False]
    for constraint in (small, other):
        assert not constraint.met(np.array(np.nan))


@pytest.mark.parametrize("limit", ["latency < -5 ms", "latency <= -1", "latency == -5 ms"])
def test_a_limit_that_nothing_can_meet_is_refused(limit):
    with pytest.raises(InputError, match="latency is never negative, so nothing can meet this; write a limit above 0"):
        goal(limit, KNOWN)
    assert goal("latency > -5 ms", KNOWN)
