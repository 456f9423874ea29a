"""A change inside a chart restyles the chart and not the page. A selector such as `:has(> :nth-child(3))` on a large
part of the page restyles thousands of elements at each step of a drawing."""

import json
from statistics import median

import pytest

pytestmark = pytest.mark.usefixtures("catalog")

# An element is added to a chart and removed again, as Plotly does with ticks and points.
CHANGE = """() => {
  const chart = document.querySelector(".plot .main-svg g");
  for (let step = 0; step < 3; step++) {
    const added = document.createElementNS("http://www.w3.org/2000/svg", "g");
    chart.append(added);
    getComputedStyle(added).color;
    added.remove();
    getComputedStyle(chart).color;
  }
}"""


@pytest.mark.parametrize("path", ["/", "/walls/roofline/", "/geography/", "/explore/", "/serving-cost/", "/spectrum/"])
def test_a_change_in_a_chart_does_not_restyle_the_page(path, page, live_server, browser, tmp_path):
    page.emulate_media(reduced_motion="no-preference")  # motion has selectors of its own
    page.goto(live_server.url + path)
    page.locator("[data-drawn]").first.wait_for()
    page.wait_for_load_state("networkidle")
    trace = tmp_path / "trace.json"
    browser.start_tracing(page=page, path=trace, categories=["devtools.timeline"])
    page.evaluate(CHANGE)
    browser.stop_tracing()

    events = [each for each in json.loads(trace.read_text())["traceEvents"] if each["name"] == "UpdateLayoutTree"]
    restyled = [each["args"]["elementCount"] for each in events if "elementCount" in each.get("args", {})]
    elements = page.evaluate("document.querySelectorAll('*').length")
    assert restyled
    assert median(restyled) < elements / 10
