"""Support for HTMX: when to answer with a fragment, and which headers and out-of-band elements it carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

from .page_name import page_name


def htmx_of(request: HttpRequest) -> HtmxDetails:
    """Return the HTMX details of a request, as set by django-htmx's middleware."""
    details: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return details


def wants_partial(request: HttpRequest) -> bool:
    """Return whether to answer with a fragment: for an HTMX request that is neither a boosted link nor a history
    restore."""
    htmx = htmx_of(request)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def vary_on_htmx(response: HttpResponse) -> HttpResponse:
    """Add `Vary: HX-Request`: the same URL answers with a page or a fragment, which caches must not mix up."""
    patch_vary_headers(response, ["HX-Request"])
    return response


def partial_response(html: str | bytes, url: str) -> HttpResponse:
    """Return a fragment; the browser's URL becomes `url`."""
    response = HttpResponse(html)
    response["HX-Replace-Url"] = url
    return vary_on_htmx(response)


def error_response(request: HttpRequest, form: Any, template: str = "shared/_errors.html") -> HttpResponse:
    """Return the errors of a form with status 422, swapped out of band; the result already shown stays."""
    response = HttpResponse(render_to_string(template, {"form": form}, request), status=422)
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
    **more: Any,
) -> HttpResponse:
    """Return the response of a page with a form: the whole page with its form from `drawn`, or for an HTMX request the
    fragment of the result; where `page` is None that of the errors."""
    if not wants_partial(request):
        seen = {"page": page, "form": drawn(), **more}
        return vary_on_htmx(render(request, whole, seen, status=422 if errors else 200))
    if page is None:
        return error_response(request, drawn())
    return partial_response(update_html(request, (partial,), page=page), page.url)


def update_html(request: HttpRequest, partials: Iterable[str], **seen: Any) -> str:
    """Return the fragments of an update, the title of the tab last. The templates see the page alone, without the
    context processors: an update is the same for every visitor, and their queries would be for nothing."""
    context = {**seen, **page_name(request)}
    return "".join(render_to_string(partial, context) for partial in (*partials, "shared/_title.html"))
