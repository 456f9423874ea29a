import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.errors import InputError
from solvers.formatting import format_column
from solvers.quantities import (
    conversion_factor,
    format_quantity,
    to_input_text,
    to_si,
)

UNITS = ["s", "byte", "byte/s", "flop", "flop/s", "W", "J", "USD", "kg", "1/s", "1", "m**3"]


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("3.35 TB/s", "byte/s", 3.35e12),
        ("10 us", "s", 1e-5),
        ("10 µs", "s", 1e-5),
        ("30 day", "s", 2592000.0),
        ("0.12 USD/kWh", "USD/J", 0.12 / 3.6e6),
        ("390 g/kWh", "kg/J", 0.39 / 3.6e6),
        ("1e21 FLOP", "flop", 1e21),
        ("989.5 TFLOP/s", "flop/s", 989.5e12),
        ("989.5 TFLOPS", "flop/s", 989.5e12),
        ("80 GiB", "byte", 80 * 2.0**30),
        ("400 Gb/s", "byte/s", 50e9),
        ("45 %", "1", 0.45),
        ("8.03 Gparam", "1", 8.03e9),
        ("10 qps", "1/s", 10.0),
        ("100 token/s", "1/s", 100.0),
        ("10 /s", "1/s", 10.0),
        ("1.8 L/kWh", "m**3/J", 1.8e-3 / 3.6e6),
        ("2 USD/hour", "USD/s", 2 / 3600),
        ("7", "s", 7.0),
        ("5 $", "USD", 5.0),
        ("30k$", "USD", 3e4),
        ("2 $/h", "USD/s", 2 / 3600),
        ("0.12 $/kWh", "USD/J", 0.12 / 3.6e6),
        ("80B", "1", 80e9),
        ("80 billion", "1", 80e9),
        ("8.03B parameters", "1", 8.03e9),
        ("15T", "1", 15e12),
        ("15 trillion tokens", "1", 15e12),
        ("128K", "1", 128e3),
        ("80B", "byte", 80.0),
        ("2M", "byte", 2e6),
        ("1,000", "1", 1000.0),
        ("1 000", "1", 1000.0),
        ("1\u202f048\u202f576", "1", 1048576.0),
        ("12,345.5", "1", 12345.5),
        ("0,5", "1", 0.5),
        ("0,500", "1", 0.5),
        ("3,5 s", "s", 3.5),
        ("$60,000", "USD", 60e3),
        ("$30k", "USD", 30e3),
        ("60k USD", "USD", 60e3),
        ("$4.99M", "USD", 4.99e6),
        ("$1.2B", "USD", 1.2e9),
        ("12 ct/kWh", "USD/J", 0.12 / 3.6e6),
        ("$0.12/kWh", "USD/J", 0.12 / 3.6e6),
        ("$8/h", "USD/s", 8 / 3600),
        ("$2.19/GPU-hour", "USD/s", 2.19 / 3600),
        ("$2.19 per GPU hour", "USD/s", 2.19 / 3600),
        ("100 USD/t CO2e", "USD/kg", 0.1),
        ("390 gCO₂e/kWh", "kg/J", 0.39 / 3.6e6),
        ("390 gCO2eq per kWh", "kg/J", 0.39 / 3.6e6),
        ("2500 TFLOPs", "flop/s", 2500e12),
        ("2,500 TFLOPs", "flop", 2500e12),
        ("7.23×10²³ FLOPs", "flop", 7.23e23),
        ("7.23 x 10^23", "flop", 7.23e23),
        ("1e21 FLOPS", "flop", 1e21),
        ("5000 TOPS", "flop/s", 5e15),
        ("13,000 GB/s", "byte/s", 13e12),
        ("13 TBps", "byte/s", 13e12),
        ("800 mm2", "m**2", 800e-6),
        ("800 mm²", "m**2", 800e-6),
        ("30 days", "s", 2592000.0),
        ("5.8 years", "s", 5.8 * 365 * 86400),
        ("10 req/s", "1/s", 10.0),
        ("4 jobs per day", "1/s", 4 / 86400),
        ("−3", "1", -3.0),
    ],
)
def test_what_a_person_types_becomes_si(text, unit, value):
    assert to_si("field", text, unit) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("12 kg", "byte/s", "needs a bandwidth (byte/s); '12 kg' is a mass"),
        ("700 W", "byte/s", "needs a bandwidth (byte/s); '700 W' is a power"),
        ("1e999", "1", "finite number"),
        ("NaN", "s", "finite number"),
        ("inf", "1", "finite number"),
        ("three", "s", "needs a number such as '10 ms'"),
        ("", "s", "needs a number"),
        ("3 parsec", "s", "an unknown unit"),
        ("$25,00O", "USD", "'$25,00O' is not one."),
        ("1O0", "s", "'1O0' is not one."),
        ("3 h", "byte", "is a time"),
        ("9**9**9**9", "1", "can't be read"),
        ("3 s**99999999", "s", "can't be read"),
        ("__import__('os').system('true')", "1", "needs a number"),
        ("1e308 TB", "byte", "too large"),
        ("1,00,000", "1", "can't be read"),
        ("1,000,00", "1", "can't be read"),
        ("5 TFLOPs", "byte/s", "is an amount of work"),
        ("5 " + "x" * 5000, "s", "can't be read"),
        ("5 $", "s", "needs a time (s); '5 $' is money"),
        ("5 $$", "USD", "an unknown unit"),
        ("5 m$$", "USD", "an unknown unit"),
        ("5 Ym^9*Ym^9/m^9/m^8", "m", "an unknown unit, 'Ym^9*Ym^9/m^9/m^8'; write it in m."),
    ],
)
def test_what_cannot_be_meant_is_a_sentence_with_the_field(text, unit, words):
    with pytest.raises(InputError) as bad:
        to_si("memory_bandwidth", text, unit)
    assert bad.value.field == "memory_bandwidth"
    assert words in bad.value.sentence
    assert len(bad.value.sentence) < 200


