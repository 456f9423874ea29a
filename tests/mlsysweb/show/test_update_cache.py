"""Updates are answered once for each question and version of the catalog."""

import gzip
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.core.cache import caches
from django.http import HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from catalog.models import Accelerator, CatalogVersion
from mlsysweb.pages.walls import views
from mlsysweb.show import update_cache
from mlsysweb.show.htmx import partial_response

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


class _SlowView:
    """A view that answers when it is let, and counts how often it is asked."""

    def __init__(self, status=200):
        self.status, self.asked, self.let = status, [], Event()

    def __call__(self, request):
        self.asked.append(request.path)
        assert self.let.wait(30)
        return partial_response("the update", request.path) if self.status == 200 else HttpResponse(status=self.status)


def _ask_at_once(view, paths, monkeypatch):
    """Return the statuses of requests that are all under way before the first of them is answered."""
    monkeypatch.setattr(CatalogVersion, "now", staticmethod(lambda: "1"))  # the threads have no database
    cached = update_cache.cache_updates(view)

    def ask(path):
        request = RequestFactory().get(path, headers=UPDATE)
        request.htmx = HtmxDetails(request)
        return cached(request).status_code

    with ThreadPoolExecutor(len(paths)) as threads:
        answers = [threads.submit(ask, path) for path in paths]
        end = time.monotonic() + 30
        while sum(number for _, number in update_cache._answering.values()) < len(paths) and time.monotonic() < end:
            time.sleep(0.01)
        view.let.set()
        return [each.result(30) for each in answers]


def test_one_update_asked_for_by_many_at_once_is_answered_once(monkeypatch):
    view = _SlowView()
    assert _ask_at_once(view, ["/a", "/a", "/b", "/a"], monkeypatch) == [200] * 4
    assert sorted(view.asked) == ["/a", "/b"]
    assert not update_cache._answering


def test_those_who_waited_for_an_error_are_answered_themselves(monkeypatch):
    view = _SlowView(status=422)
    assert _ask_at_once(view, ["/a"] * 3, monkeypatch) == [422] * 3
    assert view.asked == ["/a"] * 3
    assert not update_cache._answering
