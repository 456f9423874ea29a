"""A pipeline in a browser: it runs, stages can be added and removed, a changed input affects later stages."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")


def test_a_changed_budget_flows_through_to_the_bill(page, live_server):
    page.goto(f"{live_server.url}/pipeline/")
    bill = page.locator(".chain > li").last
    before = bill.locator(".card dd").first.inner_text()
    page.locator("#in-compute_budget").fill("1e22 FLOP")
    expect(page).to_have_url(re.compile("compute_budget=1e22"))
    expect(bill.locator(".card dd").first).not_to_have_text(before)


def test_a_stage_is_added_and_taken_away(page, live_server):
    page.goto(f"{live_server.url}/pipeline/?stages=serving")
    page.get_by_role("link", name="Reasoning", exact=True).click()
    expect(page.locator(".chain > li")).to_have_count(2)
    expect(page.locator(".flows").last).to_contain_text("from Serving: Inter-token latency (ITL)")
    page.locator("#defaults-reasoning summary").click()
    page.locator("#defaults-reasoning").get_by_role("link", name="Remove stage").click()
    expect(page.locator(".chain > li")).to_have_count(1)


def test_without_a_script_the_chain_still_runs(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/pipeline/?stages=serving,reasoning")
    page.locator("#advanced summary").click()
    page.locator("#in-batch_size").fill("32")
    page.get_by_role("button", name="Compute").first.click()
    expect(page).to_have_url(re.compile("batch_size=32"))
    expect(page.locator(".chain .card")).not_to_have_count(0)
    context.close()
