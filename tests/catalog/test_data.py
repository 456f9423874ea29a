"""The contents of the shipped files, and the specs derived from them."""

import csv
import math

import pytest

from catalog.fixtures import FOLDER, records
from catalog.models import TABLES, Accelerator, Fleet, Grid, Model
from catalog.plausibility import check_figures
from catalog.resolve import find
from solvers import specs
from solvers.laws.transformer import kv_elements_per_token, recurrent_state_bytes, routed_parameters
from solvers.shipped.figures import expert_parameters
from solvers.shipped.reader import FILES
from solvers.specs import Precision

pytestmark = pytest.mark.usefixtures("catalog")

every_table = pytest.mark.parametrize("table", TABLES)
HOUR, KWH, GIB = 3600.0, 3.6e6, 2.0**30


def spec(kind, slug):
    return find(kind, slug, "it").spec


def test_every_file_is_read_into_a_table():
    assert {path.name for path in FOLDER.glob("*.csv")} == {name for names in FILES.values() for name in names} | {
        "aliases.csv",
        "figure_sources.csv",
    }


@every_table
def test_every_shipped_row_says_where_it_comes_from(table):
    for record in records(table):
        assert record.values["source"] and record.values["source_date"], record.place
        assert record.values["source_url"].startswith(("https://", "http://")), record.place


@every_table
def test_no_row_is_called_what_another_is_called_in_links(table):
    slugs = {row.slug for row in table.objects.all()}
    assert not [row for row in table.objects.all() if row.name.lower() in slugs - {row.slug}]


@every_table
def test_every_cell_of_the_files_has_reached_its_column(table):
    filled = sum(
        bool(cell)
        for name in FILES[table.describes]
        for row in csv.DictReader((FOLDER / name).open(newline=""))
        for cell in row.values()
    )
    columns = (pair for record in records(table) for pair in record.values.items())
    reached = sum(value not in (None, "") for name, value in columns if name != "figure_sources")
    # Names of regions, the heading of the tutorial's grids, and that the chips of the first file are sold.
    made_up = {"CloudRegion": "cloud_regions.csv", "Grid": "grids_tutorial.csv", "Accelerator": "accelerators.csv"}
    name = made_up.get(table.__name__, "")
    rows = sum(1 for _ in csv.reader((FOLDER / name).open(newline=""))) - 1 if name else 0
    assert reached == filled + rows


def test_an_h100_is_as_its_data_sheet_says():
    chip = spec(specs.Accelerator, "h100-sxm5-80gb")
    assert chip.peak[Precision.FP16] == 989.5e12 and math.isnan(chip.peak[Precision.FP4])
    assert (chip.memory_capacity, chip.memory_bandwidth, chip.tdp) == (80 * GIB, 3.35e12, 700)
    assert chip.cloud_price == pytest.approx(2.95 / HOUR, rel=1e-15)


def test_a_microcontroller_keeps_its_weights_in_flash():
    chip = spec(specs.Accelerator, "nrf52840")
    assert (chip.flash_capacity, chip.flash_bandwidth) == (2.0**20, 64e6)
    filled = spec(specs.Accelerator, "himax-we1")  # its own flash columns are empty
    assert (filled.flash_capacity, filled.flash_bandwidth) == (2 * 2.0**20, 100e6)
    assert math.isnan(spec(specs.Accelerator, "h100-sxm5-80gb").flash_capacity)


def test_embodied_carbon_is_the_vendors_where_there_is_one_and_the_row_says_so_where_not():
    both, model_only = (Accelerator.objects.get(slug=slug) for slug in ("h100-sxm5-80gb", "v100-sxm2-32gb"))
    assert both.spec().embodied_carbon == 164 != both.embodied_carbon_boavizta
    assert model_only.spec().embodied_carbon == 290
    assert not any("Boavizta" in remark for remark in both.remarks())
    assert any("Boavizta" in remark for remark in model_only.remarks())


def test_an_assumed_overhead_is_remarked():
    chip = Accelerator.objects.filter(dispatch_overhead=None).first()
    assert chip.spec().dispatch_overhead == 10e-6 and any("overhead" in remark for remark in chip.remarks())


