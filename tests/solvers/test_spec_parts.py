"""Fleets, nodes, networks, regions and grids as inputs: what each brings along, what counts first, what is unknown."""

import dataclasses
import math
from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers import Fleet, parallelism, pipeline, search, shipped, sustainability, sweep, system, tco, topology
from solvers.errors import InputErrors
from solvers.fields import Input, Pick
from solvers.fleet.collectives import collectives
from solvers.read import read
from solvers.registry import solvers
from solvers.spec_parts import assembled, with_parts
from solvers.specs import Accelerator, Fabric, Grid, Node, Region, stack, take

FLEETS = shipped.all_specs(Fleet)
H100, A100 = (shipped.find(Accelerator, name) for name in ("h100", "a100"))
NODE = Node(
    name="Four",
    accelerator=A100,
    fabric=Fabric(name="Inside", bandwidth=300e9, latency=1e-6),
    accelerators_per_node=4,
    nics_per_node=2,
    nic_bandwidth=25e9,
)
NETWORK = Fabric(name="Outside", bandwidth=12.5e9, latency=7e-6)
GRID = Grid(name="Windy", carbon_intensity=1e-8, electricity_price=3e-8, water_intensity=1e-7)
SITE = Region(name="Harbour", grid=GRID, carbon_intensity=2e-8, pue=1.3, wue=2e-7)
CLUSTER = Fleet(name="Cluster", node=NODE, fabric=NETWORK, nodes=6, pue=1.1)


def errors(wall, **asked):
    with pytest.raises(InputErrors) as bad:
        wall(**asked)
    return {error.field: error.sentence for error in bad.value.errors}


@pytest.mark.parametrize("wall", solvers().values(), ids=lambda wall: wall.name)
def test_every_source_of_a_default_is_a_figure_of_a_pick(wall):
    for name, io in wall.inputs.items():
        if isinstance(io, Input):
            for path in io.default_from:
                pick, *names = path.split(".")
                kind = wall.inputs[pick].kind
                whole = CLUSTER if kind is Fleet else SITE if kind is Region else kind(**_needed(kind))
                assert np.size(reduce(getattr, names, whole)) >= 1, name
            assert set(io.shared) <= set(wall.inputs)
        elif isinstance(io, Pick) and io.default_from.partition(".")[0] in wall.inputs:
            outer, _, part = io.default_from.partition(".")
            parts = {
                f.name: f.metadata["part"] for f in dataclasses.fields(wall.inputs[outer].kind) if "part" in f.metadata
            }
            assert parts[part] is io.kind, name


def _needed(kind):
    return {"accelerator": H100} if kind is Node else {"peak": H100.peak} if kind is Accelerator else {}


def test_a_fleet_brings_its_devices_chips_links_and_site():
    told = parallelism.solve(fleet=CLUSTER, model="llama-3-8b", tensor_parallel=4, pipeline_parallel=2)
    assert told["accelerator"] == A100.name and told["node"] == "Four" and told["fabric"] == "Outside"
    assert (told["data_parallel"], told["devices"], told["devices_per_node"]) == (3, 24, 4)
    # Two cards of 25 GB/s for four devices, over a network that carries half of that.
    assert told["inter_bandwidth"] == 12.5e9 * 2 / 4 and told["intra_bandwidth"] == 300e9
    assert (told["intra_latency"], told["inter_latency"]) == (1e-6, 7e-6)
    bill = tco.solve(fleet=CLUSTER)
    assert (bill["devices"], bill["pue"], bill["devices_per_machine"]) == (24, 1.1, 4)
    assert bill["device_price"] == A100.unit_price


def test_what_is_typed_counts_more_than_what_is_picked():
    typed = {"devices_per_node": 2, "inter_bandwidth": "1 GB/s", "accelerator": "h100-sxm5-80gb", "data_parallel": 1}
    told = parallelism.solve(fleet=CLUSTER, **typed, tensor_parallel=1, pipeline_parallel=4)
    assert told["accelerator"] == H100.name
    assert (told["devices_per_node"], told["inter_bandwidth"], told["data_parallel"]) == (2, 1e9, 1)
    assert told["intra_bandwidth"] == 300e9


