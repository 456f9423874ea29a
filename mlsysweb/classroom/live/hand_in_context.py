"""The context processor that gives the Share menu of a design's page the classes its visitor can hand it in to."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.urls import reverse

from mlsysweb.classroom.models import ClassSession
from mlsysweb.show.results.page import Link

from .participants import PARTICIPANTS
from .store import takes_designs

# The pages on which a design is made.
_PAGES = ("capstone:capstone", "explore:explore")


def classes_to_hand_in(request: HttpRequest) -> dict[str, Any]:
    """Return the running classes of this browser that take designs now, as links that save the page and hand it in. A
    context processor."""
    match = request.resolver_match
    if match is None or match.view_name not in _PAGES or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return {}
    try:
        return {"classes_to_hand_in": _classes(request)}
    except (OperationalError, InterfaceError):  # without the database the page itself can still be shown
        return {}


def _classes(request: HttpRequest) -> tuple[Link, ...]:
    keys = request.session.get(PARTICIPANTS, {})
    if not keys:
        return ()
    joined = ClassSession.objects.defer("lesson").filter(
        pk__in=list(keys), ended=None, participants__key__in=list(keys.values())
    )
    return tuple(
        Link(f"Hand in to class {session.code}", reverse("live:save_and_hand_in", args=[session.code]))
        for session in joined
        if takes_designs(session)
    )
