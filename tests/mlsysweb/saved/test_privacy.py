"""Saved scenarios stay out of search engines, and those that are not public out of every cache."""

import pytest
from django.test import Client

from tests.mlsysweb.people import ada, course, edit, save, somebody

__all__ = ["ada", "course", "somebody"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
PAGES = ["", "v/1/", "v/1/drift/", "qr/", "print/", "embed/"]
FILES = ["preview.png", "export/json/", "export/values/"]


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_no_search_engine_lists_a_saved_scenario(somebody, path):
    answer = Client().get(save(somebody) + path)
    assert answer.status_code == 200 and answer["X-Robots-Tag"] == "noindex"
    if path in PAGES:
        assert answer.content.decode().count('<meta name="robots" content="noindex">') == 1


@pytest.mark.parametrize("path", ["/s/", "/s/compare/"])
def test_nor_the_visitor_s_own_lists(somebody, path):
    answer = somebody.get(path)
    assert answer["X-Robots-Tag"] == "noindex" and '<meta name="robots" content="noindex">' in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/", "/walls/roofline/", "/about/"])
def test_other_pages_are_for_search_engines(client, path):
    answer = client.get(path)
    assert "X-Robots-Tag" not in answer and 'name="robots"' not in answer.content.decode()


@pytest.mark.parametrize("visibility", ["private", "class"])
@pytest.mark.parametrize("path", [path for path in (*PAGES, *FILES) if path not in ("embed/", "preview.png")])
def test_what_is_not_public_is_stored_in_no_cache(ada, course, visibility, path):
    link = save(ada)
    edit(ada, link, visibility=visibility, group=course.pk)
    answer = ada.get(link + path)
    assert answer.status_code == 200 and answer["Cache-Control"] == "private, no-store"


def test_a_deleted_one_neither_nor_the_refusal_to_others(somebody):
    link = save(somebody)
    somebody.post(f"{link}delete/")
    assert somebody.get(link)["Cache-Control"] == "private, no-store"
    assert Client().get(link).status_code == 404
    assert Client().get(link)["Cache-Control"] == "private, no-store"


def test_a_public_page_is_asked_for_again_but_may_be_kept_for_the_back_button(somebody):
    assert somebody.get(save(somebody))["Cache-Control"] == "private, no-cache"


def test_the_frame_of_a_course_page_is_cached_for_everybody(somebody):
    assert somebody.get(save(somebody) + "embed/")["Cache-Control"] == "public, max-age=300"
