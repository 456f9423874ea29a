"""Charts of every wall and tool are legible at each width: ticks apart and distinct, labels in the plot, the range of
the data. They are in view on a projector and stay where they are while a slider moves. Their points are reached by
keyboard, and the point of the roofline can be dragged."""

import re

import pytest
from playwright.sync_api import expect

from solvers.registry import solvers

pytestmark = pytest.mark.usefixtures("catalog")

WIDTHS = (1440, 1280, 390)
DRAWN = """() => [...document.querySelectorAll(".plot")].every(
    (plot) => plot._fullLayout && !plot.dataset.fitting && Math.abs(plot._fullLayout.width - plot.clientWidth) <= 1)"""
WRONG = """() => [...document.querySelectorAll(".plot")].flatMap((plot) => {
  const wrong = [];
  const axes = new Map();
  for (const tick of plot.querySelectorAll(".xtick, .ytick, .x2tick, .y2tick, .y3tick")) {
    const text = tick.querySelector("text");
    const axis = tick.getAttribute("class");
    if (!text) continue;
    axes.set(axis, [...(axes.get(axis) ?? []), { words: text.textContent, box: text.getBoundingClientRect() }]);
  }
  for (const [axis, ticks] of axes) {
    for (const [k, { words, box: a }] of ticks.entries()) for (const { words: other, box: b } of ticks.slice(k + 1)) {
      if (words === other) wrong.push(`${plot.id} ${axis}: ${words} twice`);
      const over = a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
      if (over) wrong.push(`${plot.id} ${axis}: ${words} over ${other}`);
    }
  }
  const frame = plot.getBoundingClientRect();
  for (const text of plot.querySelectorAll(".annotation-text, .bartext")) {
    const box = text.getBoundingClientRect();
    const cut = box.right > frame.right + 2 || box.left < frame.left - 2 || box.top < frame.top - 2;
    if (text.textContent && cut) wrong.push(`${plot.id}: ${text.textContent} is cut`);
  }
  const texts = [...plot.querySelectorAll(".annotation-text, .textpoint text, .bartext")];
  const labels = texts.filter(({ textContent }) => textContent);
  for (const [k, one] of labels.entries()) for (const other of labels.slice(k + 1)) {
    const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
    const over = a.left < b.right - 2 && b.left < a.right - 2 && a.top < b.bottom - 4 && b.top < a.bottom - 4;
    if (over) wrong.push(`${plot.id}: ${one.textContent} over ${other.textContent}`);
  }
  const marks = [...plot.querySelectorAll(".annotation")].filter(({ dataset }) => {
    const { name, bgcolor } = plot.layout.annotations[dataset.index];
    return (name === "mark" || name === "end") && !bgcolor; // with a background it hides the line
  });
  for (const path of marks.length ? plot.querySelectorAll(".scatterlayer path.js-line") : []) {
    const toScreen = path.getScreenCTM();
    const length = path.getTotalLength();
    const shares = Array.from({ length: 200 }, (_, k) => k / 199);
    const points = shares.map((share) => path.getPointAtLength(share * length).matrixTransform(toScreen));
    for (const mark of marks) {
      const text = mark.querySelector(".annotation-text");
      const box = text.getBoundingClientRect();
      const over = ({ x, y }) => x > box.left + 2 && x < box.right - 2 && y > box.top + 3 && y < box.bottom - 3;
      if (points.some(over)) wrong.push(`${plot.id}: a line over ${text.textContent}`);
    }
  }
  const full = plot._fullLayout;
  const given = JSON.parse(document.querySelector(`script[data-for="${plot.id}"]`).textContent).layout;
  for (const axis of Object.keys(given).filter((name) => /^[xy]axis/.test(name) && given[name].range)) {
    const widened = given[axis].range.some((end, k) => Math.abs(end / full[axis].range[k] - 1) > 1e-6);
    if (widened) wrong.push(`${plot.id} ${axis}: range widened`);
  }
  return wrong;
})"""

