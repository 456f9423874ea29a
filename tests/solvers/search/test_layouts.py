from math import comb, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.errors import InputError
from solvers.fleet.parallelism import parallelism
from solvers.pipeline import pipeline, settle
from solvers.search.axes import axis, listed
from solvers.search.explore import Search
from solvers.search.goals import goals, metrics
from solvers.search.layouts import layouts
from solvers.search.run import run
from solvers.search.space import Space
from tests.solvers.systems import H100, LLAMA_8B

CHAIN = pipeline("parallelism")
DIMENSIONS = ("data_parallel", "tensor_parallel", "pipeline_parallel", "context_parallel")
TRAINING = {"model": LLAMA_8B, "accelerator": H100}


def best(devices, *wanted, besides=(), keep=10, **given):
    fixed = settle(CHAIN, {**TRAINING, **given})
    objectives, constraints = goals(wanted, metrics(CHAIN))
    space = Space((layouts(CHAIN, devices), *besides))
    return run(Search(CHAIN, fixed, space, objectives, constraints, keep))


def rows(found):
    return list(zip(*(found.columns[name].astype(int).tolist() for name in DIMENSIONS), strict=True))


@settings(max_examples=15)
@given(devices=st.integers(1, 200))
def test_every_layout_uses_all_devices_and_each_is_tried_once(devices):
    found = rows(layouts(CHAIN, [devices]))
    assert all(prod(row) == devices for row in found) and len(set(found)) == len(found)
    every = (
        (d, t, p, devices // (d * t * p))
        for d in range(1, devices + 1)
        if devices % d == 0
        for t in range(1, devices // d + 1)
        if devices // d % t == 0
        for p in range(1, devices // d // t + 1)
        if devices // d // t % p == 0
    )
    assert set(found) == set(every)


def test_256_devices_have_as_many_layouts_as_eight_twos_have_places():
    assert len(axis(CHAIN, "layout", "256")) == comb(8 + 3, 3)


def test_several_numbers_of_devices_are_one_axis():
    found = axis(CHAIN, "layout", "8, 16")
    assert {prod(row) for row in rows(found)} == {8, 16}
    assert found.labels[0] == "data 1 × tensor 1 × pipeline 1 × context 8"


def test_the_best_layout_fits_and_no_fitting_one_is_faster():
    found = best([64], "maximize: tokens_per_second", "feasible", microbatches=16).top[0]
    every = rows(layouts(CHAIN, [64]))
    columns = dict(zip(DIMENSIONS, np.array(every, dtype=float).T, strict=True))
    answer = parallelism(**TRAINING, **columns, microbatches=16)
    fastest = np.where(answer.feasible, answer.tokens_per_second, 0).max()
    assert found.values["parallelism.feasible"]
    assert found.values["parallelism.tokens_per_second"] == pytest.approx(fastest)


def test_a_goal_keeps_a_dimension_within_a_node():
    found = best([64], "maximize: tokens_per_second", "tensor_parallel <= 4", keep=1000)
    assert found.top and max(each.inputs["tensor_parallel"] for each in found.top) == 4


def test_other_inputs_are_axes_beside_it():
    besides = (listed(CHAIN, "microbatches", [8, 16]), listed(CHAIN, "recomputation", ["none", "full"]))
    found = best([16], "minimize: step_time", besides=besides)
    assert found.search.space.shape == (len(layouts(CHAIN, [16])), 2, 2)


def test_a_wall_that_takes_fewer_dimensions_gets_those():
    found = layouts(pipeline("serving", "parallelism"), [4])
    assert set(found.columns) == set(DIMENSIONS)
    with pytest.raises(InputError, match="such as parallelism"):
        layouts(pipeline("batching"), [4])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "needs a number of devices"),
        ("0", "from 1 to"),
        ("2000000", "from 1 to"),
        ("many", "'many' is not one"),
        ("2.5", "'2.5' is not one"),
        ("720720, 831600, 942480", "give fewer"),
    ],
)
def test_what_is_no_number_of_devices_is_refused(text, sentence):
    with pytest.raises(InputError, match=sentence) as bad:
        axis(CHAIN, "layout", text)
    assert bad.value.field == "layout"


def test_serving_divides_devices_over_replicas_and_layers():
    chain = pipeline("serving", "tail_latency", links={"tail_latency.replicas": "serving.slots"})
    found = axis(chain, "layout", "8")
    pairs = list(zip(found.columns["replicas"].tolist(), found.columns["tensor_parallel"].tolist(), strict=True))
    assert pairs == [(1, 8), (2, 4), (4, 2), (8, 1)]


def test_a_queue_alone_divides_no_devices():
    with pytest.raises(InputError, match="such as parallelism or serving"):
        axis(pipeline("tail_latency"), "layout", "8")
