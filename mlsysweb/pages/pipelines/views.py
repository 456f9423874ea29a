from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from mlsysweb.show.forms.draw import form_fields
from mlsysweb.show.forms.page import Form
from mlsysweb.show.htmx import error_response, partial_response, update_html, vary_on_htmx, wants_partial
from mlsysweb.show.update_cache import cache_updates

from .answer import ChainAnswer, answer_chain
from .present import LINKS, STAGES


@require_safe
@cache_updates
def pipelines(request: HttpRequest) -> HttpResponse:
    """The pipelines page, or the fragment for an HTMX request."""
    answered = answer_chain(request.GET)
    page = answered.page
    if not wants_partial(request):
        status = 422 if answered.errors else 200
        return vary_on_htmx(
            render(request, "pipelines/pipelines.html", {"page": page, "form": _form(answered)}, status=status)
        )
    if answered.errors:
        return error_response(request, _form(answered))
    return partial_response(update_html(request, ("pipelines/_chain.html",), page=page), page.url)


def _form(answered: ChainAnswer) -> Form:
    around, asked = answered.around, answered.open_inputs
    beside = answered.errors if asked else {}  # the page itself shows errors of the pipeline
    drawn = form_fields(asked, around.text, beside, choices, around.url)
    wires = ",".join(f"{target}:{source}" for target, source in around.links.items())
    told = {name: value for name, value in around.text.items() if name not in asked}  # values for one stage, or figures
    hidden = {STAGES: ",".join(around.stages), **({LINKS: wires} if wires else {}), **told}
    return replace(drawn, hidden=tuple(hidden.items()))
