from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from mlsysweb.show.forms.page import Option, OptionGroup
from mlsysweb.show.htmx import partial_response, update_html, vary_on_htmx, wants_partial
from mlsysweb.show.results.page import Link
from mlsysweb.show.results.spreadsheet import as_csv
from mlsysweb.show.update_cache import cache_updates
from solvers.specs import Accelerator, Model, Precision

from .answer import CalibrateAnswer, answer_query
from .page import CalibrateForm
from .question import GUIDED, ROWS, examples


@require_safe
@cache_updates
def calibrate(request: HttpRequest) -> HttpResponse:
    """The calibration of a chip: the page, or the fragment for an HTMX request."""
    url, answered = reverse("calibrate:calibrate"), answer_query(request.GET)
    if wants_partial(request):
        return _update(request, answered, url)
    if GUIDED in request.GET:  # so that the address shown, shared and saved is the page's link
        return redirect(f"{url}?{urlencode({ROWS: answered.rows})}")
    presets = [
        Link(each.name, f"{url}?{urlencode({ROWS: each.rows})}", each.rows == answered.rows) for each in examples()
    ]
    seen = {"page": answered.page, "form": _form(answered, url), "presets": presets}
    return vary_on_htmx(render(request, "calibrate/calibrate.html", seen, status=200 if answered.page else 422))


def _update(request: HttpRequest, answered: CalibrateAnswer, url: str) -> HttpResponse:
    """Return the fragment of the result, or the errors, with the table where a row was added."""
    context = {"form": _form(answered, url)}
    table = render_to_string("calibrate/_measured.html", context, request) if answered.added else ""
    if answered.page is None:
        response = HttpResponse(render_to_string("calibrate/_errors.html", context, request) + table, status=422)
        response["HX-Reswap"] = "none"
        return vary_on_htmx(response)
    shown = update_html(request, ("calibrate/_fit.html",), page=answered.page)
    return partial_response(shown + table, answered.page.url)


def _form(answered: CalibrateAnswer, url: str) -> CalibrateForm:
    return CalibrateForm(
        action=url,
        rows=answered.rows,
        errors=answered.errors,
        accelerators=_groups(Accelerator),
        models=_groups(Model),
        precisions=tuple(each.name.lower() for each in Precision),
        swapped=answered.added,
    )


def _groups(kind: type) -> tuple[OptionGroup, ...]:
    groups: dict[str, list[Option]] = {}
    for slug, name, heading in choices(kind):
        groups.setdefault(heading, []).append(Option(slug, name, False))
    return tuple(OptionGroup(heading, tuple(options)) for heading, options in groups.items())


@require_safe
def constants(request: HttpRequest) -> HttpResponse:
    """The table of constants as CSV; status 400 with the errors as text where a row is not valid."""
    answered = answer_query(request.GET)
    if answered.page is None:
        return HttpResponse("\n".join(answered.errors), status=400, content_type="text/plain; charset=utf-8")
    table = answered.page.summary().tables[0].table
    headers = {"Content-Disposition": 'attachment; filename="constants.csv"'}
    return HttpResponse(as_csv(table.columns, table.rows), content_type="text/csv; charset=utf-8", headers=headers)
