import pytest

from solvers.errors import InputError
from solvers.node.serving import serving
from solvers.node.tail_latency import tail_latency
from solvers.pipeline import pipeline
from solvers.search.axes import axis, listed, ranged, rows
from tests.solvers.systems import A100, H100, LLAMA_8B

SERVING = pipeline(serving)


def values(name, text):
    made = axis(SERVING, name, text)
    return made.columns[name].tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1, 8, 64", [1, 8, 64]),
        ("64, 1, 8, 8", [1, 8, 64]),
        ("1 to 4", [1, 2, 3, 4]),
        ("1 to 64 doubling", [1, 2, 4, 8, 16, 32, 64]),
        ("3 to 20 doubling", [3, 6, 12]),
        ("10 to 30 in 3 steps", [10, 20, 30]),
        ("1 to 100, in 3 log steps", [1, 10, 100]),
    ],
)
def test_whole_numbers_are_read_as_a_person_writes_them(text, expected):
    assert values("batch_size", text) == expected


def test_ends_of_a_range_take_units():
    assert values("layer_overhead", "0 us to 30 us in 4 steps") == pytest.approx([0, 10e-6, 20e-6, 30e-6])


def test_a_figure_of_a_pick_runs_over_values_or_factors():
    assert values("accelerator.memory_bandwidth", "2 TB/s, 4 TB/s") == [2e12, 4e12]
    made = axis(SERVING, "accelerator.peak", "x1 to x4 doubling")
    assert made.columns["accelerator.peak"].factor.tolist() == [1, 2, 4] and made.labels == ("x1", "x2", "x4")


def test_choices_run_by_name_in_the_order_written():
    made = axis(SERVING, "precision", "int8, fp16")
    assert made.labels == ("int8", "fp16") and made.columns["precision"].tolist() == [6, 4]


def test_rows_of_a_catalog_run_by_slug():
    shelf = {"h100": H100, "a100": A100}
    made = axis(SERVING, "accelerator", "a100, h100", lambda kind, slug: shelf[slug])
    assert made.labels == ("a100", "h100") and made.columns["accelerator"].tdp.tolist() == [400, 700]


def test_whole_inputs_take_only_the_whole_numbers_of_a_range():
    made = ranged(SERVING, "batch_size", 1, 4, 100)
    assert made.columns["batch_size"].tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("batch_size", "0, 1", "at least 1"),
        ("batch_size", "1.5", "whole"),
        ("batch_size", "", "at least one value"),
        ("batch_size", "1," * 5000, "characters long"),
        ("batch_size", "9 to 3", "rises"),
        ("efficiency", "0.1 to 2 in 3 steps", "at most 1"),
        ("layer_overhead", "0 us to 1 us in 5 log steps", "above 0"),
        ("layer_overhead", "0 us to 1 us doubling", "above 0"),
        ("batch_size", "1 to 9 in 1 steps", "2 to"),
        ("prompt_length", "3 kg", "mass"),
        ("precision", "fp12", "fp16"),
        ("accelerator.peak", "x1, 5", "scale"),
        ("accelerator.tdp", "x1, 5 W", "mixes"),
        ("accelerator", "h100", "catalog"),
        ("batch", "1", "Did you mean batch_size"),
    ],
)
def test_a_bad_axis_is_a_sentence_on_its_own_name(name, text, sentence):
    with pytest.raises(InputError, match=sentence) as bad:
        axis(SERVING, name, text)
    assert bad.value.field == name


def test_a_pick_runs_over_specs_of_its_kind_and_nothing_else_does():
    with pytest.raises(InputError, match="Accelerator"):
        rows(SERVING, "accelerator", {"llama": LLAMA_8B})
    with pytest.raises(InputError, match="row of the catalog"):
        rows(SERVING, "batch_size", {"h100": H100})
    with pytest.raises(InputError, match="specs"):
        listed(SERVING, "accelerator", ["h100"])


def test_an_axis_along_what_a_stage_finds_would_change_nothing():
    chain = pipeline(serving, tail_latency, links={"tail_latency.service_time": "serving.end_to_end_latency"})
    with pytest.raises(InputError, match="found by a stage"):
        listed(chain, "service_time", [1.0])
    # With the stage's name it removes the connection.
    assert listed(chain, "tail_latency.service_time", [1.0]).labels == (1.0,)
