"""Every recorded page over many walls opens: as data in any version of its fields, and as HTML of earlier releases."""

import gzip
from importlib import import_module
from pathlib import Path

import orjson
import pytest

from mlsysweb.saved.answers import open_version
from mlsysweb.saved.scenarios.capture import PAGES
from mlsysweb.saved.scenarios.models import Scenario, Version

from .record_pages import FOLDER

AS_DATA = sorted(FOLDER.glob("*.json.gz"))
AS_HTML = sorted((Path(__file__).parent / "pages_html").glob("*.json.gz"))

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
    html, link = scenario.latest.result["shown"], scenario.get_absolute_url()
    shown = f'<div id="legacy" class="as-shown" hx-disable>{html}</div>'
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


def test_stored_text_that_is_no_fragment_of_a_page_is_shown_as_text(client):
    scenario = kept(AS_HTML[0])
    Version.objects.update(result={"shown": "name\n</div><form hx-post=/admin/ hx-trigger=load>", "walls": {}})
    assert "<form hx-post" not in client.get(scenario.get_absolute_url()).content.decode()


def test_pages_kept_as_html_are_filed_under_the_names_of_pages(client):
    iron_law, renamed, wall = (
        Scenario.objects.create(path=path, solver=solver, title="Old")
        for path, solver in (("/system/iron-law/", "system"), ("/matches/", "matches"), ("/walls/system/", "system"))
    )
    from django.apps import apps

    import_module("mlsysweb.saved.scenarios.migrations.0005_pages_as_data").file_under_pages(apps, None)
    for each in (iron_law, renamed, wall):
        each.refresh_from_db()
    assert [each.solver for each in (iron_law, renamed, wall)] == ["iron-law", "hardware_match", "system"]
    assert renamed.path == "/hardware-match/"
