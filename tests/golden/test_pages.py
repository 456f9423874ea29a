"""Every recorded page over many walls opens: as data in any version of its fields, and as HTML of earlier releases."""

import gzip
import re
from html import unescape
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from mlsysweb.registry import styles_of
from mlsysweb.saved.answers import open_version
from mlsysweb.saved.legacy import RENAMED_CLASSES, RENAMED_IDS, with_current_names
from mlsysweb.saved.scenarios.capture import PAGES
from mlsysweb.saved.scenarios.models import Scenario, Version

from .record_pages import FOLDER

AS_DATA = sorted(FOLDER.glob("*.json.gz"))
AS_HTML = sorted((Path(__file__).parent / "pages_html").glob("*.json.gz"))

STYLES = "".join(path.read_text() for path in (Path(__file__).parents[2] / "static/css").glob("*.css"))
# Classes that scripts or tests look for, or that name a part without a style of its own.
NEVER_STYLED = {"axis", "best", "figure-plot", "placement", "sortable"}

pytestmark = pytest.mark.usefixtures("catalog")


def kept(path):
    """Create a scenario from a record."""
    told = orjson.loads(gzip.decompress(path.read_bytes()))
    scenario = Scenario.objects.create(path=told.pop("path"), solver=told.pop("solver"), title="Recorded")
    Version.objects.create(scenario=scenario, number=1, **told)
    return scenario


def recorded(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.name.removesuffix(".json.gz"))


@recorded(AS_DATA)
def test_a_recorded_page_opens_and_says_what_it_said(path, client):
    scenario = kept(path)
    answer = client.get(scenario.get_absolute_url())
    assert answer.status_code == 200
    assert open_version(scenario.latest).verdict == scenario.latest.said
    for view in ("print/", "embed/", "v/1/drift/", "preview.png", "export/values/", "export/tables/", "export/curves/"):
        assert client.get(f"{scenario.get_absolute_url()}{view}").status_code == 200, view


def test_every_page_of_today_is_recorded():
    names = {path.name.removesuffix(".json.gz") for path in AS_DATA}
    assert {f"{name}-{page.kind.version}" for name, page in PAGES.items()} <= names


@recorded(AS_HTML)
def test_a_page_kept_as_html_opens_as_it_was(path, client):
    scenario = kept(path)
    Version.objects.update(result={**scenario.latest.result, "walls": {"roofline": "0"}})  # so that there is a drift
    html, link = with_current_names(scenario.latest.result["shown"]), scenario.get_absolute_url()
    shown = f'<div id="legacy" class="snapshot" hx-disable>{html}</div>'
    assert shown in client.get(link).content.decode()
    for view in ("print/", "embed/", "v/1/drift/"):
        assert shown in client.get(f"{link}{view}").content.decode(), view
    for view in ("preview.png", "qr/", "export/json/", "export/methods/", "export/bibtex/"):
        assert client.get(f"{link}{view}").status_code == 200, view
    assert client.get(f"{link}export/values/").status_code == 404
    other = kept(path)
    compared = client.get(f"/s/compare/?of={scenario.pk},{other.pk}").content.decode()
    assert "kept as HTML" in compared


def test_there_are_pages_kept_as_html_to_open():
    assert len(AS_HTML) == 4


@recorded(AS_HTML)
def test_every_class_of_a_page_kept_as_html_has_its_rule(path):
    html = with_current_names(orjson.loads(gzip.decompress(path.read_bytes()))["result"]["shown"])
    classes = {word for value in re.findall(r' class="([^"]*)"', html) for word in value.split()}
    assert "verdict" in classes and classes - NEVER_STYLED <= set(re.findall(r"\.([a-z][\w-]*)", STYLES))


def test_a_class_is_called_in_old_pages_what_the_style_sheets_call_it():
    selectors = set(re.findall(r"[.#]([a-z][\w-]*)", STYLES))
    assert {*RENAMED_CLASSES.values(), *RENAMED_IDS.values()} - NEVER_STYLED <= selectors


def test_only_classes_and_ids_of_old_pages_are_renamed():
    html = '<p id="found" class="told muted" title="told">told class=&quot;told&quot; <b data-id="found">found</b></p>'
    assert with_current_names(html) == html.replace('id="found" class="told', 'id="results" class="claim-body', 1)


def test_pages_kept_as_html_have_the_styles_of_their_page_under_every_name():
    assert styles_of("system") == styles_of("iron-law") == styles_of("one-system") == ("css/system.css",)
    assert styles_of("spectrum") == ("css/fallacies.css", "css/spectrum.css")
    assert styles_of("roofline") == ()


@pytest.mark.parametrize(
    "text", ["name,cost\nh100,2", '{"best": [\n1]}', "</pre><form hx-post=/admin/ hx-trigger=load>"]
)
def test_a_download_that_was_saved_as_a_page_is_shown_as_text(text, client):
    scenario = Scenario.objects.create(path="/explore/export/csv/", solver="explore", title="A download")
    stored = {"shown": text, "walls": {"roofline": "0"}}
    question, snapshot = {"walls": "roofline"}, {}
    Version.objects.create(scenario=scenario, number=1, question=question, snapshot=snapshot, result=stored)
    link = scenario.get_absolute_url()
    for view in ("", "print/", "embed/", "v/1/drift/"):
        page = client.get(f"{link}{view}").content.decode()
        shown = re.search(r"<div id=\"legacy\"[^>]*><pre[^>]*>(.*?)</pre></div>", page, re.S)
        assert unescape(shown[1]) == text and "<form hx-post" not in page, view
    assert client.get(f"{link}export/json/").json()["result"] == stored


def test_pages_kept_as_html_are_filed_under_the_names_of_pages(client):
    iron_law, renamed, wall = (
        Scenario.objects.create(path=path, solver=solver, title="Old")
        for path, solver in (("/system/iron-law/", "system"), ("/matches/", "matches"), ("/walls/system/", "system"))
    )
    from django.apps import apps
    from django.db import connection

    migration = import_module("mlsysweb.saved.scenarios.migrations.0005_pages_as_data")
    migration.file_under_pages(apps, SimpleNamespace(connection=connection))
    for each in (iron_law, renamed, wall):
        each.refresh_from_db()
    assert [each.solver for each in (iron_law, renamed, wall)] == ["iron-law", "hardware_match", "system"]
    assert renamed.path == "/hardware-match/"
