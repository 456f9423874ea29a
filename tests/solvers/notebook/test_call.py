"""Calls accept text with units and the names of shipped rows, and reject what a page rejects."""

import math
import subprocess
import sys

import numpy as np
import pytest

from solvers import compression, roofline, sensitivity, serving, shipped, sustainability, tco
from solvers.errors import InputErrors
from solvers.laws.phase import Phase
from solvers.laws.step_time import Bound
from solvers.specs import Accelerator, Model, stack, take
from tests.solvers.systems import H100, LLAMA_8B

T4, A100, CHIP = (shipped.find(Accelerator, name) for name in ("t4", "a100", "h100"))


def refused(solver, **asked):
    with pytest.raises(InputErrors) as raised:
        solver(**asked)
    return {error.field: error.sentence for error in raised.value.errors}


@pytest.mark.parametrize(
    ("text", "si"), [("20 g/kWh", 20 / 3.6e9), ("0.02 kg/kWh", 20 / 3.6e9), (["20 g/kWh", 0], [20 / 3.6e9, 0])]
)
def test_a_number_may_be_text_with_a_unit(text, si):
    typed, plain = sustainability(carbon_intensity=text), sustainability(carbon_intensity=si)
    assert np.asarray(typed.total_carbon).tolist() == np.asarray(plain.total_carbon).tolist()


def test_an_array_of_text_is_a_column():
    assert roofline(batch_size=np.array(["1", "8"])).latency.tolist() == roofline(batch_size=[1, 8]).latency.tolist()


@pytest.mark.parametrize("name", ["a100-sxm4-80gb", "A100-SXM4-80GB", "a100_sxm", "a100"])
def test_a_spec_may_be_a_slug_or_an_alias(name):
    assert roofline(accelerator=name).memory_time == roofline(accelerator=A100).memory_time


def test_what_is_not_named_is_what_the_page_starts_with():
    start = roofline(model=shipped.find(Model, "llama-3-8b"), accelerator=CHIP, batch_size=1)
    assert roofline().latency == start.latency
    assert tco().tco == tco(accelerator="h100-sxm5-80gb").tco


def test_an_optional_spec_may_be_none():
    assert tco(accelerator=None, unit_price=25000, tdp=700).tco == pytest.approx(tco(unit_price=25000, tdp=700).tco)
    assert refused(tco, accelerator=None).keys() == {"unit_price", "tdp"}


def test_a_default_follows_what_the_chip_knows_better():
    split = {"tensor_parallel": 4}
    followed = serving(accelerator="a100", **split)
    named = serving(accelerator="a100", interconnect_bandwidth=A100.interconnect_bandwidth, **split)
    assert followed.itl == named.itl != serving(accelerator="a100", interconnect_bandwidth=450e9, **split).itl
    assert serving(accelerator=["h100", "a100"], **split).itl[1] == followed.itl


def test_a_column_of_specs_is_a_list_of_them_or_of_their_slugs():
    mixed = roofline(accelerator=["h100", A100], batch_size=[[1], [8]])
    assert mixed.latency.shape == (2, 2)
    assert mixed.latency[0, 1] == roofline(accelerator="a100").latency


def test_a_figure_of_a_spec_is_changed_by_its_dotted_name():
    faster = roofline(**{"accelerator.memory_bandwidth": "6.7 TB/s", "accelerator.tdp": "x2"})
    assert faster.memory_time == pytest.approx(roofline().memory_time / 2)
    assert refused(roofline, **{"accelerator.memory_bandwith": "x2"})["accelerator.memory_bandwith"].endswith(
        "Did you mean accelerator.memory_bandwidth?"
    )


def test_a_spec_may_be_written_out():
    own = {"name": "Own", "peak": {"fp16": "500 TFLOP/s"}, "memory_bandwidth": "2 TB/s", "memory_capacity": "64 GB"}
    assert roofline(accelerator=own).bandwidth == 2e12


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"model": "llama-3-8b", "accelerator": "h100x"}, "no accelerator in the catalog is called 'h100x'"),
        ({"accelerator": []}, "needs at least one Accelerator"),
        ({"accelerator": [H100, LLAMA_8B]}, "needs a Accelerator in each place"),
        ({"accelerator": 3}, "needs a Accelerator; 3 is not one"),
    ],
)
def test_what_is_no_spec_is_refused_in_a_sentence(asked, sentence):
    assert refused(roofline, **asked)["accelerator"].startswith(sentence)


def test_what_a_page_refuses_a_call_refuses_with_the_same_sentence():
    (sentence,) = refused(compression, bits=8, baseline_bits=4).values()
    assert sentence == "must be at most the 4 of the baseline; 8 is more."
    assert refused(roofline, model="resnet-50", phase="decode")["phase"].startswith("can't be decode: ResNet-50")


def test_a_column_of_which_no_row_makes_sense_is_refused():
    assert "phase" in refused(roofline, model="resnet-50", phase="decode", batch_size=[1, 8])
    assert "phase" in refused(roofline, model="resnet-50", phase="decode", batch_size=np.ones(1000))


def test_rows_that_make_no_sense_are_unknown_and_told_with_the_name_of_their_own_spec():
    with pytest.warns(UserWarning, match=r"1 of 2 rows make no sense .*: phase: can't be decode: ResNet-50 does not"):
        found = roofline(model=["llama-3-8b", "resnet-50"], phase="decode")
    assert np.isnan(found.latency).tolist() == [False, True]


def test_a_refused_row_has_its_own_name_wherever_it_stands():
    networks = take(stack([LLAMA_8B, shipped.find(Model, "resnet-50")]), np.array([1, 0]))
    with pytest.warns(UserWarning, match=r"3 of 6 rows .*can't be decode: ResNet-50 does not"):
        roofline(model=networks, phase="decode", batch_size=[[1], [2], [3]])


def test_scalars_are_pythons_own_and_a_label_prints_as_its_name():
    one = roofline()
    assert type(one.latency) is float and type(one.feasible) is bool
    assert one.bottleneck is Bound.MEMORY and str(one.bottleneck) == f"{one.bottleneck}" == "memory"
    assert f"{one.bottleneck:>8}" == "  memory" and str(Phase.DECODE) == "decode"


def test_what_binds_is_shown_by_its_name_at_a_prompt():
    answer = sensitivity(batch_size=1)
    assert repr(answer.binding) == str(answer.binding) == f"{answer.binding}" == "memory_bandwidth"


def test_labels_of_a_column_are_names():
    many = roofline(batch_size=[1, 512])
    assert many.labels("bottleneck").tolist() == ["memory", "compute"]
    assert many.bottleneck.tolist() == [Bound.MEMORY, Bound.COMPUTE]
    assert roofline().labels("bottleneck") == "memory"
    with pytest.raises(ValueError, match="latency: has no labels; of roofline these have: bottleneck, binding, memory"):
        many.labels("latency")


def test_an_infinite_output_is_infinite():
    assert math.isinf(roofline(context_length="8192").compute_bound_batch_size)


def test_units_are_imported_only_when_a_call_needs_them():
    code = (
        "import sys; from solvers.node.roofline import roofline; print('pint' in sys.modules, 'django' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
