"""Tells which account a request acts for: by a token, or by the session of a browser."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone

from mlsysweb.api.models import ApiToken, digest_of
from mlsysweb.api.operation import ApiOperation
from mlsysweb.api.problems import CHALLENGE, ApiProblem
from mlsysweb.saved.scenarios.prune import Expired
from mlsysweb.saved.scenarios.store import no_waiting
from mlsysweb.visitors import act_for, known_visitor

_HOUR = timedelta(hours=1)
_SCHEME = "bearer "


def authenticate(request: HttpRequest) -> ApiToken | None:
    """Let a request with a valid token act for its account; return the token, or None for a request without. Raise
    ApiProblem for a token that is not valid. Other schemes, such as that of a proxy, are ignored."""
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith(_SCHEME):
        return None
    secret = header[len(_SCHEME) :].strip()
    token = ApiToken.objects.select_related("owner").filter(digest=digest_of(secret)).first()
    now = timezone.now()
    if token is None or not token.owner.is_active:
        sentence = "has a token that this site does not know; it may have been revoked."
        raise ApiProblem(401, "Authorization", sentence, CHALLENGE)
    if token.is_expired(now):
        raise ApiProblem(401, "Authorization", f"has a token that expired on {token.expires:%Y-%m-%d}.", CHALLENGE)
    act_for(request, token.owner, f"token {token.pk}")
    if token.used is None or now - token.used >= _HOUR:
        with contextlib.suppress(DatabaseError), no_waiting():
            ApiToken.objects.filter(pk=token.pk).update(used=now)
    return token


def check_rights(request: HttpRequest, operation: ApiOperation, token: ApiToken | None) -> None:
    """Raise ApiProblem where the caller may not use the operation: without token or session (401), with a token that
    lacks the scope or a session without the CSRF token (403)."""
    if token is not None:
        if operation.scope not in token.scopes:
            has = ", ".join(token.scopes)
            raise ApiProblem(403, "token", f"has the scopes {has}; this needs {operation.scope}. Make another one.")
        return
    if operation.owned:
        require_owner(request)
    if operation.writes and settings.SESSION_COOKIE_NAME in request.COOKIES:
        check_csrf(request)


def require_owner(request: HttpRequest) -> None:
    """Raise ApiProblem for a caller that has neither a token nor a session to own something."""
    if not request.user.is_authenticated and not known_visitor(request):
        sentence = "needs a token: `Bearer mlsys_…`. Make one under /accounts/tokens/."
        raise ApiProblem(401, "Authorization", sentence, CHALLENGE)


def check_csrf(request: HttpRequest) -> None:
    """Raise ApiProblem where a request that relies on a cookie does not prove that it comes from this site."""
    check = CsrfViewMiddleware(_unused)
    check.process_request(request)
    if check.process_view(request, _unused, (), {}) is not None:
        raise ApiProblem(403, "X-CSRFToken", "must be that of the cookie csrftoken, as for a form of this site.")


def _unused(request: HttpRequest) -> Any:
    """Stand for the view that the middleware of Django wraps; never called."""


def expired_rows(now: datetime) -> Iterator[Expired]:
    """Yield tokens that expired longer ago than deleted scenarios are kept; for `manage.py prune`."""
    days = settings.KEEP_DAYS["deleted"]
    tokens = ApiToken.objects.filter(expires__lt=now - timedelta(days=days))
    yield Expired(f"API tokens that expired more than {days} days ago", tokens)
