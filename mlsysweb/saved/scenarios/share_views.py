"""Views for sharing a scenario: the QR code of its link, and its preview image."""

from __future__ import annotations

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import etag, require_safe

from mlsysweb.saved.answers import open_version

from .capture import display_name
from .models import Scenario, Visibility
from .page import QrPage
from .share_card import ShareCard, draw
from .views import get_visible_or_404


@require_safe
def qr(request: HttpRequest, id: str) -> HttpResponse:
    """The QR code in full-screen size, for a class to scan."""
    scenario = get_visible_or_404(request, id)
    link = request.build_absolute_uri(scenario.get_absolute_url())
    code = segno.make(link, error="m").svg_inline(scale=8, border=3, dark="#000", light="#fff", omitsize=True)
    return render(request, "scenarios/qr.html", {"page": QrPage(scenario.title, link, code)})


def _public(id: str) -> Scenario | None:
    return Scenario.objects.filter(pk=id, deleted=None, visibility=Visibility.LINK).first()


def _as_it_is(request: HttpRequest, id: str) -> str | None:
    """Return an ETag of the data that the image shows."""
    scenario = _public(id)
    return f'"{scenario.revision}-{scenario.versions.count()}"' if scenario else None


@require_safe
@cache_control(no_cache=True)  # revalidated each time, since visibility may change; unchanged, it is a 304
@etag(_as_it_is)
def preview(request: HttpRequest, id: str) -> HttpResponse:
    """The preview image that chats show for a link. Visitors are treated as anonymous: only scenarios that anyone may
    see have one."""
    scenario = _public(id)
    if scenario is None:
        raise Http404("There is no chart of this.")
    version = scenario.latest
    image = draw(ShareCard.of(scenario.title, display_name(scenario.solver), open_version(version)))
    return HttpResponse(image, content_type="image/png")