def test_deepseek_v3_caches_576_numbers_a_token_and_layer():
    """512 + 64: DeepSeek-V3 technical report (arXiv:2412.19437), section 4.2."""
    model = spec(specs.Model, "deepseek-v3")
    assert kv_elements_per_token(model) == 61 * 576


def test_the_experts_of_mixtral_hold_45_billion_parameters():
    """3·4096·14336·8·32 of Mixtral's configuration (arXiv:2401.04088)."""
    assert routed_parameters(spec(specs.Model, "mixtral-8x7b")) == pytest.approx(3 * 4096 * 14336 * 8 * 32, rel=1e-9)


def test_mamba_keeps_a_state_of_16_for_each_of_twice_its_channels():
    model = spec(specs.Model, "mamba-2.8b")
    assert recurrent_state_bytes(model, Precision.FP16) == 64 * 2 * 2560 * 16 * 2


@pytest.mark.parametrize(
    ("slug", "generative"),
    [("llama-3-8b", 1), ("t5-3b", 1), ("whisper-base", 1), ("bert-base", 0), ("resnet-50", 0), ("dlrm-reference", 0)],
)
def test_a_model_generates_tokens_or_takes_one_pass(slug, generative):
    assert spec(specs.Model, slug).generative == generative


def test_a_dense_model_has_no_expert_parameters():
    assert math.isnan(spec(specs.Model, "llama-3-8b").expert_parameters)
    assert expert_parameters(Model(experts=8, experts_per_token=8, parameters=1e9, active_parameters=1e9)) is None


@pytest.mark.parametrize(
    ("slug", "grams"),
    [("quebec", 20), ("poland", 820), ("us-average", 390), ("poland-measured", 588.6), ("ca-quebec", 27.6)],
)
def test_the_tutorials_grids_keep_their_names_beside_the_measured_ones(slug, grams):
    assert spec(specs.Grid, slug).carbon_intensity == pytest.approx(grams / 1000 / KWH, rel=1e-14)


def test_the_tutorials_grids_say_that_they_are_made_for_teaching():
    classroom = Grid.objects.filter(region_type="classroom")
    assert len(classroom) == 6
    assert all(row.verified == "convention" and "not a measurement" in row.remarks()[0] for row in classroom)


def test_water_price_and_efficiency_of_a_site_are_in_si():
    average, region = spec(specs.Grid, "us-average"), spec(specs.Region, "aws-af-south-1")
    assert average.wue == pytest.approx(1.8 / KWH, rel=1e-14) and average.pue == 1.12
    assert spec(specs.Grid, "united-states").electricity_price == pytest.approx(0.0813 / KWH, rel=1e-14)
    assert region.carbon_intensity == pytest.approx(0.70203 / KWH, rel=1e-14)


def test_storage_costs_by_byte_and_second():
    price = spec(specs.Storage, "nvme-gen4").price
    assert price * 1e9 * 30 * 24 * HOUR == pytest.approx(0.2, rel=1e-14)


def test_a_fleet_knows_its_devices_chip_and_both_fabrics():
    fleet = spec(specs.Fleet, "research-256")
    assert (fleet.devices, fleet.node.accelerator.tdp) == (256, 700)
    assert (fleet.node.fabric.bandwidth, fleet.fabric.bandwidth) == (450e9, 12.5e9)
    assert spec(specs.Fleet, "meta-rsc-a100-16k").power == 13.28e6


def test_a_node_without_a_fabric_has_an_unknown_one():
    assert math.isnan(spec(specs.Node, "aurora-node").fabric.bandwidth)
    assert not Fleet.objects.filter(fabric=None).exists()


def test_a_dense_model_has_no_active_parameters_of_its_own_and_a_mixture_has():
    assert math.isnan(spec(specs.Model, "llama-3-70b").active_parameters)
    assert spec(specs.Model, "mixtral-8x7b").active_parameters == pytest.approx(12.88e9, rel=1e-3)


@every_table
def test_the_figures_of_every_shipped_row_are_possible(table):
    for record in records(table):
        known = frozenset(name for name, value in record.values.items() if value not in (None, ""))
        found = check_figures(table, record.values, known)
        assert not [each.sentence for each in found if each.impossible], record.place
