import math

from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.formatting import format_column
from solvers.quantities import format_quantity

_UNITS = ["s", "byte", "byte/s", "flop", "flop/s", "W", "J", "USD", "kg", "1/s", "1", "m**3"]
_COLUMN_UNITS = [*((unit, "") for unit in _UNITS), ("1", "percent"), ("1", "param"), ("1", "times"), ("s", "day")]
_NUMBERS = st.one_of(
    st.floats(-1e30, 1e30), st.floats(0.9, 1e4), st.sampled_from([0.0, 1.0, 60.0, 999.5, 86400.0]), st.just(math.nan)
)


@given(st.lists(st.one_of(_NUMBERS, st.sampled_from([math.inf, -math.inf]))), st.sampled_from(_COLUMN_UNITS))
@settings(max_examples=300)
def test_a_column_is_written_as_each_of_its_values(values, units):
    assert format_column(values, *units) == [format_quantity(value, *units) for value in values]


@given(st.floats(1e-12, 1e20), st.sampled_from(_COLUMN_UNITS))
def test_a_rising_column_changes_its_units_where_its_values_do(start, units):
    values = [start * 1.37**step for step in range(64)]
    assert format_column(values, *units) == [format_quantity(value, *units) for value in values]
