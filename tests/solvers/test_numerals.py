"""Numbers as text: the short way for most numbers writes what the long way for all writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.numerals import format_number, format_rounded


@given(st.floats(1e-5, 1e5), st.sampled_from([1, -1]), st.sampled_from([2, 3, 4]))
def test_a_rounded_number_is_the_number_of_its_significant_digits(size, sign, digits):
    value = sign * size
    assert format_rounded(value, digits) == format_number(float(f"{value:.{digits - 1}e}"), digits)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.00012345, "0.000123"), (4.8, "4.8"), (9.996, "10"), (998.6, "999"), (999.6, "1,000"), (-0.25, "\u22120.25")],
)
def test_a_rounded_number_has_three_significant_digits_and_no_trailing_zeros(value, text):
    assert format_rounded(value) == text


@given(st.floats(1e-4, 998.9), st.sampled_from([3, 4, 6]))
def test_the_short_way_writes_a_number_of_any_size_as_the_long_way_writes_it_with_a_sign(value, digits):
    assert f"\u2212{format_number(value, digits)}" == format_number(-value, digits)
