"""The claims of the slides: a filter swaps the list and the address, and works without scripts, too."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")


def test_a_filter_narrows_the_list_and_is_in_the_address(page, live_server):
    page.goto(f"{live_server.url}/claims/")
    expect(page.get_by_role("status").first).to_have_text("54 of 54 claims")
    page.get_by_role("link", name="Does not hold", exact=True).click()
    expect(page.locator(".claim-list > li").first).to_contain_text("Electricity is about a tenth")
    expect(page.locator("h1")).to_have_text("Claims of the slides")
    page.get_by_role("link", name="8", exact=True).click()
    expect(page.get_by_text("No claim has this verdict in this part.")).to_be_visible()
    expect(page).to_have_url(f"{live_server.url}/claims/?part=8&verdict=does-not-hold")