PROJECTORS = ({"width": 1280, "height": 720}, {"width": 1024, "height": 768})
PRESENT = "document.querySelector('.presentation [data-projector]').click()"
# The share of the window's height at which the first chart is visible, above the docked slider.
IN_VIEW = """() => {
  const { top, bottom } = document.querySelector("#world, .plot").getBoundingClientRect();
  const dock = document.querySelector(".sticky")?.getBoundingClientRect().top ?? innerHeight;
  return (Math.min(bottom, dock) - Math.max(top, 0)) / innerHeight;
}"""
COVERED = """() => {
  const dock = document.querySelector(".sticky").getBoundingClientRect();
  return document.querySelector(".plot").getBoundingClientRect().bottom > dock.top;
}"""
# Where the top of the first chart is after each of three moves of the docked slider.
TOPS = """async () => {
  const range = document.querySelector(".sticky input[type=range]");
  const tops = [];
  for (const place of [100, 500, 900]) {
    const answered = new Promise((done) => document.addEventListener("htmx:afterRequest", done, { once: true }));
    range.value = place;
    range.dispatchEvent(new Event("input", { bubbles: true }));
    await answered;
    tops.push(Math.round(document.querySelector("#world, .plot").getBoundingClientRect().top));
  }
  return tops;
}"""


# All in one browser window with one loading of the catalog: separately they take three times as long.
def test_ticks_and_labels_of_every_wall_stand_apart_and_within_the_plot(page, live_server, subtests):
    for name in solvers():
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(f"{live_server.url}/walls/{name}/")
        expect(page.locator(".plot:not([data-drawn])")).to_have_count(0)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function(DRAWN)
            with subtests.test(wall=name, width=width):
                assert page.evaluate(WRONG) == []
        page.set_viewport_size({"width": 390, "height": 844})
        with subtests.test("the docked slider does not cover the chart on a phone", wall=name):
            assert not page.evaluate(COVERED)
        page.evaluate(PRESENT)
        for size in PROJECTORS:
            page.set_viewport_size(size)
            with subtests.test("the chart is in view on a projector", wall=name, **size):
                assert page.evaluate(IN_VIEW) >= 0.55
        with subtests.test("the chart stays while a slider moves", wall=name):
            assert len(set(page.evaluate(TOPS))) == 1
        page.evaluate(PRESENT)  # leaves it again


# The labels of a roofline that a point of its sweep lies under.
UNDER_POINTS = """() => {
  const plot = document.querySelector(".plot");
  const points = [...plot.querySelectorAll(".scatterlayer .point")].map((point) => point.getBoundingClientRect());
  return [...plot.querySelectorAll(".annotation-text")].filter(({ textContent }) => textContent).filter((text) => {
    const box = text.getBoundingClientRect();
    const across = (at) => at.right > box.left && at.left < box.right;
    const level = (at) => at.bottom > box.top + 3 && at.top < box.bottom - 3;
    return points.some((at) => across(at) && level(at));
  }).map(({ textContent }) => textContent);
}"""


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("asked", ["model=resnet-50&batch_size=256", "batch_size=8"])
def test_the_labels_of_a_roofline_stand_apart_and_off_its_points(page, live_server, width, asked):
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/walls/roofline/?{asked}")
    expect(page.locator(".plot:not([data-drawn])")).to_have_count(0)
    page.wait_for_function(DRAWN)
    assert page.evaluate(WRONG) == []
    assert page.evaluate(UNDER_POINTS) == []


# The tools that show a chart first, and whether a slider is docked there; the others begin with a table or a text.
CHART_FIRST = {
    "/": True,
    "/system/iron-law/": True,
    "/geography/": True,
    "/spectrum/": True,
    "/hardware-match/": True,
    "/serving-cost/": True,
    "/explore/": False,
    "/accuracy/": False,
    "/sensitivity/roofline/": False,
}
CHART_LATER = ("/system/", "/pipeline/", "/capstone/")


