"""A figure that belongs to a spec comes from the spec picked, whichever way a question is asked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import parallelism, pipeline, search, serving, shipped, shootout, sustainability, sweep, tco
from solvers.errors import InputErrors
from solvers.picks import figures_of_picks
from solvers.plan import plan
from solvers.specs import Accelerator

# A chip on PCIe, one on NVLink, one whose vendor's link differs, and one whose link is not published.
CHIPS = ("t4", "a100-sxm4-80gb", "h100-sxm5-80gb", "mi300x", "l4")
NO_LINK = "mi300a"
SPLIT = {"tensor_parallel": 8, "batch_size": 16}


def link_of(chip):
    return shipped.find(Accelerator, chip).interconnect_bandwidth


@pytest.mark.parametrize("chip", CHIPS)
def test_a_chip_brings_its_own_link(chip):
    assert serving.solve(accelerator=chip, **SPLIT)["interconnect_bandwidth"] == link_of(chip)
    assert serving(accelerator=chip, **SPLIT).itl == (
        serving(accelerator=chip, interconnect_bandwidth=link_of(chip), **SPLIT).itl
    )


def test_what_is_typed_counts_more_than_the_chip():
    typed = serving.solve(accelerator="t4", interconnect_bandwidth="450 GB/s", **SPLIT)
    assert typed["interconnect_bandwidth"] == 450e9
    assert typed["itl"] < serving(accelerator="t4", **SPLIT).itl


def test_a_link_nobody_has_published_is_asked_for_and_not_borrowed():
    with pytest.raises(InputErrors) as bad:
        serving(accelerator=NO_LINK, **SPLIT)
    assert [error.field for error in bad.value.errors] == ["interconnect_bandwidth"]
    assert "MI300A" in bad.value.errors[0].sentence
    alone = serving(accelerator=NO_LINK, batch_size=16)
    assert alone.itl > 0 and alone.decode_network_time == 0


@given(chip=st.sampled_from(CHIPS), split=st.sampled_from((1, 2, 4, 8)), batch=st.integers(1, 64))
@settings(max_examples=20, deadline=None)
def test_call_sweep_pipeline_and_search_give_one_chip_one_answer(chip, split, batch):
    asked = {"tensor_parallel": split, "batch_size": batch, "model": "gpt2-small"}
    alone = serving(accelerator=chip, **asked).itl
    of_chip = (shipped.find(Accelerator, chip).name, split)
    lists = {**asked, "accelerator": list(CHIPS), "tensor_parallel": [split, 9 - split]}
    rows = [*sweep(serving, **lists).rows(), *search(serving, minimize="itl", keep=99, **lists).top.rows()]
    found = [row["itl"] for row in rows if (row["accelerator"], row["tensor_parallel"]) == of_chip]
    found.append(pipeline("serving").run(accelerator=chip, **asked)["serving"]["itl"])
    assert len(found) == 3 and found == pytest.approx([alone] * 3, rel=1e-12)


def test_each_chip_drawn_beside_the_point_has_its_own_figures():
    def of(chip):
        values = {"model": shipped.find(serving.inputs["model"].kind, "llama-3-8b"), "tensor_parallel": 8.0}
        point = serving.inputs_type(accelerator=shipped.find(Accelerator, chip), **values)
        return serving.inputs_type(**{**vars(point), **figures_of_picks(serving, vars(point), values)})

    others = tuple(shipped.find(Accelerator, chip) for chip in ("t4", "a100-sxm4-80gb"))
    batch = plan(serving, of("h100-sxm5-80gb"), others).batch
    seen = set(np.ravel(batch.interconnect_bandwidth))
    assert seen == {450e9, link_of("t4"), 300e9}
    typed = plan(serving, of("h100-sxm5-80gb"), others, given=("interconnect_bandwidth",)).batch
    assert np.unique(typed.interconnect_bandwidth).tolist() == [450e9]


def test_a_search_counts_the_chips_whose_figure_is_unknown():
    found = search(
        serving, minimize="itl", accelerator=["h100-sxm5-80gb", NO_LINK], tensor_parallel=[1, 8], model="gpt2-small"
    )
    assert (found.count, found.left_out) == (4, 1)
    assert "1 of 4 configurations is left out: a figure it needs is unknown" in str(found)


def test_power_and_embodied_carbon_are_those_of_the_chip():
    mi300x = shipped.find(Accelerator, "mi300x")
    year = {"devices": 64, "duration": "1 year", "embodied_lifetime": "4 year"}
    alone = sustainability(accelerator="mi300x", **year)
    assert alone.embodied_carbon == pytest.approx(64 * mi300x.embodied_carbon / 4)
    same = sustainability(accelerator=None, tdp=mi300x.tdp, embodied_per_device=mi300x.embodied_carbon, **year)
    assert alone.total_carbon == same.total_carbon
    chain = pipeline("tco", "sustainability").run(accelerator="mi300x", **year)
    assert chain["sustainability"]["total_carbon"] == alone.total_carbon
    found = search(
        ["tco", "sustainability"], minimize="total_carbon", accelerator=["h100-sxm5-80gb", "mi300x"], keep=9, **year
    )
    assert {row["accelerator"]: row["total_carbon"] for row in found.top.rows()}[mi300x.name] == alone.total_carbon


def test_embodied_carbon_nobody_has_published_is_unknown_and_says_so():
    found = sustainability.solve(accelerator="gaudi3")
    assert np.isnan(found["total_carbon"]) and found["operational_carbon"] > 0
    assert any("The embodied carbon of Intel Gaudi 3" in note for note in found.notes)


def test_a_device_of_no_chip_has_no_power_of_its_own():
    with pytest.raises(InputErrors, match="no accelerator is picked"):
        sustainability(accelerator=None)
    assert sustainability(accelerator=None, tdp="250 W", embodied_per_device="100 kg").total_carbon > 0


@pytest.mark.parametrize("chip", ["t4", "a100-sxm4-80gb", "mi300x"])
def test_a_training_run_uses_the_links_of_its_chip(chip):
    asked = {"accelerator": chip, "model": "llama-3-8b"}
    assert parallelism(**asked).step_time == parallelism(intra_bandwidth=link_of(chip), **asked).step_time
    slow, fast = (parallelism(intra_bandwidth=link, **asked).step_time for link in ("15.75 GB/s", "450 GB/s"))
    assert slow > fast


def test_a_training_run_over_an_unknown_link_is_refused():
    with pytest.raises(InputErrors, match="is not known"):
        parallelism(accelerator=NO_LINK)
    assert parallelism(accelerator=NO_LINK, intra_bandwidth="450 GB/s").step_time > 0


def test_a_fleet_of_no_chip_has_a_whole_answer():
    found = tco.solve(accelerator=None, tdp="300 W", unit_price="9 kUSD")
    assert found["purchase_price"] == pytest.approx(256 * 9000 * 2.5) and found.working


def test_a_price_given_for_the_chip_picked_is_of_no_chip_drawn_beside_it():
    def of(chip, **more):
        values = {"model": shipped.find(shootout.inputs["model"].kind, "llama-3-70b"), **more}
        return shootout.inputs_type(
            accelerator=shipped.find(Accelerator, "h100-sxm5-80gb"), rival=shipped.find(Accelerator, chip), **values
        )

    others = tuple(shipped.find(Accelerator, chip) for chip in ("h200-sxm-141gb", "a100-sxm4-80gb"))
    planned = plan(shootout, of("gaudi3", rival_price=15625.0), others, given=("rival_price",))
    firsts = [line.rows.start for line in planned.lines if line.x == "workload"]
    drawn = shootout.function(planned.batch).rival_cost[firsts]
    alone = (of("gaudi3", rival_price=15625.0), of("h200-sxm-141gb"), of("a100-sxm4-80gb"))
    assert drawn.tolist() == pytest.approx([float(shootout.function(each).rival_cost) for each in alone])


@pytest.mark.parametrize("wall", [serving, parallelism])
def test_a_chip_brings_its_own_constants_of_the_roofline(wall):
    a100, t4 = (shipped.find(Accelerator, chip) for chip in ("a100-sxm4-80gb", "t4"))
    own = wall.solve(accelerator="a100-sxm4-80gb", timing="roofline")
    assert own["efficiency"] == a100.measured_efficiency != wall.inputs["efficiency"].default
    assert own["bandwidth_efficiency"] == a100.measured_bandwidth_efficiency
    borrowed = wall.solve(accelerator="t4", timing="roofline")
    assert np.isnan(t4.measured_efficiency) and borrowed["efficiency"] == wall.inputs["efficiency"].default
    assert any("Not measured on NVIDIA T4" in note and "H100" in note for note in borrowed.notes)
    assert not any("Not measured on" in note for note in own.notes)


def test_a_constant_typed_selects_the_roofline_where_it_is_not_the_chips_own():
    chip = {"accelerator": "a100-sxm4-80gb", "batch_size": 16}
    kernels, roofline = (serving(timing=timing, **chip).itl for timing in ("kernels", "roofline"))
    assert serving(**chip).itl == serving(efficiency=0.75, **chip).itl == kernels != roofline
    assert serving(efficiency=0.65, **chip).itl == serving(timing="roofline", efficiency=0.65, **chip).itl != kernels


def test_each_chip_of_a_comparison_has_its_own_constants_of_the_roofline():
    asked = {"workload": "serving", "model": "llama-3-8b", "timing": "roofline"}
    found = shootout(accelerator="h100-sxm5-80gb", rival="a100-sxm4-80gb", **asked)
    alone = shootout(accelerator="a100-sxm4-80gb", rival="mi300x", **asked)
    assert found.rival_rate == alone.reference_rate
    typed = shootout(accelerator="h100-sxm5-80gb", rival="a100-sxm4-80gb", bandwidth_efficiency=0.5, **asked)
    assert typed.rival_rate < found.rival_rate