def test_another_node_in_a_fleet_makes_it_one_of_such_nodes():
    eight = dataclasses.replace(NODE, name="Eight", accelerators_per_node=8, nics_per_node=8)
    told = tco.solve(fleet=CLUSTER, node=eight)
    assert (told["devices"], told["devices_per_machine"]) == (48, 8)
    assert collectives.solve(fleet=CLUSTER, node=eight)["inter_bandwidth"] == 12.5e9


def test_a_node_and_a_network_do_without_a_fleet():
    told = collectives.solve(node=NODE, fabric=NETWORK, devices=8)
    assert (told["devices_per_node"], told["inter_bandwidth"], told["inter_latency"]) == (4, 12.5e9 * 2 / 4, 7e-6)
    assert collectives.solve(node=NODE, devices=8)["inter_bandwidth"] == 25e9 * 2 / 4
    assert collectives.solve(fabric=NETWORK, devices=8)["inter_bandwidth"] == 12.5e9


def test_a_region_brings_its_grid_and_its_own_figures_count_first():
    told = sustainability.solve(region=SITE)
    assert told["grid"] == "Windy" and told["carbon_intensity"] == 2e-8
    assert (told["pue"], told["water_intensity"], told["electricity_price"]) == (1.3, 1e-7, 3e-8)
    bare = dataclasses.replace(SITE, carbon_intensity=math.nan)
    assert sustainability.solve(region=bare)["carbon_intensity"] == 1e-8
    assert system.solve(region=SITE)["carbon_intensity"] == 2e-8


def test_a_region_without_a_known_grid_is_not_on_the_grid_of_the_default():
    lost = Region(name="Lost", pue=1.2)
    assert "Lost" in errors(sustainability, region=lost)["carbon_intensity"]
    assert system.solve(region=lost)["grid"] == "Lost"


def test_an_unknown_figure_is_asked_for_and_names_its_spec():
    assert errors(sustainability, grid=Grid(name="Fog"))["carbon_intensity"] == (
        "is needed: the carbon intensity of Fog is not known."
    )
    tpu = errors(parallelism, node="tpu-v4-host", accelerator="h100")
    assert "TPU v4 host" in tpu["inter_bandwidth"]
    assert sustainability(grid=Grid(name="Fog"), carbon_intensity="100 g/kWh").total_carbon > 0


def test_an_assumption_that_stands_in_is_named_as_one():
    notes = " ".join(tco.solve(fleet="research-256", grid="poland").notes)
    assert "The PUE of Research Cluster (256 GPUs) is not known; 1.06 is assumed." in notes
    assert "The electricity price of Poland (tutorial) is not known" in notes
    assert "devices 256" in notes and "NVIDIA H100 SXM5 80GB" in notes


def test_more_devices_than_a_fleet_has_are_refused_and_idle_ones_told():
    assert "has 24" in errors(parallelism, fleet=CLUSTER, data_parallel=16)["data_parallel"]
    told = parallelism.solve(fleet=CLUSTER, model="llama-3-8b", tensor_parallel=4, pipeline_parallel=4)
    assert told["devices"] == 16 and "8 of the 24 devices of Cluster are idle." in told.notes


def test_no_pick_leaves_every_answer_as_it_was():
    assert collectives.solve()["intra_bandwidth"] == 450e9
    assert topology.solve()["nodes"] == 512
    assert [note for note in collectives.solve().notes if "With" in note] == []


@given(st.lists(st.sampled_from(sorted(FLEETS)), min_size=1, max_size=4))
def test_columns_of_fleets_answer_as_each_alone(slugs):
    fleets = [FLEETS[slug] for slug in slugs]
    column = take(stack(fleets), np.arange(len(fleets)))
    inputs = sustainability.inputs
    whole = assembled(inputs, with_parts(inputs, {"fleet": column}, {"fleet"}))
    for place, fleet in enumerate(fleets):
        alone = assembled(inputs, with_parts(inputs, {"fleet": fleet}, {"fleet"}))
        assert whole["fleet"].devices[place] == alone["fleet"].devices
        assert np.array_equal(whole["accelerator"].tdp[place], alone["accelerator"].tdp, equal_nan=True)
        together, single = (each["fleet"].device_bandwidth for each in (whole, alone))
        assert np.array_equal(np.broadcast_to(together, len(fleets))[place], single, equal_nan=True)


