import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import TABLES, Accelerator, Model, Node
from catalog.transfer.export import FORMATS
from catalog.transfer.files import read_sheet
from catalog.transfer.plan import compare, parse
from solvers.shipped.reader import FOLDER

from .conftest import lines

pytestmark = pytest.mark.usefixtures("catalog")

NEW = "slug,name,vendor,tier,source,source_date,tdp [W]"


def plan(table, *rows, **options):
    return compare(parse(table, read_sheet("", lines(*rows))), **options)


def errors(planned):
    return [(row.number, cell.column.name, cell.error) for row in planned.rows for cell in row.cells if cell.error] + [
        (row.number, "", row.error) for row in planned.rows if row.error
    ]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("table", TABLES)
def test_importing_an_export_changes_nothing(table, form):
    data = FORMATS[form].write(table, table.objects.select_related())
    planned = compare(parse(table, read_sheet(f"x.{form}", data)))
    assert planned.problems == () and planned.left_out == ()
    assert planned.counts == {"unchanged": table.objects.count()} and not planned.can_be_written


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "''=1", "@x", "+1", "-1", "＝1", " =1", "'plain", "it's"])
@pytest.mark.parametrize("form", FORMATS)
def test_text_that_looks_like_a_formula_is_protected_and_comes_back_as_it_was(form, text):
    Accelerator.objects.filter(slug="t4").update(note=text.strip(), memory_kind=text.strip())
    data = FORMATS[form].write(Accelerator, Accelerator.objects.filter(slug="t4"))
    assert compare(parse(Accelerator, read_sheet(f"x.{form}", data))).counts == {"unchanged": 1}
    cells = read_csv_raw(data) if form == "csv" else []
    assert not [cell for cell in cells if cell.lstrip().startswith(tuple("=+-@＝"))]


def read_csv_raw(data):
    import csv
    import io

    return [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]


def test_a_text_in_an_excel_export_is_never_a_formula(catalog):
    import io

    from openpyxl import load_workbook

    Accelerator.objects.filter(slug="t4").update(note="=HYPERLINK(1)", name="@SUM(1)", source="+cmd")
    data = FORMATS["xlsx"].write(Accelerator, Accelerator.objects.filter(slug="t4"))
    cells = [cell for row in load_workbook(io.BytesIO(data)).active for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "'=HYPERLINK(1)" in [cell.value for cell in cells]


@pytest.mark.parametrize(
    "name", ["accelerators", "models", "fabrics", "nodes", "fleets", "grids", "datasets", "storage"]
)
def test_a_shipped_file_is_read_as_it_is(name):
    table = next(table for table in TABLES if f"{table._meta.model_name}s".startswith(name[:7].rstrip("s")))
    planned = compare(parse(table, read_sheet("", (FOLDER / f"{name}.csv").read_bytes())))
    assert set(planned.counts) == {"unchanged"}


def test_a_change_names_both_values_and_a_column_the_file_has_not_stays():
    (row,) = plan(Accelerator, "slug,tdp [W],sram_capacity", "t4,80,").rows
    assert row.state == "changed"
    assert {cell.column.name: (cell.before, cell.after) for cell in row.cells}["tdp"] == (70.0, 80.0)


def test_an_empty_cell_of_a_column_makes_a_figure_unknown():
    (row,) = plan(Accelerator, "slug,tdp [W]", "t4,").rows
    assert [(cell.before, cell.after) for cell in row.cells] == [(70.0, None)]


def test_without_a_slug_the_name_says_which_row_is_meant_and_gives_a_new_one_its_slug():
    planned = plan(
        Accelerator, NEW.removeprefix("slug,"), "nvidia t4,NVIDIA,cloud,x,2026,70", "A 1.5 B.,V,edge,x,2026,1"
    )
    assert [(row.slug, row.state) for row in planned.rows] == [("t4", "changed"), ("a-1.5-b", "new")]


def test_a_new_row_needs_what_the_form_of_the_admin_needs():
    missing = plan(Accelerator, "slug,name", "a1,A1")
    assert {name for _, name, _ in errors(missing)} == {"vendor", "tier", "source", "source_date"}
    assert errors(missing)[0][2] == "is needed for a new row; the file has no such column."


def test_a_row_is_meant_once():
    row = "{},{},V,edge,x,2026,1"
    twice = plan(Accelerator, NEW, row.format("a1", "A1"), row.format("a1", "A2"), row.format("a3", "a1"))
    assert errors(twice) == [(3, "slug", "'a1' is also in row 2."), (4, "name", "'a1' is also in row 2.")]


def test_a_name_of_another_row_is_refused():
    taken = plan(Accelerator, NEW, "a1,NVIDIA T4,V,edge,x,2026,1")
    assert errors(taken) == [(2, "name", "'NVIDIA T4' is the name of the row t4; a name means one row.")]


def test_a_slug_made_from_a_name_is_never_that_of_another_row():
    taken = plan(Accelerator, NEW.removeprefix("slug,"), "T 4,V,edge,x,2026,1", "t4.,V,edge,x,2026,1")
    assert errors(taken) == [(3, "slug", "'t4' is the slug of another row, NVIDIA T4.")]


def test_a_row_of_another_table_is_named_by_slug_or_name_and_a_wrong_one_is_suggested():
    planned = plan(Node, "slug,accelerator,fabric", "dgx-h100,NVIDIA T4,", "dgx-h200,h100-sxm,")
    assert planned.rows[0].cells[0].after == Accelerator.objects.get(slug="t4").pk
    assert [error for _, _, error in errors(planned)] == [
        "no accelerator in the catalog is called 'h100-sxm'. Did you mean h100-sxm5-80gb?"
    ]


def test_rows_are_not_added_without_the_right_to_add():
    refused = plan(Accelerator, NEW, "a1,A1,V,edge,x,2026,1", may_add=False)
    assert errors(refused) == [(2, "", "is not in the table, and this account may not add rows.")]


def test_a_comparison_asks_the_database_once_for_each_table():
    rows = [f"n-{i},N {i},h100-sxm5-80gb,,x,2026" for i in range(500)]
    parsed = parse(Node, read_sheet("", lines("slug,name,accelerator,fabric,source,source_date", *rows)))
    with CaptureQueriesContext(connection) as asked:
        assert compare(parsed).counts == {"new": 500}
    assert len(asked) == 3


def test_the_public_download_of_a_table_can_be_imported(client):
    for form in ("csv", "json"):
        data = client.get(f"/catalog/models.{form}").content
        planned = compare(parse(Model, read_sheet(f"models.{form}", data)))
        assert not planned.problems and set(planned.counts) == {"unchanged"}
        assert "state_elements" in planned.left_out
