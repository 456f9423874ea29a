"""The accuracy page: another kind redraws the chart, and the rows can be paged, without loading the page again."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")


def test_another_kind_redraws_the_chart(page, live_server, console):
    page.goto(f"{live_server.url}/accuracy/")
    expect(page.locator(".plot[data-drawn]")).to_have_count(1)
    page.get_by_role("link", name="Training step", exact=True).click()
    expect(page.locator("#kind-title")).to_have_text("Training step")
    expect(page.locator(".plot .legendtext").filter(has_text="A100 SXM4 40GB")).to_have_count(1)
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.locator(".accuracy-pages")).to_contain_text("page 2 of")
    expect(page).to_have_url(f"{live_server.url}/accuracy/?kind=training&page=2")