def test_ticks_and_labels_of_every_tool_stand_apart_and_within_the_plot(page, live_server, subtests):
    for path in (*CHART_FIRST, *CHART_LATER):
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(live_server.url + path)
        expect(page.locator(".plot:not([data-drawn])")).to_have_count(0)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function(DRAWN)
            with subtests.test(path=path, width=width):
                assert page.evaluate(WRONG) == []
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("path", CHART_FIRST)
def test_the_chart_of_a_tool_is_in_view_on_a_projector_and_stays_while_a_slider_moves(page, live_server, path):
    page.set_viewport_size(PROJECTORS[0])
    page.goto(live_server.url + path)
    expect(page.locator(".plot:not([data-drawn])")).to_have_count(0)
    page.evaluate(PRESENT)
    for size in PROJECTORS:
        page.set_viewport_size(size)
        page.wait_for_function(DRAWN)
        assert page.evaluate(IN_VIEW) >= 0.55
        assert page.evaluate(WRONG) == []
    if CHART_FIRST[path]:
        assert len(set(page.evaluate(TOPS))) == 1


def test_no_table_of_the_serving_cost_runs_over_its_edge_on_a_laptop(page, live_server):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{live_server.url}/serving-cost/")
    assert page.evaluate(
        "(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector('.fleet-costs'))"
    )


def test_arrow_keys_walk_the_points_of_a_chart_and_say_them(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/")
    plot = page.locator("#plot-curve-1")
    expect(plot).to_have_attribute("tabindex", "0")
    plot.focus()
    said = page.locator("body > [aria-live]").last
    page.keyboard.press("End")
    expect(said).to_have_text(re.compile(r"33\.6 ms.*57 of 57"))
    page.keyboard.press("ArrowLeft")
    expect(said).to_have_text(re.compile("56 of 57"))
    page.keyboard.press("Escape")
    expect(said).to_have_text("")
    expect(plot).not_to_be_focused()


@pytest.mark.parametrize(
    ("wall", "plot", "words"),
    [
        ("ingestion", "curve-0", r"^Storage bandwidth \d[\d.]* [kMGT]B/s"),
        ("battery", "curve-1", r"^Sleep power \d[\d.]* [nµm]?W"),
        ("privacy", "curve-1", r"^Smallest subgroup prevalence <?\d[\d.]*\s%"),
    ],
)
def test_the_title_of_a_hover_box_has_x_with_a_space_before_its_unit(page, live_server, wall, plot, words):
    page.goto(f"{live_server.url}/walls/{wall}/")
    chart = page.locator(f"#plot-{plot}")
    expect(chart).to_have_attribute("tabindex", "0")
    chart.focus()
    page.keyboard.press("Home")
    title = chart.locator(".hoverlayer .legendtitletext")
    expect(title).to_have_text(re.compile(words))
    page.keyboard.press("ArrowRight")
    expect(title).to_have_text(re.compile(words))


def test_dragging_the_point_of_the_roofline_moves_the_batch_size(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/")
    handle = page.locator("#plot-roofline-0 .handle")
    handle.hover()
    before = handle.bounding_box()
    page.mouse.down()
    page.mouse.move(before["x"] + before["width"] / 2 + 150, before["y"], steps=5)
    field = page.locator("#in-batch_size")
    expect(field).not_to_have_value("1")
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"batch_size=(?!1\b)\d+"))
    # The last answer may still be on its way: the handle follows it.
    moved = "least => document.querySelector('#plot-roofline-0 .handle').getBoundingClientRect().x > least"
    page.wait_for_function(moved, arg=before["x"] + 100)


def test_zoom_is_along_x_and_can_be_reset(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/")
    plot = page.locator("#plot-curve-1")
    expect(plot).to_have_attribute("data-drawn", re.compile(r"\d"))
    reset = page.locator(".figure", has=plot).locator("[data-figure=reset]")
    expect(reset).to_be_hidden()
    plot.scroll_into_view_if_needed()
    box = plot.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 250, box["y"] + 40, steps=5)
    page.mouse.up()
    expect(reset).to_be_visible()
    assert plot.locator(".xtick").count() >= 2
    reset.click()
    expect(reset).to_be_hidden()
