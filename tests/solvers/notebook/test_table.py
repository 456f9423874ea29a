"""Tables have columns with units, and formatted output."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from solvers.errors import InputError
from solvers.fields import Output
from solvers.notebook.table import TextTable, table_of

LATENCY = Output(unit="s", label="Latency", display_unit="s", help="", symbol="", if_infinite="never")


def table():
    return table_of({"chip": ["a", "b_2", "c"], "latency": [0.02, np.inf, 0.001]}, {"latency": LATENCY})


def test_rows_and_columns_are_plain_values():
    assert table().rows()[0] == {"chip": "a", "latency": 0.02} == next(iter(table()))
    assert table().to_dict() == {"chip": ["a", "b_2", "c"], "latency": [0.02, np.inf, 0.001]}
    assert len(table()) == 3 and table().units == {"chip": "", "latency": "s"}


def test_values_are_shown_with_their_units_and_words():
    assert str(table()).splitlines() == ["chip  latency", "a     20 ms", "b_2   never", "c     1 ms"]


def test_rows_are_sorted_unknown_last():
    known = table_of({"x": [3.0, np.nan, 1.0]})
    assert known.sorted("x")["x"].tolist()[:2] == [1, 3] and np.isnan(known.sorted("x", descending=True)["x"][2])
    assert known.sorted("x", descending=True)["x"].tolist()[:2] == [3, 1]
    assert table().sorted("chip", descending=True)["chip"].tolist() == ["c", "b_2", "a"]


def test_rows_are_chosen_by_place_or_by_truth():
    assert table().take([2, 0])["chip"].tolist() == ["c", "a"]
    assert table().take(table()["latency"] < 0.01)["chip"].tolist() == ["c"]


def test_a_wrong_name_is_told_the_nearest():
    with pytest.raises(InputError, match=r"latncy: is no column\. Did you mean latency"):
        table().select("chip", "latncy")


def test_a_long_table_is_cut_where_it_is_shown_and_says_so():
    long = TextTable({"x": np.arange(1000)}, left_out=("y 3: makes no sense",))
    assert len(repr(long).splitlines()) == 23 and "… 980 rows more" in repr(long)
    assert "1 left out, the first: y 3: makes no sense" in long._repr_html_() and len(str(long).splitlines()) == 1001


def test_html_is_escaped():
    assert "<b>" not in table_of({"<b>": ["<b>"]})._repr_html_()


def test_pandas_is_used_where_it_is_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", SimpleNamespace(DataFrame=lambda columns: ("frame", columns)))
    kind, columns = table().to_pandas()
    assert kind == "frame" and list(columns) == ["chip", "latency"]


def test_without_pandas_that_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pandas"):
        table().to_pandas()
