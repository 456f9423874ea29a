import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import numpy as np
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from catalog.models import Accelerator
from mlsysweb.explore import views
from mlsysweb.explore.jobs import jobs, worker
from mlsysweb.explore.jobs.jobs import begin_job, cancel_job, job_of, outcome_of, search_of, work
from mlsysweb.explore.jobs.serialize import from_bytes, to_bytes
from mlsysweb.explore.models import Job, JobState
from mlsysweb.saved.scenarios.models import Scenario
from solvers.search.explore import with_larger_boxes
from solvers.search.run import run
from tests.mlsysweb.explore.questions import large, question, search


@pytest.fixture(autouse=True)
def nobody_called(monkeypatch):
    """Start no worker process, which would use the site's own database; tests call the worker."""
    calls = []
    monkeypatch.setattr(views, "call_worker", lambda: calls.append(1))
    return calls


def same(one, other):
    return to_bytes(one) == to_bytes(other)


def begun(client, question):
    """Begin the job of a question as a visitor. Return it."""
    assert client.post("/explore/begin/", {"query": question.query}).status_code == 302
    return job_of(question)


def finished(job):
    work("test", idle=0)
    job.refresh_from_db()
    return job


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
class TestOneJob:
    def test_what_was_seen_survives_being_packed(self):
        seen = run(search()).seen
        again = from_bytes(to_bytes(seen))
        assert again.count == seen.count and isinstance(again.count, int)
        assert np.array_equal(again.freed, seen.freed) and np.array_equal(again.nearest, seen.nearest, equal_nan=True)
        assert np.array_equal(again.front.scores, seen.front.scores)

    def test_a_job_in_slices_comes_to_what_one_search_does(self, monkeypatch):
        monkeypatch.setattr(jobs, "SLICE", 0.0)
        job = finished(begin_job(large()))
        asked = with_larger_boxes(search_of(job))
        assert job.state == JobState.DONE and job.boxes == asked.boxes > 10
        assert same(from_bytes(bytes(job.seen)), run(asked).seen)

    def test_it_shows_what_it_has_before_it_is_done(self, client, monkeypatch):
        monkeypatch.setattr(jobs, "SLICE", 0.0)
        job = begin_job(large())
        jobs._slice(jobs._taken("test"), "test", {})
        job.refresh_from_db()
        assert 0 < job.count < job.size
        shown = client.get(f"/explore/?{job.query}").content.decode()
        assert f"{job.count:,} of {job.size:,} configurations looked at" in shown
        assert 'hx-trigger="every 1s"' in shown and 'data-for="plot-front-0"' in shown

    def test_a_worker_that_dies_loses_no_slice_and_another_goes_on(self, monkeypatch):
        monkeypatch.setattr(jobs, "SLICE", 0.0)
        job = begin_job(large())
        jobs._slice(jobs._taken("dead"), "dead", {})
        job.refresh_from_db()
        half = job.boxes
        assert jobs._taken("alive") is None  # the dead worker still holds its lease
        Job.objects.update(lease=timezone.now() - timedelta(seconds=1))
        assert jobs._taken("alive").boxes == half > 0
        Job.objects.update(worker="", lease=None)
        assert same(from_bytes(bytes(finished(job).seen)), run(search_of(job)).seen)

    def test_a_job_whose_boxes_were_cut_otherwise_starts_again(self, monkeypatch):
        monkeypatch.setattr(jobs, "SLICE", 0.0)
        job = begin_job(large())
        jobs._slice(jobs._taken("test"), "test", {})
        Job.objects.update(boxes=7)  # as many of a quarter of the size
        done = finished(job)
        assert (done.state, done.count) == (JobState.DONE, done.size)
        assert same(from_bytes(bytes(done.seen)), run(search_of(job)).seen)
        assert outcome_of(done, search_of(job)).complete

    def test_stopped_it_keeps_what_it_saw_and_goes_on_from_there(self, client, monkeypatch):
        monkeypatch.setattr(jobs, "SLICE", 0.0)
        job = begun(client, large())
        hands = {}
        jobs._slice(jobs._taken("test"), "test", hands)
        client.post("/explore/cancel/", {"query": job.query})
        job.refresh_from_db()
        seen = job.count
        work("test", idle=0)
        job.refresh_from_db()
        assert (job.state, job.count) == (JobState.CANCELLED, seen)
        assert "Go on" in client.get(f"/explore/?{job.query}").content.decode()
        client.post("/explore/begin/", {"query": job.query})
        assert finished(job).state == JobState.DONE

    def test_stopped_in_the_middle_of_a_slice_the_slice_is_not_written(self, monkeypatch):
        job = begin_job(large())
        taken = jobs._taken("test")
        cancel_job(job)
        jobs._slice(taken, "test", {})
        job.refresh_from_db()
        assert (job.state, job.count) == (JobState.CANCELLED, 0)

    def test_two_jobs_take_turns(self, monkeypatch):
        monkeypatch.setattr(jobs, "SLICE", 0.0)
        one, two = begin_job(large()), begin_job(large(40_010))
        hands = {}
        for _ in range(6):
            jobs._slice(jobs._taken("test"), "test", hands)
        one.refresh_from_db(), two.refresh_from_db()
        assert one.boxes == two.boxes == 3

    def test_a_small_job_is_done_long_before_a_large_one(self, monkeypatch):
        monkeypatch.setattr(jobs, "SLICE", 0.0)
        long, short = begin_job(large(900_000)), begin_job(large(20_000))
        hands = {}
        while short.refresh_from_db() or short.moving:
            jobs._slice(jobs._taken("test"), "test", hands)
        long.refresh_from_db()
        assert long.boxes <= short.boxes + 1

    def test_a_catalog_that_moves_on_does_not_mix_into_a_running_job(self):
        job = begin_job(large())
        before = search_of(job)
        Accelerator.objects.all().update(memory_bandwidth=1.0)
        assert same(run(search_of(job)).seen, run(before).seen)

    def test_the_same_question_is_the_same_job(self, client):
        begin_job(large()), begin_job(large())
        assert Job.objects.count() == 1
        assert job_of(question()) is None

    def test_an_error_of_ours_ends_the_job_with_a_sentence(self, monkeypatch, client):
        job = begin_job(large())
        monkeypatch.setattr(jobs, "run_boxes", lambda *_: 1 / 0)
        work("test", idle=0)
        job.refresh_from_db()
        assert job.state == JobState.FAILED and "error of ours" in job.error
        assert "error of ours" in client.get(f"/explore/?{job.query}").content.decode()

    def test_the_outcome_of_a_job_names_its_best(self):
        job = finished(begin_job(large()))
        asked = search_of(job)
        assert outcome_of(job, asked).top == run(asked).top

    def test_a_large_space_waits_to_be_begun(self, client, nobody_called):
        shown = client.get(f"/explore/?{large().query}").content.decode()
        assert "Search in the background" in shown and "too long for an immediate answer" in shown
        assert not Job.objects.exists()
        answer = client.post("/explore/begin/", {"query": large().query})
        assert answer["Location"] == f"/explore/?{large().query}"
        assert Job.objects.get().state == JobState.WAITING and nobody_called

    def test_saved_while_it_runs_it_stays_as_it_was_and_gives_nobody_the_token_of_its_forms(self, client, monkeypatch):
        monkeypatch.setattr(jobs, "SLICE", 0.0)
        job = begin_job(large())
        jobs._slice(jobs._taken("test"), "test", {})
        link = client.post("/s/save/", {"page": f"/explore/?{job.query}"})["Location"]
        saved = Client().get(link).content.decode()
        shown = saved[saved.index('id="results"') : saved.index('class="exports"')]
        assert "configurations looked at" in shown and 'data-for="plot-front-0"' in shown
        assert "<form" not in shown and "every 1s" not in shown and "csrfmiddlewaretoken" not in shown
        assert "csrfmiddlewaretoken" not in str(Scenario.objects.get().latest.result)

    def test_saved_before_it_is_begun_it_says_so_and_begins_nothing(self, client, nobody_called):
        link = client.post("/s/save/", {"page": f"/explore/?{large().query}"})["Location"]
        saved = Client().get(link).content.decode()
        assert "The search had not started when this was saved" in saved and "Search in the background" not in saved
        assert client.get(f"{link}print/").status_code == client.get(f"{link}export/values/").status_code == 200
        assert not Job.objects.exists() and not nobody_called

    def test_a_running_job_is_not_called_by_saving_it(self, client, nobody_called):
        job = begin_job(large())
        nobody_called.clear()
        client.post("/s/save/", {"page": f"/explore/?{job.query}"})
        assert not nobody_called
        client.get(f"/explore/?{job.query}")
        assert nobody_called

    def test_a_question_that_makes_no_sense_begins_nothing(self, client):
        client.post("/explore/begin/", {"query": question(goals=("minimize: nothing",)).query})
        assert not Job.objects.exists()


