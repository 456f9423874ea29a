import json

import numpy as np
import pytest
from django.test import Client

from catalog.models import TABLES, Accelerator, Grid, Model
from catalog.resolve import choices, find, find_all, offered, resolve, spec_from_snapshot
from solvers import specs
from solvers.errors import InputError, InputErrors
from solvers.read import read
from solvers.registry import solvers
from solvers.specs import columns, parts

pytestmark = pytest.mark.usefixtures("catalog")


def ask(**text):
    return read(solvers()["roofline"], text)


def assert_same(one, other):
    assert type(one) is type(other) and one.name == other.name
    for name in columns(type(one)):
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True), name
    for name in parts(type(one)):
        assert_same(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("table", TABLES)
def test_every_row_comes_back_from_its_snapshot_as_it_was(table):
    for row in table.objects.all():
        found = find(table.describes, row.slug, "it")
        again = spec_from_snapshot(json.loads(json.dumps(found.snapshot, allow_nan=False)))
        assert_same(again, found.spec)


def test_a_snapshot_says_what_it_is_and_who_says_so():
    kept = find(specs.Accelerator, "h100-sxm5-80gb", "it").snapshot
    row = Accelerator.objects.get(slug="h100-sxm5-80gb")
    assert (kept["kind"], kept["slug"], kept["name"]) == ("accelerator", row.slug, row.name)
    assert kept["figures"]["peak"]["fp16"] == 989.5e12 and "fp4" not in kept["figures"]["peak"]
    assert kept["figures"]["memory_bandwidth"] == 3.35e12 and kept["figures"]["sleep_power"] is None
    for name in ("source", "source_url", "source_date", "verified", "note"):
        assert kept[name] == getattr(row, name)


def test_a_fleets_snapshot_says_where_its_chips_figures_come_from():
    kept = find(specs.Fleet, "research-256", "it").snapshot
    chip = kept["parts"]["node"]["parts"]["accelerator"]
    assert chip["slug"] == "h100-sxm5-80gb" and chip["source_url"].startswith("https://")


def test_an_old_snapshot_opens_when_walls_have_learned_and_forgotten_figures():
    kept = json.loads(json.dumps(find(specs.Accelerator, "t4", "it").snapshot))
    kept["figures"]["abacus_beads"] = 7
    del kept["figures"]["tdp"]
    spec = spec_from_snapshot(kept)
    assert np.isnan(spec.tdp) and spec.memory_bandwidth == find(specs.Accelerator, "t4", "it").spec.memory_bandwidth


def test_a_cold_question_takes_a_query_for_each_kind_and_one_for_the_version(cold, django_assert_num_queries):
    with django_assert_num_queries(3):
        Client().get("/api/v1/solve/roofline?also=t4,b200-sxm-180gb")


def test_a_warm_question_takes_one_tiny_query(django_assert_num_queries):
    Client().get("/api/v1/solve/roofline")
    with django_assert_num_queries(1) as queries:
        Client().get("/api/v1/solve/roofline?accelerator=t4&model=gpt2-xl&also=a10")
    assert queries.captured_queries[0]["sql"] == "SELECT token FROM catalog_version WHERE id = 1"


def test_a_page_asks_once_for_its_answer_and_all_its_pickers(django_assert_num_queries):
    Client().get("/walls/roofline/")
    with django_assert_num_queries(1):
        Client().get("/walls/roofline/")


def test_names_of_every_kind_at_once_take_a_query_each(cold, django_assert_num_queries):
    wanted = {
        specs.Accelerator: {"t4", "NVIDIA A10"},
        specs.Grid: {"quebec", "poland"},
        specs.Fleet: {"research-256", "meta-llama3-16k"},
    }
    with django_assert_num_queries(3 + len(wanted) * 2):  # outside a request the version is read for each name
        found = find_all(wanted)
    assert {kind: set(names) for kind, names in found.items()} == wanted


def test_an_inline_question_needs_no_database(django_assert_num_queries):
    chip, model = {"peak": {"fp16": 1e12}, "memory_bandwidth": 1e11}, {"parameters": 1e9, "layers": 2, "kv_heads": 1}
    asked = ask(accelerator=chip, model=model)
    with django_assert_num_queries(0):
        known = resolve(asked)
    assert known.point.accelerator.memory_bandwidth == 1e11 and known.snapshot == {}


@pytest.mark.parametrize(
    "name", ["h100-sxm5-80gb", "H100-SXM5-80GB", "NVIDIA H100 SXM5 80GB", " nvidia h100 sxm5 80gb "]
)
def test_a_row_is_found_by_slug_and_by_name_in_any_case(name):
    assert find(specs.Accelerator, name, "it").spec.name == "NVIDIA H100 SXM5 80GB"


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        (
            specs.Accelerator,
            "h10",
            "no accelerator in the catalog is called 'h10'. Did you mean h100-nvl-94gb, h100-pcie-80gb or "
            "h100-sxm5-80gb?",
        ),
        (specs.Accelerator, "esp32s4", "no accelerator in the catalog is called 'esp32s4'. Did you mean esp32-s3?"),
        (specs.Model, "Llama3 8B", "no model in the catalog is called 'Llama3 8B'. Did you mean llama-3-8b?"),
        (specs.Grid, "Quebek", "no grid in the catalog is called 'Quebek'. Did you mean quebec?"),
        (specs.Fleet, "zzzzzz", "no fleet in the catalog is called 'zzzzzz'."),
        (specs.Grid, "", "needs the name of a grid in the catalog."),
        (specs.Grid, "x" * 199, f"no grid in the catalog is called '{'x' * 40}'."),
    ],
)
def test_an_unknown_name_is_a_sentence_with_the_nearest(kind, name, sentence):
    with pytest.raises(InputError) as bad:
        find(kind, name, "it")
    assert (bad.value.field, bad.value.sentence) == ("it", sentence)


