"""The day of an instructor: a chip for the course with three slips, fifty rows from a spreadsheet, a row put back, two
forms of one row in conflict, and what members and strangers see of it all, in browsers of their own."""

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import expect

from catalog.models import Accelerator, CourseRow
from mlsysweb.courses.models import Course
from mlsysweb.courses.store import join_course
from tests.browser.test_accessibility import violations
from tests.browser.test_catalog_import import fifty
from tests.browser.test_class import PHONE, PROJECTOR, fits, open_browser

__all__ = ["open_browser"]

pytestmark = pytest.mark.usefixtures("catalog")

PASSWORD = "a rather long one"
H100, A100 = "h100-sxm5-80gb", "a100-sxm4-80gb"
CHIP = {
    "Name": "NVIDIA R200 as announced",
    "Vendor": "NVIDIA",
    "Release year": "2026",
    "FP16": "4000 TFLOPs",
    "Memory capacity": "288 GB",
    "Memory bandwidth": "13 GB/s",
    "Thermal design power": "1.8 GB",
    "Unit price": "$60,000",
    "Source": "Keynote of the vendor",
    "Source date": "2026-13",
}


def sign_in(page, home, path, name):
    page.goto(f"{home}{path}")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def options(page):
    """Return the names in the picker of chips on the roofline."""
    return page.locator("select[name=accelerator] option").all_inner_texts()


def test_an_instructor_keeps_the_catalog_of_a_course_for_a_day(page, open_browser, live_server, console, tmp_path):
    console.allow("status of 422")  # forms that are not saved
    console.allow("status of 404")  # what a stranger asks for
    home = live_server.url
    ada = User.objects.create_superuser("ada", password=PASSWORD)
    User.objects.create_user("ben", password=PASSWORD)

    sign_in(page, home, "/courses/", "ada")
    page.get_by_label("Name").fill("ML systems")
    page.get_by_label("Term").fill("Spring 2027")
    page.get_by_role("button", name="Create a course").click()
    expect(page.get_by_role("heading", name="ML systems")).to_be_visible()
    course = Course.objects.get()
    join_course(course, User.objects.get(username="ben"))
    ben, stranger = open_browser(PHONE), open_browser(PROJECTOR)
    sign_in(ben, home, "/courses/", "ben")

    add_a_chip_with_three_slips(page, course)
    chip = CourseRow.objects.get()
    members_see_it_and_strangers_do_not(ben, stranger, home, chip.slug)

    change_the_price_of_a_shared_row(page, home)
    ben.goto(f"{home}/catalog/accelerators/{H100}/")
    expect(ben.get_by_text("has its own Unit price")).to_be_visible()
    expect(ben.get_by_role("row", name="Unit price")).to_contain_text("$20k")
    expect(ben.get_by_role("row", name="Unit price")).to_contain_text("of the course")
    stranger.goto(f"{home}/catalog/accelerators/{H100}/")
    expect(stranger.get_by_role("row", name="Unit price")).not_to_contain_text("of the course")

    two_forms_of_one_row_in_conflict(page, page.context.new_page(), home, course)
    go_back_to_an_earlier_figure(page)

    hide_a_row(page, home, course)
    ben.goto(f"{home}/walls/roofline/?accelerator={A100}")
    expect(ben.get_by_text("is hidden from the pickers of the course")).to_be_visible()
    assert sum("A100 SXM4 80GB" in name for name in options(ben)) == 1  # because the link names it
    ben.goto(f"{home}/walls/roofline/")
    assert not any("A100 SXM4 80GB" in name for name in options(ben))
    stranger.goto(f"{home}/walls/roofline/")
    assert any("A100 SXM4 80GB" in name for name in options(stranger))

    import_fifty_rows_and_put_one_back(page, home, tmp_path)
    stranger.goto(f"{home}/catalog/accelerators/class-chip-7/")
    expect(stranger.get_by_role("row", name="Thermal design power")).to_contain_text("7 W")
    assert ada.courses_taught.count() == 1


def add_a_chip_with_three_slips(page, course):
    page.goto(page.url + "catalog/")
    assert violations(page) == []
    page.get_by_role("link", name="Accelerators", exact=True).first.click()
    for label, text in CHIP.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Tier", exact=True).select_option("cloud")
    page.get_by_label("Announced").check()
    save = page.get_by_role("button", name="Save for this course")
    save.click()
    expect(page.get_by_role("heading", name="Not saved")).to_be_visible()
    expect(page.get_by_text("Thermal design power needs a power (W); '1.8 GB' is an amount of data.")).to_be_visible()
    expect(page.get_by_text("A year, a month (2026-10) or a day (2026-10-31).")).to_be_visible()
    expect(page.get_by_text("13 GB/s is far below the shipped accelerators of this tier")).to_be_visible()
    expect(page.get_by_label("Unit price", exact=True)).to_have_value("$60,000")
    assert violations(page) == [] and not CourseRow.objects.exists()
    page.get_by_label("Thermal design power", exact=True).fill("1.8 kW")
    page.get_by_label("Source date", exact=True).fill("March 2026")
    save.click()
    expect(page.get_by_role("heading", name=re.compile("Not saved yet: . remarks? to read"))).to_be_visible()
    expect(page.get_by_role("button", name="Save anyway")).to_be_visible()
    page.get_by_label("Memory bandwidth", exact=True).fill("13 TB/s")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_role("heading", name="Catalog of this course")).to_be_visible()
    expect(page.get_by_role("link", name="NVIDIA R200 as announced", exact=True)).to_be_visible()
    values = CourseRow.objects.get().values
    assert (values["memory_bandwidth"], values["tdp"], values["source_date"]) == (13e12, 1800, "2026-03")