@given(
    fleet=st.sampled_from(["research-256", "lab-64-a100", "training-1k-a100"]),
    grid=st.sampled_from(["poland", "quebec"]),
)
def test_call_sweep_pipeline_and_search_agree(fleet, grid):
    alone = sustainability(fleet=fleet, grid=grid).total_carbon
    name, place = shipped.find(Fleet, fleet).name, shipped.find(Grid, grid).name
    rows = sweep(sustainability, fleet=["lab-64-h100", fleet], grid=["norway", grid]).rows()
    (swept,) = [row["total_carbon"] for row in rows if (row["fleet"], row["grid"]) == (name, place)]
    chained = pipeline("tco", "sustainability").run(fleet=fleet, grid=grid, pue=1.06)["sustainability"]["total_carbon"]
    found = search(sustainability, minimize="total_carbon", fleet=["lab-64-h100", fleet], grid=["norway", grid]).top
    (searched,) = [row["total_carbon"] for row in found.rows() if (row["fleet"], row["grid"]) == (name, place)]
    assert [swept, chained, searched] == pytest.approx([alone] * 3, rel=1e-12)


def test_a_search_leaves_out_grids_whose_carbon_is_unknown():
    found = search(sustainability, minimize="total_carbon", grid=[GRID, Grid(name="Fog")])
    assert [row["grid"] for row in found.top.rows()] == ["Windy"]


def test_text_asks_for_a_part_of_what_is_picked_unless_it_names_another():
    assert read(parallelism, {"fleet": "research-256"}).values["accelerator"] is None
    named = read(parallelism, {"fleet": "research-256", "accelerator": "h100-sxm5-80gb"})
    assert named.values["accelerator"] == "h100-sxm5-80gb" and "accelerator" in named.text
    assert read(parallelism, {"fleet": "none"}).values["accelerator"] == "h100-sxm5-80gb"


def test_a_fleet_whose_place_is_known_brings_its_grid():
    alps, grid = shipped.find(Fleet, "alps"), shipped.find(Grid, "switzerland")
    found = sustainability.solve(fleet="alps")
    assert found["carbon_intensity"] == grid.carbon_intensity == alps.region.grid.carbon_intensity
    assert any("grid Switzerland" in note for note in found.notes)
    elsewhere = sustainability.solve(fleet="alps", grid="poland")
    assert elsewhere["carbon_intensity"] == shipped.find(Grid, "poland").carbon_intensity
    assert tco.solve(fleet="ornl-frontier")["electricity_price"] == shipped.find(Grid, "us-tennessee").electricity_price
    assert (
        system.solve(fleet="nvidia-selene")["carbon_intensity"] == shipped.find(Grid, "us-california").carbon_intensity
    )


@pytest.mark.parametrize(("wall", "output"), [(sustainability, "operational_carbon"), (system, "carbon_intensity")])
def test_fleets_with_and_without_a_place_answer_in_a_column_as_each_alone(wall, output):
    fleets = ["research-256", "nvidia-selene", "meta-llama3-16k"]
    alone = {shipped.find(Fleet, slug).name: float(getattr(wall(fleet=slug), output)) for slug in fleets}
    swept = {row["fleet"]: row[output] for row in sweep(wall, fleet=fleets).rows()}
    searched = {row["fleet"]: row[output] for row in search(wall, minimize=output, fleet=fleets, keep=9).top.rows()}
    assert swept == pytest.approx(alone, rel=1e-12) and searched == pytest.approx(alone, rel=1e-12)


def test_a_region_of_its_own_counts_more_than_the_grid_of_a_fleet():
    fleet = Fleet(name="F", node=NODE, nodes=2, region=Region(name="R", grid=Grid(name="G", carbon_intensity=1e-8)))
    assert dataclasses.replace(fleet, grid=Grid(name="H", carbon_intensity=2e-8)).region.name == "R"
    assert Fleet(name="F", node=NODE, nodes=2, grid=fleet.region.grid).region.grid.carbon_intensity == 1e-8
