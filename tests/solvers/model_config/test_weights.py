import pytest

from solvers.errors import InputError
from solvers.model_config import stated_parameters

BF16 = {"torch_dtype": "bfloat16"}


@pytest.mark.parametrize(
    ("metadata", "config", "parameters"),
    [
        ({"total_size": 200}, BF16, 100),
        ({"total_size": 200}, {"dtype": "torch.float32"}, 50),
        ({"total_size": 200}, {"text_config": BF16}, 100),
        ({"total_size": 200, "total_parameters": 7}, {"quantization_config": {"bits": 4}}, 7),
    ],
)
def test_an_index_states_a_number_of_parameters(metadata, config, parameters):
    assert stated_parameters({"metadata": metadata}, config) == parameters


@pytest.mark.parametrize(
    ("index", "config", "sentence"),
    [
        ([], BF16, "has no metadata"),
        ({"metadata": {"total_size": -3}}, BF16, "has no metadata"),
        ({"metadata": {"total_size": True}}, BF16, "has no metadata"),
        ({"metadata": {"total_size": float("inf")}}, BF16, "has no metadata"),
        ({"metadata": {"total_size": 10}}, {}, "has bytes only"),
        ({"metadata": {"total_size": 10}}, BF16 | {"quantization_config": {"bits": 4}}, "has the bytes of quantized"),
    ],
)
def test_an_index_without_one_gets_a_sentence(index, config, sentence):
    with pytest.raises(InputError, match=sentence):
        stated_parameters(index, config)