SETTINGS = """
from mlsysweb.settings import *
from pathlib import Path
VAR = Path({folder!r})
DATABASES["default"]["NAME"] = {name!r}
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("catalog")
class TestTheProcess:
    """The command itself, on this test's database."""

    @pytest.fixture
    def start(self, tmp_path):
        (tmp_path / "elsewhere.py").write_text(
            SETTINGS.format(folder=str(tmp_path), name=str(connection.settings_dict["NAME"]))
        )
        path = os.pathsep.join((str(tmp_path), str(settings.BASE_DIR)))
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "elsewhere", "PYTHONPATH": path}
        command = [sys.executable, "-m", "django", "explore", "--idle", "1"]
        started = []

        def start():
            started.append(subprocess.Popen(command, env=env))
            return started[-1]

        yield start
        for process in started:
            process.kill()

    def test_killed_in_the_middle_another_finishes_to_the_same_bit(self, start):
        job = begin_job(large(150_000))
        first = start()
        _until(job, lambda: job.count > 0)
        first.send_signal(signal.SIGKILL)
        first.wait()
        job.refresh_from_db()
        assert job.state == JobState.RUNNING
        Job.objects.update(lease=timezone.now() - timedelta(seconds=1))
        start()
        _until(job, lambda: not job.moving)
        assert job.state == JobState.DONE
        assert same(from_bytes(bytes(job.seen)), run(search_of(job)).seen)

    def test_a_second_on_the_same_machine_goes_at_once(self, start):
        job = begin_job(large(900_000))
        start()
        _until(job, lambda: job.count > 0)
        assert start().wait(30) == 0
        job.refresh_from_db()
        assert job.moving


