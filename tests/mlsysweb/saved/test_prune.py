"""`manage.py prune` removes what has had its term, and nothing that is still needed."""

import io
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from mlsysweb.explore.models import Job, JobState
from mlsysweb.saved.scenarios import prune as pruning
from mlsysweb.saved.scenarios.models import Scenario, Tag, Version
from tests.mlsysweb.people import ada, course, edit, save, somebody

__all__ = ["ada", "course", "somebody"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
TERM = timedelta(days=settings.KEEP_DAYS["scenario"] + 1)  # of the last opening only the day is stored


def prune(*options):
    out = io.StringIO()
    call_command("prune", *options, stdout=out)
    return out.getvalue()


def aged(link, by=TERM):
    """Let a scenario have been saved and opened that much earlier."""
    pk = link.split("/")[2]
    then = timezone.now() - by
    Scenario.objects.filter(pk=pk).update(created=then, opened=then.date())
    Version.objects.filter(scenario=pk).update(created=then)
    return pk


def left():
    return set(Scenario.objects.values_list("pk", flat=True))


class TestScenarios:
    """Scenarios without an account, and deleted ones."""

    def test_one_without_an_account_goes_after_its_term_with_its_versions(self, somebody):
        aged(save(somebody))
        new = save(somebody).split("/")[2]
        assert "1 scenarios without an account, unused for 400 days removed." in prune()
        assert left() == {new} and Version.objects.count() == 1

    def test_a_dry_run_counts_and_removes_nothing(self, somebody):
        old = aged(save(somebody))
        assert "1 scenarios without an account, unused for 400 days would be removed." in prune("--dry-run")
        assert left() == {old}

    def test_one_of_an_account_is_kept(self, ada):
        old = aged(save(ada))
        prune()
        assert left() == {old}

    @pytest.mark.parametrize("path", ["", "v/1/", "qr/", "print/", "embed/", "export/json/"])
    def test_one_that_was_opened_is_kept(self, somebody, path):
        link = save(somebody)
        old = aged(link)
        assert Client().get(link + path).status_code == 200
        prune()
        assert left() == {old}

    def test_those_of_a_comparison_that_was_opened_are_kept(self, somebody):
        ids = {aged(save(somebody)), aged(save(somebody))}
        assert Client().get(f"/s/compare/?of={','.join(ids)}").status_code == 200
        prune()
        assert left() == ids

    def test_one_that_was_answered_again_is_kept(self, somebody):
        link = save(somebody)
        old = aged(link)
        Version.objects.filter(scenario=old).update(created=timezone.now())
        prune()
        assert left() == {old}

    def test_one_copied_into_an_account_is_kept(self, somebody, ada):
        link = save(somebody)
        copy = ada.post(f"{link}fork/")["Location"]
        ids = {aged(link), aged(copy)}
        prune()
        assert left() == ids

    def test_one_linked_in_the_notes_of_an_account_is_kept(self, somebody, ada):
        link = save(somebody)
        old = aged(link)
        mine = save(ada)
        edit(ada, mine, notes=f"Compare [this](https://example.org{link}) with mine.")
        prune()
        assert left() == {old, mine.split("/")[2]}

    def test_a_deleted_one_goes_after_a_month_even_of_an_account(self, ada):
        link = save(ada)
        ada.post(f"{link}delete/")
        Scenario.objects.update(deleted=timezone.now() - timedelta(days=29))
        prune()
        assert left()
        Scenario.objects.update(deleted=timezone.now() - timedelta(days=31))
        assert "1 scenarios deleted more than 30 days ago removed." in prune()
        assert not left()

    def test_more_than_a_batch_is_removed(self, somebody, monkeypatch):
        monkeypatch.setattr(pruning, "_BATCH", 2)
        for _ in range(5):
            aged(save(somebody))
        assert "5 scenarios without an account" in prune()
        assert not left()

    def test_tags_of_no_scenario_go(self, somebody):
        edit(somebody, save(somebody), tags="kept")
        Tag.objects.create(name="unused")
        prune()
        assert [tag.name for tag in Tag.objects.all()] == ["kept"]


class TestTheRest:
    """Sessions, jobs and wrong passwords."""

    def test_expired_sessions_go(self, somebody, ada):
        save(somebody)
        count = Session.objects.count()
        Session.objects.filter(pk=somebody.session.session_key).update(expire_date=timezone.now() - timedelta(hours=1))
        assert "1 expired sessions removed." in prune()
        assert Session.objects.count() == count - 1

    def test_ended_jobs_go_after_a_month_and_those_that_wait_stay(self):
        for state in JobState.values:
            for age in (29, 31):
                Job.objects.create(key=f"{state}{age}", query="", snapshot={}, state=state, size=1)
                Job.objects.filter(key=f"{state}{age}").update(turn=timezone.now() - timedelta(days=age))
        prune()
        gone = {f"{state}31" for state in (JobState.DONE, JobState.CANCELLED, JobState.FAILED)}
        assert (
            set(Job.objects.values_list("key", flat=True))
            == {f"{s}{a}" for s in JobState.values for a in (29, 31)} - gone
        )

    def test_wrong_passwords_are_forgotten_after_a_month(self, somebody):
        somebody.post("/accounts/login/", {"username": "ada", "password": "wrong"})
        prune()
        assert AccessAttempt.objects.count() == 1
        AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(days=31))
        prune()
        assert not AccessAttempt.objects.exists()


class TestSessions:
    """A visitor without an account finds their scenarios for as long as these are kept."""

    def test_the_session_lasts_for_the_term_from_the_last_save_on(self, somebody):
        save(somebody)
        assert somebody.session.get_expiry_age() == settings.KEEP_DAYS["scenario"] * 86_400
        Session.objects.update(expire_date=timezone.now() + timedelta(days=1))
        save(somebody)
        assert Session.objects.get().expire_date > timezone.now() + timedelta(days=399)

    def test_that_of_an_account_is_shorter(self, ada):
        ada.logout()
        ada.post("/accounts/login/", {"username": "ada", "password": "a long one"})
        assert ada.session.get_expiry_age() == settings.ACCOUNT_SESSION_AGE


class TestOpening:
    """When a scenario was last opened is stored, seldom."""

    def test_once_a_week(self, somebody):
        link = save(somebody)
        today = timezone.now().date()
        somebody.get(link)
        assert Scenario.objects.get().opened == today
        for days, expected in ((6, today - timedelta(days=6)), (7, today)):
            Scenario.objects.update(opened=today - timedelta(days=days))
            somebody.get(link)
            assert Scenario.objects.get().opened == expected

    def test_one_that_a_visitor_may_not_see_is_not_opened(self, somebody):
        link = save(somebody)
        edit(somebody, link, visibility="private")
        Scenario.objects.update(opened=None)
        assert Client().get(link).status_code == 404
        assert Scenario.objects.get().opened is None


@pytest.mark.parametrize("days", ["179", "soon"])
def test_a_term_that_is_too_short_is_refused_with_a_sentence(days):
    command = [sys.executable, "manage.py", "check"]
    env = os.environ | {"MLSYSWEB_KEEP_DAYS": days}
    ran = subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert f"MLSYSWEB_KEEP_DAYS must be a number of days, 180 (a term) or more; it is '{days}'." in ran.stderr
