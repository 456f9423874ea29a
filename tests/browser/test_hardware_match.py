"""Hardware match in a browser: a stricter target needs more chips, and the page fits on a phone."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")


def test_a_harder_target_changes_the_answer_in_place_and_its_link(page, live_server):
    page.goto(f"{live_server.url}/hardware-match/")
    before = page.locator("#chips .verdict").inner_text()
    page.locator("#in-batch_size").fill("64")
    expect(page.locator("#chips .verdict")).not_to_have_text(before)
    expect(page).to_have_url(re.compile(r"batch_size=64"))
    expect(page.locator("#chips .scatterlayer path.point").first).to_be_attached()


def test_a_chip_of_the_list_opens_as_a_wall(page, live_server):
    page.goto(f"{live_server.url}/hardware-match/")
    page.locator(".ranking tbody a").first.click()
    expect(page.locator("#result .verdict")).to_be_visible()


def test_nothing_runs_over_the_edge_of_a_phone(page, live_server):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/hardware-match/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_a_script_the_form_still_ranks(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/hardware-match/")
    page.get_by_role("button", name="Compute").click()
    expect(page.locator(".ranking tbody tr").nth(3)).to_be_visible()
    context.close()
