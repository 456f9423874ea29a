"""All that Python knows of HTMX: when a fragment is wanted, and what an answer to one says beside its HTML."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


def wants_partial(request: HttpRequest) -> bool:
    """A fragment is wanted by an HTMX request that is neither a boosted link nor a restored page of the history."""
    htmx = request.htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def varies(response: HttpResponse) -> HttpResponse:
    """One URL answers with a page or a fragment, so no cache may hand out one for the other."""
    patch_vary_headers(response, ["HX-Request"])
    return response


def updated(html: str, url: str) -> HttpResponse:
    """A fragment, and the link of the state it shows."""
    response = HttpResponse(html)
    response["HX-Replace-Url"] = url
    return varies(response)


def refused(html: str) -> HttpResponse:
    """Field errors, swapped out of band; what was shown before stays."""
    response = HttpResponse(html, status=422)
    response["HX-Reswap"] = "none"
    return varies(response)
