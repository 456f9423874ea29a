"""A number and its unit stay on one line."""

import pytest
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from mlsysweb.show.unit_filter import units

GAP = "\u00a0"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("4.79 ms", f"4.79{GAP}ms"),
        ("16.1 GB become 4 GB", f"16.1{GAP}GB become 4{GAP}GB"),
        ("15T tokens at 1,170 tokens/s", f"15T{GAP}tokens at 1,170{GAP}tokens/s"),
        ("7.23×10²³ FLOPs", f"7.23×10²³{GAP}FLOPs"),
        ("33.7 t CO₂e", f"33.7{GAP}t{GAP}CO₂e"),
        ("20 gCO₂e/kWh", f"20{GAP}gCO₂e/kWh"),
        ("8k tokens of 70B parameters", f"8k{GAP}tokens of 70B{GAP}parameters"),
        ("8 k tokens, v2B tokens", f"8 k tokens, v2B{GAP}tokens"),
        ("at most ≤ 1,000 requests/s", f"at most ≤{GAP}1,000{GAP}requests/s"),
        ("batch 148 would help", "batch 148 would help"),
        ("64 sequences of 8,192", "64 sequences of 8,192"),
        ("3 models", "3 models"),
        ("unknown", "unknown"),
    ],
)
def test_the_space_before_a_unit_does_not_break(text, kept):
    assert units(text) == kept


@given(st.text())
def test_nothing_but_spaces_changes(text):
    assert units(text).replace(GAP, " ") == text.replace(GAP, " ")


def test_markup_in_the_text_is_escaped():
    template = engines["django"].from_string("{{ text|units }}")
    assert template.render({"text": "<b>4 ms</b>"}) == f"&lt;b&gt;4{GAP}ms&lt;/b&gt;"
