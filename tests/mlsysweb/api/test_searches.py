"""Searches over the API: at once where the space is small, else a job of the caller."""

import pytest

from mlsysweb.explore.jobs import jobs
from mlsysweb.explore.models import Job, JobState

from .conftest import ask, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]

SMALL = {"walls": ["roofline"], "axes": {"batch_size": "1 to 64 doubling"}, "goals": ["minimize: latency"]}
LARGE = {
    "walls": ["roofline"],
    "axes": {"batch_size": "1 to 2000 in 2000 steps", "efficiency": "0.1 to 0.9 in 2000 steps"},
    "goals": ["minimize: latency"],
}


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    """Start no process; a test works on the jobs itself."""
    monkeypatch.setattr("mlsysweb.api.operations.searching.call_worker", lambda: None)


def test_a_small_space_is_answered_at_once_without_an_account():
    response = ask("POST", "searches", SMALL)
    told = response.json()
    assert response.status_code == 200 and told["state"] == "done" and told["id"] is None
    assert told["size"] == told["configurations"] == 7 and told["rows"][0]["inputs"] == {"batch_size": 1.0}
    assert not Job.objects.exists() and "sessionid" not in response.cookies


def test_a_large_space_is_a_job_that_its_caller_lists_reads_and_stops(token):
    started = ask("POST", "searches", LARGE, token)
    assert started.status_code == 202 and started.json()["state"] == "waiting"
    path = started["Location"].removeprefix("http://testserver/api/v1/")
    assert ask("POST", "searches", LARGE, token).json()["id"] == started.json()["id"]
    assert [job["id"] for job in ask("GET", "searches", token=token).json()["searches"]] == [started.json()["id"]]
    reading = ask("GET", path, token=token)
    assert reading.json()["rows"] == [] and reading["Retry-After"]
    assert ask("DELETE", path, token=token).status_code == 204
    assert ask("GET", path, token=token).json()["state"] == "cancelled"


def test_a_finished_job_has_its_result(token, monkeypatch):
    monkeypatch.setattr("mlsysweb.api.operations.searching.IN_REQUEST", 3)
    path = ask("POST", "searches", SMALL, token)["Location"].removeprefix("http://testserver/api/v1/")
    jobs.work("tests", idle=0)
    told = ask("GET", path, token=token).json()
    assert told["state"] == "done" and told["done"] == 7 and told["rows"][0]["inputs"] == {"batch_size": 1.0}
    assert ask("POST", "searches", SMALL, token).status_code == 200


def test_a_job_needs_a_caller_and_is_stopped_by_that_one_only(token, cleo):
    assert ask("POST", "searches", LARGE).status_code == 401
    path = ask("POST", "searches", LARGE, token)["Location"].removeprefix("http://testserver/api/v1/")
    other = token_of(cleo)
    assert ask("DELETE", path, token=other).status_code == 403 and ask("DELETE", path).status_code == 401
    assert ask("GET", "searches", token=other).json()["searches"] == []
    assert Job.objects.get().state == JobState.WAITING


def test_more_jobs_than_one_visitor_may_have_are_refused(token, settings):
    settings.JOBS_PER_VISITOR = 1
    ask("POST", "searches", LARGE, token)
    other = LARGE | {"goals": ["maximize: throughput"]}
    response = ask("POST", "searches", other, token)
    assert response.status_code == 429 and response["Retry-After"] == "60"
