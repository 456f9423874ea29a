from __future__ import annotations

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from mlsysweb.show.miniatures import wall_pictures
from solvers.registry import solvers

from .page import SiteCode
from .present import poster_page


@require_safe
def poster(request: HttpRequest) -> HttpResponse:
    """The poster of all walls."""
    urls = {name: reverse("walls:wall", args=[name]) for name in solvers()}
    page = poster_page(tuple(solvers().values()), urls, wall_pictures(), _site(request))
    return render(request, "poster/poster.html", {"page": page})


def _site(request: HttpRequest) -> SiteCode:
    url = request.build_absolute_uri(reverse("home"))
    code = segno.make(url, error="m").svg_inline(border=2, dark="#000", light="#fff", omitsize=True, svgclass="code")
    return SiteCode(url.partition("://")[2].rstrip("/"), code)