def members_see_it_and_strangers_do_not(ben, stranger, home, slug):
    ben.goto(f"{home}/walls/roofline/?accelerator={slug}")
    assert "NVIDIA R200 as announced (announced)" in options(ben)
    expect(ben.get_by_text("NVIDIA R200 as announced is a row of the course")).to_be_visible()
    ben.goto(f"{home}/catalog/accelerators/?q=R200")
    expect(ben.get_by_text("this course, announced")).to_be_visible()
    stranger.goto(f"{home}/walls/roofline/")
    assert not any("R200" in name for name in options(stranger))
    assert stranger.goto(f"{home}/catalog/accelerators/{slug}/").status == 404
    assert stranger.goto(f"{home}/walls/roofline/?accelerator={slug}").status == 422
    expect(stranger.locator("body")).not_to_contain_text("NVIDIA R200 as announced")


def change_the_price_of_a_shared_row(page, home):
    page.goto(f"{home}/catalog/accelerators/{H100}/")
    page.get_by_role("link", name="Change for this course").click()
    page.get_by_label("Unit price", exact=True).fill("20,000")
    page.get_by_label("Source", exact=True).fill("Exercise 3")
    page.get_by_role("button", name="Save for this course").click()
    expect(page.get_by_role("heading", name="Catalog of this course")).to_be_visible()


def two_forms_of_one_row_in_conflict(page, other, home, course):
    address = home + reverse("courses:catalog_row", args=[course.pk, "accelerators", H100])
    for each in (page, other):
        each.goto(address)
    other.get_by_label("Unit price", exact=True).fill("21,000")
    other.get_by_label("Thermal design power", exact=True).fill("650")
    other.get_by_role("button", name="Save for this course").click()
    expect(other.get_by_role("heading", name="Catalog of this course")).to_be_visible()
    page.get_by_label("Unit price", exact=True).fill("22,000")
    page.get_by_role("button", name="Save for this course").click()
    expect(page.get_by_text("ada saved this row after you opened it")).to_be_visible()
    expect(page.get_by_text("$21,000 (before: $20,000). Yours: $22,000.")).to_be_visible()
    expect(page.get_by_label("Thermal design power", exact=True)).to_have_value("650")
    expect(page.get_by_label("Unit price", exact=True)).to_have_value("22,000")
    page.get_by_role("button", name="Save for this course").click()
    expect(page.get_by_role("heading", name="Catalog of this course")).to_be_visible()
    assert CourseRow.objects.get(slug=H100).values == {"unit_price": 22_000, "tdp": 650}
    other.close()


def go_back_to_an_earlier_figure(page):
    page.get_by_role("link", name="History of NVIDIA H100 SXM5 80GB").click()
    latest = page.get_by_role("row").nth(1)
    expect(latest).to_contain_text("Current")
    expect(latest.locator("del")).to_have_text(["$21,000"])
    expect(latest.locator("ins")).to_have_text(["$22,000"])
    page.set_viewport_size(PHONE)
    assert violations(page) == [] and fits(page)
    page.set_viewport_size(PROJECTOR)
    page.get_by_role("row").nth(3).get_by_role("button", name="Restore").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Restored")
    assert CourseRow.objects.get(slug=H100).values == {"unit_price": 20_000}


def hide_a_row(page, home, course):
    page.goto(home + reverse("courses:catalog", args=[course.pk]))
    page.get_by_role("link", name="Hide Accelerators").click()
    page.get_by_label("NVIDIA A100 SXM4 80GB").check()
    assert violations(page) == []
    page.get_by_role("button", name="Hide checked rows").click()
    expect(page.get_by_text("hidden from pickers")).to_be_visible()
    expect(page.get_by_role("button", name="Show again: NVIDIA A100 SXM4 80GB")).to_be_visible()


def import_fifty_rows_and_put_one_back(page, home, tmp_path):
    page.goto(f"{home}/admin/catalog/accelerator/import/")
    page.get_by_label("File (CSV, XLSX or JSON)").set_input_files(fifty(tmp_path))
    page.get_by_role("button", name="Preview").click()
    page.get_by_label("Row 12, tdp").fill("11 W")
    page.get_by_label("Row 40, tier").fill("edge")
    page.get_by_role("button", name="Check again").click()
    page.get_by_role("button", name="Import 50 rows").click()
    expect(page.get_by_text("Imported chips.csv: 50 added, 0 changed.")).to_be_visible()
    chip = Accelerator.objects.get(slug="class-chip-7")
    page.goto(f"{home}/admin/catalog/accelerator/{chip.pk}/change/")
    page.get_by_label("Thermal design power:").fill("9")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(re.compile("was changed successfully"))).to_be_visible()
    page.goto(f"{home}/admin/catalog/accelerator/{chip.pk}/history/")
    expect(page.locator("del")).to_have_text(["7 W"])
    page.get_by_role("row", name="Added").get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Restored the version of")).to_be_visible()
    chip.refresh_from_db()
    assert chip.tdp == 7 and Accelerator.objects.filter(slug__startswith="class-chip-").count() == 50
