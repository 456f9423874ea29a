"""A cache of updates: a class that moves the same slider asks the same questions, and each is answered once.

Requests for one update that come at once wait for the first of them. Each process holds its own in memory, for one
version of the catalog; a new version of the code is a new process. What is cached is the same for every visitor: an
update holds neither a form to post nor anything of a session. It is kept compressed, and sent as it is kept.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Lock
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from catalog.models import CatalogVersion

from .htmx import partial_response, wants_partial

# Bytes of the largest update that is kept: with the number of entries it bounds the memory of a process.
LARGEST = 30_000
# Of nine: half of the time of the usual six, for an eighth more bytes.
_COMPRESSION = 2

_View = Callable[..., HttpResponse]

# The updates that are being answered: a lock for each, and how many requests hold it or wait for it.
_answering: dict[str, tuple[Lock, int]] = {}
_answering_lock = Lock()


def cache_updates(view: _View) -> _View:
    """Return a view whose successful updates are cached by address and version of the catalog. Whole pages, errors and
    very large updates are always computed."""

    @wraps(view)
    def cached(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if settings.DEBUG or not wants_partial(request):
            return view(request, *args, **named)
        asked = f"{CatalogVersion.now()} {request.path}?{request.META['QUERY_STRING']}"
        key = hashlib.sha256(asked.encode()).hexdigest()
        held = caches["updates"].get(key)
        if held is None:
            with _one_at_a_time(key):
                held = caches["updates"].get(key)  # another request may have had the same answered meanwhile
                if held is None:
                    answer = view(request, *args, **named)
                    url = answer.get("HX-Replace-Url")
                    if answer.status_code != 200 or not url:
                        return answer
                    held = (gzip.compress(answer.content, _COMPRESSION, mtime=0), url)
                    if len(held[0]) <= LARGEST:
                        caches["updates"].set(key, held)
        return _sent(request, *held)

    return cached


@contextmanager
def _one_at_a_time(key: str) -> Iterator[None]:
    """Let one request in after the other, of those with the same key."""
    with _answering_lock:
        lock, waiting = _answering.get(key, (Lock(), 0))
        _answering[key] = lock, waiting + 1
    try:
        with lock:
            yield
    finally:
        with _answering_lock:
            lock, waiting = _answering.pop(key)
            if waiting > 1:
                _answering[key] = lock, waiting - 1


def _sent(request: HttpRequest, compressed: bytes, url: str) -> HttpResponse:
    """Return an update, compressed unless the browser does not take it. There is no secret in it that its size could
    tell, so it is not padded at random as whole pages are."""
    takes = "gzip" in request.headers.get("Accept-Encoding", "")
    response = partial_response(compressed if takes else gzip.decompress(compressed), url)
    if takes:
        response.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
