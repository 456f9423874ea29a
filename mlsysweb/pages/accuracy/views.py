from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.models import Accelerator
from mlsysweb.show.htmx import vary_on_htmx, wants_partial
from mlsysweb.show.measurements.rows import measurements
from mlsysweb.show.results.spreadsheet import as_csv

from .present import CSV_HEAD, accuracy_page, csv_rows
from .question import AccuracyQuestion
from .taught.answer import answer_page


@require_safe
def accuracy(request: HttpRequest) -> HttpResponse:
    """Predictions beside published measurements; for HTMX without the page around them."""
    rows = measurements()
    asked = AccuracyQuestion.read(request.GET.dict(), rows)
    names = dict(Accelerator.objects.values_list("slug", "name"))
    page = accuracy_page(rows, asked, names, reverse("accuracy:accuracy"), reverse("accuracy:csv"))
    template = "accuracy/_accuracy.html" if wants_partial(request) else "accuracy/accuracy.html"
    return vary_on_htmx(render(request, template, {"page": page}, status=422 if asked.errors else 200))


@require_safe
def csv(request: HttpRequest) -> HttpResponse:
    """The rows that the page is about as a CSV file, each with its source."""
    rows = measurements()
    asked = AccuracyQuestion.read(request.GET.dict(), rows)
    if asked.errors:
        return HttpResponse("\n".join(asked.errors), status=422, content_type="text/plain; charset=utf-8")
    head = {"Content-Disposition": f'attachment; filename="accuracy-{asked.kind.name}.csv"'}
    text = as_csv(CSV_HEAD, csv_rows(asked.of(rows)))
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=head)


@require_safe
def lessons(request: HttpRequest) -> HttpResponse:
    """The lessons of measurements, each beside the prediction."""
    return render(request, "accuracy/lessons.html", {"page": answer_page()})
