"""The design space in a browser: rows appear when needed, errors are shown at their fields, filters and table agree, a
job progresses and stops."""

import re
import threading

import pytest
from django.db import connection
from playwright.sync_api import expect

from mlsysweb.explore import views
from mlsysweb.explore.jobs import jobs
from tests.mlsysweb.explore.questions import large, link

pytestmark = pytest.mark.usefixtures("catalog")


def rows(page):
    return page.locator("table.sortable tbody tr")


def open_text(page, url):
    """Open a page with the text of its question unfolded."""
    page.goto(url)
    page.locator("#as-text > summary").click()


def test_a_search_is_declared_without_syntax_and_its_text_follows(page, live_server):
    page.goto(live_server.url + link())
    page.get_by_label("Add a variable").select_option("efficiency")
    expect(page.locator("#size")).to_have_text("2 × 7 × 2 × 8 = 224 configurations")
    page.get_by_label("Compute efficiency: number of steps").fill("4")
    expect(page.locator("#size")).to_have_text("2 × 7 × 2 × 4 = 112 configurations")
    page.get_by_label("NVIDIA A100 SXM4 80GB").uncheck()
    expect(page.locator("#size")).to_have_text("7 × 2 × 4 = 56 configurations")
    page.get_by_label("Add to Accelerator").select_option(label="AMD Instinct MI300X")
    expect(page.locator("#size")).to_have_text("2 × 7 × 2 × 4 = 112 configurations")
    page.get_by_role("button", name="Remove Precision").click()
    expect(page.locator("#size")).to_have_text("2 × 7 × 4 = 56 configurations")
    expect(page).to_have_url(re.compile(r"axis=accelerator&values=h100-sxm5-80gb%2C\+mi300x"))
    page.locator("#as-text > summary").click()
    expect(page.get_by_label("Values of axis 4")).to_have_value(re.compile("in 4 steps"))


def test_a_limit_is_added_and_given_its_value(page, live_server, console):
    console.allow("422")  # a limit whose value is not typed yet
    page.goto(live_server.url + link())
    page.get_by_label("Add a limit").select_option(label="Power (W)")
    expect(page.locator("#guided-goal-3-error")).to_have_text("needs a value.")
    page.get_by_role("textbox", name="Limit of Power").fill("600")
    expect(page.locator("#results")).to_contain_text("Power ≤ 600 W")
    expect(page.locator("#guided-goal-3-error")).to_be_empty()


def test_what_is_typed_as_text_shows_in_the_guided_form(page, live_server):
    open_text(page, live_server.url + link())
    page.get_by_label("Values of axis 3").fill("2 to 32 doubling")
    expect(page.get_by_label("Batch size: first value")).to_have_value("2")
    expect(page.locator("#guided-axis-2-summary")).to_have_text("5 values")


def test_a_goal_typed_changes_the_answer_in_place_and_its_link(page, live_server):
    open_text(page, live_server.url + link())
    expect(page.locator("#plot-front-0 .scatterlayer path.point").first).to_be_attached()
    page.get_by_label("goal 4").fill("power < 600 W")
    expect(page.locator("#results")).to_contain_text("Power < 600 W")
    expect(page).to_have_url(re.compile(r"goal=power\+%3C\+600\+W"))
    expect(page.get_by_label("goal 5")).to_be_visible()


def test_the_size_grows_with_what_is_typed(page, live_server, console):
    console.allow("422")  # an axis whose values are not typed yet
    open_text(page, live_server.url + link())
    expect(page.locator("#size")).to_have_text("2 × 7 × 2 = 28 configurations")
    page.get_by_label("Input of axis 5").fill("efficiency")
    page.get_by_label("Values of axis 5").fill("0.3 to 0.7 in 5 steps")
    expect(page.locator("#size")).to_have_text("2 × 7 × 2 × 5 = 140 configurations")


def test_a_mistake_is_told_where_it_was_typed_and_goes_when_mended(page, live_server, console):
    console.allow("422")
    open_text(page, live_server.url + link())
    page.get_by_label("goal 4").fill("latency < 5 GB")
    expect(page.locator("#goal-3-error")).to_contain_text("needs a time")
    expect(page.locator("#plot-front-0 .scatterlayer path.point").first).to_be_attached()
    page.get_by_label("goal 4").fill("latency < 5 ms")
    expect(page.locator("#goal-3-error")).to_be_empty()


def test_what_may_be_typed_follows_the_walls(page, live_server):
    page.goto(live_server.url + link())
    expect(page.locator('#names option[value="devices"]')).to_have_count(0)
    page.get_by_label("Add a wall").select_option(label="Total cost of ownership")
    expect(page.locator('#names option[value="devices"]')).to_have_count(1)
    expect(page.locator('#phrases option[value="minimize: tco"]')).to_have_count(1)
    expect(page.locator('#add-axis option[value="devices"]')).to_have_count(1)


