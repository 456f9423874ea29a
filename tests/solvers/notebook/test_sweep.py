"""A sweep evaluates every combination, with the same results as single calls."""

import doctest
import importlib
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers import compression, roofline, serving, shipped, sweep
from solvers.errors import InputErrors
from solvers.fields import Label
from solvers.specs import Accelerator, Model

CHIPS = ["a100", "h100", "mi300x"]
axes = st.fixed_dictionaries(
    {},
    optional={
        "accelerator": st.lists(st.sampled_from(CHIPS), min_size=1, max_size=3, unique=True),
        "batch_size": st.lists(st.integers(1, 512), min_size=1, max_size=4),
        "precision": st.lists(st.sampled_from(["fp16", "int8", "int4"]), min_size=1, max_size=3),
        "layer_overhead": st.lists(st.sampled_from(["10 us", 0, "1 ms"]), min_size=1, max_size=2),
    },
)


@given(axes)
def test_a_row_is_what_a_call_of_its_values_gives(lists):
    table = sweep(serving, **lists)
    assert len(table) == prod(map(len, lists.values()))
    place = len(table) // 2
    where = np.unravel_index(place, tuple(map(len, lists.values()))) if lists else ()
    alone = serving(**{name: values[k] for (name, values), k in zip(lists.items(), where, strict=True)})
    for name, io in serving.outputs.items():
        shown = table[name if name not in lists else f"serving.{name}"][place]
        expected = alone.labels(name) if isinstance(io, Label) else getattr(alone, name)
        assert shown == expected or shown == pytest.approx(expected, rel=1e-12, nan_ok=True), name


def test_the_last_list_runs_fastest_and_axes_come_first():
    table = sweep("roofline", precision=["fp16", "int8"], batch_size=range(1, 3))
    assert list(table.columns)[:3] == ["precision", "batch_size", "latency"]
    assert table["precision"].tolist() == ["fp16", "fp16", "int8", "int8"]
    assert table["batch_size"].tolist() == [1, 2, 1, 2]


def test_specs_are_called_by_their_names_in_a_table():
    chips = [shipped.find(Accelerator, "h100"), "a100"]
    assert sweep(roofline, accelerator=chips)["accelerator"].tolist() == [
        "NVIDIA H100 SXM5 80GB",
        "NVIDIA A100 SXM4 80GB",
    ]


def test_combinations_that_make_no_sense_are_left_out_and_told():
    table = sweep(roofline, model=["llama-3-8b", "resnet-50"], phase=["decode", "forward"], batch_size=[1, 2])
    assert table.select("model", "phase").rows()[::2] == [
        {"model": "Llama 3 8B", "phase": "decode"},
        {"model": shipped.find(Model, "resnet-50").name, "phase": "forward"},
    ]
    assert [sentence.partition(": ")[0] for sentence in table.left_out] == [
        "model Llama 3 8B, phase forward",
        f"model {shipped.find(Model, 'resnet-50').name}, phase decode",
    ]


def test_a_check_that_reads_more_in_some_rows_is_asked_for_those():
    """Bits are compared only for quantization, so the first row alone does not show that they matter."""
    table = sweep(compression, method=["pruning", "quantization"], bits=[2, 8], baseline_bits=4)
    assert len(table) == 3 and table.left_out[0].startswith("method quantization, bits 8")


def test_no_row_that_makes_sense_is_an_error():
    with pytest.raises(InputErrors, match="phase: can't be decode"):
        sweep(roofline, model="resnet-50", phase="decode", batch_size=[1, 2])


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"batch_size": []}, "batch_size: needs at least one value"),
        ({"batch_size": [0, 1]}, "batch_size: must be at least 1"),
        ({"batch_size": ["1 kg"]}, "batch_size: needs a plain number"),
        ({"batch_sise": [1, 2]}, "batch_sise: is not an input of roofline"),
        ({"precision": ["fp17"]}, "precision: must be one of"),
        ({"accelerator": ["h100x"]}, "accelerator: no accelerator in the catalog"),
        ({"batch_size": range(1, 10**6), "context_length": range(10**6)}, "batch_size: and the other lists make"),
    ],
)
def test_a_bad_list_is_a_sentence(asked, sentence):
    with pytest.raises(InputErrors, match=sentence):
        sweep(roofline, **asked)


def test_without_lists_there_is_one_row():
    assert sweep(roofline, batch_size=8)["latency"].tolist() == [roofline(batch_size=8).latency]


def test_its_example_runs():
    # `solvers.notebook.sweep` is the function; the module is imported by name.
    assert doctest.testmod(importlib.import_module("solvers.notebook.sweep")).failed == 0


def test_axes_and_main_results_are_printed_with_the_column_it_is_sorted_by():
    table = sweep(roofline, batch_size=[1, 8]).sorted("memory_time")
    head, *_, last = str(table).splitlines()
    assert head.split() == ["batch_size", *roofline.headline, "memory_time"]
    assert last.startswith("… columns not printed: ") and "latency" in table.columns
    assert "not printed" not in str(table.select("batch_size", "latency"))
