from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from mlsysweb.show.forms.draw import form_fields, preset_links
from mlsysweb.show.forms.errors import page_or_errors
from mlsysweb.show.htmx import render_page_or_partial
from mlsysweb.show.results.page import Link
from mlsysweb.show.update_cache import cache_updates
from solvers.registry import solvers

from .answer import ONE, answer_page, page_inputs, page_text


@require_safe
@cache_updates
def hardware_match(request: HttpRequest) -> HttpResponse:
    """Hardware match: the page, or the fragment for an HTMX request."""
    url, text = reverse("hardware_match:hardware_match"), page_text(request.GET)
    page, errors = page_or_errors(answer_page, request.GET)
    return render_page_or_partial(
        request,
        page,
        errors,
        whole="hardware_match/hardware_match.html",
        partial="hardware_match/_chips.html",
        drawn=lambda: form_fields(page_inputs(), text, errors, choices, url),
        presets=_presets(text, url),
    )


def _presets(text: dict[str, str], url: str) -> list[Link]:
    """Return links to the wall's presets, except those about one chip."""
    return [link for link in preset_links(solvers()["synthesis"], text, url) if ONE not in link.url]
