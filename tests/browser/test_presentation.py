"""Presentation mode: the bar and the keys with which a lecturer, or a clicker, goes through walls and examples."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")


def test_keys_move_the_slider_of_the_chart_and_go_through_examples_and_walls(page, live_server):
    page.add_init_script("sessionStorage.getItem('projector') ?? sessionStorage.setItem('projector', 'on')")
    page.goto(f"{live_server.url}/walls/serving/")
    docked = page.locator(".sticky input[type=text]")
    expect(docked).to_have_attribute("name", "batch_size")  # what the first chart's x axis is
    before = float(docked.input_value())
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("batch_size="))
    assert float(docked.input_value()) > before
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("n")
    expect(page.locator(".presets a").nth(1)).to_have_attribute("aria-current", "true")
    page.wait_for_load_state()  # the keys are listened to once the scripts have run
    page.keyboard.press("PageDown")
    expect(page.locator("h1")).to_have_text("Batching")
    page.wait_for_load_state()
    page.keyboard.press("PageUp")
    expect(page.locator("h1")).to_have_text("Serving")


def test_the_bar_opens_the_pickers_and_escape_closes_them_before_it_leaves(page, live_server):
    page.add_init_script("sessionStorage.getItem('projector') ?? sessionStorage.setItem('projector', 'on')")
    page.goto(f"{live_server.url}/walls/serving/")
    button = page.locator(".quick-inputs [data-field=in-accelerator]")
    button.click()
    expect(page.locator(".ts-dropdown-content [data-value=mi300x]")).to_be_visible()
    page.keyboard.type("MI300X")
    page.keyboard.press("Enter")
    expect(button).to_contain_text("MI300X")
    expect(page).to_have_url(re.compile("accelerator=mi300x"))
    page.keyboard.press("?")
    expect(page.locator("#presentation-keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#presentation-keys")).to_be_hidden()
    expect(page.locator("html")).to_have_class(re.compile("projector"))
    page.keyboard.press("Escape")
    expect(page.locator("html")).not_to_have_class(re.compile("projector"))


def test_the_bar_and_a_clicker_go_through_the_tools(page, live_server):
    page.add_init_script("sessionStorage.getItem('projector') ?? sessionStorage.setItem('projector', 'on')")
    page.goto(f"{live_server.url}/geography/")
    page.get_by_role("link", name="Next tool: TinyML to frontier").click()
    expect(page.locator("h1")).to_have_text("TinyML to frontier")
    page.wait_for_load_state()
    page.keyboard.press("PageUp")
    expect(page.locator("h1")).to_have_text("Carbon map")


@pytest.mark.parametrize("wall", ["tail_latency", "scaling_laws", "batching"])
def test_no_figure_of_a_card_is_cut_or_lies_on_the_next(page, live_server, wall):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.add_init_script("sessionStorage.setItem('projector', 'on')")
    page.goto(f"{live_server.url}/walls/{wall}/")
    cards = page.locator(".result-summary > .cards")
    expect(cards.locator("dd").first).to_be_visible()
    assert cards.evaluate("""cards => {
        const inside = cards.getBoundingClientRect();
        const values = [...cards.querySelectorAll("dd:not(.band)")].map((value) => {
            const range = document.createRange();
            range.selectNodeContents(value);
            return range.getBoundingClientRect();
        });
        const kept = values.every(({ right, bottom }) => right <= inside.right + 1 && bottom <= inside.bottom + 1);
        return kept && values.slice(1).every(({ left }, k) => left > values[k].right);
    }""")