def test_a_brush_drawn_by_hand_filters_the_table(page, live_server):
    page.goto(live_server.url + link())
    expect(page.locator("#rows")).to_contain_text("1 to 20 of 28")
    page.locator("svg.parallel").scroll_into_view_if_needed()
    grip = page.locator('[data-axis="batch_size"] .brush-overlay').bounding_box()
    middle = grip["x"] + grip["width"] / 2
    page.mouse.move(middle, grip["y"] + 2)
    page.mouse.down()
    page.mouse.move(middle, grip["y"] + grip["height"] * 0.4, steps=4)
    page.mouse.up()
    expect(page.locator("#rows .pagination")).to_contain_text("1 to 12 of 12 of 28")
    assert {int(cell) for cell in page.locator("table.sortable tbody td:nth-child(3)").all_inner_texts()} == {
        16,
        32,
        64,
    }
    page.get_by_role("link", name="Clear filters").click()
    expect(page.locator("#rows .pagination")).to_contain_text("1 to 20 of 28")


def test_a_head_sorts_and_sorts_back(page, live_server):
    page.goto(live_server.url + link())
    page.locator("table.sortable").get_by_role("link", name="Latency").click()
    expect(page.locator("table.sortable th[aria-sort=ascending]")).to_have_text("Latency")
    page.locator("table.sortable").get_by_role("link", name="Latency").click()
    expect(page.locator("table.sortable th[aria-sort=descending]")).to_have_text("Latency")


def test_why_not_answers_for_what_somebody_thought_of(page, live_server):
    page.goto(live_server.url + link())
    page.get_by_label(re.compile("Batch size, such as")).fill("3")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#why")).to_contain_text("is no worse in anything")


def test_nothing_runs_over_the_edge_of_a_phone(page, live_server):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(live_server.url + link())
    expect(page.locator("#plot-front-0 .scatterlayer path.point").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_a_script_one_declares_sorts_brushes_and_asks(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + link())
    page.get_by_label("Add a variable").select_option("efficiency")
    page.locator("#guided-form").get_by_role("button", name="Search").click()
    expect(page.locator("#size")).to_have_text("2 × 7 × 2 × 8 = 224 configurations")
    page.get_by_role("button", name="Remove Compute efficiency").click()
    expect(page.locator("#size")).to_have_text("2 × 7 × 2 = 28 configurations")
    page.locator("#as-text > summary").click()
    page.get_by_label("goal 4").fill("power < 600 W")
    page.locator("#text-form").get_by_role("button", name="Search").click()
    expect(page.locator("#results")).to_contain_text("Power < 600 W")
    page.locator("table.sortable").get_by_role("link", name="Latency").click()
    expect(page.locator("table.sortable th[aria-sort=ascending]")).to_have_text("Latency")
    page.locator("#brushes summary").click()
    page.get_by_label("Batch size from").fill("16")
    page.get_by_role("button", name="Apply").click()
    expect(rows(page).first).to_be_visible()
    page.get_by_label(re.compile("Batch size, such as")).fill("3")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#why [role=status]")).not_to_be_empty()
    context.close()


@pytest.fixture
def worker_here(monkeypatch):
    """Work on jobs in a thread of this process, on this test's database."""
    threads = []

    def work():
        try:
            jobs.work("thread", idle=0.5)
        finally:
            connection.close()

    def call():
        if not any(thread.is_alive() for thread in threads):
            threads.append(threading.Thread(target=work))
            threads[-1].start()

    monkeypatch.setattr(views, "call_worker", call)
    yield
    for thread in threads:
        thread.join()


def test_a_large_space_is_searched_while_one_watches(page, live_server, worker_here):
    page.goto(f"{live_server.url}/explore/?{large(60_000).query}")
    page.get_by_role("button", name="Search in the background").click()
    expect(page.locator("#progress")).to_have_attribute("data-state", "done", timeout=60_000)
    expect(page.locator("#plot-front-0 .scatterlayer path.point").first).to_be_attached()
    expect(page.locator("#results .verdict")).to_contain_text("configurations feasible")


def test_a_search_stops_and_goes_on(page, live_server, worker_here):
    page.goto(f"{live_server.url}/explore/?{large(500_000).query}")
    page.get_by_role("button", name="Search in the background").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#progress")).to_have_attribute("data-state", "cancelled")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.get_by_role("button", name="Stop").click()


@pytest.mark.parametrize("key", ["Tab", "Enter"])
def test_a_key_pressed_in_a_field_removes_no_row(page, live_server, key):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(live_server.url + link())
    field = page.get_by_role("textbox", name="Limit of Latency")
    rows = page.locator("#guided-rows .guided-row").count()
    field.fill("40")
    field.press(key)
    expect(page).to_have_url(re.compile(r"latency\+%3C\+40\+ms"))
    expect(page.locator("#guided-rows .guided-row")).to_have_count(rows)
    field.fill("30")
    expect(page).to_have_url(re.compile(r"latency\+%3C\+30\+ms"))
    expect(page.locator("#guided-rows .guided-row")).to_have_count(rows)


def test_a_row_is_removed_by_keyboard_on_its_button_alone(page, live_server):
    page.goto(live_server.url + link())
    name = page.get_by_label("Batch size: first value")
    name.fill("2")
    page.get_by_role("button", name="Remove Precision").focus()
    expect(page).to_have_url(re.compile(r"values=2\+to\+64"))
    expect(page.get_by_role("button", name="Remove Precision")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove Precision")).to_have_count(0)
