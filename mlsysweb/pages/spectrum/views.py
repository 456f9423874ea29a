from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from mlsysweb.show.forms.draw import form
from mlsysweb.show.forms.errors import page_or_errors
from mlsysweb.show.forms.page import Form
from mlsysweb.show.forms.query import query_text
from mlsysweb.show.htmx import render_page_or_partial
from mlsysweb.show.update_cache import cache_updates

from .answer import answer_page
from .question import LIMITS, SPECTRUM


@require_safe
@cache_updates
def spectrum(request: HttpRequest) -> HttpResponse:
    """The spectrum of accelerators: the page, or the fragment for an HTMX request."""
    url, text = reverse("spectrum:spectrum"), query_text(request.GET)
    page, errors = page_or_errors(answer_page, request.GET)
    return render_page_or_partial(
        request,
        page,
        errors,
        whole="spectrum/spectrum.html",
        partial="spectrum/_devices.html",
        drawn=lambda: _drawn(text, errors, url),
    )


def _drawn(text: dict[str, str], errors: dict[str, str], url: str) -> Form:
    """Return the form; an empty limit means none."""
    drawn = form(SPECTRUM, text, errors, choices, url)
    fields = (
        replace(field, text=text.get(field.name, ""), placeholder="no limit", slider=None)
        if field.name in LIMITS
        else field
        for field in drawn.fields
    )
    return replace(drawn, fields=tuple(fields))
