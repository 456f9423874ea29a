import dataclasses

import pytest

from solvers.errors import InputError, InputErrors
from solvers.node.roofline import roofline
from solvers.node.serving import serving
from solvers.notebook.call import question
from solvers.operations.sustainability import sustainability
from solvers.spelling import is_range
from solvers.uncertainty.ranges import MOST_INPUTS, InputRange, read_range, read_ranges

POINT = question(serving, {"batch_size": 16})


def test_two_values_are_a_uniform_range():
    assert read_range(serving, POINT, "batch_size", "8..32") == InputRange("batch_size", 8.0, 32.0)
    assert read_range(serving, POINT, "batch_size", "8 to 32") == InputRange("batch_size", 8.0, 32.0)


def test_a_unit_may_stand_at_the_end_only():
    point = question(roofline, {})
    found = read_range(roofline, point, "layer_overhead", "10..50 us log-uniform")
    assert found == InputRange("layer_overhead", pytest.approx(10e-6), pytest.approx(50e-6), log=True)


def test_a_percentage_is_a_factor_on_the_value():
    assert read_range(serving, POINT, "batch_size", "±25 %") == InputRange("batch_size", 0.75, 1.25, relative=True)
    found = read_range(serving, POINT, "accelerator.memory_bandwidth", "+-10%")
    assert found == InputRange("accelerator.memory_bandwidth", 0.9, 1.1, relative=True)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("3 TB/s ± 10 %", 2.7e12, 3.3e12),
        ("3 TB/s +/- 10%", 2.7e12, 3.3e12),
        ("3.35 TB/s ± 150 GB/s", 3.2e12, 3.5e12),
        ("3 ± 0.3 TB/s", 2.7e12, 3.3e12),
        ("2.5..3.5 TB/s", 2.5e12, 3.5e12),
        ("2.5-3.5 TB/s", 2.5e12, 3.5e12),
        ("2.5 TB/s - 3.5 TB/s", 2.5e12, 3.5e12),
        ("25e11-35e11", 2.5e12, 3.5e12),
    ],
)
def test_a_range_is_read_as_people_write_it(text, low, high):
    found = read_range(roofline, question(roofline, {}), "accelerator.memory_bandwidth", text)
    assert found == InputRange("accelerator.memory_bandwidth", pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("accelerator.memory_bandwidth", "3 TB/s ± 300 %", "must be above 0 GB/s"),
        ("accelerator.memory_bandwidth", "3 TB/s ± 0 %", "needs a high end above the low end; 3 TB/s..3 TB/s is no"),
        ("accelerator.memory_bandwidth", "3.5..2.5 TB/s", "; 3.5 TB/s..2.5 TB/s is no range."),
        ("accelerator.memory_bandwidth", "3 W ± 10 %", "needs a bandwidth (byte/s); '3 W' is a power."),
        ("accelerator.memory_bandwidth", "fast ± 10 %", "'fast' is not one."),
        ("accelerator.memory_bandwidth", "10 %", "needs a range such as 2..3 GB/s, 3 GB/s ± 10 % or ±20 %; '10 %' is"),
        (
            "accelerator.memory_bandwidth",
            "3 TB/s ± 1 %..4 TB/s",
            "needs one value such as '3.35 TB/s'; '3 TB/s ± 1 %' is a",
        ),
        ("efficiency", "50 % ± 10 %", "'50 % ± 10 %' may be a share of the value or points of percent."),
    ],
)
def test_a_bad_range_around_a_value_is_a_sentence(name, text, words):
    with pytest.raises(InputError) as bad:
        read_range(roofline, question(roofline, {}), name, text)
    assert bad.value.field == name and words in bad.value.sentence


def test_an_input_of_one_value_says_that_a_range_is_one():
    for text in ("8..32", "8 to 32", "16 ± 4", "16 +- 10 %"):
        with pytest.raises(InputErrors) as bad:
            question(roofline, {"batch_size": text})
        (error,) = bad.value.errors
        assert error.sentence == f"needs one value such as '8'; '{text}' is a range. Uncertainty takes ranges."


def test_a_table_by_number_format_takes_a_percentage():
    found = read_range(serving, POINT, "accelerator.peak", "±10 %")
    assert found.relative


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("batch_size", "8", "needs a range such as 8..32 or ±20 %; '8' is not one."),
        ("batch_size", "32..8", "needs a high end above the low end"),
        ("batch_size", "8..8", "needs a high end above the low end"),
        ("batch_size", "0..8", "must be at least 1"),
        ("batch_size", "1.5..8", "must be a whole number"),
        ("batch_size", "8..9 kg", "needs a plain number"),
        ("batch_size", "x2..x4", "is a factor"),
        ("batch_size", "±0 %", "above 0 and below 100"),
        ("batch_size", "±100 %", "above 0 and below 100"),
        ("batch_size", "±1 %", "needs a high end above the low end"),
        ("batch_size", "9" * 300, "needs a range"),
        ("batch_size", "", "needs a range"),
        ("memory_reserve", "±99 %", "must be"),
        ("prompt_length", "1..inf", "needs a finite number"),
        ("model", "1..2", "is not a number, so it has no range: Model."),
        ("precision", "1..2", "is not a number"),
        ("batch", "1..2", "Did you mean batch_size?"),
        ("accelerator.peak", "1..2", "has one value per number format"),
        ("draft_model.layers", "1..2", "none is picked"),
        ("accelerator.bandwidth", "1..2", "is not an input"),
    ],
)
def test_a_bad_range_is_a_sentence(name, text, words):
    with pytest.raises(InputError) as bad:
        point = dataclasses.replace(POINT, memory_reserve=0.9) if name == "memory_reserve" else POINT
        read_range(serving, point, name, text)
    assert bad.value.field == name and words in bad.value.sentence


def test_a_log_range_begins_above_zero():
    point = question(sustainability, {})
    with pytest.raises(InputError, match="above 0 for a log-uniform range"):
        read_range(sustainability, point, "mfu", "0..0.5 log")


def test_a_percentage_of_an_unknown_or_of_nothing_is_refused():
    chip = dataclasses.replace(POINT.accelerator, tdp=float("nan"))
    with pytest.raises(InputError, match="is unknown here"):
        read_range(serving, dataclasses.replace(POINT, accelerator=chip), "accelerator.tdp", "±10 %")
    with pytest.raises(InputError, match="is 0 here"):
        read_range(serving, POINT, "concurrency", "±10 %")


def test_every_bad_range_is_named_and_one_too_many_is_refused():
    with pytest.raises(InputErrors) as bad:
        read_ranges(serving, POINT, {"batch_size": "8", "prompt_length": "9..1"})
    assert list(bad.value.sentences) == ["batch_size", "prompt_length"]
    numbers = ["batch_size", "prompt_length", "output_length"]
    figures = ["tdp", "memory_bandwidth", "memory_capacity", "interconnect_bandwidth", "boost_clock", "unit_price"]
    texts = dict.fromkeys([*numbers, *(f"accelerator.{each}" for each in figures)], "±50 %")
    assert len(texts) == MOST_INPUTS + 1
    with pytest.raises(InputErrors, match="one range too many: 8 inputs are the most"):
        read_ranges(serving, POINT, texts)


def test_a_text_longer_than_a_range_is_not_searched_for_one():
    assert is_range("1 W to 3 W") and is_range("3 TB/s ± 10 %") and not is_range("3 TB/s")
    assert not is_range(f"1 {'W' * 120} to 3 W")
