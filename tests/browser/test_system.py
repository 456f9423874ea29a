"""One system in a browser: key figures show by how much a change moved them, and every wall opens with its inputs."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")


def test_a_change_marks_what_it_moved_and_by_how_much(page, live_server):
    page.goto(f"{live_server.url}/system/")
    moved = page.locator("[data-change]")
    expect(moved).to_have_count(0)
    page.locator("#in-devices").fill("512")
    expect(page).to_have_url(re.compile("devices=512"))
    expect(page.locator("[data-key=training_time] .change")).to_have_text(re.compile("▼"))
    expect(page.locator("[data-key=tco][data-change], [data-key=total_carbon][data-change]")).not_to_have_count(0)
    expect(page.locator("[data-key=itl] .change")).to_have_text("")


def test_a_wrong_input_keeps_the_last_answer_and_is_told_at_its_field(page, live_server, console):
    console.allow("422")
    page.goto(f"{live_server.url}/system/")
    page.locator("#in-batch_size").fill("-3")
    expect(page.locator("#batch_size-error")).to_contain_text("at least 1")
    expect(page.locator("#walls .verdict")).to_contain_text("is the first limit")


def test_a_wall_opens_with_the_inputs_the_system_gave_it(page, live_server):
    page.goto(f"{live_server.url}/system/?model=llama-3-70b&tensor_parallel=4")
    page.locator("#walls .wall-list").get_by_role("link", name="Serving", exact=True).click()
    expect(page).to_have_url(re.compile("/walls/serving/.*model=llama-3-70b"))
    expect(page.locator("#in-tensor_parallel")).to_have_value("4")


def test_the_iron_law_draws_its_factors(page, live_server):
    page.goto(f"{live_server.url}/system/iron-law/")
    expect(page.locator("#plot-waterfall-0 .barlayer .point path").first).to_be_attached()
    expect(page.locator(".factors tbody tr")).to_have_count(6)


def test_without_a_script_the_form_still_answers(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/system/")
    page.locator("#in-batch_size").fill("64")
    page.get_by_role("button", name="Compute").first.click()
    expect(page).to_have_url(re.compile("batch_size=64"))
    expect(page.locator(".wall-list li")).to_have_count(22)
    context.close()


def test_a_wall_says_what_would_move_it_once_that_is_seen(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/")
    sensitivity = page.locator("#sensitivity")
    expect(sensitivity.locator(".row")).to_have_count(0)
    sensitivity.scroll_into_view_if_needed()
    expect(sensitivity).to_contain_text("Memory bandwidth")
    sensitivity.get_by_role("link").click()
    expect(page.locator("#plot-tornado-0 .barlayer .point path").first).to_be_attached()
