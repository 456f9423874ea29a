"""A context processor: the title and description of the page shown, as the registry has them."""

from __future__ import annotations

from django.http import HttpRequest

from mlsysweb.registry import View, view_called


def page_name(request: HttpRequest) -> dict[str, View | None]:
    """Return the registry's entry of the view that answers the request, as `view`; None for any other page."""
    match = request.resolver_match
    return {"view": view_called(match.view_name) if match else None}
