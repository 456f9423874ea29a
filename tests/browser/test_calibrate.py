"""Calibrate in a browser: a table is pasted, its errors are listed, and a row is added by hand."""

import re

import pytest
from playwright.sync_api import expect

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
