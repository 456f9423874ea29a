"""Specs of the shipped rows without Django: the names they are found by, and the message for an unknown one."""

import csv
import subprocess
import sys

import pytest

from solvers import data, roofline, shipped
from solvers.errors import InputError
from solvers.quantities import convert
from solvers.shipped.names import identifier
from solvers.shipped.reader import _UNITS, FOLDER, Cell, header
from solvers.specs import KINDS, Accelerator, Fleet, Grid, Model


@pytest.mark.parametrize("name", ["h100-sxm5-80gb", "H100-SXM5-80GB", "NVIDIA H100 SXM5 80GB", "h100_sxm", "h100"])
def test_a_chip_is_found_by_slug_name_and_alias(name):
    assert shipped.find(Accelerator, name) is shipped.find(Accelerator, "h100-sxm5-80gb")


def test_specs_are_imported_from_the_data_folder_beside_its_walls():
    from solvers.data import dgx_h100, h100_sxm, ingestion, llama_3_1_8b, poland

    assert h100_sxm is data.h100_sxm5_80gb and dgx_h100.accelerator is h100_sxm
    assert (llama_3_1_8b.layers, round(poland.carbon_intensity * 3.6e9)) == (32, 820)
    assert ingestion.ingestion.name == "ingestion"


def test_an_unknown_name_is_told_the_nearest():
    with pytest.raises(AttributeError, match=r"no shipped row is called h100_sxn\. Did you mean h100_sxm"):
        _ = data.h100_sxn
    with pytest.raises(
        InputError, match=r"accelerator: no accelerator in the catalog is called 'h10'\. Did you mean h100"
    ):
        shipped.find(Accelerator, "h10")


def test_every_alias_leads_to_a_row_and_hides_none():
    with (FOLDER / "aliases.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = {kind.__name__.lower(): kind for kind in KINDS}
    assert rows
    for row in rows:
        assert row["slug"] in shipped.names(kinds[row["kind"]])
        assert row["alias"] not in {identifier(s) for s in shipped.names(kinds[row["kind"]])}
    assert len({row["alias"] for row in rows}) == len(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_makes_a_spec(kind):
    specs = shipped.all_specs(kind)
    assert specs and all(isinstance(spec, kind) and spec.name for spec in specs.values())


def test_a_fleet_has_its_nodes_chips_and_fabric():
    fleet = shipped.find(Fleet, "research-256")
    assert fleet.devices == 256 and fleet.node.accelerator is shipped.find(Accelerator, "h100")
    assert fleet.fabric.bandwidth == 12.5e9


@pytest.mark.parametrize("end", _UNITS)
def test_a_header_turns_into_si_as_the_units_do(end):
    unit = {"_flops": "FLOP", "_pct": "percent", "_mm2": "mm**2", "_mw": "MW", "_w": "W", "_nm": "nm", "_usd": "USD"}
    unit |= {"_usd_per_gb_month": "USD/GB/month", "_usd_per_hour": "USD/hour", "_usd_per_kwh": "USD/kWh", "_kg": "kg"}
    unit |= {"_g_per_kwh": "g/kWh", "_l_per_kwh": "L/kWh", "_per_s": "1/s", "_bytes_s": "byte/s", "_bytes": "byte"}
    unit |= {"_s": "s", "_hz": "Hz"}
    head = header(f"figure{end}")
    assert head.column == "figure"
    for text in ("2.95", "390", "1e-05"):
        assert Cell(head, text).number() == convert(float(text), unit[end], head.unit)


def test_a_file_is_read_without_django_and_without_units():
    code = "import sys; from solvers.data import h100_sxm; print(h100_sxm.tdp, {'django', 'pint'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["700.0", "set()"]


def test_names_are_listed():
    assert {"h100_sxm", "llama_3_8b", "quebec", "ingestion"} <= set(dir(data))
    assert "llama-3-8b" in shipped.names(Model) and "poland" in shipped.names(Grid)


@pytest.mark.parametrize("chip", ["h100-sxm5-80gb", "esp32-s3", "nrf52840"])
def test_two_networks_for_one_task_take_times_of_one_order(chip):
    """Person detection as MLPerf Tiny and as the tutorial's doorbell has it: launches count for both."""
    asked = {"accelerator": chip, "precision": "int8", "efficiency": 0.3}
    one, other = (
        roofline(model=model, **asked).latency
        for model in ("wake-vision-doorbell", "mlperf-tiny-vww-mobilenet-v1-0.25")
    )
    assert 0.5 < float(one) / float(other) < 2