def _until(job, true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"still {job}"
        time.sleep(0.05)
        job.refresh_from_db()


def test_a_worker_is_called_only_when_there_is_none(monkeypatch, tmp_path, settings):
    settings.VAR = tmp_path
    started = []
    monkeypatch.setattr(worker.subprocess, "Popen", lambda command, **_: started.append(command[-1]))
    worker.call_worker()
    import fcntl

    with (tmp_path / "explore.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        worker.call_worker()
    assert started == ["explore"]


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
class TestWaiting:
    def page(self, client, asked, **headers):
        return client.get(f"/explore/?{asked.query}", headers=headers)

    def test_a_job_that_waits_says_its_place_and_shows_no_empty_tables_and_no_miss(self, client):
        first, second = begin_job(large(500_000)), begin_job(large(600_000))
        assert first.created < second.created
        answer = self.page(client, large(600_000))
        page, text = answer.context["page"], answer.content.decode()
        assert page.verdict.startswith("Search queued.") and page.kind == ""
        assert page.progress.told.startswith("Queued. Position 2, started ")
        assert f"{second.size:,} configurations to search" in page.progress.told
        assert "<table" not in text.partition('id="results"')[2] and 'aria-busy="true"' in text
        assert self.page(client, large(500_000)).context["page"].progress.told.startswith("Queued. Position 1, ")

    def test_while_a_job_moves_only_its_progress_is_swapped_and_at_the_end_the_result(self, client):
        job = begin_job(large(60_000))
        asked = {"HX-Request": "true", "HX-Target": "progress"}
        update = self.page(client, large(60_000), **asked)
        assert update.content.decode().count("<section") == 0 and 'id="progress"' in update.content.decode()
        finished(job)
        update = self.page(client, large(60_000), **asked)
        assert update["HX-Retarget"] == "#results" and 'id="results"' in update.content.decode()
        assert "aria-busy" not in update.content.decode()

    def test_the_estimate_is_from_the_rate_of_finished_searches_of_the_same_walls(self, client):
        job = finished(begin_job(large(60_000)))
        Job.objects.filter(pk=job.pk).update(seconds=60.0)  # 60,000 a second
        assert "take about 10 min:" in self.page(client, large(600_000)).context["page"].verdict
