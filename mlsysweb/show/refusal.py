"""The response to a request that is refused: why, what would be accepted, and when to try again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from mlsysweb.throttle import LimitExceeded, spend

from .htmx import vary_on_htmx, wants_partial
from .results.page import Link

_View = Callable[..., HttpResponseBase]


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


def limit_posts(kind: str, title: str) -> Callable[[_View], _View]:
    """Return a decorator: the view's POST requests count towards the limits of this kind (`FAIR_USE`), and one too many
    is refused under this title with the status and the sentence of the limit, as is one that raises LimitExceeded."""

    def limited(view: _View) -> _View:
        @wraps(view)
        def counted(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
            try:
                if request.method == "POST":
                    spend(request, kind, 1)
                return view(request, *args, **named)
            except LimitExceeded as exceeded:
                over = exceeded.over
                return refused(
                    request, RefusalPage(title, over.sentence, page_before(request)), over.status, over.seconds
                )

        return counted

    return limited


def page_before(request: HttpRequest) -> str:
    """Return the page of this site that the request was made on; the home page if that is unknown."""
    referer = request.META.get("HTTP_REFERER", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return str(referer)
    return reverse("home")
