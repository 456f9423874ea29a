"""The limits of the work of one request. No test measures time: the limit is set to none, or the place is held."""

from threading import Barrier, Thread

import pytest
from django.test import Client

from mlsysweb.explore.find import search as finding
from mlsysweb.explore.models import Job
from mlsysweb.show import work_limits
from mlsysweb.show.work_limits import Busy, ClientGone, heavy_work, watched
from tests.mlsysweb.explore.questions import link, question

pytestmark = pytest.mark.usefixtures("catalog")

PARTIAL = {"HTTP_HX_REQUEST": "true"}
# 12,000 configurations: more than the first box, and heavy.
AXES = {
    "model": "llama-3-8b",
    "accelerator": "h100-sxm5-80gb",
    "batch_size": "1 to 12",
    "efficiency": "0.1 to 1 in 1000 steps",
}
GOALS = ("maximize: throughput", "minimize: memory_footprint")
LINK = link(axes=AXES, goals=GOALS)


@pytest.fixture(autouse=True)
def nothing_cached():
    finding._recent.clear()
    yield
    finding._recent.clear()


@pytest.fixture
def held(monkeypatch):
    """Heavy work of another request that does not end."""
    monkeypatch.setattr(work_limits, "WAIT", 0.0)
    with heavy_work():
        yield


@pytest.fixture
def no_time(monkeypatch):
    """A request whose time is spent after its first box."""
    monkeypatch.setattr(work_limits, "SECONDS", 0.0)
    monkeypatch.setattr(finding, "_BOX", 0.0)


def test_a_second_heavy_request_is_refused_while_the_first_works(held):
    with pytest.raises(Busy), heavy_work():
        pass


def test_one_request_may_wait_and_a_third_is_refused_at_once(monkeypatch):
    monkeypatch.setattr(work_limits, "WAIT", 60.0)
    done, begun = [], Barrier(2)

    def second():
        begun.wait()
        with heavy_work():
            done.append("second")

    with heavy_work():
        thread = Thread(target=second)
        thread.start()
        begun.wait()
        while work_limits._waiting._value:
            pass
        with pytest.raises(Busy), heavy_work():
            pass
        assert not done
    thread.join()
    assert done == ["second"]


def test_the_place_is_free_again_after_an_error():
    with pytest.raises(RuntimeError), heavy_work():
        raise RuntimeError
    with heavy_work():
        pass


def test_a_large_space_is_refused_while_another_is_searched_and_says_when_to_try_again(client, held):
    answer = client.get(LINK)
    assert answer.status_code == 503 and answer["Retry-After"] == "3"
    assert "busy with another large search. Try again in 3 seconds, or reduce this one" in answer.content.decode()
    assert answer["Content-Type"].startswith("text/html")


def test_an_update_is_told_in_text_and_the_api_in_json(client, held):
    answer = client.get(LINK, **PARTIAL)
    assert answer.status_code == 503 and answer["Content-Type"].startswith("text/plain")
    answer = client.get(LINK.replace("/explore/", "/api/v1/solve/explore"))
    assert answer.status_code == 503 and "busy" in answer.json()["error"]["message"]


def test_ordinary_pages_and_small_spaces_do_not_wait_for_a_large_search(client, held):
    assert client.get("/walls/roofline/").status_code == 200
    assert client.get(link()).status_code == 200


def test_a_search_that_takes_its_time_says_how_far_it_came_and_offers_a_job(client, no_time):
    page = client.get(LINK).context["page"]
    assert page.progress.told.startswith("4,000 of 12,000 configurations were searched")
    assert "fewer steps" in page.progress.told
    assert (page.progress.act, page.progress.state) == ("begin", "partial")
    assert page.verdict.startswith("4,000 of 4,000 configurations feasible")
    client.post("/explore/begin/", {"query": question(axes=AXES, goals=GOALS).query})
    assert client.get(LINK).context["page"].progress.act == "cancel"
    assert Job.objects.get().size == 12_000


def test_exports_of_a_search_that_takes_its_time_say_that_they_are_not_complete(client, no_time):
    told = client.get(LINK.replace("/explore/", "/explore/export/json/")).json()
    assert (told["complete"], told["configurations"]) == (False, 4_000)


def test_a_file_of_all_configurations_that_takes_too_long_is_refused(client, no_time, monkeypatch):
    monkeypatch.setattr("mlsysweb.explore.show.parquet._BATCH", 1_000)
    answer = client.get(LINK.replace("/explore/", "/explore/export/parquet/"))
    assert answer.status_code == 422
    assert "1,000 of 12,000 configurations were evaluated" in answer.content.decode()


def test_work_ends_when_its_client_has_disconnected_and_leaves_nothing(client):
    answer = client.get(LINK, **{"waitress.client_disconnected": lambda: True})
    assert answer.status_code == 499 and not finding._recent
    with watched(lambda: True), pytest.raises(ClientGone), heavy_work() as spent:
        spent()
    assert client.get(LINK).status_code == 200


def test_a_front_too_large_is_refused_at_its_last_objective(monkeypatch):
    monkeypatch.setattr("mlsysweb.explore.ask.question.MOST_FRONT", 5)
    answer = Client().get(link(axes=AXES, goals=("maximize: throughput", "minimize: power", "latency < 50 ms")))
    errors = {row.number: row.error for row in answer.context["form"].goals if row.error}
    assert answer.status_code == 422 and list(errors) == [1]
    assert errors[1].startswith("needs a Pareto front of at most 5 configurations")
    assert "'maximize: throughput' and 'minimize: power'" in errors[1] and "Remove an objective" in errors[1]


def test_the_cache_of_outcomes_is_bounded_by_the_rows_of_their_fronts(client, monkeypatch):
    for most, kept in ((1_000, 3), (0, 1)):
        monkeypatch.setattr(finding, "_RECENT_ROWS", most)
        finding._recent.clear()
        for batch in (2, 3, 4):
            assert client.get(link(axes=AXES | {"batch_size": f"1 to {batch}"}, goals=GOALS)).status_code == 200
        assert len(finding._recent) == kept
