import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.formatting import fill_slots
from solvers.grammar import agree
from solvers.result import Value


@pytest.mark.parametrize(
    ("number", "words", "told"),
    [
        ("1", " devices are too few", "1 device is too few"),
        ("2", " devices are too few", "2 devices are too few"),
        ("1", " copies of the model", "1 copy of the model"),
        ("1", " tensor-parallel devices are more", "1 tensor-parallel device is more"),
        ("1", " times as long as it runs", "as long as it runs"),
        ("1", " times as fast.", "just as fast."),
        ("1", " times as much data is needed", "as much data is needed"),
        ("1", " times less compute", "no less compute"),
        ("1", " times the rule", "the rule"),
        ("1", " times in the job", "once in the job"),
        ("0", " times in the job", "never in the job"),
        ("1", " of 1,200 designs tried meet the brief", "1 of 1,200 designs tried meets the brief"),
        ("2", " of 9 chips do it alone", "2 of 9 chips do it alone"),
        ("0", " devices", "0 devices"),
        ("1", " fits", "1 fits"),
    ],
)
def test_words_agree_with_the_number_before_them(number, words, told):
    assert agree(number, words) == told


def count(value):
    return Value(float(value), "1")


def test_the_words_after_a_slot_agree_with_its_count_and_with_no_other_figure():
    sentence = "{n} devices take {t} seconds at {share} tokens"
    values = {"n": count(1), "t": Value(1.0, "s"), "share": Value(1.0, "1", "percent")}
    assert fill_slots(sentence, values) == "1 device takes 1 s seconds at 100\u00a0% tokens"


def test_the_last_factor_of_a_product_is_not_what_is_counted():
    assert fill_slots("{p} × {v} stages are more", {"p": count(4), "v": count(1)}) == "4 × 1 stages are more"


@given(st.floats(min_value=0, allow_nan=False, allow_infinity=False))
def test_a_number_shown_as_1_is_never_many(value):
    told = fill_slots("{n} replicas serve, {n} times as fast.", {"n": count(value)})
    assert not told.startswith("1 replicas") and ", 1 times" not in told


def test_one_concurrent_request_makes_and_many_make():
    assert agree("1", " concurrent requests make 155 tokens/s") == "1 concurrent request makes 155 tokens/s"
    assert agree("2", " concurrent requests make 155 tokens/s") == "2 concurrent requests make 155 tokens/s"
