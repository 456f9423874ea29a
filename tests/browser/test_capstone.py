"""The capstone in a browser: changing an input updates a constraint of the brief, and submitting shows the front."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")

SMALL = "?requests=50+1/s&ttft_target=500+ms&budget=%241M&replicas=4"


def test_a_remedy_taken_turns_its_line(page, live_server):
    page.goto(f"{live_server.url}/capstone/{SMALL}")
    line = page.locator(".requirements tr", has_text="loss of a region")
    expect(line).to_contain_text("6 replicas per region would meet it")
    page.locator("#in-replicas").fill("6")
    expect(line).to_have_attribute("data-kind", "ok")
    expect(page.locator("#scores .verdict")).to_contain_text("All 6 requirements met")


def test_handing_in_shows_the_front_and_a_design_of_it_opens(page, live_server):
    page.goto(f"{live_server.url}/capstone/{SMALL}")
    expect(page.locator(".plot")).to_have_count(0)
    page.get_by_role("link", name=re.compile("Submit and compare")).click()
    expect(page.locator("#plot-designs-0 .scatterlayer path.point").first).to_be_attached()
    page.locator(".designs a").first.click()
    expect(page.locator("#scores .verdict")).to_contain_text("All 6 requirements met")


def test_without_a_script_the_form_still_scores(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/capstone/{SMALL}")
    page.locator("#in-replicas").fill("6")
    page.get_by_role("button", name="Compute").first.click()
    expect(page.locator(".requirements tr[data-kind=ok]")).to_have_count(6)
    context.close()
