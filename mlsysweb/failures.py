"""The responses to exceptions that views do not catch, and to a sign-in that is locked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views import defaults

from mlsysweb.api.problems import problem_response
from mlsysweb.database_errors import DatabaseProblem, database_problem
from mlsysweb.show.refusal import RefusalPage, page_before, refused
from mlsysweb.show.work_limits import RETRY, Busy, ClientGone, watched
from mlsysweb.throttle import LimitExceeded
from solvers.errors import InputError, InputErrors

FORM_TYPE = "application/x-www-form-urlencoded"
# Bytes of a form that is percent-encoded: Django takes up to seventy times as much memory to decode it.
MOST_ENCODED = 2_000_000


def server_error(request: HttpRequest) -> HttpResponse:
    """Return a 500: for the API in the format of its other errors, for a page from `500.html`, which needs no
    context. Where the database is the reason, return a 503 that says so."""
    if problem := database_problem(sys.exc_info()[1]):
        return _unavailable(request, problem)
    if request.path.startswith("/api/v1/"):
        sentence = "failed to answer; its log says why. Another input may work."
        return problem_response(500, InputErrors([InputError("server", sentence)]))
    return defaults.server_error(request)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return a 404: for the API as a problem, elsewhere from `404.html`."""
    if request.path.startswith("/api/v1/"):
        sentence = "is no address of the API; /api/v1/openapi.json and the page /api/ list them."
        return problem_response(404, InputErrors([InputError("path", sentence)]))
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return a 413 for a form that is too large, and a 400 for one with too many parameters or a request that cannot be
    read: for the API as a problem, elsewhere as a page. No template is rendered with the request, whose parameters
    cannot be read."""
    status, name, sentence = 400, "request", "cannot be read."
    if isinstance(exception, TooManyFieldsSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        name, sentence = "query", f"has more than {most:,} parameters; {most:,} is the most."
    elif isinstance(exception, RequestDataTooBig):
        encoded = request.content_type == FORM_TYPE
        most = MOST_ENCODED if encoded else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        status, name, sentence = 413, "form", f"is too large: {most:,} bytes is the most. Send a large text as a file."
    if request.path.startswith("/api/v1/"):
        return problem_response(status, InputErrors([InputError(name, sentence)]))
    if name == "request":
        return defaults.bad_request(request, exception)
    page = RefusalPage("Request refused", f"The {name} {sentence}", reverse("home"))
    return HttpResponse(render_to_string("503.html", {"page": page}), status=status)


def limit_encoded_forms(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that refuses a large form that is percent-encoded. Forms of the site for long texts are
    `multipart/form-data`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.content_type == FORM_TYPE and length.isdecimal() and int(length) > MOST_ENCODED:
            raise RequestDataTooBig(f"{length} bytes in a percent-encoded form.")
        return get_response(request)

    return middleware


def _unavailable(request: HttpRequest, problem: DatabaseProblem) -> HttpResponse:
    """Return the problem in the format that was asked for. No template is rendered with the request, whose session is
    in the database."""
    writing = request.method not in ("GET", "HEAD")
    sentence = f"Nothing was saved. {problem.sentence}" if writing else problem.sentence
    response: HttpResponse
    if request.path.startswith("/api/v1/"):
        response = problem_response(problem.status, InputErrors([InputError("server", sentence)]))
    elif request.headers.get("HX-Request"):
        response = HttpResponse(sentence, status=problem.status, content_type="text/plain; charset=utf-8")
    else:
        page = RefusalPage("Not saved" if writing else "Not available now", sentence, page_before(request))
        response = HttpResponse(render_to_string("503.html", {"page": page}), status=problem.status)
    if problem.seconds is not None:
        response["Retry-After"] = str(problem.seconds)
    return response


def sign_in_locked(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """Return a 429: too many wrong passwords for an account from this address. Called by django-axes."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    problem = (
        f"{settings.AXES_FAILURE_LIMIT} wrong passwords for this username came from your network address. Try again in "
        f"{seconds // 60} minutes, or ask the staff of this site to set a new password."
    )
    return refused(request, RefusalPage("Not signed in", problem, reverse("login")), 429, seconds)


class WorkLimits:
    """Middleware that lets heavy work notice that its client has disconnected, and answers where work or one more
    request is refused. Waitress tells of the client when its setting `channel_request_lookahead` is not 0."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with watched(request.META.get("waitress.client_disconnected")):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return a 503 for work that has to wait, a 429 for one request too many, and an answer without content for a
        client that has gone."""
        if isinstance(exception, LimitExceeded):
            over = exception.over
            page = RefusalPage("Too many requests", over.sentence, page_before(request))
            return refused(request, page, over.status, over.seconds)
        if isinstance(exception, Busy):
            return _busy(request)
        if isinstance(exception, ClientGone):
            return HttpResponse(status=499)  # not sent; the number that proxies write into their logs
        return None


def _busy(request: HttpRequest) -> HttpResponse:
    """Return a 503 as JSON, as the text that an update shows, or as a page."""
    sentence = (
        f"The server is busy with another large search. Try again in {RETRY} seconds, or reduce this one: fewer steps "
        "on an axis, or fewer axes."
    )
    if request.path.startswith("/api/v1/"):
        bad = InputErrors([InputError("server", sentence)])
        return problem_response(503, bad, {"Retry-After": str(RETRY)})
    return refused(request, RefusalPage("Server busy", sentence, request.get_full_path()), 503, RETRY)
