"""The header is one row at each width from which the menu stands in it."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")

# The middles of what the header shows, in pixels from its top: one row has one.
MIDDLES = """header => [...new Set([...header.querySelectorAll(":is(a, button)")].filter(
    (each) => each.checkVisibility() && !each.closest("[popover]:not(.site-menu)")).map((each) => {
      const box = each.getBoundingClientRect();
      return Math.round((box.top + box.height / 2) / 4);
    }))].length"""


def test_menu_efficiencies_and_buttons_stand_in_one_row(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/")
    header = page.locator(".site-header")
    for width in (1264, 1280, 1366, 1440):
        page.set_viewport_size({"width": width, "height": 720})
        expect(header.get_by_role("link", name="Sign in")).to_be_visible()
        assert header.evaluate(MIDDLES) == 1
        assert header.evaluate("header => header.offsetHeight") < 60
        sign_in = header.get_by_role("link", name="Sign in").bounding_box()
        assert sign_in["x"] + sign_in["width"] + 4 <= header.locator(".efficiencies").bounding_box()["x"]
