"""Forms with errors, and the words that a screen reader hears after an update."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")


def test_every_error_is_listed_and_leads_to_its_field(page, live_server, console):
    console.allow("422")
    page.goto(f"{live_server.url}/walls/roofline/?model=gpt9&batch_size=abc&efficiency=2")
    links = page.locator("#errors a")
    expect(links).to_have_text(["Model", "Batch size", "Compute efficiency"])
    assert page.evaluate("scrollY") == 0
    page.locator("#errors").get_by_role("link", name="Batch size", exact=True).click()
    expect(page.locator("#in-batch_size")).to_be_focused()
    page.get_by_role("link", name="Model", exact=True).click()
    expect(page.locator("#in-model-ts-control")).to_be_focused()
    expect(page.locator("#in-model-ts-control")).to_have_attribute("aria-invalid", "true")


def test_enter_does_not_ask_again_what_the_last_key_has_asked(page, live_server, console):
    console.allow("422")
    page.goto(f"{live_server.url}/walls/roofline/")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "batch_size=many" in request.url else None)
    page.locator("#in-batch_size").fill("many")
    expect(page.locator("#batch_size-error")).not_to_be_empty()
    page.keyboard.press("Enter")
    page.locator("#in-batch_size").fill("64")
    expect(page.locator("#batch_size-error")).to_be_empty()
    expect(page).to_have_url(re.compile("batch_size=64"))
    assert len(asked) == 1


def test_an_update_is_told_with_what_changed_the_state_and_two_figures(page, live_server, console):
    page.goto(f"{live_server.url}/walls/roofline/")
    page.locator("#in-batch_size").fill("64")
    told = page.locator("#announcer")
    expect(told).to_have_text(re.compile(r"^Batch size 64\. Memory-bound\. Latency [\d.]+\sms, Throughput [\d,]+/s\.$"))
    console.allow("422")
    page.locator("#in-batch_size").fill("many")
    expect(told).to_have_text("Result not updated: 1 error.")
    expect(page.locator("#errors")).to_be_hidden()
