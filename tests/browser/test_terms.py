"""The definition of a term is shown where the term stands."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")


def test_a_definition_is_shown_by_mouse_and_keyboard_and_closed_by_escape(page, live_server, console):
    page.goto(f"{live_server.url}/walls/roofline/")
    box = page.locator("#term-definition")
    page.locator(".card a.term", has_text="MFU").hover()
    expect(box).to_be_visible()
    expect(box).to_contain_text("Model FLOPs utilization (MFU)")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    page.locator(".card a.term", has_text="Arithmetic intensity").focus()
    expect(box).to_contain_text("FLOPs performed per byte of memory traffic.")
    page.locator(".card a.term", has_text="MFU").press("Enter")
    expect(page).to_have_url(f"{live_server.url}/glossary/#model-flops-utilization-mfu")


def test_a_tap_shows_it_and_leaves_the_page_as_it_is(new_context, live_server):
    context = new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{live_server.url}/walls/roofline/")
    page.locator(".card a.term", has_text="Arithmetic intensity").tap()
    box = page.locator("#term-definition")
    expect(box).to_contain_text("per byte of memory traffic")
    edge = box.bounding_box()
    assert edge["x"] >= 0 and edge["x"] + edge["width"] <= 390
    assert page.url.endswith("/walls/roofline/")
    page.locator("h1").tap()
    expect(box).to_be_hidden()
