"""Ticks are round, distinct, within their range, and written as the field writes them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsysweb.show.charts.ticks import axis_ticks, compact, tick_text, title_unit
from solvers.result import Value

UNITS = ["1", "s", "byte", "byte/s", "flop/s", "USD", "USD/J", "kg", "J", "W", "1/s", "flop/byte"]
SHOWN = {"USD/J": "USD/kWh"}
ranges = st.tuples(st.floats(-9, 18), st.floats(0.05, 14))


def of(unit, display=""):
    return Value(0.0, unit, display or SHOWN.get(unit, unit), "Some")


@given(st.sampled_from(UNITS), ranges, st.booleans(), st.integers(4, 7))
def test_ticks_are_few_distinct_rising_and_within_the_range(unit, ends, log, most):
    low, high = 10 ** ends[0], 10 ** (ends[0] + ends[1])
    places, texts = axis_ticks(of(unit), low if log else 0.0, high, log=log, most=most)
    assert 1 <= len(places) <= most and places == sorted(set(places))
    assert len(set(texts)) == len(texts) == len(places)
    assert all((low if log else 0) * 0.999 <= place <= high * 1.001 for place in places)


@given(st.floats(-30, 30), st.sampled_from([1, -1]))
def test_a_plain_number_is_read_back_from_its_text(exponent, sign):
    number = sign * 10**exponent
    text = compact(number).replace("−", "-").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    if power := re.fullmatch(r"(-?)(?:([\d.]+)×)?10(-?\d+)", text) if not 1e-4 <= abs(number) < 1e15 else None:
        read = float(f"{power[1]}{power[2] or 1}e{power[3]}")
    else:
        letter = text[-1] if text[-1] in "kMBT" else ""
        read = float(text.removesuffix(letter)) * {"": 1.0, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}[letter]
    assert read == pytest.approx(number, rel=6e-3)


@pytest.mark.parametrize(
    ("unit", "at", "text"),
    [("USD", 0.1, "$0.1"), ("USD", 1e4, "$10k"), ("1", 1e9, "1B"), ("1", 0.01, "0.01"), ("byte/s", 1e11, "100 GB/s")],
)
def test_money_and_counts_have_no_prefix_below_one(unit, at, text):
    assert tick_text(of(unit), at) == text


def test_a_log_axis_of_time_counts_in_minutes_hours_and_days():
    texts = axis_ticks(of("s"), 1, 1e6, log=True, most=7)[1]
    assert texts[0] == "1 s" and not any("." in text for text in texts)


def test_a_short_log_axis_has_ticks_at_one_two_and_five():
    assert axis_ticks(of("1"), 1, 60, log=True)[0] == [1, 2, 5, 10, 20, 50]
    assert axis_ticks(of("1"), 1, 1024, log=True)[0] == [1, 10, 100, 1000]


def test_a_unit_is_in_the_title_or_on_the_ticks_never_in_both():
    for unit in UNITS:
        value = of(unit)
        label = title_unit(value)
        assert not label or label not in tick_text(value, 1.0)


def test_a_rate_of_named_things_has_its_unit_in_the_title_and_a_bare_one_on_the_ticks():
    assert (title_unit(of("1/s", "tokens/s")), tick_text(of("1/s", "tokens/s"), 10_000)) == ("tokens/s", "10k")
    assert (title_unit(of("1/s", "1/s")), tick_text(of("1/s", "1/s"), 10_000)) == ("", "10k/s")


def test_a_tick_at_one_day_is_in_the_singular():
    _, texts = axis_ticks(of("s"), 0, 4 * 86400, log=False)
    assert texts == ["0", "1 day", "2 days", "3 days", "4 days"]
