"""A question is made of the roofline page, previewed as a student and answered."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.usefixtures("catalog")


def test_a_question_of_the_roofline_is_made_previewed_and_answered(page, live_server, console):
    console.allow("422")
    page.goto(f"{live_server.url}/walls/roofline/")
    page.locator("#in-batch_size").fill("8")
    expect(page.locator("#result .verdict")).to_contain_text("bound")
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name="Make a question").click()
    page.wait_for_url("**/lessons/mine/ask/**")
    expect(page.locator("form code")).to_contain_text("batch_size=8")
    page.get_by_label("Latency").check()
    page.get_by_label("Title of the new lesson").fill("My lesson")
    page.get_by_label("Prompt").fill("How many milliseconds does a step of 8 take?")
    page.get_by_role("button", name="Make the question").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_label("Kind").select_option("choice")  # its fields come without a reload
    expect(page.get_by_label("Option", exact=True)).to_have_count(1)
    page.get_by_label("Kind").select_option("number")
    expect(page.get_by_label("Option", exact=True)).to_have_count(0)
    page.locator("summary", has_text="Figures").click()
    page.get_by_role("group", name="Add: 1").get_by_label("Figure on the slide").fill("5 ms")
    page.get_by_role("button", name="More rows").first.click()
    expect(page.get_by_label("Figure on the slide")).to_have_count(4)
    expect(page.get_by_label("Figure on the slide").first).to_have_value("5 ms")
    page.get_by_label("Figure on the slide").first.fill("")
    page.get_by_label("Title", exact=True).first.fill("")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Not saved: 1 field to correct.")).to_be_visible()
    page.get_by_label("Title", exact=True).first.fill("One step")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("heading", name="One step", level=1)).to_be_visible()
    page.get_by_role("link", name="Preview as a student").click()
    expect(page.get_by_text("How many milliseconds does a step of 8 take?")).to_be_visible()
    expect(page.locator(".demo")).to_have_count(0)
    page.get_by_label("Your answer").fill("soon")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("The answer needs a number")).to_be_visible()
    page.get_by_label("Your answer").fill("5.1")
    page.get_by_role("button", name="Answer").click()
    expect(page.locator(".mark-head")).to_contain_text("Correct.")
    expect(page.locator(".demo .verdict")).to_contain_text("bound")


def test_the_pages_of_authoring_break_no_rule_of_accessibility(page, live_server, console):
    console.allow("422")
    page.goto(f"{live_server.url}/lessons/mine/")
    page.get_by_role("button", name="Copy").first.click()
    page.wait_for_url("**/lessons/mine/*/")
    assert not violations(page)
    lesson = page.url
    page.goto(f"{live_server.url}/lessons/mine/")
    assert not violations(page)
    page.goto(f"{lesson}exercise-placement/")
    page.get_by_label("Tolerance").fill("half")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Not saved: 1 field to correct.")).to_be_visible()
    assert not violations(page)
    page.goto(f"{live_server.url}/lessons/mine/ask/?page=/walls/roofline/")
    assert not violations(page)
    page.goto(f"{live_server.url}/lessons/mine/import/")
    assert not violations(page)
