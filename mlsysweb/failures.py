"""Error handler for exceptions that views do not catch."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from mlsysweb.api.document import errors
from solvers.errors import InputError, InputErrors


def server_error(request: HttpRequest) -> HttpResponse:
    """Return a 500: for the API in the format of its other errors, for a page from `500.html`, which needs no
    context."""
    if request.path.startswith("/api/"):
        sentence = "failed to answer; its log says why. Another input may work."
        return JsonResponse(errors(InputErrors([InputError("server", sentence)])), status=500)
    return defaults.server_error(request)
