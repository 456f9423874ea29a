"""Few stops of the Tab key, names that differ, and targets large enough for a finger."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")

SMALL = """least => [...document.querySelectorAll("button, summary, select, input, .chip, .ts-control, nav a")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && each.type !== "hidden")
  .map((each) => ({ each, box: (each.closest(".typed, label") ?? each).getBoundingClientRect() }))
  .filter(({ box }) => box.width > 1 && Math.min(box.width, box.height) < least - 0.5)
  .map(({ each, box }) => `${each.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""


def test_the_examples_are_one_stop_and_arrows_move_among_them(page, live_server, console):
    page.goto(f"{live_server.url}/walls/roofline/")
    links = page.locator("#examples a")
    expect(page.locator("#examples a[tabindex='0']")).to_have_count(1)
    links.first.focus()
    page.keyboard.press("ArrowRight")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(links.last).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('#examples')")


def test_the_second_skip_link_leads_to_the_form(page, live_server, console):
    page.goto(f"{live_server.url}/walls/roofline/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the inputs")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('#inputs'))")


def test_a_field_and_its_slider_have_different_names(page, live_server, console):
    page.goto(f"{live_server.url}/walls/roofline/")
    expect(page.get_by_role("textbox", name="Batch size", exact=True)).to_have_count(1)
    expect(page.get_by_role("slider", name="Batch size: slider", exact=True)).to_have_count(1)


def test_headings_name_the_result_and_the_charts_below_it(page, live_server, console):
    page.goto(f"{live_server.url}/walls/roofline/")
    expect(page.get_by_role("heading", name="Result", exact=True, level=2)).to_have_count(1)
    expect(page.get_by_role("heading", name="Roofline", exact=True, level=3)).to_have_count(1)


# Targets that a finger 21 pixels above or below their middle would miss.
MISSED = """() => [...document.querySelectorAll("button, summary, select:not(.tomselected), .typed, .ts-control")]
  .filter((each) => each.closest("main, .menu-button"))
  .filter((each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .filter((each) => {
    each.scrollIntoView({ block: "center" });
    const box = each.getBoundingClientRect();
    return [-21, 21].some((by) => {
      const hit = document.elementFromPoint(box.x + Math.min(box.width, 60) / 2, box.y + box.height / 2 + by);
      return !(hit && (each.contains(hit) || hit.contains(each.parentElement) && hit.matches("button, summary")));
    });
  })
  .map((each) => each.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("path", ["/walls/roofline/", "/walls/tco/", "/system/", "/fallacies/"])
def test_targets_are_large_enough_for_a_pointer(page, live_server, path):
    page.goto(f"{live_server.url}{path}")
    assert page.evaluate(SMALL, 24) == []


def test_targets_are_large_enough_for_a_finger(new_context, live_server):
    context = new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{live_server.url}/walls/roofline/")
    expect(page.locator(".plot").first).to_have_attribute("data-drawn", "1")
    page.evaluate("document.querySelector('.sticky')?.classList.remove('sticky')")  # it covers the foot of the window
    assert page.evaluate(MISSED) == []


def test_keeping_a_slider_at_the_bottom_is_a_toggle(page, live_server, console):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/walls/roofline/")
    keep = page.get_by_role("button", name="Keep at bottom: Context length")
    expect(keep).to_have_attribute("aria-pressed", "false")
    keep.click()
    expect(page.locator(".sticky #in-context_length")).to_be_visible()