def test_all_unknown_names_are_told_at_once():
    with pytest.raises(InputErrors) as bad:
        resolve(ask(accelerator="h10", model="lama", also="t4,t44"))
    assert [error.field for error in bad.value.errors] == ["model", "accelerator", "also"]
    with pytest.raises(InputErrors) as bad:
        find_all({specs.Grid: ["nowhere"], specs.Model: ["nothing"]})
    assert [error.field for error in bad.value.errors] == ["grid", "model"]


def test_a_question_may_change_a_figure_of_what_it_picks_and_the_snapshot_keeps_the_row():
    known = resolve(ask(accelerator="t4", **{"accelerator.memory_bandwidth": "x2", "accelerator.tdp": "1 kW"}))
    assert known.point.accelerator.memory_bandwidth == 2 * known.snapshot["accelerator"]["figures"]["memory_bandwidth"]
    assert (known.point.accelerator.tdp, known.snapshot["accelerator"]["figures"]["tdp"]) == (1000, 70)


def test_overlays_come_in_the_order_asked_with_their_snapshots():
    known = resolve(ask(also="t4,A10"))
    assert [spec.name for spec in known.also] == ["NVIDIA T4", "NVIDIA A10"]
    assert {"model", "accelerator", "also.t4", "also.A10"} == set(known.snapshot)


def test_a_scenario_is_answered_from_what_it_kept_whatever_the_catalog_says_today():
    asked = ask(accelerator="t4", also="rtx-3090")
    kept = json.loads(json.dumps(resolve(asked).snapshot))
    Accelerator.objects.filter(slug="t4").update(tdp=1.0)
    Accelerator.objects.filter(slug="rtx-3090").delete()
    again = resolve(asked, kept)
    assert (again.point.accelerator.tdp, again.also[0].name) == (70, "NVIDIA GeForce RTX 3090")
    assert again.snapshot == kept
    with pytest.raises(InputErrors):
        resolve(asked)


def test_pickers_offer_every_row_under_a_heading_but_not_the_archived():
    Accelerator.objects.filter(slug="t4").update(archived=True)
    slugs = [slug for slug, _, _ in choices(specs.Accelerator)]
    assert len(slugs) == Accelerator.objects.count() - 1 and "t4" not in slugs
    assert find(specs.Accelerator, "t4", "it").spec.name == "NVIDIA T4"
    assert ("h100-sxm5-80gb", "NVIDIA H100 SXM5 80GB", "NVIDIA") in choices(specs.Accelerator)
    assert {found.snapshot["slug"] for found in offered(specs.Accelerator)} == set(slugs)


@pytest.mark.parametrize("table", TABLES)
def test_rows_of_one_heading_stand_together(table):
    headings = [heading for _, _, heading in choices(table.describes)]
    changes = [one for one, other in zip(headings, ["", *headings], strict=False) if one != other]
    assert len(changes) == len(set(headings))


def test_the_tutorials_grids_stand_first():
    headings = list(dict.fromkeys(heading for _, _, heading in choices(specs.Grid)))
    assert headings == ["Classroom values", "Countries", "States, provinces and zones", "Averages and references"]


@pytest.mark.parametrize(
    "change",
    [
        lambda: Grid.objects.get(slug="aruba").delete(),
        lambda: Grid.objects.filter(slug="aruba").delete(),
        lambda: Grid.objects.filter(slug="aruba").update(name="Oruba"),
        lambda: Grid.objects.bulk_create([Grid(slug="moon", name="Moon", region_type="country")]),
        lambda: Grid(slug="moon", name="Moon", region_type="country").save(),
        lambda: Grid.objects.bulk_update([Grid(pk=Grid.objects.get(slug="aruba").pk, name="Oruba")], ["name"]),
    ],
)
def test_any_change_is_seen_by_the_next_question(change):
    before = choices(specs.Grid)
    change()
    assert choices(specs.Grid) != before


def test_no_request_can_spoil_the_spec_another_shares():
    with pytest.raises(ValueError, match="read-only"):
        find(specs.Accelerator, "t4", "it").spec.peak[0] = 1.0


def test_models_are_not_read_again_when_nothing_changed(django_assert_num_queries):
    choices(specs.Model)
    with django_assert_num_queries(1):
        choices(specs.Model)
    assert Model.objects.exists()


def served(**text):
    return resolve(read(solvers()["serving"], text)).point


def test_a_figure_of_a_chip_is_used_until_another_is_typed():
    slow, fast = served(accelerator="t4"), served(accelerator="h100-sxm5-80gb")
    assert (slow.interconnect_bandwidth, fast.interconnect_bandwidth) == (15.75e9, 450e9)
    assert served(accelerator="t4", interconnect_bandwidth="450 GB/s").interconnect_bandwidth == 450e9


def test_a_figure_changed_for_the_question_is_followed_too():
    changed = {"accelerator": "t4", "accelerator.interconnect_bandwidth": "32 GB/s"}
    assert served(**changed).interconnect_bandwidth == 32e9


def test_all_regions_are_read_with_their_grids_at_once(cold, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        assert len(offered(specs.Region)) > 100


def test_a_picker_lists_the_accelerator_in_wide_use_before_its_variants():
    names = [name for _, name, _ in choices(specs.Accelerator)]
    for words, first in (("A100", "NVIDIA A100 SXM4 80GB"), ("NVIDIA H100", "NVIDIA H100 SXM5 80GB")):
        assert next(name for name in names if words in name) == first
