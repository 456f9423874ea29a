import io
import struct
import zipfile
from datetime import datetime

import orjson
import pytest

from catalog.models import TABLES, Accelerator
from catalog.transfer.export import FORMATS
from catalog.transfer.files import MAX_BYTES, MAX_ROWS, UnreadableFile, read_sheet

from .conftest import lines, workbook


def texts(name, data):
    sheet = read_sheet(name, data)
    return [sheet.headings, *(row.texts for row in sheet.rows)]


TABLE = [("slug", "tdp [W]"), ("a", "700"), ("b", "1.5")]


@pytest.mark.parametrize(
    "data",
    [
        b"slug,tdp [W]\na,700\nb,1.5\n",
        b"\xef\xbb\xbfslug;tdp [W]\r\na;700\r\nb;1.5\r\n",
        "slug\ttdp [W]\na\t700\nb\t1.5".encode("utf-16"),
        workbook(("slug", "tdp [W]"), ("a", 700), ("b", 1.5)),
        orjson.dumps([{"slug": "a", "tdp [W]": 700}, {"slug": "b", "tdp [W]": 1.5}]),
        orjson.dumps(
            {"columns": [{"name": "tdp", "unit": "W"}], "rows": [{"slug": "a", "tdp": 700}, {"slug": "b", "tdp": 1.5}]}
        ),
    ],
    ids=["csv", "semicolons", "utf-16", "xlsx", "json", "json with units"],
)
def test_every_kind_of_file_is_the_same_table(data):
    assert texts("anything", data) == TABLE


def test_empty_rows_are_left_out_and_rows_keep_the_number_of_the_file():
    sheet = read_sheet("", b"slug,name\n\na,A\n,\nb,B\n")
    assert [row.number for row in sheet.rows] == [3, 5]


def test_a_date_a_truth_and_a_large_number_of_a_workbook_are_text_as_people_write_them():
    data = workbook(
        ("slug", "source_date", "archived", "parameters"), ("a", datetime(2026, 10, 1), True, 671026419200.0)
    )
    assert texts("", data)[1] == ("a", "2026-10-01", "yes", "671026419200")


def test_a_formula_without_a_value_is_not_read_as_an_empty_cell():
    assert texts("", workbook(("slug", "tdp [W]"), ("a", "=1+1")))[1] == ("a", "=formula")


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.csv", b"", "The file is empty"),
        ("a.csv", b"slug\n" + b"x" * MAX_BYTES, "at most 16 MB are read"),
        ("a.csv", b"slug\n", "column names and no rows"),
        ("a.csv", b"\n\n", "The file is empty"),
        ("a.csv", b",,\na,b,c\n", "The first line is empty"),
        ("a.csv", lines("slug", *["a"] * (MAX_ROWS + 1)), "more than 10,000 rows"),
        ("a.csv", lines(",".join("c" * n for n in range(1, 300)), "a"), "more than 200 columns"),
        ("a.csv", b"slug,name\na,A,extra\n", "Row 2 has 3 cells, the first line has 2."),
        ("a.csv", "slug,name\nä,Ä".encode("latin-1"), "neither UTF-8 text nor an XLSX file (byte 10)"),
        ("a.csv", b'slug,name\n"a', "Line 2 can't be read as CSV"),
        ("a.csv", b"slug\nx\x00y", "zero bytes"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 99, "old Excel file"),
        ("a.json", b'{"rows": 3}', "needs a list of objects"),
        ("a.json", b'[{"slug": ["a"]}]', "“slug” of a row is a list or an object"),
        ("a.json", b"[" * 9000, "can't be read as JSON"),
        ("a.xlsx", b"PK\x03\x04 and nothing more", "can't be unpacked"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(name, data, sentence):
    with pytest.raises(UnreadableFile, match=sentence.replace("(", r"\(").replace(")", r"\)")):
        read_sheet(name, data)


def zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


def test_an_archive_that_is_no_workbook_is_refused():
    with pytest.raises(UnreadableFile, match="a ZIP archive and no Excel workbook"):
        read_sheet("a.xlsx", zipped(readme_xml=b"hello"))


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = zipped(xl__workbook_xml=b"<a/>", xl__worksheets__sheet1_xml=b" " * 300_000_000)
    assert len(bomb) < 1_000_000
    with pytest.raises(UnreadableFile, match="unpacks to 300 MB"):
        read_sheet("a.xlsx", bomb)


def test_a_bomb_that_lies_about_its_size_is_refused():
    bomb = bytearray(zipped(xl__workbook_xml=b"<a/>", xl__worksheets__sheet1_xml=b" " * 50_000_000))
    true, lie = struct.pack("<L", 50_000_000), struct.pack("<L", 1_000)
    assert bomb.count(true) == 2
    with pytest.raises(UnreadableFile):
        read_sheet("a.xlsx", bytes(bomb.replace(true, lie)))


def changed_sheet(data, old, new, start=b""):
    """Return a workbook with a part of its sheet replaced."""
    parts, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in parts.namelist():
            part = parts.read(name)
            if name.startswith("xl/worksheets/"):
                assert old in part
                part = start + part.replace(old, new)
            archive.writestr(name, part)
    return out.getvalue()


def test_entities_of_a_workbook_are_not_expanded():
    data = workbook(("slug",), ("first-chip",))
    with pytest.raises(UnreadableFile, match="can't be read as an Excel workbook"):
        read_sheet("", changed_sheet(data, b"first-chip", b"&e;", b'<!DOCTYPE x [<!ENTITY e "expanded">]>'))


def test_a_cell_far_away_costs_no_memory():
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = changed_sheet(workbook(("slug", "name"), ("a", "A")), b"</sheetData>", far)
    assert texts("", data) == [("slug", "name"), ("a", "A")]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_an_export_of_as_many_rows_as_an_import_takes_is_read_again(table, catalog):
    """The export is that of the shipped rows; its size for more rows of the same kind is in proportion."""
    rows = list(table.objects.select_related(*table.needs))
    for form in FORMATS.values():
        data = form.write(table, rows)
        assert len(data) / len(rows) * MAX_ROWS < MAX_BYTES, form.title
        assert len(read_sheet("rows", data).rows) == len(rows)


def test_a_json_export_has_a_row_in_each_line_and_leaves_out_what_is_unknown(catalog):
    text = FORMATS["json"].write(Accelerator, [Accelerator.objects.get(slug="t4")]).decode()
    row = orjson.loads(text)["rows"][0]
    assert row["slug"] == "t4" and "peak_fp4" not in row and None not in row.values()
    assert orjson.loads(text.splitlines()[1]) == row
