"""The spectrum in a browser: another target, another axis, another model, from phone to projector."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")


def drawn(page, name="spectrum"):
    plot = page.locator(f"#plot-{name}")
    expect(plot).to_have_attribute("data-drawn", re.compile(r"\d+"))
    return plot


def test_all_devices_are_drawn_by_tier(page, live_server):
    page.goto(f"{live_server.url}/spectrum/")
    assert drawn(page).locator(".scatterlayer .point").count() > 70
    assert drawn(page, "launches").locator(".scatterlayer .point").count() > 70
    expect(drawn(page).locator(".legend")).to_contain_text("Tiny")


def test_a_shorter_target_asks_for_a_larger_device(page, live_server):
    page.goto(f"{live_server.url}/spectrum/")
    verdict = page.locator("#devices .verdict")
    expect(verdict).to_contain_text("Himax WE-I Plus: lowest power")
    page.locator("input[name=target_latency]").fill("10 ms")
    expect(verdict).to_contain_text("Espressif ESP32-S3: lowest power")
    expect(page).to_have_url(re.compile("target_latency=10"))


def test_another_axis_redraws_the_chart_in_place(page, live_server):
    page.goto(f"{live_server.url}/spectrum/")
    plot = drawn(page)
    expect(plot.locator(".xtitle")).to_have_text("TDP")
    page.locator("select[name=x]").select_option("bandwidth")
    expect(plot.locator(".xtitle")).to_have_text("Memory bandwidth")
    expect(plot).to_contain_text("balanced for this model")


def test_one_figure_on_both_axes_is_said_beside_its_field(page, live_server, console):
    console.allow("422")
    page.goto(f"{live_server.url}/spectrum/")
    drawn(page)
    page.locator("select[name=y]").select_option("power")
    expect(page.locator("#y-error")).to_have_text("must differ from the x-axis.")
    page.locator("select[name=y]").select_option("latency")
    expect(page.locator("#y-error")).to_be_empty()
    expect(drawn(page).locator(".ytitle")).to_have_text("Latency")


def test_a_device_leads_to_its_roofline(page, live_server):
    page.goto(f"{live_server.url}/spectrum/")
    page.locator("#group-meets").get_by_role("link", name="Espressif ESP32-S3", exact=True).click()
    expect(page).to_have_url(re.compile("/walls/roofline/.*accelerator=esp32-s3"))
    expect(page.locator(".verdict")).to_contain_text("Compute-bound")


def test_without_javascript_the_form_submits_and_shows_tables(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/spectrum/")
    page.locator("input[name=target_latency]").fill("10 ms")
    page.locator("#inputs button[type=submit]").first.click()
    expect(page.locator("#devices .verdict")).to_contain_text("Espressif ESP32-S3: lowest power")
    assert page.locator("#group-meets tbody tr").count() >= 10
    context.close()


def test_a_phone_scrolls_down_only(page, live_server):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/spectrum/?rows=all")
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# As Plotly reports it; its points overlap too much for a mouse to hit a certain one.
CLICK = """(plot) => {
  const data = plot.data.find(({ meta }) => meta?.values?.includes("mi300x"));
  plot.emit("plotly_click", { points: [{ data, pointNumber: data.meta.values.indexOf("mi300x") }] });
}"""


@pytest.mark.parametrize("chart", ["spectrum", "launches"])
def test_a_click_on_a_point_makes_its_device_current(page, live_server, chart):
    page.goto(f"{live_server.url}/spectrum/")
    drawn(page, chart).evaluate(CLICK)
    expect(page.locator("#in-accelerator")).to_have_value("mi300x")


def test_enter_on_a_point_makes_its_device_current(page, live_server):
    page.goto(f"{live_server.url}/spectrum/")
    drawn(page).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("accelerator="))
