"""The units beside the fields of a form. A form sends the unit of each field along (`unit:duration=day`); here both
become the text that links have (`duration=30 day`), in which a bare number is in SI as everywhere else."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes

from mlsysweb.show.htmx import wants_partial
from solvers.field_text import in_shown_unit

PREFIX = "unit:"


def with_units(query: QueryDict) -> QueryDict:
    """Return the query with the unit of its field after each bare number, and no units on their own."""
    written = QueryDict(mutable=True)
    for name, texts in query.lists():
        if not name.startswith(PREFIX):
            unit = query.get(f"{PREFIX}{name}")
            written.setlist(name, texts if unit is None else [in_shown_unit(text, unit) for text in texts])
    return written


def read_units(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware: an update is answered with the units in place; a form sent without scripts is redirected,
    so that the address shown, shared and saved is the page's link."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD") and any(key.startswith(PREFIX) for key in request.GET):
            query = with_units(request.GET)
            if not wants_partial(request):
                # A path of two slashes would lead to another host.
                path = escape_leading_slashes(escape_uri_path(request.path))
                return HttpResponseRedirect(f"{path}?{query.urlencode()}")
            request.GET = query  # type: ignore[assignment]
        return get_response(request)

    return middleware
