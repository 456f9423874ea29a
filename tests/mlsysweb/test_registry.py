"""The registry of pages is complete, and its entries exist."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from mlsysweb.registry import PAGES, current_path, tools

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_named_after_its_namespace_and_has_its_templates(page):
    assert import_module(page.urls).app_name == page.name
    assert (ROOT / "templates" / page.name).is_dir()


def test_every_folder_of_pages_is_in_the_table_except_the_front_page():
    folders = {path.parent.name for path in (ROOT / "mlsysweb/pages").glob("*/urls.py")}
    assert folders == {page.name for page in PAGES if not page.package}


@pytest.mark.parametrize("page", [page for page in PAGES if page.saved], ids=lambda page: page.name)
def test_a_page_that_can_be_saved_has_a_style_sheet_of_its_name(page):
    assert (ROOT / "static/css" / f"{page.name}.css").is_file()


@pytest.mark.django_db
def test_the_front_page_lists_every_tool(catalog):
    page = Client().get("/").context["page"]
    assert [link.url for link in page.tools] == [reverse(url) for url, _ in tools()]


def test_a_path_of_before_is_known_by_its_path_of_today():
    assert current_path("/matches/") == "/hardware-match/"
    assert current_path("/movers/roofline/") == "/sensitivity/roofline/"
    assert current_path("/walls/roofline/") == "/walls/roofline/"


@pytest.mark.django_db
@pytest.mark.parametrize(("url", "view"), list(tools()), ids=lambda each: getattr(each, "name", ""))
def test_a_tool_has_its_registered_name_as_heading_and_in_its_title(catalog, url, view):
    html = Client().get(reverse(url)).content.decode()
    assert re.search(r"<h1>(.*?)</h1>", html)[1] == view.title
    assert view.title in re.search(r"<title>(.*?)</title>", html, re.DOTALL)[1]
