"""The access log and the metrics, each turned on by a setting."""

import logging
import re

import pytest
from django.db import OperationalError
from django.http import StreamingHttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from mlsysweb.classroom.models import ClassSession, Participant
from mlsysweb.explore.models import Job, JobState
from mlsysweb.operate.observe import ObserveRequests
from mlsysweb.pages.about import views as about
from tests.mlsysweb.people import save

pytestmark = pytest.mark.usefixtures("catalog")
TOKEN = "a long token"


@pytest.fixture
def log(settings, caplog):
    """Turn the access log on. Return a function that returns the lines since its last call, without durations."""
    settings.ACCESS_LOG = True
    logger = logging.getLogger("mlsysweb.access")
    logger.addHandler(caplog.handler)
    caplog.handler.setLevel("INFO")

    def lines():
        said = [re.sub(r" \d+ ms$", " ms", each.getMessage()) for each in caplog.records if each.name == logger.name]
        caplog.clear()
        return said

    yield lines
    logger.removeHandler(caplog.handler)


@pytest.fixture
def metrics(settings):
    """Turn the metrics on. Return a function that returns them by name and labels."""
    settings.METRICS_TOKEN = TOKEN

    def read():
        answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200 and answer["Content-Type"].startswith("text/plain; version=")
        families = text_string_to_metric_families(answer.content.decode())
        return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}

    return read


def grown(before, after, *key):
    return after.get(key, 0) - before.get(key, 0)


class TestAccessLog:
    """One line per request."""

    def test_a_line_has_method_address_status_bytes_and_duration(self, log):
        page = Client().get("/walls/roofline/?batch_size=8")
        missing = Client().get("/no-such-page/?secret=1")
        assert log() == [
            f"GET /walls/roofline/?batch_size=8 200 {len(page.content)} B ms",
            f"GET (no page) 404 {len(missing.content)} B ms",
        ]

    def test_the_address_of_a_saved_page_and_of_a_class_is_not_written(self, log):
        visitor = Client()
        link = save(visitor, "/walls/roofline/")
        log()
        visitor.get(f"{link}?secret=1")
        visitor.get("/s/?words=private")
        session = ClassSession.objects.create(title="Lesson", lesson={"frames": []})
        Client(raise_request_exception=False).get(f"/class/host/{session.host_key}/")
        Client().get("/accounts/login/?next=/s/secret/")
        Client().get(f"/api/v1{link.replace('/s/', '/scenarios/').rstrip('/')}?secret=1")
        addresses = [line.split()[1] for line in log()]
        over_the_api = "/api/v1/scenarios/<str:id>"
        assert addresses == ["/s/<slug:id>/", "/s/", "/class/host/<key:key>/", "/accounts/login/", over_the_api]

    def test_a_static_file_and_a_health_check(self, log):
        Client().get("/health/live")
        Client().get("/static/img/favicon.svg").close()
        assert [line.split()[1] for line in log()] == ["/static/img/favicon.svg"]

    def test_a_download_is_written_once_it_is_read_with_its_bytes(self, log):
        request = RequestFactory().get("/about/")
        request.resolver_match = None
        response = ObserveRequests(lambda _: StreamingHttpResponse([b"12", b"345"]))(request)
        assert log() == []
        assert response.getvalue() == b"12345"
        assert log() == ["GET (no page) 200 5 B ms"]

    def test_it_is_off_by_default(self, settings):
        assert settings.ACCESS_LOG is False and settings.METRICS_TOKEN == ""


class TestMetrics:
    """`/metrics`."""

    def test_requests_and_their_durations_are_counted_by_page(self, metrics):
        before = metrics()
        for k in range(3):
            Client().get(f"/walls/roofline/?batch_size={k + 1}")
        Client().get("/walls/roofline/?batch_size=nonsense")
        Client().get("/no-such-page/")
        after = metrics()
        assert grown(before, after, "mlsysweb_requests_total", "walls:wall", "200") == 3
        assert grown(before, after, "mlsysweb_requests_total", "walls:wall", "422") == 1
        assert grown(before, after, "mlsysweb_requests_total", "none", "404") == 1
        assert grown(before, after, "mlsysweb_request_duration_seconds_count", "walls:wall") == 4
        assert grown(before, after, "mlsysweb_request_duration_seconds_sum", "walls:wall") > 0

    def test_what_a_limit_refuses_is_counted(self, metrics, settings):
        settings.FAIR_USE = {"sign_in": {"address": (1, 3600)}}
        before = metrics()
        for _ in range(3):
            Client().post("/accounts/login/", {"username": "ada", "password": "wrong"})
        assert grown(before, metrics(), "mlsysweb_throttled_requests_total", "login") == 2

    def test_an_error_of_the_database_is_counted_and_another_one_is_not(self, metrics, monkeypatch):
        def failing(error):
            def fails(*_, **__):
                raise error

            monkeypatch.setattr(about, "about_page", fails)
            Client(raise_request_exception=False).get("/about/")

        before = metrics()
        failing(OperationalError("database is locked"))
        failing(ValueError("a defect"))
        assert grown(before, metrics(), "mlsysweb_database_errors_total") == 1

    def test_searches_and_live_classes_are_gauges(self, metrics):
        before = metrics()
        for k, state in enumerate((JobState.WAITING, JobState.RUNNING, JobState.RUNNING, JobState.DONE)):
            Job.objects.create(key=str(k), query="", snapshot={}, size=1, state=state)
        given = ClassSession.objects.create(title="Lesson", lesson={})
        ended = ClassSession.objects.create(title="Ended", lesson={}, ended=timezone.now())
        for session, seat in ((given, 0), (given, 1), (ended, 0)):
            Participant.objects.create(session=session, seat=seat)
        after = metrics()
        assert grown(before, after, "mlsysweb_searches", "waiting") == 1
        assert grown(before, after, "mlsysweb_searches", "running") == 2
        assert grown(before, after, "mlsysweb_class_sessions") == 1
        assert grown(before, after, "mlsysweb_class_participants") == 2
        assert after["mlsysweb_database_reachable",] == 1

    def test_counts_are_told_while_the_database_cannot_be_reached(self, metrics, monkeypatch):
        def fails(*_, **__):
            raise OperationalError("connection refused")

        monkeypatch.setattr(Job.objects, "filter", fails)
        told = metrics()
        assert told["mlsysweb_database_reachable",] == 0 and ("mlsysweb_searches", "waiting") not in told

    @pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
    def test_without_the_token_they_are_refused(self, metrics, header):
        answer = Client().get("/metrics", headers=header)
        assert answer.status_code == 401 and b"mlsysweb_requests" not in answer.content

    def test_without_the_setting_there_are_none(self):
        assert Client().get("/metrics").status_code == 404
