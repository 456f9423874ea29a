import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.analysis.parameters import Scaled
from solvers.errors import InputErrors
from solvers.search.space import Axis, Space, joined
from solvers.specs import stack
from tests.solvers.systems import A100, H100

lengths = st.lists(st.integers(1, 7), min_size=1, max_size=5)


def space_of(shape):
    return Space(tuple(Axis(f"a{k}", {f"a{k}": np.arange(n) * 10.0}, tuple(range(n))) for k, n in enumerate(shape)))


@settings(max_examples=40)
@given(shape=lengths, most=st.integers(1, 200))
def test_boxes_cover_the_space_once_and_in_order(shape, most):
    space = space_of(shape)
    boxes = [space.box(number, most) for number in range(space.boxes(most))]
    assert [box.first for box in boxes] == list(np.cumsum([0] + [box.size for box in boxes])[:-1])
    assert sum(box.size for box in boxes) == space.size == int(np.prod(shape))
    assert max(box.size for box in boxes) <= most or most < 1


@settings(max_examples=40)
@given(shape=lengths, most=st.integers(1, 200), data=st.data())
def test_a_box_holds_the_values_that_its_numbers_stand_for(shape, most, data):
    space = space_of(shape)
    box = space.box(data.draw(st.integers(0, space.boxes(most) - 1)), most)
    numbers = box.first + np.arange(box.size)
    for name, grid in space.columns(box).items():
        assert box.line(grid).tolist() == space.at(numbers)[name].tolist()


def test_a_huge_space_is_counted_and_entered_anywhere_without_being_spread_out():
    space = space_of([1000, 1000, 1000, 4])
    assert space.size == 4 * 10**9
    box = space.box(space.boxes(10_000) - 1, 10_000)
    assert box.first + box.size == space.size
    assert sum(grid.size for grid in space.columns(box).values()) < 3000


def test_labels_name_the_place_on_every_axis():
    space = Space((joined("site", ["north", "south"], {"pue": np.array([1.1, 1.5])}), *space_of([3]).axes))
    assert space.labels(np.array([0, 5])) == [{"site": "north", "a0": 0}, {"site": "south", "a0": 2}]


def test_inputs_that_move_together_move_together():
    axis = joined("layout", ["wide", "deep"], {"tp": np.array([8.0, 2.0]), "pp": np.array([1.0, 4.0])})
    assert {name: column.tolist() for name, column in axis.at(np.array([1, 1, 0])).items()} == {
        "tp": [2, 2, 8],
        "pp": [4, 4, 1],
    }


def test_rows_of_a_catalog_and_factors_are_columns_too():
    chips = Axis("accelerator", {"accelerator": stack([H100, A100])}, ("h100", "a100"))
    faster = Axis("accelerator.peak", {"accelerator.peak": Scaled(np.array([1.0, 2.0]))}, ("x1", "x2"))
    columns = Space((chips, faster)).columns(Space((chips, faster)).box(0, 100))
    assert columns["accelerator"].peak.shape == (2, 1, 9)
    assert columns["accelerator"].tdp.tolist() == [[700], [400]]
    assert columns["accelerator.peak"].factor.tolist() == [[1, 2]]


def test_an_input_follows_one_axis():
    with pytest.raises(InputErrors, match="two axes"):
        Space((space_of([2]).axes[0], space_of([3]).axes[0]))


def test_values_that_move_together_are_as_many_as_their_labels():
    with pytest.raises(InputErrors, match="has 3 values along site, which has 2"):
        joined("site", ["north", "south"], {"pue": np.array([1.0, 2.0, 3.0])})
