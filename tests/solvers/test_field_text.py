"""The text of a number field beside its unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.field_text import in_shown_unit, to_field_text
from solvers.quantities import to_si


@pytest.mark.parametrize(
    ("typed", "unit", "meant"),
    [
        ("30", "day", "30 day"),
        (" 30 ", "day", "30 day"),
        ("12 h", "day", "12 h"),
        ("1,000", "GB/s", "1,000 GB/s"),
        ("30k", "USD", "30k USD"),
        ("$30k", "USD", "$30k"),
        ("0,12", "USD/kWh", "0,12 USD/kWh"),
        ("45", "percent", "45 percent"),
        ("45%", "percent", "45%"),
        ("20", "1/day", "20/day"),
        ("13 B", "GB", "13 B"),
        ("70B", "param", "70B param"),
        ("many", "day", "many"),
        ("5", "1", "5"),
        ("5", "", "5"),
    ],
)
def test_a_bare_number_takes_the_unit_beside_its_field(typed, unit, meant):
    assert in_shown_unit(typed, unit) == meant


@pytest.mark.parametrize(
    ("value", "unit", "shown", "text"),
    [
        (2592000, "s", "day", "30"),
        (15e12, "1", "token", "15T"),
        (8.03e9, "1", "param", "8.03B"),
        (8030261248, "1", "param", "8,030,261,248"),
        (30000, "USD", "USD", "30,000"),
        (5.76e23, "flop", "", "5.76e23"),
        (16.06e9, "byte", "GB", "16.06"),
        (2048, "1", "token", "2,048"),
        (0.1 / 3.6e6, "USD/J", "USD/kWh", "0.1"),
        (0, "s", "ms", "0"),
    ],
)
def test_a_field_shows_the_number_of_its_unit(value, unit, shown, text):
    assert to_field_text(value, unit, shown) == text


@pytest.mark.parametrize(
    ("unit", "shown"), [("s", "day"), ("s", "us"), ("byte/s", "GB/s"), ("1", "percent"), ("kg/J", "g/kWh")]
)
@given(value=st.floats(1e-9, 1e15))
def test_what_a_field_shows_reads_back_as_its_value(value, unit, shown):
    text = to_field_text(value, unit, shown)
    assert to_si("f", in_shown_unit(text, shown), unit) == pytest.approx(value, rel=1e-13, abs=0)
    assert to_field_text(to_si("f", in_shown_unit(text, shown), unit), unit, shown) == text
