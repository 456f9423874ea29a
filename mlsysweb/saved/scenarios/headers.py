"""The middleware that keeps saved scenarios out of search engines, and private pages out of caches."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

# The URL namespaces of saved scenarios: their links are unlisted even where anyone with the link may see them.
_NAMESPACES = {"scenarios", "exports", "compare"}


def saved_page_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware. A view that may be cached sets `Cache-Control` itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        match = request.resolver_match
        if match is not None and match.namespace in _NAMESPACES:
            response["X-Robots-Tag"] = "noindex"
            if not response.has_header("Cache-Control"):
                patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware
