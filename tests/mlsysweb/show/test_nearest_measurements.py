"""The published measurements nearest to a result on the pages of serving and training."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsysweb.answer import answer
from mlsysweb.show.measurements.nearest import MeasuredConfiguration, candidates_of, nearby, nearest
from solvers.registry import solvers

pytestmark = pytest.mark.usefixtures("catalog")

H100 = "h100-sxm5-80gb"
LLAMA = (8.03e9, 8.03e9)


def near(wall, **text):
    return nearby(wall, answer(solvers()[wall], text))


def asked(**changes):
    numbers = {"devices": 1.0, "batch": 16.0, "prompt": 1024.0, "output": 128.0} | changes.pop("numbers", {})
    given = {"chip": H100, "model": "llama-3-8b", "parameters": LLAMA, "precision": "fp16"}
    return MeasuredConfiguration(numbers=numbers, **(given | changes))


def test_a_measured_configuration_is_its_own_nearest():
    rows = near("serving", batch_size="16", prompt_length="1024", output_length="128").rows
    decode = [row for row in rows if row.quantity.startswith("time between tokens")]
    assert decode[0].configuration == "llama-3.1-8b, BF16, 1 device, trtllm, 16 at once, 1,024 in, 128 out"
    assert decode[0].source.url.startswith("https://")


@pytest.mark.parametrize(
    ("batch", "prompt", "output"), [("16", "1024", "128"), ("1", "128", "128"), ("64", "1024", "1024")]
)
def test_the_prediction_of_a_measured_configuration_is_that_of_the_page(batch, prompt, output):
    """Within the digits that are shown, as the evidence asks for the same model by its own figures."""
    result = answer(solvers()["serving"], {"batch_size": batch, "prompt_length": prompt, "output_length": output})
    place = nearest(
        candidates_of("decode", H100),
        asked(numbers={"batch": float(batch), "prompt": float(prompt), "output": float(output)}),
    )[0]
    predicted = candidates_of("decode", H100).rows["default"][place]
    assert predicted == pytest.approx(result.values["itl"].value, rel=0.01)


@given(
    st.fixed_dictionaries(
        {
            "devices": st.sampled_from([1.0, 2.0, 4.0, 8.0]),
            "batch": st.floats(1, 1e4),
            "prompt": st.floats(64, 1e5),
            "output": st.floats(16, 1e4),
        }
    ),
    st.sampled_from(["fp16", "fp8"]),
    st.booleans(),
)
def test_every_number_of_a_near_measurement_is_within_a_factor_of_two(numbers, precision, server):
    candidates = candidates_of("decode", H100)
    rows = candidates.rows.where(nearest(candidates, asked(numbers=numbers, precision=precision, server=server)))
    for name, value in numbers.items():
        assert ((rows[name] / value >= 0.5) & (rows[name] / value <= 2)).all()
    assert set(rows["precision"]) <= {{"fp16": "bf16"}.get(precision, precision)}
    assert all(("server" in quantity) == server for quantity in set(rows["quantity"].tolist()))


def test_measurements_of_the_same_model_come_first_then_those_of_its_size():
    candidates = candidates_of("answer", H100)
    numbers = {"batch": 16.0, "prompt": 512.0, "output": 512.0}
    models = candidates.model[nearest(candidates, asked(numbers=numbers))].tolist()
    assert models[0] == "llama-3-8b" and set(models) == {"llama-3-8b", "llama-2-7b", "mistral-7b", "qwen2-7b"}
    assert models == sorted(models, key=lambda name: name != "llama-3-8b")


def test_a_server_is_compared_with_servers():
    text = {"model": "deepseek-r1", "accelerator": "b200-sxm-180gb", "precision": "fp8", "tensor_parallel": "8"}
    rows = near("serving", **text, concurrency="64", prompt_length="1024", output_length="1024").rows
    assert rows and all(row.quantity.endswith("server") for row in rows)


def test_a_training_run_is_compared_by_its_fleet_and_its_split():
    text = {"model": "llama-2-13b", "sequence_length": "2048", "microbatch_size": "2", "data_parallel": "64"}
    found = near("parallelism", **text, tensor_parallel="1", pipeline_parallel="1")
    assert found.rows and all("devices, 2 micro-batch, 2,048 tokens long" in row.configuration for row in found.rows)
    assert near("parallelism", **text, tensor_parallel="1", pipeline_parallel="4").rows == ()


@pytest.mark.parametrize(
    "text",
    [
        {"accelerator": "mi300x"},
        {"accelerator.memory_bandwidth": "x2"},
        {"model.layers": "64"},
        {"batch_size": "300", "prompt_length": "32"},
        {"precision": "fp32"},
    ],
)
def test_what_was_not_measured_has_nothing_near(text):
    assert near("serving", **text).rows == ()


def test_a_wall_that_predicts_nothing_measured_has_no_list(client):
    assert nearby("tco", answer(solvers()["tco"], {})) is None
    assert "Published measurements" not in client.get("/walls/tco/").content.decode()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_page_and_update_list_them_or_say_that_there_are_none(client, headers):
    html = client.get("/walls/serving/", headers=headers).content.decode()
    assert "Published measurements" in html and "aiconfigurator" in html
    none = client.get("/walls/serving/?accelerator=mi300x", headers=headers).content.decode()
    assert "No measurement within a factor of 2 of this configuration." in none


def test_an_unknown_number_of_a_row_does_not_exclude_it():
    candidates = candidates_of("training", H100)
    assert np.isnan(candidates.rows["output"]).all()
    assert len(nearest(candidates, asked(numbers={"devices": 64.0, "batch": 2.0, "prompt": 2048.0})))


def test_the_errors_on_a_chip_are_those_of_its_rows():
    rows = candidates_of("decode", H100).rows
    rows = rows.where(rows["precision"] == "bf16")
    off = np.abs(rows["default"] / rows["measured"] - 1)
    off = off[~np.isnan(off)]
    sentence = near("serving").errors[0]
    assert sentence.startswith(f"Decode steps, {len(off):,} measured on NVIDIA H100 SXM5 80GB in bf16: ")
    assert f"half of the predictions are within {100 * np.median(off):.2g} %" in sentence
    assert f"nine of ten within {100 * np.quantile(off, 0.9):.2g} %" in sentence


def test_a_chip_with_few_rows_is_told_of_the_others_and_a_bias_with_its_side():
    sentence = near("serving", accelerator="l4").errors[0]
    assert "on other accelerators, fewer than 10 on NVIDIA L4:" in sentence
    assert any("They tend to be too low, by" in each for each in near("serving").errors)
