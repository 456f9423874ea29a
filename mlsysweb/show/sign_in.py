"""Whether the menu offers signing in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def sign_in(request: HttpRequest) -> dict[str, Any]:
    """Return whether this visitor is offered to sign in. A context processor. Lazy: only whole pages have the menu."""
    return {"offers_sign_in": SimpleLazyObject(lambda: _is_signed_out(request))}


def _is_signed_out(request: HttpRequest) -> bool:
    """Return whether the visitor has no account. A visitor without a session is not looked up."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return True
    try:
        return not request.user.is_authenticated
    except (OperationalError, InterfaceError):  # without the database the page itself can still be shown
        return False
