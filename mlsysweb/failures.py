"""The responses to exceptions that views do not catch, and to a sign-in that is locked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views import defaults

from mlsysweb.api.document import errors
from mlsysweb.show.refusal import RefusalPage, refused
from solvers.errors import InputError, InputErrors


def server_error(request: HttpRequest) -> HttpResponse:
    """Return a 500: for the API in the format of its other errors, for a page from `500.html`, which needs no
    context."""
    if request.path.startswith("/api/"):
        sentence = "failed to answer; its log says why. Another input may work."
        return JsonResponse(errors(InputErrors([InputError("server", sentence)])), status=500)
    return defaults.server_error(request)


def sign_in_locked(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """Return a 429: too many wrong passwords for an account from this address. Called by django-axes."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    problem = (
        f"{settings.AXES_FAILURE_LIMIT} wrong passwords for this username came from your network address. Try again in "
        f"{seconds // 60} minutes, or ask the staff of this site to set a new password."
    )
    return refused(request, RefusalPage("Not signed in", problem, reverse("login")), 429, seconds)
