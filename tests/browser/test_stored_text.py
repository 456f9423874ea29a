"""Markup in any stored text runs nowhere in a browser, also where the content policy would not have stopped it."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.stored_text import hostile_site

# An element or an image of the hostile text, or its handler that has run.
_BROKEN_OUT = "() => window.xss === 7 || document.querySelector('xss-7, img[src=\"x\"]') !== null"
PAGES = (
    "/catalog/accelerators/?compare=h100-sxm5-80gb,t4",
    "/catalog/accelerators/h100-sxm5-80gb/",
    "/catalog/models/llama-3-8b/",
    "/walls/roofline/?also=mi300x",
    "/walls/serving/",
    "/system/",
    "/geography/",
    "/spectrum/",
    "/hardware-match/",
    "/serving-cost/",
    "/calibrate/",
    "/s/",
    "/claims/",
    "/courses/",
    "/lessons/mine/",
    "/admin/",
    "/admin/catalog/accelerator/",
    "/admin/catalog/accelerator/1/change/",
    "/admin/catalog/accelerator/1/history/",
    "/admin/catalog/accelerator/import/2/",
)


@pytest.fixture
def unprotected(new_context, live_server, catalog, transactional_db):
    """A page of a browser that ignores the content policy, and the addresses of a site full of hostile text."""
    client, _, seeds, _ = hostile_site()
    context = new_context(bypass_csp=True, base_url=live_server.url)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    return page, seeds


def test_no_stored_text_runs_in_a_browser_without_a_content_policy(unprotected):
    page, seeds = unprotected
    page.set_content("<img src=x onerror=window.xss=7>")
    page.wait_for_function(_BROKEN_OUT)  # the search finds what breaks out
    for address in (
        *PAGES,
        *(seed for seed in seeds if not seed.startswith("/api/") and "/export/" not in seed and "/embed/" not in seed),
    ):
        answer = page.goto(address)
        assert answer.status < 400, address
        for plot in page.locator(".plot:visible").all()[:2]:
            plot.scroll_into_view_if_needed()
            expect(plot).to_have_class(re.compile(r"\bjs-plotly-plot\b"), timeout=60_000)
        assert not page.evaluate(_BROKEN_OUT), address
