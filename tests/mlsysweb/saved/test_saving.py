"""Restrictions on saving: pages of this site only, and text that every database can store."""

import html
import re
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import override_settings
from django.urls import resolve, reverse

from catalog.models import Accelerator, CatalogRow
from mlsysweb.registry import SAVED_VIEWS
from mlsysweb.saved.scenarios.models import Scenario
from tests.mlsysweb.people import ada, course, edit, save

__all__ = ["ada", "course"]

pytestmark = pytest.mark.usefixtures("catalog")

SAVABLE = [reverse(view, args=["roofline"] if view == "walls:wall" else []) for view in sorted(SAVED_VIEWS)]
NAME_CATALOG_ROWS = ("/geography/", "/hardware-match/", "/spectrum/", "/system/", "/walls/roofline/")
# Markup that would escape from the saved page's element and let htmx act for the reader.
ATTACK = "</div></section><form hx-post=/admin/ hx-trigger=load>"


@pytest.fixture
def no_nul():
    """Fail if a query has a NUL among its values, which SQLite accepts and PostgreSQL rejects."""

    def checked(execute, sql, params, many, context):
        assert "\\x00" not in repr(params) and "\\u0000" not in repr(params), sql
        return execute(sql, params, many, context)

    with connection.execute_wrapper(checked):
        yield


def sent(client, **fields):
    """Return the status of a save, and the error message of a refused one."""
    answer = client.post("/s/save/", fields)
    problem = re.search(r'<p role="alert">(.*?)</p>', answer.content.decode())
    return answer.status_code, html.unescape(problem[1]) if problem else ""


@pytest.mark.parametrize(
    "address",
    [
        *(f"/explore/export/{form}/" for form in ("csv", "json", "py", "parquet")),
        "/explore/begin/",
        "/explore/cancel/",
        "/sensitivity/roofline/",
        "/compare/",
        "/s/",
        "/s/save/",
        "/admin/",
        "/nowhere/",
        "",
        "/api/v1/solve/roofline",
        "/fallacies/",
        "/poster/",
        "walls/roofline/",
        "/walls/roofline",
        "/walls/nowhere/",
        "https://elsewhere.example/walls/roofline/",
        "//elsewhere.example/walls/roofline/?batch_size=-3",
        "https:/walls/roofline/?batch_size=-3",
        "//[/walls/roofline/",
        "http://[",
        "/\\elsewhere.example/walls/roofline/",
        "javascript:alert(1)",
        "/walls/roofline/?" + "&x" * 1001,
        "/walls/roofline/?" + "x" * 16_000,
        "/walls/roofline/?batch_size=8%00",
        "/spectrum/?x=%00",
        "/walls/roofline/?\0",
    ],
    ids=lambda address: address[:40],
)
def test_only_an_address_of_a_page_with_inputs_is_saved(client, address):
    status, problem = sent(client, page=address)
    assert status == 422 and problem.endswith((".", "such as /walls/roofline/?batch_size=8."))
    assert not Scenario.objects.exists()


def test_a_refused_question_leads_back_to_its_page_on_this_site(client):
    for page in ("/walls/roofline/?batch_size=-3", "/spectrum/?batch_size=-3"):
        for slashes in ("", "//"):  # three in a row begin a path
            assert client.post("/s/save/", {"page": slashes + page})["Location"] == page


@pytest.mark.parametrize("address", SAVABLE)
def test_markup_in_names_of_the_catalog_is_text_on_a_saved_page(client, address):
    for kind in CatalogRow.__subclasses__():
        kind.objects.update(name=Concat("slug", Value(ATTACK)))
        kind.objects.first().save()  # which renews the version of the catalog
    link = save(client, address)
    if address in NAME_CATALOG_ROWS:
        assert "hx-post" in str(Scenario.objects.get().latest.result)
    for path in ("", "v/1/", "v/1/drift/", "print/", "embed/"):
        shown = client.get(f"{link}{path}").content.decode()
        assert "<form hx-post" not in shown and "</section><form" not in shown


def test_what_was_saved_of_a_page_that_can_no_longer_be_saved_is_still_compared(client):
    link = save(client, "/spectrum/")
    Scenario.objects.update(path="/explore/export/py/", solver="explore")
    Accelerator.objects.filter(slug__startswith="h100").update(memory_bandwidth=9e12)
    Accelerator.objects.first().save()
    assert client.get(f"{link}v/1/drift/").status_code == 200
    assert client.post(f"{link}v/1/recompute/").status_code == 422


