"""All that Python knows of HTMX: when a fragment is wanted, and what an answer to one says beside its HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


def htmx_of(request: HttpRequest) -> HtmxDetails:
    """What django-htmx's middleware found of HTMX in a request."""
    details: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return details


def wants_partial(request: HttpRequest) -> bool:
    """A fragment is wanted by an HTMX request that is neither a boosted link nor a restored page of the history."""
    htmx = htmx_of(request)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def vary_on_htmx(response: HttpResponse) -> HttpResponse:
    """One URL answers with a page or a fragment, so no cache may hand out one for the other."""
    patch_vary_headers(response, ["HX-Request"])
    return response


def partial_response(html: str, url: str) -> HttpResponse:
    """A fragment, and the link of the state it shows."""
    response = HttpResponse(html)
    response["HX-Replace-Url"] = url
    return vary_on_htmx(response)


def error_response(html: str) -> HttpResponse:
    """Field errors, swapped out of band; what was shown before stays."""
    response = HttpResponse(html, status=422)
    response["HX-Reswap"] = "none"
    return vary_on_htmx(response)


def render_page_or_partial(
    request: HttpRequest,
    page: Any,
    errors: Mapping[str, str],
    *,
    whole: str,
    partial: str,
    drawn: Callable[[], Any],
    bare: Callable[[], Any] | None = None,
    **more: Any,
) -> HttpResponse:
    """What a page that asks answers: the whole of it with its form `drawn`, or as an update its part and what is wrong
    beside each field, for which the `bare` form is enough. Without a page nothing is swapped but what is wrong."""
    if not wants_partial(request):
        seen = {"page": page, "form": drawn(), **more}
        return vary_on_htmx(render(request, whole, seen, status=422 if errors else 200))
    said = render_to_string("shared/_errors.html", {"form": (bare or drawn)()}, request)
    if page is None:
        return error_response(said)
    return partial_response(render_to_string(partial, {"page": page}, request) + said, page.url)
