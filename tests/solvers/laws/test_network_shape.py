import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.laws.network_shape import dense_transformer_shape


@pytest.mark.parametrize(
    ("parameters", "layers", "hidden_size"),
    [(6.44e9, 32, 4096), (173.9e9, 96, 12288)],  # Brown et al. 2020, table 2.1, without the embeddings
)
def test_gpt_3_has_its_own_shape(parameters, layers, hidden_size):
    shape = dense_transformer_shape(parameters)
    assert (shape.layers, shape.hidden_size) == (layers, hidden_size)


@given(parameters=st.floats(1e9, 1e13))
def test_the_shape_has_about_the_parameters_it_was_made_for(parameters):
    shape = dense_transformer_shape(parameters)
    assert float(12 * shape.layers * shape.hidden_size**2) == pytest.approx(parameters, rel=0.1)
    assert shape.hidden_size == shape.attention_heads * shape.head_dim


def test_of_an_unknown_size_the_shape_is_unknown():
    shape = dense_transformer_shape(np.array([np.nan, 1e9]))
    for column in (shape.layers, shape.hidden_size, shape.attention_heads, shape.head_dim):
        assert np.isnan(column[0]) and column[1] > 0


@given(parameters=st.floats(3e9, 1e13))
def test_eight_tensor_parallel_devices_divide_the_heads(parameters):
    assert dense_transformer_shape(parameters).attention_heads % 8 == 0
