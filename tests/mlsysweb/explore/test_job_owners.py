"""Jobs belong to the visitor that began them: who may cancel one, and how many a visitor may have."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from mlsysweb.explore import views
from mlsysweb.explore.jobs.jobs import begin_job, job_of
from mlsysweb.explore.models import Job, JobState
from tests.mlsysweb.explore.questions import large

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr(views, "call_worker", lambda: None)


@pytest.fixture
def other():
    return Client()


@pytest.fixture
def staff():
    client = Client()
    client.force_login(User.objects.create_user("staff", password="a long one", is_staff=True))
    return client


def begin(client, question):
    return client.post("/explore/begin/", {"query": question.query})


def cancel(client, question):
    return client.post("/explore/cancel/", {"query": question.query})


def state(question):
    return job_of(question).state


def test_another_visitor_cannot_cancel_a_job(client, other):
    begin(client, large())
    answer = cancel(other, large())
    assert answer.status_code == 403
    assert "Another visitor started this search" in answer.content.decode()
    assert state(large()) == JobState.WAITING


def test_the_visitor_that_began_a_job_cancels_it(client):
    begin(client, large())
    assert cancel(client, large()).status_code == 302
    assert state(large()) == JobState.CANCELLED


def test_staff_cancel_any_job(client, staff):
    begin(client, large())
    assert cancel(staff, large()).status_code == 302
    assert state(large()) == JobState.CANCELLED


def test_a_job_that_belongs_to_no_visitor_is_not_cancelled_by_one_without_a_session(other):
    begin_job(large())
    assert cancel(other, large()).status_code == 403


def test_only_those_who_may_cancel_are_offered_it(client, other, staff):
    begin(client, large())
    link = f"/explore/?{large().query}"
    offered = {who: "Stop</button>" in who.get(link).content.decode() for who in (client, other, staff)}
    assert offered == {client: True, other: False, staff: True}
    shown = other.get(link, headers={"HX-Request": "true"}).content.decode()
    assert "Stop</button>" not in shown and "Another visitor started this search" in shown


def test_who_goes_on_with_a_cancelled_job_owns_it(client, other):
    begin(client, large())
    cancel(client, large())
    begin(other, large())
    assert cancel(client, large()).status_code == 403
    assert cancel(other, large()).status_code == 302


def test_who_asks_for_a_running_job_does_not_take_it_over(client, other):
    begin(client, large())
    begin(other, large())
    assert cancel(other, large()).status_code == 403


def test_jobs_remain_the_visitor_s_after_signing_in(client):
    user = User.objects.create_user("ada", password="a long one")
    begin(client, large())
    client.post("/accounts/login/", {"username": "ada", "password": "a long one"})
    assert job_of(large()).owner == user
    assert cancel(client, large()).status_code == 302


class TestTheNumberOfJobs:
    """A visitor may have a limited number of jobs that wait or run."""

    @pytest.fixture(autouse=True)
    def two(self, settings):
        settings.JOBS_PER_VISITOR = 2

    def test_one_more_is_refused_with_the_limit_and_links_to_the_others(self, client):
        first, second, third = (large(40_000 + 10 * k) for k in range(3))
        begin(client, first), begin(client, second)
        answer = begin(client, third)
        page = answer.content.decode()
        assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
        assert "You have 2 searches waiting or running, and 2 is the most a visitor may have" in page
        assert page.count('<li><a href="/explore/?walls=roofline') == 2
        assert job_of(third) is None

    def test_others_are_not_counted(self, client, other):
        begin(client, large()), begin(client, large(40_010))
        assert begin(other, large(40_020)).status_code == 302

    def test_a_job_stopped_or_finished_makes_room(self, client):
        begin(client, large()), begin(client, large(40_010))
        cancel(client, large())
        assert begin(client, large(40_020)).status_code == 302
        Job.objects.filter(state=JobState.WAITING).update(state=JobState.DONE)
        assert begin(client, large(40_030)).status_code == 302

    def test_one_that_is_under_way_can_be_asked_for_again(self, client):
        begin(client, large()), begin(client, large(40_010))
        assert begin(client, large()).status_code == 302