def test_markup_in_a_title_is_text_on_a_saved_page(client):
    link = save(client, "/spectrum/", title=ATTACK)
    for path in ("", "print/", "embed/", "qr/"):
        shown = client.get(f"{link}{path}").content.decode()
        assert "hx-post" in shown and "<form hx-post" not in shown


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Collect static files with hashed names, as in production: a missing file is an error."""
    root = tmp_path_factory.mktemp("static")
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=root):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield


@pytest.mark.parametrize("address", SAVABLE)
def test_every_saved_page_finds_its_style_sheets_in_production(client, collected, address):
    link = save(client, address)
    Accelerator.objects.update(memory_bandwidth=9e12)
    Accelerator.objects.first().save()
    for path in ("", "v/1/drift/", "print/", "embed/"):
        assert client.get(f"{link}{path}").status_code == 200
    namespace = resolve(address).namespace
    assert namespace == "walls" or f"css/{namespace}." in client.get(link).content.decode()


def test_a_saved_page_of_a_kind_that_is_gone_is_still_shown(client, collected):
    link = save(client, "/spectrum/")
    Scenario.objects.update(solver="observatory")
    for path in ("", "print/", "embed/"):
        assert client.get(f"{link}{path}").status_code == 200


@pytest.mark.parametrize(
    ("title", "problem"),
    [
        ("x" * 201, "The name is 201 characters long; 200 is the most."),
        ("a\0b", "The name cannot have the control character U+0000, its character 2; delete that one."),
        ("a\x1b[31m", "The name cannot have the control character U+001B, its character 2; delete that one."),
    ],
)
def test_a_name_that_cannot_be_saved_is_refused_with_a_sentence_and_a_way_back(client, title, problem):
    answer = client.post("/s/save/", {"page": "/walls/roofline/?batch_size=8", "title": title})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422 and problem in page
    assert 'href="/walls/roofline/?batch_size=8"' in page
    assert not Scenario.objects.exists()


@pytest.mark.parametrize("field", ["title", "notes", "tags"])
@pytest.mark.parametrize("character", ["\0", "\x08", "\x1b", "\x7f"])
def test_a_control_character_in_what_an_owner_writes_is_a_sentence_at_its_field(ada, field, character):
    answer = edit(ada, save(ada), **{field: f"ab{character}c"})
    told = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert f"The {field} cannot have the control character U+{ord(character):04X}, its character 3" in told
    assert Scenario.objects.get().revision == 1


def test_tabs_and_line_breaks_are_no_control_characters(ada):
    assert edit(ada, save(ada), notes="one\ttwo\r\nthree").status_code == 302
    assert Scenario.objects.get().notes == "one\ttwo\nthree"


def test_a_million_commas_are_no_tags(ada):
    told = html.unescape(edit(ada, save(ada), tags="," * 1_000_000).content.decode())
    assert "The tags are 1,000,000 characters long together; 1,000 is the most." in told


@pytest.mark.parametrize("name", ["words", "kind", "tag", "group", "page", "deleted"])
@pytest.mark.parametrize("value", ["%00", "a%00b", "x" * 3000, "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}" * 300])
def test_the_list_asks_the_database_nothing_it_could_refuse(ada, name, value, no_nul):
    save(ada, title="a note")
    assert ada.get(f"/s/?{name}={value if '%' in value else quote(value)}").status_code == 200


def test_control_characters_between_words_are_blanks(ada):
    save(ada, title="alpha beta")
    assert "1 saved" in ada.get("/s/?words=alpha%00beta").content.decode()


@pytest.mark.parametrize("value", ["%00", "a%00b", "x" * 3000])
def test_a_comparison_of_what_is_no_id_is_a_sentence(client, value, no_nul):
    answer = client.get(f"/s/compare/?of={value}&baseline={value}&output={value}&other={value}")
    assert answer.status_code == 422 and "There is no scenario" in answer.content.decode()


@pytest.mark.parametrize("of", ["\0", "a\0b", "x" * 3000, "../.."])
def test_a_further_version_of_what_is_no_id_is_a_scenario_of_its_own(client, of, no_nul):
    assert save(client, version_of=of).startswith("/s/")
    assert Scenario.objects.count() == 1


@pytest.mark.parametrize("name", ["a\\u0000b", "\\ud800", "a\\u001b"])
def test_a_record_of_ones_own_has_a_name_that_can_be_saved(client, name):
    chip = f'{{"name": "{name}", "peak": {{"fp16": 1e15}}, "memory_bandwidth": 3e12}}'
    for page in ("/walls/roofline/", "/api/v1/solve/roofline"):
        answer = client.get(page, {"accelerator": chip})
        assert answer.status_code == 422
        assert "name cannot have the control character U+" in answer.content.decode()
