"""The fallacies page in a lecture: the claim, a show of hands, the refutation, then the wall's page."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")

CLAIM = "Inference speed is proportional to FLOP/s."


def claim(page):
    return page.locator(".fallacy", has_text=CLAIM).first


def test_a_card_is_predicted_then_shown_and_leads_to_the_wall(page, live_server, console):
    page.goto(f"{live_server.url}/fallacies/")
    expect(page.locator(".fallacy:visible")).to_have_count(1)
    truth = claim(page).locator(".truth")
    expect(truth).to_be_hidden()
    claim(page).get_by_role("button", name="Faster").press("Enter")
    expect(claim(page).locator(".guessed")).to_have_text("No: about the same.")
    expect(truth).to_contain_text("5.12 ms")
    claim(page).get_by_role("link", name="After").click()
    expect(page.locator("#result .verdict")).to_contain_text("Memory-bound")
    expect(page).to_have_url(re.compile(r"/walls/roofline/\?accelerator\.peak=x2"))


def test_cards_are_turned_and_a_topic_leads_to_its_first(page, live_server, console):
    page.goto(f"{live_server.url}/fallacies/")
    first = page.locator(".fallacy:visible .claim").inner_text()
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".fallacy:visible .claim")).not_to_have_text(first)
    page.get_by_role("button", name="Previous").click()
    expect(page.locator(".fallacy:visible .claim")).to_have_text(first)
    page.locator('.modes a[href="#fleet"]').click()
    expect(page.locator("#fleet .fallacy:visible")).to_have_count(1)


def test_the_list_of_all_is_searched(page, live_server, console):
    page.goto(f"{live_server.url}/fallacies/")
    page.get_by_role("link", name="Read all").click()
    expect(page.locator(".fallacy:visible").nth(40)).to_be_attached()
    page.get_by_label("Search the fallacies").fill("H100 times A100")
    expect(page.locator(".fallacy:visible").first).to_contain_text("An H100 is 3.2× faster than an A100.")
    expect(page.locator(".fallacy:visible").nth(9)).not_to_be_attached()


def test_without_javascript_the_fold_opens_too(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/fallacies/")
    expect(claim(page).locator(".truth")).to_be_hidden()
    claim(page).locator("summary").click()
    expect(claim(page).locator(".truth")).to_be_visible()
    context.close()


def test_a_phone_shows_it_without_scrolling_sideways(page, live_server):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/fallacies/")
    expect(claim(page)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollHeight < 3 * innerHeight")
