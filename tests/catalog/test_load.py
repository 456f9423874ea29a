import shutil
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.fixtures import FOLDER, BadData
from catalog.load import load, restore
from catalog.management.commands import load_catalog
from catalog.models import TABLES, Accelerator, CatalogVersion, Fabric, Grid
from catalog.models.history import revisions


@pytest.fixture
def empty(db):
    with connection.cursor() as cursor:
        for table in reversed(TABLES):
            cursor.execute(f"DELETE FROM {table._meta.db_table}")


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped files that a test may edit."""
    return shutil.copytree(FOLDER, tmp_path / "data")


def spoil(folder, file, before, after):
    path = folder / file
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def printed():
    out = StringIO()
    call_command("load_catalog", stdout=out)
    return out.getvalue()


def state():
    return {table: list(table.objects.order_by("pk").values()) for table in TABLES}


def test_loading_an_empty_catalog_says_what_came(empty):
    said = "The catalog has 158 accelerators (158 new), 147 models (147 new), 57 fabrics (57 new), "
    assert printed().startswith(said)


def test_loading_again_changes_nothing_and_writes_nothing(catalog):
    before = state()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert printed().startswith("The catalog has 158 accelerators, 147 models, 57 fabrics, ")
    assert state() == before
    assert not [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_new_figure_reaches_a_row_nobody_edited(catalog, folder):
    spoil(folder, "fabrics.csv", "InfiniBand NDR,infiniband,50000000000", "InfiniBand NDR,infiniband,51000000000")
    fabrics = load(folder)[2]
    assert str(fabrics) == "57 fabrics (1 updated)"
    row = Fabric.objects.get(slug="ib-ndr")
    assert row.bandwidth == 51e9 and row.updated_at > row.created_at


def test_an_edited_figure_is_left_alone_and_named(catalog):
    Accelerator.objects.filter(slug="t4").update(tdp=71.0, edited_at=timezone.now(), overrides=["tdp"])
    assert "Left alone: accelerator t4 (edited here: thermal design power)." in printed()
    assert Accelerator.objects.get(slug="t4").tdp == 71.0


def test_a_shipped_correction_reaches_the_other_figures_of_an_edited_row(catalog, folder):
    Fabric.objects.filter(slug="ib-ndr").update(note="Mine.", edited_at=timezone.now(), overrides=["note"])
    spoil(folder, "fabrics.csv", "InfiniBand NDR,infiniband,50000000000", "InfiniBand NDR,infiniband,51000000000")
    load(folder)
    row = Fabric.objects.get(slug="ib-ndr")
    assert (row.bandwidth, row.note, row.overrides) == (51e9, "Mine.", ["note"]) and row.edited_at
    latest = revisions(row).first()
    assert (latest.action, latest.changes) == ("shipped", {"bandwidth": [50e9, 51e9]})


def test_of_a_row_edited_before_columns_were_recorded_every_difference_counts_as_an_edit(catalog, folder):
    Fabric.objects.filter(slug="ib-ndr").update(note="Mine.", edited_at=timezone.now())
    spoil(folder, "fabrics.csv", "InfiniBand NDR,infiniband,50000000000", "InfiniBand NDR,infiniband,51000000000")
    assert load(folder)[2].left == {"ib-ndr": "edited here: bandwidth, note"}
    assert Fabric.objects.get(slug="ib-ndr").bandwidth == 50e9


def test_a_row_renamed_here_is_still_the_shipped_one(catalog, folder):
    row = Fabric.objects.get(slug="ib-ndr")
    row.slug = "infiniband-400"
    row.save()
    spoil(folder, "fabrics.csv", "InfiniBand NDR,infiniband,50000000000", "InfiniBand NDR,infiniband,51000000000")
    load(folder)
    row.refresh_from_db()
    assert (row.slug, row.bandwidth) == ("infiniband-400", 51e9)
    assert not Fabric.objects.filter(slug="ib-ndr").exists()


def test_a_row_a_person_added_stays(catalog):
    Fabric.objects.create(
        slug="own", name="Own", kind="pcie", source="us", source_date="2026", edited_at=timezone.now()
    )
    printed()
    assert Fabric.objects.filter(slug="own").exists()


def test_a_name_somebody_has_taken_is_left_to_them(catalog):
    Fabric.objects.filter(slug="ib-gxdr").delete()
    Fabric.objects.create(slug="own", name="infiniband gxdr", kind="pcie", source="us", source_date="2026")
    assert "Left alone: fabric ib-gxdr (own has its name)." in printed()


def test_an_archived_row_stays_archived(catalog):
    Grid.objects.filter(slug="aruba").update(archived=True)
    printed()
    assert Grid.objects.get(slug="aruba").archived


@pytest.mark.parametrize(
    ("file", "before", "after", "sentence"),
    [
        (
            "accelerators.csv",
            ",7066000000000,",
            ",fast,",
            "accelerators.csv, line 2, peak_flops_fp64: needs a number; 'fast' is not one.",
        ),
        (
            "accelerators.csv",
            ",7066000000000,",
            ",-7,",
            "accelerators.csv, line 2, peak_flops_fp64: must be above 0 FLOP/s; -7 FLOP/s is not.",
        ),
        (
            "accelerators.csv",
            ",7066000000000,",
            ",inf,",
            "accelerators.csv, line 2, peak_flops_fp64: needs a finite number; inf is not one.",
        ),
        (
            "accelerators.csv",
            "2018,cloud,",
            "2018,clod,",
            "accelerators.csv, line 2, deployment_tier: Value 'clod' is not a valid choice.",
        ),
        (
            "accelerators.csv",
            "2018,cloud,",
            "MMXVIII,cloud,",
            "accelerators.csv, line 2, release_year: “MMXVIII” value must be an integer.",
        ),
        (
            "accelerators.csv",
            "v100-pcie-32gb,",
            "V100 PCIe,",
            "accelerators.csv, line 2, slug: Small letters, digits, and single hyphens or dots between.",
        ),
        ("accelerators.csv", "v100-pcie-32gb,", ",", "accelerators.csv, line 2, slug: This field cannot be blank."),
        (
            "accelerators.csv",
            "v100-sxm2-32gb,",
            "v100-pcie-32gb,",
            "accelerators.csv, line 3, slug: 'v100-pcie-32gb' is also in accelerators.csv, line 2.",
        ),
        (
            "accelerators.csv",
            "NVIDIA V100 SXM2 32GB",
            "nvidia v100 pcie 32gb",
            "accelerators.csv, line 3, name: 'nvidia v100 pcie 32gb' is also in accelerators.csv, line 2.",
        ),
        (
            "accelerators.csv",
            "slug,name,vendor,",
            "slug,name,maker,",
            "accelerators.csv, line 1, maker: is no column of accelerators.",
        ),
        (
            "nodes.csv",
            "a100-sxm4-80gb,8,",
            "a100-sxm4-99gb,8,",
            "nodes.csv, line 2, accelerator: 'a100-sxm4-99gb' is in no other file.",
        ),
        ("storage.csv", "nvme-gen3,", "nvme-gen3,,", "storage.csv, line 2: has 14 cells, the header 13."),
        (
            "grids_tutorial.csv",
            "quebec,",
            "poland-measured,",
            "grids_tutorial.csv, line 2, slug: 'poland-measured' is also in grids.csv, line 154.",
        ),
    ],
)
def test_bad_data_is_a_sentence_with_file_line_and_column_and_nothing_is_loaded(
    empty, folder, file, before, after, sentence
):
    spoil(folder, file, before, after)
    with pytest.raises(BadData) as bad:
        load(folder)
    assert str(bad.value) == sentence
    assert not any(table.objects.exists() for table in TABLES)


def test_the_command_ends_with_the_sentence(catalog, folder, monkeypatch):
    spoil(folder, "storage.csv", ",3500000000,", ",3.5 GB/s,")
    monkeypatch.setattr(load_catalog, "load", lambda: load(folder))
    with pytest.raises(
        CommandError, match=r"storage.csv, line 2, bandwidth_bytes_s: needs a number; '3.5 GB/s' is not one"
    ):
        call_command("load_catalog")


def test_restoring_gives_a_row_its_shipped_figures_and_lets_loading_reach_it_again(catalog):
    Accelerator.objects.filter(slug="t4").update(tdp=71.0, edited_at=timezone.now())
    own = Accelerator.objects.create(slug="own", name="Own", vendor="us", tier="edge", source="us", source_date="2026")
    assert restore(Accelerator, Accelerator.objects.filter(slug__in=["t4", "own"])) == {
        own: "it did not come with the site"
    }
    row = Accelerator.objects.get(slug="t4")
    assert (row.tdp, row.edited_at) == (70.0, None)


def test_a_row_whose_shipped_name_another_has_taken_is_not_restored(catalog):
    Accelerator.objects.filter(slug="t4").update(name="Old T4", edited_at=timezone.now())
    Accelerator.objects.filter(slug="a10").update(name="nvidia t4", edited_at=timezone.now())
    row = Accelerator.objects.get(slug="t4")
    assert restore(Accelerator, [row]) == {row: "another row has its name"}
    assert Accelerator.objects.get(slug="t4").name == "Old T4"


def test_a_load_that_changes_nothing_keeps_the_version(catalog):
    before = CatalogVersion.now()
    load()
    assert CatalogVersion.now() == before
