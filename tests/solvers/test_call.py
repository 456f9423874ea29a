"""Calls of a solver as a function: what they accept, and the messages for what they do not."""

import dataclasses

import numpy as np
import pytest

from solvers import roofline
from solvers.errors import InputErrors
from solvers.specs import Precision, stack, take
from tests.solvers.systems import H100, LLAMA_8B


def called(**asked):
    return roofline(**{"model": LLAMA_8B, "accelerator": H100, **asked})


def refused(**asked):
    """Return the messages by field."""
    with pytest.raises(InputErrors) as raised:
        called(**asked)
    return {error.field: error.sentence for error in raised.value.errors}


@pytest.mark.parametrize(
    "column", [[1, 8, 64], (1, 8, 64), range(1, 4), np.array([1, 8, 64])], ids=lambda c: type(c).__name__
)
def test_a_column_is_any_sequence_of_numbers(column):
    together = called(batch_size=column).latency
    assert together.tolist() == [called(batch_size=each).latency for each in column]


def test_columns_broadcast():
    found = called(batch_size=[[1], [8]], context_length=[0, 1024, 4096])
    assert found.latency.shape == (2, 3)


@pytest.mark.parametrize("huge", [10**30, [1, 10**30]], ids=["number", "column"])
def test_an_integer_of_any_size_is_a_number(huge):
    assert refused(batch_size=huge)["batch_size"].startswith("must be at least 1")


def test_a_column_of_choices_is_names_or_codes():
    named = called(precision=["fp16", "fp8"]).peak
    assert named.tolist() == called(precision=[Precision.FP16, Precision.FP8]).peak.tolist()
    assert named.tolist() == [called(precision="fp16").peak, called(precision="fp8").peak]


@pytest.mark.parametrize("precision", ["fp17", ["fp16", "fp17"], 99, [4, 99], -1, 1.5, [[4], [4, 5]], None])
def test_what_is_no_choice_is_refused_with_the_choices(precision):
    assert refused(precision=precision)["precision"].startswith("must be one of fp64, fp32,")


@pytest.mark.parametrize(
    "value", ["many", "20 g/kWh", ["1", "8 kg"], None, [1, None], {"a": 1}, [[1], [1, 2]], 1j, object()]
)
def test_what_is_no_number_is_refused_in_a_sentence(value):
    assert refused(batch_size=value)["batch_size"].startswith(("needs a number", "needs a plain number"))


def test_the_unit_a_number_needs_is_named():
    assert "in s" in refused(layer_overhead=None)["layer_overhead"]


@pytest.mark.parametrize("name", ["batch_size", "precision"])
def test_an_empty_column_has_an_empty_answer(name):
    assert called(**{name: []}).latency.shape == (0,)


def test_columns_that_do_not_broadcast_are_refused_by_name():
    (sentence,) = refused(batch_size=[1, 2, 3], context_length=[0, 1024]).values()
    assert "batch_size" in sentence and "(3,)" in sentence and "(2,)" in sentence


def test_a_column_of_chips_must_broadcast_too():
    chips = take(stack([H100, H100]), np.array([0, 1]))
    assert called(accelerator=chips, batch_size=[1, 8]).latency.shape == (2,)
    assert refused(accelerator=chips, batch_size=[1, 2, 3]).keys() == {"batch_size"}
    uneven = dataclasses.replace(H100, memory_bandwidth=np.ones(2), memory_capacity=np.ones(3))
    assert refused(accelerator=uneven).keys() == {"accelerator"}


def test_all_that_is_wrong_is_said_at_once():
    wrong = refused(batch_size="8 kg", precision="fp17", context_lenght=3)
    assert wrong.keys() == {"batch_size", "precision", "context_lenght"}
