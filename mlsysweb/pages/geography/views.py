from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from mlsysweb.show.forms.draw import form
from mlsysweb.show.forms.errors import page_or_errors
from mlsysweb.show.forms.query import query_text
from mlsysweb.show.htmx import render_page_or_partial
from mlsysweb.show.update_cache import cache_updates

from .answer import answer_page
from .question import GEOGRAPHY


@require_safe
@cache_updates
def geography(request: HttpRequest) -> HttpResponse:
    """Carbon geography: the page, or the fragment for an HTMX request."""
    url, text = reverse("geography:geography"), query_text(request.GET)
    page, errors = page_or_errors(answer_page, request.GET)
    return render_page_or_partial(
        request,
        page,
        errors,
        whole="geography/geography.html",
        partial="geography/_places.html",
        drawn=lambda: form(GEOGRAPHY, text, errors, choices, url),
    )
