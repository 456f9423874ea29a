from __future__ import annotations

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from mlsysweb.show.htmx import partial_response, update_html, vary_on_htmx, wants_partial
from mlsysweb.show.results.page import Table
from mlsysweb.show.results.spreadsheet import as_csv
from mlsysweb.show.update_cache import cache_updates
from solvers.errors import InputErrors

from .answer import UncertaintyAnswer, answer_edit, answer_page, sample_question
from .edit import question_of
from .form import presets, uncertainty_form
from .page import BAND_COLUMNS, UncertaintyForm
from .present_export import as_json


@require_safe
@cache_updates
def uncertainty(request: HttpRequest) -> HttpResponse:
    """The uncertainty of a wall's answer: the page, or the fragment for an HTMX request."""
    url, edit = reverse("uncertainty:uncertainty"), question_of(request.GET)
    answered = answer_edit(edit)
    if not wants_partial(request):
        if edit.guided:  # so that the address shown, shared and saved is the page's link
            return redirect(f"{url}?{answered.question.query}")
        seen = {
            "page": answered.page,
            "form": uncertainty_form(answered, url),
            "presets": presets(answered.question, url),
        }
        status = 200 if answered.page else 422
        return vary_on_htmx(render(request, "uncertainty/uncertainty.html", seen, status=status))
    is_drawn = answered.page is None or edit.changes_rows
    form = uncertainty_form(answered, url, edit.changes_rows) if is_drawn else None
    return _update(request, answered, form)


def _update(request: HttpRequest, answered: UncertaintyAnswer, form: UncertaintyForm | None) -> HttpResponse:
    """Return the fragment of the result, or the errors, with the ranges of the form where they changed."""
    rows = render_to_string("uncertainty/_range_rows.html", {"form": form}, request) if form and form.swapped else ""
    if answered.page is None:
        html = render_to_string("uncertainty/_errors.html", {"form": form}, request)
        response = HttpResponse(html + rows, status=422)
        response["HX-Reswap"] = "none"
        return vary_on_htmx(response)
    shown = update_html(request, ("uncertainty/_bands.html",), page=answered.page)
    return partial_response(shown + rows, answered.page.url)


@require_safe
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The bands as CSV, or everything as JSON in SI; status 400 with the errors as text where the question is not
    valid. Raise Http404 for any other format."""
    if form not in ("csv", "json"):
        raise Http404("An uncertainty is exported as csv or json.")
    question = question_of(request.GET).question
    try:
        page = answer_page(request.GET)
        found = sample_question(question) if form == "json" else None
    except InputErrors as bad:
        lines = "\n".join(f"{name}: {error}" for name, error in bad.sentences.items())
        return HttpResponse(lines, status=400, content_type="text/plain; charset=utf-8")
    headers = {"Content-Disposition": f'attachment; filename="uncertainty.{form}"'}
    if form == "json":
        return HttpResponse(orjson.dumps(as_json(question, found)), content_type="application/json", headers=headers)
    bands = page.summary().tables[0].table if page.bands else Table(BAND_COLUMNS, ())
    return HttpResponse(as_csv(bands.columns, bands.rows), content_type="text/csv; charset=utf-8", headers=headers)
