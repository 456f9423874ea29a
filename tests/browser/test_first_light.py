"""A complete visit: a user drags the batch size, sees the verdict change, saves, and opens the link in another
browser."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")


def drawn(page, name="roofline-0"):
    plot = page.locator(f"#plot-{name}")
    expect(plot).to_have_attribute("data-drawn", re.compile(r"\d+"))
    return plot


def slide(page, field, value):
    """Move a slider to a value by keyboard; the text field follows."""
    slider = page.locator(f"input[type=range][data-for=in-{field}]")
    text = page.locator(f"#in-{field}")
    slider.focus()
    for _ in range(400):
        now = int(text.input_value())
        if now == value:
            return
        slider.press("ArrowRight" if now < value else "ArrowLeft")
    raise AssertionError(f"the slider never reached {value}")


def test_dragging_the_batch_size_turns_the_verdict_at_148(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/?batch_size=140")
    drawn(page)
    verdict = page.locator("#result .verdict")
    expect(verdict).to_contain_text("Memory-bound")
    slide(page, "batch_size", 147)
    expect(page).to_have_url(re.compile("batch_size=147"))
    expect(verdict).to_contain_text("Memory-bound")
    slide(page, "batch_size", 148)
    expect(verdict).to_contain_text("Compute-bound")
    expect(page).to_have_url(re.compile("batch_size=148"))


def test_a_hand_on_the_slider_climbs_to_the_ridge_and_past_it(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/")
    drawn(page)
    handle = page.locator("input[type=range][data-for=in-batch_size]")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=5)
    expect(page.locator("#result .verdict")).to_contain_text("Memory-bound")
    page.mouse.move(box["x"] + box["width"] * 0.85, middle, steps=5)
    page.mouse.up()
    assert int(page.locator("#in-batch_size").input_value()) > 148
    expect(page.locator("#result .verdict")).to_contain_text("Compute-bound")


def test_raising_the_context_shows_that_no_batch_is_large_enough(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/?batch_size=148")
    page.locator("#in-context_length").fill("2048")
    expect(page.locator("#result .verdict")).to_contain_text("No batch size makes it compute-bound")


def test_the_chart_is_redrawn_in_place_with_its_points(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/")
    plot = drawn(page)
    before = plot.get_attribute("data-drawn")
    assert plot.locator(".scatterlayer .trace").count() >= 4
    page.locator("#in-batch_size").fill("64")
    expect(plot).not_to_have_attribute("data-drawn", before)
    assert plot.locator(".scatterlayer .trace").count() >= 4


MOTIONS = """() => {
  window.moved = [];
  document.addEventListener("transitionend", ({ propertyName }) => window.moved.push(propertyName));
}"""


def test_points_and_lines_move_to_their_new_place_unless_the_reader_wants_no_motion(page, live_server):
    page.emulate_media(reduced_motion="no-preference")
    page.goto(f"{live_server.url}/walls/roofline/")
    drawn(page)
    page.evaluate(MOTIONS)
    page.locator("#in-batch_size").fill("64")
    page.wait_for_function("() => moved.includes('transform') || moved.includes('d')")
    point = page.locator("#plot-roofline-0 path.point").first
    expect(point).to_have_css("transition-duration", "0.2s, 0.2s")
    page.locator("input[type=range][data-for=in-batch_size]").hover()
    page.mouse.down()
    expect(point).to_have_css("transition-duration", "0s")
    page.mouse.up()
    expect(point).to_have_css("transition-duration", "0.2s, 0.2s")
    page.emulate_media(reduced_motion="reduce")
    expect(point).to_have_css("transition-duration", "0s")


def test_half_typed_text_and_focus_survive_an_update(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/")
    field = page.locator("#in-batch_size")
    field.fill("12")
    expect(page).to_have_url(re.compile("batch_size=12"))
    expect(field).to_be_focused()
    expect(field).to_have_value("12")


def test_a_saved_answer_opens_in_another_browser(page, live_server, new_context, console):
    page.goto(f"{live_server.url}/walls/roofline/?batch_size=148")
    drawn(page)
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"/s/[a-z0-9]{12}/"))
    expect(page.locator(".verdict")).to_contain_text("Compute-bound")
    other = new_context()
    console.watch(other)
    theirs = other.new_page()
    theirs.goto(page.url)
    expect(theirs.locator(".verdict")).to_have_text(page.locator(".verdict").inner_text())
    drawn(theirs)


def test_a_bad_number_is_said_beside_its_field_and_the_picture_stays(page, live_server, console):
    console.allow("422")
    page.goto(f"{live_server.url}/walls/roofline/")
    drawn(page)
    verdict = page.locator("#result .verdict").inner_text()
    page.locator("#in-batch_size").fill("-3")
    expect(page.locator("#batch_size-error")).to_contain_text("must be at least 1")
    expect(page.locator("#result .verdict")).to_have_text(verdict)
    page.locator("#in-batch_size").fill("8")
    expect(page.locator("#batch_size-error")).to_be_empty()


def test_another_chip_is_picked_by_searching_for_it(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/")
    drawn(page)
    page.locator("#in-accelerator + .ts-wrapper .ts-control").click()
    expect(page.locator("#in-accelerator-ts-control")).to_be_focused()
    page.keyboard.type("MI300X")
    expect(page.locator("#in-accelerator + .ts-wrapper .option.active")).to_contain_text("MI300X")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("accelerator=mi300x"))


def test_without_javascript_the_form_submits_and_shows_figures_and_tables(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/walls/roofline/")
    page.locator("#in-batch_size").fill("148")
    page.locator("#inputs button[type=submit]").first.click()
    expect(page.locator("#result .verdict")).to_contain_text("Compute-bound")
    assert page.locator("#result table tr").count() > 5
    context.close()


def test_an_update_that_is_overtaken_is_cancelled(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/")
    drawn(page)
    field = page.locator("#in-batch_size")
    for number in ("2", "20", "200"):
        field.fill(number)
    expect(page).to_have_url(re.compile("batch_size=200$"))
    expect(page.locator("#result .verdict")).to_contain_text("Compute-bound")


def test_serving_draws_its_curves(page, live_server):
    page.goto(f"{live_server.url}/walls/serving/")
    drawn(page, "curve-0")
    drawn(page, "curve-1")


def test_the_home_page_has_a_live_roofline_and_the_map_of_walls(page, live_server):
    page.goto(live_server.url)
    drawn(page)
    assert page.locator("a[href='/walls/roofline/']").count() >= 1
    page.locator("#in-batch_size").fill("148")
    expect(page.locator(".verdict").first).to_contain_text("Compute-bound")


def test_a_result_leads_by_its_equation_to_the_figure_in_the_catalog(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/")
    drawn(page)
    page.locator(".rows .row", has_text="Memory time").get_by_role("link").click()
    equation = page.locator("#equation-memory_time")
    expect(equation).to_be_in_viewport()
    expect(equation.locator("math").first).to_be_visible()
    equation.get_by_role("link", name="Memory bandwidth").click()
    expect(page).to_have_url(re.compile(r"/catalog/accelerators/h100-sxm5-80gb/#figure-memory_bandwidth$"))
    expect(page.locator("#figure-memory_bandwidth")).to_be_in_viewport()