_PIECES = [
    *"0123456789",
    *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    *"$%^*/.,()-+µμ_·²³ ",
    "**",
    "USD",
    "TB",
    "FLOP",
    "Wh",
    "hour",
    "sec",
    "kg",
    "m",
    "percent",
    "token",
    "1/",
    "e9",
    "and",
    "if",
    "delta_",
]


@given(
    st.lists(st.sampled_from(_PIECES), max_size=10).map("".join),
    st.sampled_from(["", "5", "1e300 ", "-3 "]),
    st.sampled_from(UNITS),
)
@settings(max_examples=1000)
def test_whatever_is_typed_is_a_finite_number_or_a_sentence(text, number, unit):
    try:
        assert math.isfinite(to_si("field", number + text, unit))
    except InputError as bad:
        assert bad.field == "field" and len(bad.sentence) < 200


@given(st.floats(1e-12, 1e24), st.sampled_from(UNITS))
def test_what_is_written_reads_back(value, unit):
    assert to_si("field", to_input_text(value, unit), unit) == pytest.approx(value, rel=1e-11)


@given(st.floats(1e-6, 1e12), st.sampled_from(["s", "byte", "byte/s", "flop/s", "W", "J", "USD", "kg"]))
def test_what_a_person_reads_is_right_to_three_digits(value, unit):
    assert to_si("field", format_quantity(value, unit, digits=3), unit) == pytest.approx(value, rel=6e-3)


# Every kind of quantity with its display unit.
SHOWN = [
    *((unit, "") for unit in ("s", "byte", "byte/s", "flop", "flop/s", "W", "J", "USD", "kg", "L", "1/s", "1")),
    *(("1", shown) for shown in ("param", "token", "times")),
    *[("byte", "GiB"), ("USD/s", "USD/hour"), ("USD/J", "USD/kWh"), ("USD/kg", "USD/t"), ("kg/J", "g/kWh")],
    *[("1/s", "tokens/s"), ("1/s", "jobs/day"), ("s", "day"), ("flop/byte", ""), ("m**3/J", "L/kWh")],
]


@given(st.floats(1e-6, 1e20), st.sampled_from(SHOWN), st.booleans())
def test_a_quantity_of_any_kind_reads_back_within_the_printed_digits(value, kind, negative):
    unit, shown = kind
    signed = -value if negative else value
    text = format_quantity(signed, unit, shown)
    small_money = unit.startswith("USD") and value / conversion_factor(shown or unit, unit) < 0.1
    assert to_si("field", text, unit) == pytest.approx(signed, rel=6e-2 if small_money else 6e-3)


@given(st.floats(1e-4, 1.99))
def test_a_percentage_reads_back_within_a_twentieth_and_is_never_100_below_it(share):
    text = format_quantity(share, "1", "percent")
    assert text.endswith("\u00a0%") and (share >= 1 or not text.startswith("100"))
    if text[0] != ">":
        assert to_si("field", text, "1") == pytest.approx(share, rel=5.1e-2)


