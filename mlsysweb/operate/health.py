"""Health and readiness of the site, for a supervisor, a proxy or a container platform."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from catalog.models import TABLES

LIVE, READY = "/health/live", "/health/ready"


def health_checks(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware that answers `/health/live` and `/health/ready`. As the first one it comes before the check
    of the host name, which a platform does not know, the redirect to `https`, sessions, limits and the access log."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path not in (LIVE, READY):
            return get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        problem = not_ready() if request.path == READY else ""
        text, status = (problem, 503) if problem else ("ready" if request.path == READY else "live", 200)
        headers = {"Cache-Control": "no-store"}
        return HttpResponse(f"{text}\n", "text/plain; charset=utf-8", status, headers=headers)

    return middleware


def not_ready() -> str:
    """Return a sentence that says why the site cannot answer yet; empty if it can."""
    try:
        applied = MigrationRecorder(connection).applied_migrations()
        if missing := _migrations() - applied.keys():
            return f"{_counted(len(missing), 'migration')} not applied. Run `manage.py migrate`."
        if empty := [table for table in TABLES if not table._default_manager.exists()]:
            named = ", ".join(str(table._meta.verbose_name_plural) for table in empty)
            return f"The catalog has no {named}. Run `manage.py load_catalog`."
    except (DatabaseError, InterfaceError):
        return "The database cannot be reached."
    return ""


@cache
def _migrations() -> set[tuple[str, str]]:
    """Return the migrations that this version of the site has: app and name."""
    return set(MigrationLoader(None).disk_migrations)


def _counted(number: int, noun: str) -> str:
    return f"1 {noun} is" if number == 1 else f"{number} {noun}s are"
