"""Metrics in the text format of Prometheus. Imported only where the settings turn them on.

Counts of requests are made in each web process. `mlsysweb.serve` sets PROMETHEUS_MULTIPROC_DIR, a folder in which the
processes share them, so that any of them answers for all. Gauges are read from the database when they are asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from mlsysweb.classroom.models import ClassSession, Participant
from mlsysweb.database_errors import database_problem
from mlsysweb.explore.models import Job, JobState

# Sessions that began within this time and have not been ended are counted as live.
_LIVE = timedelta(hours=24)
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_own = CollectorRegistry()
_requests = Counter("mlsysweb_requests", "Requests by page and status.", ["page", "status"], registry=_own)
_duration = Histogram(
    "mlsysweb_request_duration_seconds", "Time to a response, by page.", ["page"], buckets=_SECONDS, registry=_own
)
_throttled = Counter("mlsysweb_throttled_requests", "Requests refused by a limit on use.", ["page"], registry=_own)
_database_errors = Counter("mlsysweb_database_errors", "Requests that failed because of the database.", registry=_own)


def count_request(request: HttpRequest, response: HttpResponseBase, seconds: float, size: int) -> None:
    """Count a request and its duration."""
    page = page_name(request)
    _requests.labels(page, response.status_code).inc()
    _duration.labels(page).observe(seconds)
    if response.status_code == 429:
        _throttled.labels(page).inc()


def page_name(request: HttpRequest) -> str:
    """Return the name of the page's URL, such as `walls:wall`; `static` for a static file, `none` for no page."""
    if request.path.startswith(settings.STATIC_URL):
        return "static"
    match = request.resolver_match
    return match.view_name if match is not None else "none"


def count_database_error(sender: Any, **kwargs: Any) -> None:
    """Count an uncaught exception whose reason is the database. Receives `got_request_exception`."""
    if database_problem(error := sys.exc_info()[1]) or isinstance(error, DatabaseError | InterfaceError):
        _database_errors.inc()


got_request_exception.connect(count_database_error, dispatch_uid="metrics")


class DatabaseGauges(Collector):
    """Gauges read from the database: searches and live classes, and whether it can be reached."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges; only the last one if the database cannot be reached."""
        try:
            yield from self._stored()
            reached = 1
        except (DatabaseError, InterfaceError):
            reached = 0
        yield GaugeMetricFamily("mlsysweb_database_reachable", "Whether the database can be reached.", reached)

    def _stored(self) -> Iterator[GaugeMetricFamily]:
        searches = GaugeMetricFamily("mlsysweb_searches", "Searches in the background, by state.", labels=["state"])
        for state in (JobState.WAITING, JobState.RUNNING):
            searches.add_metric([state.value], Job.objects.filter(state=state).count())
        live = ClassSession.objects.filter(ended=None, created__gte=timezone.now() - _LIVE)
        students = Participant.objects.filter(session__in=live).count()
        yield searches
        yield GaugeMetricFamily("mlsysweb_class_sessions", "Live class sessions.", live.count())
        yield GaugeMetricFamily("mlsysweb_class_participants", "Participants of live class sessions.", students)


def text() -> bytes:
    """Return all metrics, those of other web processes included."""
    registry = CollectorRegistry()
    registry.register(DatabaseGauges())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(registry) + generate_latest(_own)


def answer(request: HttpRequest) -> HttpResponse:
    """Return the metrics to a request with the token, else a 401."""
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        sentence = "Send the header `Authorization: Bearer` with the value of MLSYSWEB_METRICS_TOKEN.\n"
        return HttpResponse(sentence, "text/plain", 401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(text(), CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
