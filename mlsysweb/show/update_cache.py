"""A cache of updates: a class that moves the same slider asks the same questions, and each is answered once.

Each process holds its own in memory, for one version of the catalog; a new version of the code is a new process. What
is cached is the same for every visitor: an update holds neither a form to post nor anything of a session.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse

from catalog.models import CatalogVersion

from .htmx import partial_response, wants_partial

# Bytes of the largest update that is kept: with the number of entries it bounds the memory of a process.
LARGEST = 120_000

_View = Callable[..., HttpResponse]


def cache_updates(view: _View) -> _View:
    """Return a view whose successful updates are cached by address and version of the catalog. Whole pages, errors and
    very large updates are always computed."""

    @wraps(view)
    def cached(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if settings.DEBUG or not wants_partial(request):
            return view(request, *args, **named)
        asked = f"{CatalogVersion.now()} {request.path}?{request.GET.urlencode()}"
        key = hashlib.sha256(asked.encode()).hexdigest()
        held = caches["updates"].get(key)
        if held is not None:
            return partial_response(*held)
        answer = view(request, *args, **named)
        url = answer.get("HX-Replace-Url")
        if answer.status_code == 200 and url and len(answer.content) <= LARGEST:
            caches["updates"].set(key, (answer.content.decode(), url))
        return answer

    return cached
