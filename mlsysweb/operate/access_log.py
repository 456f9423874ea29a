"""The access log: one line per request, without names, network addresses or the links of private pages."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mlsysweb.registry import BY_NAME

_log = logging.getLogger("mlsysweb.access")
# The URL namespaces whose addresses are the question that was asked. Those of others may be secret.
_PUBLIC = {*BY_NAME, "lessons"}


def write(request: HttpRequest, response: HttpResponseBase, seconds: float, size: int) -> None:
    """Write the line of a request: method, address, status, bytes of the body, milliseconds."""
    _log.info("%s %s %d %d B %.0f ms", request.method, address(request), response.status_code, size, 1000 * seconds)


def address(request: HttpRequest) -> str:
    """Return the path of a public page with its query string; of any other page only the pattern of its URL, such as
    `/s/<slug:id>/`, since anyone with the address of a saved page or a class can open it."""
    if request.path.startswith(settings.STATIC_URL):
        return request.path
    match = request.resolver_match
    if match is None:
        return "(no page)"
    public = match.namespace in _PUBLIC and "id" not in match.kwargs  # an id is that of a row, such as a scenario
    if public or match.view_name == "home":
        return request.get_full_path()
    return f"/{match.route}"
