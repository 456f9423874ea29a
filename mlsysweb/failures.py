"""The responses to exceptions that views do not catch."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults

from mlsysweb.api.document import errors
from mlsysweb.show.htmx import vary_on_htmx, wants_partial
from mlsysweb.show.work_limits import RETRY, Busy, ClientGone, watched
from solvers.errors import InputError, InputErrors


def server_error(request: HttpRequest) -> HttpResponse:
    """Return a 500: for the API in the format of its other errors, for a page from `500.html`, which needs no
    context."""
    if request.path.startswith("/api/"):
        sentence = "failed to answer; its log says why. Another input may work."
        return JsonResponse(errors(InputErrors([InputError("server", sentence)])), status=500)
    return defaults.server_error(request)


class WorkLimits:
    """Middleware that lets heavy work notice that its client has disconnected, and answers where such work is
    refused. Waitress tells of the client when its setting `channel_request_lookahead` is not 0."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with watched(request.META.get("waitress.client_disconnected")):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return a 503 for work that has to wait, and an answer without content for a client that has gone."""
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
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse(errors(InputErrors([InputError("server", sentence)])), status=503)
    elif wants_partial(request):
        response = vary_on_htmx(HttpResponse(sentence, status=503, content_type="text/plain; charset=utf-8"))
    else:
        response = vary_on_htmx(render(request, "503.html", {"problem": sentence}, status=503))
    response["Retry-After"] = str(RETRY)
    return response
