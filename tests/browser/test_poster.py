"""The poster can be printed, projected and read on a phone."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")

PAPERS = {"A4": ("297mm", "210mm"), "A3": ("420mm", "297mm")}
WIDE_EQUATIONS = """[...document.querySelectorAll(".poster .math")]
    .filter(math => math.scrollWidth > math.clientWidth).map(math => math.parentElement.innerText)"""


@pytest.fixture
def poster(page, live_server):
    page.goto(f"{live_server.url}/poster/")
    expect(page.locator(".tile")).to_have_count(22)
    return page


@pytest.mark.parametrize("paper", PAPERS)
def test_it_prints_on_exactly_one_page(poster, paper):
    width, height = PAPERS[paper]
    printed = poster.pdf(width=width, height=height)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


@pytest.mark.parametrize("paper", PAPERS)
def test_a_browser_that_follows_the_sheet_turns_the_paper(poster, paper):
    printed = poster.pdf(format=paper, prefer_css_page_size=True)
    width, height = (float(n) for n in re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)", printed).groups())
    assert width > height and len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_no_equation_is_wider_than_its_column(poster, width):
    poster.set_viewport_size({"width": width, "height": 844})
    assert poster.evaluate(WIDE_EQUATIONS) == []
    assert poster.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_paper_no_equation_reaches_into_its_neighbour(poster):
    poster.emulate_media(media="print")
    poster.set_viewport_size({"width": 1062, "height": 733})  # A4 without its margins
    assert poster.evaluate(WIDE_EQUATIONS) == []


def test_a_wall_opens_from_it_without_javascript(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/poster/")
    page.get_by_role("link", name="Compute", exact=True).click()
    expect(page.locator("#result .verdict")).to_contain_text("Memory-bound")
    context.close()
