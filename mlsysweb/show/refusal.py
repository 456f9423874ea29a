"""The response to a request that is refused: why, what would be accepted, and when to try again."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .htmx import vary_on_htmx, wants_partial
from .results.page import Link


@dataclass(frozen=True)
class RefusalPage:
    """A refusal: its title, the problem in sentences, the link back, and links that help."""

    title: str
    problem: str
    back: str
    links: tuple[Link, ...] = ()


def refused(request: HttpRequest, page: RefusalPage, status: int, seconds: int | None = None) -> HttpResponse:
    """Return a refusal with this status: a page, or for an HTMX request only the problem, which the page shows. A
    number of seconds is sent as `Retry-After`."""
    if wants_partial(request):
        response = vary_on_htmx(HttpResponse(page.problem, status=status, content_type="text/plain; charset=utf-8"))
    else:
        response = vary_on_htmx(render(request, "shared/refusal.html", {"page": page}, status=status))
    if seconds is not None:
        response["Retry-After"] = str(seconds)
    return response
