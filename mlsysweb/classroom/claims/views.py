from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from mlsysweb.classroom.lessons.shipped import shipped_lessons
from mlsysweb.show.htmx import vary_on_htmx, wants_partial
from mlsysweb.show.results.page import Link
from mlsysweb.show.results.spreadsheet import as_csv

from .claim import shipped_claims
from .evaluate import judged_claims
from .filters import ClaimFilter
from .present import CSV_HEAD, claims_page, csv_rows


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """The claims of the slides, those of a part or a verdict alone; for HTMX the list without the page."""
    asked = _asked(request)
    lessons = shipped_lessons().values()
    frames = {
        f"{lesson.slug}/{frame.slug}": reverse("lessons:frame", args=[lesson.slug, frame.slug])
        for lesson in lessons
        for frame in lesson.frames
    }
    parts = {lesson.part: Link(lesson.title, reverse("lessons:lesson", args=[lesson.slug])) for lesson in lessons}
    page = claims_page(judged_claims(), asked, parts, frames, reverse("claims:claims"), reverse("claims:csv"))
    template = "claims/_claims.html" if wants_partial(request) else "claims/claims.html"
    return vary_on_htmx(render(request, template, {"page": page}, status=422 if asked.errors else 200))


@require_safe
def csv(request: HttpRequest) -> HttpResponse:
    """The same claims as a CSV file."""
    asked = _asked(request)
    if asked.errors:
        return HttpResponse("\n".join(asked.errors), status=422, content_type="text/plain; charset=utf-8")
    rows = csv_rows(asked.of(judged_claims()), f"{request.scheme}://{request.get_host()}")
    head = {"Content-Disposition": 'attachment; filename="claims.csv"'}
    return HttpResponse(as_csv(CSV_HEAD, rows), content_type="text/csv; charset=utf-8", headers=head)


def _asked(request: HttpRequest) -> ClaimFilter:
    return ClaimFilter.read(request.GET.dict(), {claim.part for claim in shipped_claims()})
