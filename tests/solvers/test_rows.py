import dataclasses

import numpy as np
import pytest

from solvers import rows
from solvers.registry import solvers
from solvers.shipped import find
from solvers.solve import output_rows, row
from solvers.specs import Accelerator, Model, stack, take

roofline = solvers()["roofline"]


def batch():
    """Four questions: a chip, a batch size and a phase each, one model."""
    chips = stack([find(Accelerator, slug, "") for slug in ("h100-sxm5-80gb", "mi300x")])
    return roofline.inputs_type(
        model=find(Model, "llama-3-8b", ""),
        accelerator=take(chips, np.array([0, 1, 1, 0])),
        batch_size=np.array([1.0, 2, 3, 4]),
        phase=np.array([0, 1, 0, 1]),
    )


def test_a_replaced_record_is_that_of_dataclasses_and_leaves_the_first_as_it_was():
    whole = batch()
    other = rows.replaced(whole, {"batch_size": 7.0})
    assert type(other) is type(whole) and other.batch_size == 7.0
    expected = dataclasses.replace(whole, batch_size=7.0)
    assert all(getattr(other, f.name) is getattr(expected, f.name) for f in dataclasses.fields(whole))
    assert whole.batch_size.tolist() == [1, 2, 3, 4]


def test_each_question_of_a_batch_is_the_one_taken_alone_in_pythons_numbers():
    whole, places = batch(), np.array([3, 0, 2])
    split = list(rows.each_row(whole, places))
    assert [each.batch_size for each in split] == [4, 1, 3]
    for place, each in zip(places, split, strict=True):
        alone = rows.take_rows(whole, np.array(place))
        assert type(each.batch_size) is float and type(each.phase) is int and each.phase == alone.phase
        assert type(each.accelerator.tdp) is float and each.accelerator.tdp == alone.accelerator.tdp
        np.testing.assert_array_equal(each.accelerator.peak, alone.accelerator.peak)
        assert each.model is whole.model


def test_what_is_repeated_in_every_question_is_the_same_object_in_all():
    whole = rows.replaced(batch(), {"batch_size": np.array([1.0, np.nan, np.nan, 4])})
    one, other = rows.each_row(whole, np.array([1, 2]))  # both of the second chip, with an unknown batch size
    assert one.accelerator is other.accelerator
    assert one.accelerator.tdp == find(Accelerator, "mi300x", "").tdp and type(one.accelerator.tdp) is float
    assert np.isnan(one.batch_size) and type(one.batch_size) is float
    assert (one.phase, other.phase) == (1, 0)
    known, unknown = rows.each_row(whole, np.array([0, 1]))
    assert known.batch_size == 1.0 and np.isnan(unknown.batch_size)
    assert list(rows.each_row(whole, np.array([], dtype=int))) == []


def test_a_batch_without_columns_is_the_same_question_each_time():
    question = roofline.inputs_type(
        model=find(Model, "llama-3-8b", ""),
        accelerator=find(Accelerator, "mi300x", ""),
        batch_size=np.float64(2),
    )
    first, second = rows.each_row(question, np.array([0, 0]))
    assert first.batch_size == second.batch_size == 2 and type(first.batch_size) is float


def test_each_answer_of_a_batch_is_the_row_taken_alone():
    answers = roofline.function(batch())
    columns = {n: output_rows(io, getattr(answers, n), np.arange(4)) for n, io in roofline.outputs.items()}
    for place in range(4):
        alone = row(roofline, answers, place)
        for name, column in columns.items():
            mine, its = column[place], getattr(alone, name)
            assert type(mine) is type(its) and mine == pytest.approx(its, nan_ok=True), name


def test_a_field_of_questions_is_that_of_each_row():
    whole, places = batch(), np.array([2, 0])
    for place, each in enumerate(rows.each_row(whole, places)):
        for name in roofline.inputs:
            mine, its = rows.column_of(getattr(whole, name), places)[place], getattr(each, name)
            assert type(mine) is type(its) and getattr(mine, "name", mine) == getattr(its, "name", its), name


def test_a_solver_without_charts_is_always_the_same_object():
    assert roofline.without_charts is roofline.without_charts
    assert not roofline.without_charts.figures and roofline.figures
