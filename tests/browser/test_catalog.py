"""The catalog in a browser: narrow a table, compare rows, open one, open it in a wall."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("catalog")


def test_a_reader_narrows_a_table_compares_rows_and_opens_one_in_a_wall(page, live_server):
    page.goto(live_server.url)
    page.get_by_role("link", name="Catalog", exact=True).click()
    page.get_by_role("link", name="Accelerators", exact=True).click()
    found = page.locator("#rows .verdict")
    before = found.inner_text()
    page.locator("#in-tier").select_option("cloud")
    expect(found).not_to_have_text(before)
    expect(page).to_have_url(re.compile(r"\?tier=cloud$"))
    page.locator("#in-q").fill("sxm")
    expect(page).to_have_url(re.compile(r"q=sxm"))
    expect(page.locator("#in-q")).to_be_focused()
    page.locator("#rows thead").get_by_role("link", name="Memory bandwidth").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Memory bandwidth")
    page.get_by_label("Compare NVIDIA H100 SXM5 80GB").check()
    page.get_by_label("Compare NVIDIA A100 SXM4 80GB").check()
    expect(page.locator("#compare thead th")).to_have_count(3)
    expect(page).to_have_url(re.compile(r"sort=-memory_bandwidth&compare=h100-sxm5-80gb,"))
    page.reload()
    expect(page.get_by_label("Compare NVIDIA H100 SXM5 80GB")).to_be_checked()
    page.locator("#compare").get_by_role("link", name="NVIDIA H100 SXM5 80GB").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("NVIDIA H100 SXM5 80GB")
    page.get_by_role("link", name="Roofline", exact=True).click()
    expect(page).to_have_url(re.compile(r"/walls/roofline/\?accelerator=h100-sxm5-80gb"))


def test_a_box_ticked_while_the_table_updates_stays_ticked(page, live_server):
    page.goto(f"{live_server.url}/catalog/accelerators/?q=sxm")
    held = []
    page.route("**/catalog/accelerators/?*compare=*", lambda route: held.append(route), times=1)
    page.get_by_label("Compare NVIDIA H100 SXM5 80GB").check()
    page.get_by_label("Compare NVIDIA A100 SXM4 80GB").check()
    held[0].continue_()
    expect(page.locator("#compare thead th")).to_have_count(3)
    page.get_by_role("link", name="End the comparison").click()
    expect(page.locator("#compare")).to_have_count(0)
    expect(page.locator("input[name=compare]:checked")).to_have_count(0)


def test_the_table_works_without_scripts(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/catalog/grids/")
    page.locator("#in-region_type").select_option("classroom")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".catalog-table tbody tr")).to_have_count(6)
    context.close()


@pytest.mark.parametrize("path", ["", "accelerators/", "accelerators/h100-sxm5-80gb/"])
def test_nothing_runs_over_the_edge_of_a_phone(page, live_server, path):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/catalog/{path}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