@pytest.mark.parametrize(
    ("value", "unit", "shown", "words"),
    [
        (0.0048, "s", "", "4.8 ms"),
        (16.06e9, "byte", "", "16.1 GB"),
        (615e3, "USD", "", "$615k"),
        (1700, "kg", "", "1.7 t"),
        (0.45, "1", "percent", "45\u00a0%"),
        (3.35e12, "byte/s", "", "3.35 TB/s"),
        (0.12 / 3.6e6, "USD/J", "USD/kWh", "$0.12/kWh"),
        (148, "1", "", "148"),
        (0, "s", "", "0 s"),
        (404e3, "USD", "", "$404k"),
        (4.99e6, "USD", "", "$4.99M"),
        (1.2e9, "USD", "", "$1.2B"),
        (-404e3, "USD", "", "\u2212$404k"),
        (999_960, "USD", "", "$1M"),
        (249.3, "USD", "", "$249"),
        (24.5, "USD", "", "$24.50"),
        (0.0148, "USD", "", "$0.015"),
        (0.00181, "USD", "", "$0.0018"),
        (2.19 / 3600, "USD/s", "USD/hour", "$2.19/h"),
        (0.1 / 3.6e6, "USD/J", "USD/kWh", "$0.10/kWh"),
        (0.1, "USD/kg", "USD/t", "$100/t"),
        (8.03e9, "1", "param", "8.03B parameters"),
        (1.39e12, "1", "token", "1.39T tokens"),
        (1152, "1", "token", "1,152 tokens"),
        (1, "1", "token", "1 token"),
        (7.23e23, "flop", "", "7.23×10²³ FLOPs"),
        (447e12, "flop", "", "447 TFLOPs"),
        (989e12, "flop/s", "", "989 TFLOP/s"),
        (148, "flop/byte", "", "148 FLOP/byte"),
        (0.741, "1", "percent", "74\u00a0%"),
        (0.0032, "1", "percent", "0.32\u00a0%"),
        (0.0814, "1", "percent", "8.1\u00a0%"),
        (3.73e-21, "1", "percent", "<0.01\u00a0%"),
        (0.9999, "1", "percent", ">99.9\u00a0%"),
        (1.5, "1", "percent", "150\u00a0%"),
        (5.6, "1", "percent", "5.6×"),
        (1e8, "1", "", "100 million"),
        (1.2e-5, "1", "", "1.2×10⁻⁵"),
        (-0.936, "1", "", "\u22120.936"),
        (2.57, "1", "times", "2.57×"),
        (86400, "s", "", "1 day"),
        (84.3 * 86400, "s", "", "84.3 days"),
        (10600, "J", "", "2.94 Wh"),
        (3e-5, "J", "", "30 µJ"),
        (80 * 2.0**30, "byte", "GiB", "80 GiB (85.9 GB)"),
        (2 * 2.0**20, "byte", "GiB", "2 MiB (2.1 MB)"),
        (44e9, "byte", "GiB", "44 GB"),
        (477682, "1/s", "tokens/s", "478k tokens/s"),
        (390e-3 / 3.6e6, "kg/J", "g/kWh", "390 gCO₂e/kWh"),
        (math.nan, "s", "", "unknown"),
        (math.inf, "1", "", "∞"),
        (5e10, "J", "", "13.9 MWh"),
        (28900, "1/s", "", "28,900/s"),
        (1234567, "1", "", "1,234,567"),
    ],
)
def test_a_person_reads_the_unit_a_person_would_choose(value, unit, shown, words):
    assert format_quantity(value, unit, shown) == words


def test_si_prefixes_are_exact():
    assert [to_si("f", f"{n} us", "s") for n in (1, 3, 10, 45)] == [1e-6, 3e-6, 1e-5, 4.5e-5]


def test_a_scale_is_a_power_of_ten_and_no_factor():
    assert to_si("f", "8.03B", "1") == 8030000000


def test_a_litre_is_no_misread_digit():
    assert to_si("", "5 l", "L") == to_si("", "5 L", "L") == 5


def test_a_time_shorter_than_any_event_is_written_as_below_a_limit():
    assert format_quantity(3.58e-27, "s") == "<0.001 ns" and format_quantity(2e-9, "s") == "2 ns"
    assert format_column([3.58e-27, 5e-13, 2e-9], "s") == ["<0.001 ns", "<0.001 ns", "2 ns"]
