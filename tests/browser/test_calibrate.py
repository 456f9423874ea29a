"""Calibrate in a browser: a table is pasted, its errors are listed, and a row is added by hand."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from mlsysweb.courses.store import create_course, join_course
from tests.browser.test_accessibility import violations
from tests.browser.test_class import open_browser

__all__ = ["open_browser"]

DESKTOP = {"width": 1440, "height": 900}
pytestmark = pytest.mark.usefixtures("catalog")

URL = "/calibrate/"


def test_a_changed_time_changes_the_fit_in_place(page, live_server):
    page.goto(f"{live_server.url}{URL}")
    before = page.locator("#fit .verdict").inner_text()
    table = page.get_by_label("Measurements (CSV)")
    table.fill(table.input_value().replace("7.713", "9.9"))
    expect(page.locator("#fit .verdict")).not_to_have_text(before)


def test_a_bad_cell_is_said_and_the_last_fit_stays(page, live_server, console):
    console.allow("422")
    page.goto(f"{live_server.url}{URL}")
    table = page.get_by_label("Measurements (CSV)")
    good = table.input_value()
    table.fill(good.replace("7.713", "fast"))
    expect(page.locator("#errors")).to_contain_text("Row 1, TTFT needs a number")
    expect(page.locator("#fit .fit-table").first).to_be_visible()
    table.fill(good)
    expect(page.locator("#errors")).to_be_empty()


def test_a_row_is_added_by_hand(page, live_server):
    page.goto(f"{live_server.url}{URL}")
    page.get_by_role("combobox", name="Accelerator").select_option("h100-sxm5-80gb")
    page.get_by_role("combobox", name="Model").select_option("llama-3-8b")
    page.get_by_role("textbox", name="Batch size").fill("2")
    page.get_by_role("textbox", name="ITL").fill("6.6")
    page.get_by_role("button", name="Add row").click()
    expect(page.get_by_label("Measurements (CSV)")).to_have_value(re.compile(r"llama-3-8b,,2,.*6\.6 ms$"))


MEASURED = """accelerator,model,batch size,prompt length,TTFT (ms),ITL (ms)
h100-sxm5-80gb,llama-3-8b,1,1024,23.5,6.58
h100-sxm5-80gb,llama-3-8b,16,1024,337,7.84
h100-sxm5-80gb,llama-3-8b,64,128,173,7.63"""
PASSWORD = "a rather long one"


def signed_in(page, live_server, name, then):
    page.goto(f"{live_server.url}{then}")
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{live_server.url}{then}")
    return page


def test_measurements_become_a_calibration_that_a_student_of_the_course_computes_with(page, open_browser, live_server):
    teacher, student = (User.objects.create_user(name, password=PASSWORD) for name in ("ada", "ben"))
    course = create_course(teacher, "ML systems", "Spring 2027")
    join_course(course, student)

    signed_in(page, live_server, "ada", URL)
    page.get_by_label("Measurements (CSV)").fill(MEASURED)
    expect(page.locator("#fit .verdict")).to_contain_text("6 times on NVIDIA H100")
    page.get_by_role("button", name="Share").click()
    page.get_by_label("Scenario name").fill("Lab 3")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Calibration of h100-sxm5-80gb")).to_be_visible()
    assert violations(page) == []  # which opens what is folded
    page.get_by_label("Who may see it").select_option("class")
    page.get_by_label("Which class").select_option(str(course.group_id))
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Visible to: ML systems, Spring 2027.")).to_be_visible()

    ben = signed_in(open_browser(DESKTOP), live_server, "ben", "/walls/serving/")
    before = ben.locator("#result .verdict").inner_text()
    ben.get_by_role("button", name="Calibrations").click()
    choice = ben.get_by_role("button", name="Lab 3")
    expect(choice).to_contain_text("ML systems, Spring 2027")
    assert violations(ben) == []
    choice.click()
    expect(ben.locator("#result .verdict")).to_contain_text("With the calibration “Lab 3”.")
    assert ben.locator("#result .verdict").inner_text() != before
    expect(ben.get_by_text("Calibration “Lab 3”: GEMM efficiency").first).to_be_attached()
    with_it = ben.locator("#result .verdict").inner_text()
    ben.get_by_role("button", name="Share").click()
    ben.get_by_role("button", name="Save", exact=True).click()
    saved = ben.url

    page.locator("#about > summary").click()
    page.get_by_role("button", name="Delete").click()
    ben.goto(f"{live_server.url}/walls/serving/")
    expect(ben.get_by_role("button", name="Calibrations")).to_have_count(0)
    ben.goto(saved)
    expect(ben.locator("#result .verdict")).to_have_text(re.sub(r"\s+", " ", with_it))
    ben.get_by_role("link", name="Edit").click()
    expect(ben.locator("#result .verdict")).to_contain_text("With the calibration “Lab 3”.")


def test_another_accelerator_picked_after_a_calibration_is_computed_with_its_own_constants(page, live_server):
    page.goto(
        f"{live_server.url}/walls/serving/?accelerator=h100-sxm5-80gb&accelerator.measured_kernel_time=9+us"
        "&accelerator.calibration=h100-sxm5-80gb:+Lab+3"
    )
    expect(page.locator("#efficiencies")).to_contain_text("Calibrated")
    page.evaluate("document.getElementById('in-accelerator').tomselect.setValue('a100-sxm4-80gb')")
    expect(page.locator("#efficiencies")).not_to_contain_text("Calibrated")
    expect(page).not_to_have_url(re.compile("calibration|measured_kernel_time"))


def test_a_measured_point_of_power_opens_its_source(page, live_server, console):
    console.allow("request to another host")
    console.allow("https://github.com")
    page.goto(f"{live_server.url}/walls/roofline/?phase=decode&batch_size=16")
    plot = page.locator("#plot-curve-2")
    expect(plot).to_have_attribute("data-drawn", "1")
    plot.scroll_into_view_if_needed()
    urls = plot.evaluate("e => e.data.filter(({ name }) => name === 'measured').flatMap(({ meta }) => meta.urls)")
    assert len(urls) > 8 and all(url.startswith("https://github.com/ml-energy/") for url in urls)
    page.route("https://github.com/**", lambda route: route.fulfill(body="source"))
    point = "{ data: e.data.find(({ name }) => name === 'measured'), pointNumber: 0 }"
    plot.evaluate(f"e => e.emit('plotly_click', {{ points: [{point}] }})")
    page.wait_for_url(urls[0])
