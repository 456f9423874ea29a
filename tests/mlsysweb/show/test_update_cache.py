"""Updates are answered once for each question and version of the catalog."""

import gzip

import pytest
from django.core.cache import caches

from catalog.models import Accelerator
from mlsysweb.pages.walls import views

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
UPDATE = {"HX-Request": "true"}
ASKED = {"batch_size": "16"}


@pytest.fixture(autouse=True)
def answered(monkeypatch):
    """Return a list with an entry for each time a wall was solved."""
    times = []
    solve = views.answer
    monkeypatch.setattr(views, "answer", lambda *asked: times.append(asked) or solve(*asked))
    return times


def test_the_same_update_is_answered_once_and_is_the_same(client, answered):
    first, second = (client.get("/walls/roofline/", ASKED, headers=UPDATE) for _ in range(2))
    assert len(answered) == 1
    assert first.content == second.content
    assert first.headers["HX-Replace-Url"] == second.headers["HX-Replace-Url"]
    assert "HX-Request" in second.headers["Vary"]


def test_another_visitor_sees_the_same_bytes(client, admin_client):
    assert (
        client.get("/walls/serving/", headers=UPDATE).content
        == admin_client.get("/walls/serving/", headers=UPDATE).content
    )
    caches["updates"].clear()
    fresh = admin_client.get("/walls/serving/", headers=UPDATE).content
    assert client.get("/walls/serving/", headers=UPDATE).content == fresh


def test_a_changed_row_of_the_catalog_is_answered_anew(client, answered):
    before = client.get("/walls/roofline/", ASKED, headers=UPDATE).content
    chip = Accelerator.objects.get(slug="h100-sxm5-80gb")
    chip.memory_bandwidth /= 2
    chip.save()
    assert client.get("/walls/roofline/", ASKED, headers=UPDATE).content != before
    assert len(answered) == 2


def test_an_error_is_not_kept(client, answered):
    for _ in range(2):
        assert client.get("/walls/roofline/", {"batch_size": "none"}, headers=UPDATE).status_code == 422
    assert len(answered) == 2


def test_a_whole_page_is_answered_anew(client, answered):
    for _ in range(2):
        assert client.get("/walls/roofline/", ASKED).status_code == 200
    assert len(answered) == 2


def test_a_browser_that_takes_gzip_gets_the_same_update_compressed(client):
    packed = [client.get("/walls/roofline/", ASKED, headers=UPDATE | {"Accept-Encoding": "gzip, br"}) for _ in range(2)]
    plain = client.get("/walls/roofline/", ASKED, headers=UPDATE)
    assert [each.headers["Content-Encoding"] for each in packed] == ["gzip", "gzip"]
    assert {gzip.decompress(each.content) for each in packed} == {plain.content}
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_an_update_reads_nothing_of_its_visitor(client, django_assert_num_queries):
    client.post("/s/save/", {"page": "/walls/serving/"})
    client.get("/walls/serving/?batch_size=2", headers=UPDATE)
    assert client.session.session_key
    caches["updates"].clear()
    with django_assert_num_queries(1) as asked:  # the version of the catalog
        assert client.get("/walls/serving/", headers=UPDATE).status_code == 200
    assert "catalog_version" in asked[0]["sql"]
