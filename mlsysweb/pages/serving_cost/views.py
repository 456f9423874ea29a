from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from mlsysweb.show.forms.draw import form
from mlsysweb.show.forms.errors import page_or_errors
from mlsysweb.show.forms.query import query_text
from mlsysweb.show.htmx import render_page_or_partial
from mlsysweb.show.results.spreadsheet import as_csv
from mlsysweb.show.update_cache import cache_updates

from .answer import answer_page
from .question import SERVING_COST


@require_safe
@cache_updates
def serving_cost(request: HttpRequest) -> HttpResponse:
    """The serving cost: the page, or the fragment for an HTMX request."""
    url, text = reverse("serving_cost:serving_cost"), query_text(request.GET)
    page, errors = page_or_errors(answer_page, request.GET)
    return render_page_or_partial(
        request,
        page,
        errors,
        whole="serving_cost/serving_cost.html",
        partial="serving_cost/_costs.html",
        drawn=lambda: form(SERVING_COST, text, errors, choices, url),
    )


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The table of the page as CSV; status 400 with the errors as text where the question is not valid."""
    page, errors = page_or_errors(answer_page, request.GET)
    if page is None:
        lines = "\n".join(f"{name}: {error}" for name, error in errors.items())
        return HttpResponse(lines, status=400, content_type="text/plain; charset=utf-8")
    whole = page.summary().tables[0].table
    head = {"Content-Disposition": 'attachment; filename="serving-cost.csv"'}
    return HttpResponse(as_csv(whole.columns, whole.rows), content_type="text/csv; charset=utf-8", headers=head)
