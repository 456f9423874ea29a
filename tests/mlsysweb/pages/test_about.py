"""The About page takes its facts from where they are kept."""

import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse

from catalog.models import TABLES, Accelerator
from mlsysweb.pages.about.project import data_sources
from mlsysweb.registry import tools
from solvers.taxonomy import WALLS

pytestmark = pytest.mark.usefixtures("catalog")
ROOT = Path(__file__).parents[3]


def test_the_counts_are_those_of_the_rows_that_pickers_offer(client):
    counts = {table.name: table.rows for table in client.get("/about/").context["page"].tables}
    assert list(counts.values()) == [table.objects.filter(archived=False).count() for table in TABLES]
    row = Accelerator.objects.get(slug="h100-sxm5-80gb")
    row.archived = True
    row.save()
    after = {table.name: table.rows for table in client.get("/about/").context["page"].tables}
    assert after["accelerators"] == counts["accelerators"] - 1


def test_the_citation_names_the_version_the_year_and_this_address(client):
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    page = client.get("/about/", headers={"host": "localhost"}).context["page"]
    for text in (page.citation, page.bibtex):
        assert declared["version"] in text and "http://localhost/" in text
        assert re.search(r"\b20\d\d\b", text)[0] in (ROOT / "LICENSE").read_text()
    assert page.bibtex.count("{") == page.bibtex.count("}")
    assert page.licence == declared["license"]


def test_every_wall_and_tool_is_named(client):
    html = client.get("/about/").content.decode()
    assert all(wall.name in html for wall in WALLS)
    assert all(f'href="{reverse(url)}">{view.title}</a>' in html for url, view in tools())


def test_every_row_of_the_table_of_licences_is_a_source():
    text = (ROOT / "solvers/shipped/LICENCES.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ")][2:]
    found = data_sources()
    assert len(found) == len(rows) > 20
    assert all(source.name and source.licence and "*" not in source.licence for source in found)
    assert 0 < sum(source.recalled for source in found) < len(found)


@pytest.mark.parametrize("name", ["LICENSE", "NOTICE"])
def test_the_licence_and_the_notice_can_be_read(client, name):
    answer = client.get(f"/about/{name}")
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content.decode() == (ROOT / name).read_text()


@pytest.mark.parametrize("path", ["/", "/poster/"])
def test_pages_link_to_it(client, path):
    page = client.get(path).content.decode()
    assert 'href="/about/"' in page and 'href="/about/privacy/"' in page


def test_the_privacy_page_states_the_terms_that_apply(client):
    page = " ".join(client.get("/about/privacy/").content.decode().split())
    days = settings.KEEP_DAYS
    assert f"at least {days['scenario']} days after they were saved or last opened" in page
    assert f"<td>{days['deleted']} days, in which you can restore them</td>" in page
    assert f"Finished searches</th><td>{days['job']} days</td>" in page
    assert f"Failed sign-ins</th><td>{days['attempt']} days</td>" in page
    assert days["scenario"] * 86_400 == settings.SESSION_COOKIE_AGE


def test_it_is_true_that_opening_pages_stores_nothing_and_that_only_two_cookies_are_set(client):
    for path in ("/", "/walls/roofline/", "/explore/", "/s/", "/s/compare/", "/about/privacy/"):
        client.get(path)
    assert set(client.cookies) <= {"csrftoken"} and not Session.objects.exists()
    client.post("/s/save/", {"page": "/walls/roofline/"})
    assert set(client.cookies) == {"csrftoken", "sessionid"}
