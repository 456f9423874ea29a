"""The world map in a browser: drawn once, coloured by each update, usable by mouse and keyboard."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")


def opened(page, live_server, query=""):
    page.goto(f"{live_server.url}/geography/{query}")
    expect(page.locator('#world path[data-iso="POL"]')).to_have_attribute("data-band", re.compile(r"\d"))


def test_a_click_on_a_country_picks_it(page, live_server):
    opened(page, live_server)
    page.locator('#world path[data-iso="BRA"]').click()
    expect(page).to_have_url(re.compile("grid=brazil"))
    expect(page.locator("#places .verdict")).to_contain_text("In Brazil")
    expect(page.locator('#world path[data-iso="BRA"]')).to_have_attribute("data-picked", "")


def test_a_keyboard_reads_a_country_and_picks_it(page, live_server):
    opened(page, live_server)
    page.locator('#world path[data-iso="ZAF"]').focus()
    expect(page.locator("#world-label")).to_contain_text("South Africa")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("grid=south-africa"))


def test_the_map_is_one_tab_stop_and_arrow_keys_go_along_the_alphabet(page, live_server):
    opened(page, live_server)
    expect(page.locator('#world path[tabindex="0"]')).to_have_count(1)
    first = page.locator('#world path[tabindex="0"]')
    first.focus()
    page.keyboard.press("Home")
    expect(page.locator("#world-label")).to_contain_text("Afghanistan")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#world-label")).to_contain_text("Albania")
    expect(page.locator('#world path[tabindex="0"]')).to_have_count(1)


def test_an_update_keeps_the_outlines_and_draws_the_figures_anew(page, live_server):
    opened(page, live_server)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#in-devices").fill("1024")
    expect(page.locator("#places .verdict")).to_contain_text("276 t")
    assert not [url for url in asked if "world" in url]
    expect(page.locator("#plot-ranking-0 .barlayer .point path").first).to_be_attached()


def test_without_a_script_the_places_are_a_table(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/geography/")
    page.locator("#all-places summary").click()
    expect(page.get_by_role("link", name="Lesotho")).to_be_visible()
    context.close()


def test_enter_on_a_bar_selects_its_place_instead_of_a_region(page, live_server):
    page.goto(f"{live_server.url}/geography/?region=aws-ap-east-1")
    plot = page.locator("#plot-ranking-0")
    expect(plot).to_have_attribute("data-drawn", re.compile(r"\d"))
    plot.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("grid=lesotho"))
    expect(page).not_to_have_url(re.compile("region="))
