"""An instructor imports fifty chips from a spreadsheet, corrects two of them, and undoes the import."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from catalog.models import Accelerator


@pytest.fixture
def instructed(page, live_server, catalog):
    User.objects.create_superuser("ada", password="engine")
    page.goto(f"{live_server.url}/admin/catalog/accelerator/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("engine")
    page.get_by_role("button", name="Log in").click()
    return page


def fifty(tmp_path):
    """Return a file of fifty chips; row 12 has a mass for a power, row 40 no tier."""
    lines = ["name,vendor,tier,source,source_date,tdp [W],memory_bandwidth [GB/s]"]
    for n in range(1, 51):
        tdp, tier = ("3 kg" if n == 11 else f"{n}"), ("" if n == 39 else "edge")
        lines.append(f"Class chip {n},Our lab,{tier},Measured in class,2026-11,{tdp},{n * 10}")
    path = tmp_path / "chips.csv"
    path.write_text("\n".join(lines))
    return path


def test_fifty_rows_with_two_errors_are_corrected_imported_and_undone(instructed, tmp_path):
    before = Accelerator.objects.count()
    instructed.get_by_role("link", name="Import", exact=True).click()
    instructed.get_by_label("File (CSV, XLSX or JSON)").set_input_files(fifty(tmp_path))
    instructed.get_by_role("button", name="Preview").click()
    expect(instructed.get_by_text("Nothing can be imported yet: 2 rows of 50 cannot be used.")).to_be_visible()
    expect(instructed.get_by_text("Row 12, tdp: needs a power (W); '3 kg' is a mass.")).to_be_visible()
    expect(instructed.get_by_text("Row 40, tier: is needed and empty.")).to_be_visible()
    expect(instructed.get_by_role("button", name="Import 50 rows")).to_have_count(0)
    instructed.get_by_label("Row 12, tdp").fill("3 W")
    instructed.get_by_label("Row 40, tier").fill("edge")
    instructed.get_by_role("button", name="Check again").click()
    write = instructed.get_by_role("button", name="Import 50 rows")
    expect(write).to_be_visible()
    assert Accelerator.objects.count() == before
    write.click()
    expect(instructed.get_by_text("Imported chips.csv: 50 added, 0 changed.")).to_be_visible()
    chip = Accelerator.objects.get(slug="class-chip-11")
    assert (Accelerator.objects.count(), chip.tdp, chip.memory_bandwidth) == (before + 50, 3, 110e9)

    instructed.goto(instructed.url.split("import/")[0] + f"{chip.pk}/history/")
    expect(instructed.get_by_role("row").filter(has_text="Import 1: chips.csv")).to_be_visible()
    instructed.goto(instructed.url.split(f"{chip.pk}/")[0] + "import/")
    instructed.get_by_role("row", name="chips.csv").get_by_role("link").click()
    instructed.get_by_role("button", name="Undo this import").click()
    expect(instructed.get_by_text("Undone: 0 restored, 50 removed.")).to_be_visible()
    assert Accelerator.objects.count() == before
