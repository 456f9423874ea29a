"""Every invalid input gives an error message at its field, on the page, in a fragment and in the API; never a 500."""

import json
from html import unescape

import pytest

pytestmark = pytest.mark.usefixtures("catalog")

BAD = [
    ({"batch_size": "-3"}, "batch_size", "must be at least 1"),
    ({"batch_size": "1e999"}, "batch_size", "needs a finite number"),
    ({"batch_size": "NaN"}, "batch_size", "needs a finite number"),
    ({"batch_size": "1.5"}, "batch_size", "must be a whole number"),
    (
        {"accelerator.memory_bandwidth": "12 kg"},
        "accelerator.memory_bandwidth",
        "needs a bandwidth (byte/s); '12 kg' is a mass.",
    ),
    ({"accelerator": "h10"}, "accelerator", "h100"),
    ({"precision": "fp64", "accelerator": "mi300x", "model": "llama-3-8b"}, None, None),
    ({"precision": "fp64", "accelerator": "coral-edge-tpu"}, "precision", "can't be FP64"),
    ({"phase": "forward"}, "phase", "one forward pass"),
    ({"model": "resnet-50", "phase": "decode"}, "phase", "does not generate tokens"),
    ({"batch_size": "9" * 20000}, "batch_size", "is 20000 characters long"),
    ({"batch": "8"}, "batch", "Did you mean batch_size?"),
    ({"accelerator": '{"peak": '}, "accelerator", "is not JSON"),
    ({"accelerator": '{"peak": {"fp16": -1}, "memory_bandwidth": 1e12}'}, "accelerator", "peak"),
    ({"also": ",".join(f"x{n}" for n in range(9))}, "also", "takes at most 7"),
    ({"sweep": "model"}, "sweep", "must be a numeric input"),
    ({"accelerator.peak": "x0"}, "accelerator.peak", "above 0"),
]


@pytest.mark.parametrize(("query", "field", "words"), BAD, ids=lambda v: str(v)[:30])
def test_a_bad_input_is_a_sentence_on_every_surface(client, query, field, words):
    page = client.get("/walls/roofline/", query)
    partial = client.get("/walls/roofline/", query, headers={"HX-Request": "true"})
    api = client.get("/api/v1/solve/roofline", query)
    if field is None:
        assert page.status_code == partial.status_code == api.status_code == 200
        return
    assert page.status_code == partial.status_code == api.status_code == 422
    assert api.json()["error"]["field"] == field and words in api.json()["error"]["message"]
    assert words in unescape(page.content.decode()) and words in unescape(partial.content.decode())


def test_what_was_typed_stays_in_its_field(client):
    html = client.get("/walls/roofline/", {"batch_size": "-3", "context_length": "777"}).content.decode()
    assert 'value="-3"' in html and 'value="777"' in html


def test_a_refused_update_leaves_the_last_result_in_place(client):
    answer = client.get("/walls/roofline/", {"batch_size": "-3"}, headers={"HX-Request": "true"})
    assert answer["HX-Reswap"] == "none"
    assert 'id="result"' not in answer.content.decode()


def test_two_bad_inputs_are_both_named(client):
    errors = client.get("/api/v1/solve/roofline", {"batch_size": "-3", "efficiency": "2"}).json()["errors"]
    assert [error["field"] for error in errors] == ["batch_size", "efficiency"]


@pytest.mark.parametrize(
    "body", ["{", "[1]", '"text"', "", "[" * 100_000, '{"batch_size": [1, 2]}', '{"batch_size": true}', '{"model": 7}']
)
def test_a_malformed_body_is_a_sentence(client, body):
    answer = client.post("/api/v1/solve/roofline", body, content_type="application/json")
    assert answer.status_code == 422 and answer.json()["error"]["message"]


def test_a_number_too_large_for_a_float_is_a_sentence(client):
    answer = client.post(
        "/api/v1/solve/roofline", '{"batch_size": 1' + "0" * 400 + "}", content_type="application/json"
    )
    assert answer.status_code == 422 and answer.json()["error"]["field"] == "batch_size"


def test_a_model_too_large_for_the_chip_is_an_answer_that_says_what_is_missing(client):
    answer = client.get("/api/v1/solve/roofline", {"model": "deepseek-v3", "precision": "fp8"}).json()
    assert answer["outputs"]["feasible"]["value"] is False
    assert answer["outputs"]["memory_shortfall"]["value"] > 5e11
    assert "Does not fit" in answer["verdict"]


def test_an_unknown_wall_and_an_unknown_scenario_are_not_found(client):
    assert client.get("/walls/rooflin/").status_code == 404
    assert client.get("/s/nothere/").status_code == 404
    assert "Did you mean roofline?" in client.get("/api/v1/solve/rooflin").json()["error"]["message"]


def test_more_names_than_any_question_has_are_refused_politely(client):
    answer = client.get("/walls/roofline/?" + "&".join(f"x{n}=1" for n in range(900)))
    assert answer.status_code == 422 and len(answer.content) < 400_000


def test_nan_never_reaches_the_wire(client):
    text = client.get(
        "/api/v1/solve/roofline", {"accelerator": "max78000", "model": "mlperf-tiny-kws-dscnn", "precision": "fp32"}
    ).content
    assert b"NaN" not in text and b"Infinity" not in text
    json.loads(text)


def test_an_unknown_name_is_told_beside_the_other_errors(client):
    page = client.get("/walls/roofline/", {"model": "gpt9", "batch_size": "abc", "efficiency": "2"})
    assert page.status_code == 422
    assert [field.name for field in page.context["form"].invalid] == ["model", "batch_size", "efficiency"]
    text = page.content.decode()
    assert "3 inputs need to be corrected" in text and text.count('<li><a href="#in-') == 3
