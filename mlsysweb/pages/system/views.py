from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from mlsysweb.show.forms.draw import form_fields
from mlsysweb.show.forms.errors import page_or_errors
from mlsysweb.show.htmx import render_page_or_partial
from mlsysweb.show.update_cache import cache_updates
from solvers.pipeline.wall_stages import DESCRIPTION
from solvers.registry import solvers

from .answer import answer_iron_law, answer_page, system_text
from .page import IronLawPage, SystemPage


@require_safe
@cache_updates
def system(request: HttpRequest) -> HttpResponse:
    """One system: the page, or the fragment for an HTMX request."""
    return _page(request, reverse("system:system"), "system/system.html", "system/_walls.html", answer_page)


@require_safe
@cache_updates
def iron_law(request: HttpRequest) -> HttpResponse:
    """The iron law: the page, or the fragment for an HTMX request."""
    return _page(request, reverse("system:iron-law"), "system/iron_law.html", "system/_factors.html", answer_iron_law)


def _page(
    request: HttpRequest, url: str, whole: str, partial: str, answer: Callable[[QueryDict], SystemPage | IronLawPage]
) -> HttpResponse:
    """Answer one description with `answer`, and render its page or fragment."""
    described, text = solvers()[DESCRIPTION], system_text(request.GET)
    page, wrong = page_or_errors(answer, request.GET)
    errors = {_field(name): sentence for name, sentence in wrong.items()}
    return render_page_or_partial(
        request,
        page,
        errors,
        whole=whole,
        partial=partial,
        drawn=lambda: form_fields(described.inputs, text, errors, choices, url),
    )


def _field(name: str) -> str:
    """Return the name of the description's field from which a wall took an invalid value; else the wall's own input,
    with its stage."""
    own = name.partition(".")[2]
    return own if own in solvers()[DESCRIPTION].inputs else name
