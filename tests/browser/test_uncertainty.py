"""Uncertainty in a browser: ranges are added, changed and removed in place, and the page fits on a phone."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")

START = "/uncertainty/?wall=roofline&range.batch_size=74..222"


def test_a_range_is_changed_in_place_and_its_link(page, live_server):
    page.goto(f"{live_server.url}{START}")
    before = page.locator("#bands .verdict").inner_text()
    page.get_by_label("Batch size: high end").fill("100")
    expect(page.locator("#bands .verdict")).not_to_have_text(before)
    expect(page).to_have_url(re.compile(r"range\.batch_size=74\.\.100"))
    expect(page.get_by_label("Batch size: high end")).to_be_focused()


def test_an_input_is_added_made_a_percentage_and_removed(page, live_server):
    page.goto(f"{live_server.url}{START}")
    page.get_by_label("Add an input").select_option("efficiency")
    percent = page.get_by_label("Compute efficiency: percent to both sides")
    expect(percent).to_be_visible()
    expect(page.get_by_label("Compute efficiency: low end")).to_be_hidden()
    page.get_by_label("Compute efficiency: kind of range").select_option("uniform")
    expect(page.get_by_label("Compute efficiency: low end")).to_have_value("40")
    expect(page).to_have_url(re.compile(r"range\.efficiency=40(%20|\+)percent\.\.60"))
    page.get_by_label("Remove the range of Batch size").click()
    expect(page.get_by_label("Batch size: low end")).to_have_count(0)
    expect(page).not_to_have_url(re.compile(r"range\.batch_size"))


def test_a_bad_range_is_said_at_its_row_and_goes_when_it_is_right(page, live_server, console):
    console.allow("422")
    page.goto(f"{live_server.url}{START}")
    page.get_by_label("Batch size: high end").fill("7")
    error = page.locator("#range-0-error")
    expect(error).to_contain_text("needs a high end above the low end")
    page.get_by_label("Batch size: high end").fill("80")
    expect(error).to_be_empty()


def test_an_output_is_chosen_in_the_table(page, live_server):
    page.goto(f"{live_server.url}{START}")
    page.locator(".band-table").get_by_role("link", name="Throughput").click()
    expect(page.get_by_role("heading", name="Distribution of throughput")).to_be_visible()


def test_nothing_runs_over_the_edge_of_a_phone(page, live_server):
    page.set_viewport_size({"width": 390, "height": 844})
    for path in (START, "/calibrate/"):
        page.goto(f"{live_server.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_a_script_a_range_is_added(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}{START}")
    page.get_by_label("Add an input").select_option("efficiency")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_label("Compute efficiency: percent to both sides")).to_be_visible()
    context.close()


@pytest.mark.parametrize("key", ["Tab", "Enter"])
def test_a_key_pressed_in_a_field_removes_no_range(page, live_server, key):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{live_server.url}{START}&range.efficiency=0.3..0.8")
    for field, value in (("Batch size: high end", "100"), ("Compute efficiency: high end", "70")):
        page.get_by_label(field).fill(value)
        page.get_by_label(field).press(key)
    expect(page).to_have_url(re.compile(r"range\.batch_size=74\.\.100.*range\.efficiency=.*70"))
    expect(page.locator(".range-row")).to_have_count(2)
