"""A verdict says all of its text, at once or by a button that says there is more, on every screen."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")

PHONE = {"width": 390, "height": 844}
# The whole text is inside the box: nothing is cut at its foot.
IS_WHOLE = "verdict => verdict.scrollHeight <= verdict.clientHeight + 1"


def test_a_verdict_cut_on_a_phone_shows_all_its_text_by_a_button(page, live_server):
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/walls/roofline/")
    verdict = page.locator("#result .verdict")
    more = verdict.get_by_role("button", name="More")
    expect(more).to_have_attribute("aria-expanded", "false")
    assert not verdict.evaluate(IS_WHOLE)
    more.click()
    expect(verdict.get_by_role("button", name="Less")).to_have_attribute("aria-expanded", "true")
    assert verdict.evaluate(IS_WHOLE)
    expect(verdict).to_contain_text("compute-bound. With course efficiencies.")
    # The parts follow each other on one line: as boxes of their own they would lose the space between them.
    assert verdict.evaluate("verdict => getComputedStyle(verdict).display") == "block"
    page.locator("#in-batch_size").fill("2")
    expect(page).to_have_url(f"{live_server.url}/walls/roofline/?batch_size=2")
    expect(verdict.get_by_role("button", name="Less")).to_be_visible()


def test_why_no_configuration_is_feasible_can_be_read_on_a_phone(page, live_server):
    page.set_viewport_size(PHONE)
    page.goto(
        f"{live_server.url}/explore/?walls=roofline&axis=batch_size&values=1+to+64"
        "&goal=minimize%3A+batch_size&goal=latency+%3C%3D+1+us"
    )
    verdict = page.locator("#results .verdict")
    expect(verdict).to_contain_text("No feasible configuration")
    verdict.get_by_role("button", name="More").click()
    expect(verdict.get_by_role("button", name="Less")).to_be_visible()
    assert verdict.evaluate(IS_WHOLE)


def test_a_verdict_that_is_not_cut_has_no_button(page, live_server):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{live_server.url}/walls/roofline/")
    expect(page.locator("#result .verdict")).to_contain_text("With course efficiencies.")
    expect(page.get_by_role("button", name="More", exact=True)).to_have_count(0)
