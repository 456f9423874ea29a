"""The fallacies page in a lecture: the claim, a show of hands, the refutation, then the wall's page."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")

CLAIM = "More FLOP/s make inference faster in proportion."


def claim(page):
    return page.locator(".fallacy", has_text=CLAIM).first


def test_what_is_true_shows_when_asked_and_leads_to_the_wall(page, live_server):
    page.goto(f"{live_server.url}/fallacies/")
    page.get_by_role("link", name="Predict first").click()
    expect(page).to_have_url(re.compile("mode=predict"))
    truth = claim(page).locator(".truth")
    expect(truth).to_be_hidden()
    claim(page).get_by_text("Show answer").click()
    expect(truth).to_contain_text("5.12 ms")
    claim(page).get_by_role("link", name="After").click()
    expect(page.locator("#result .verdict")).to_contain_text("Memory-bound")
    expect(page).to_have_url(re.compile(r"/walls/roofline/\?accelerator\.peak=x2"))


def test_without_javascript_the_fold_opens_too(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/fallacies/?mode=predict")
    expect(claim(page).locator(".truth")).to_be_hidden()
    claim(page).locator("summary").click()
    expect(claim(page).locator(".truth")).to_be_visible()
    context.close()


def test_a_phone_shows_it_without_scrolling_sideways(page, live_server):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/fallacies/")
    expect(claim(page)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
