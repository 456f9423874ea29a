from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mlsysweb.explore.answer import answer_search, asked_question
from mlsysweb.explore.ask.form import space_form
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.presets import PRESETS
from mlsysweb.explore.ask.question import WALLS, DesignSpaceQuestion, chain, declared_search
from mlsysweb.explore.find.report import DeclaredSearch
from mlsysweb.explore.jobs.jobs import begin_job, cancel_job, job_of
from mlsysweb.explore.jobs.worker import call_worker
from mlsysweb.explore.show.page import DesignSpacePage
from mlsysweb.show.htmx import error_response, htmx_of, partial_response, vary_on_htmx, wants_partial
from mlsysweb.show.results.page import Link
from solvers.errors import InputErrors
from solvers.pipeline.chain import Pipeline


@require_safe
def design_space(request: HttpRequest) -> HttpResponse:
    """The design space: the page, or the fragment for an HTMX request."""
    url = reverse("explore:explore")
    question = asked_question(request.GET)
    steps, declared, page, errors = None, None, None, {}
    try:
        steps = chain(question)
        declared = declared_search(question, look_up, all_of)
        page = answer_search(request.GET, question, declared)
    except InputErrors as bad:
        errors = _errors(bad)
    if page and page.progress and page.progress.moving:
        call_worker()  # after a restart of the site no worker may be running
    return _shown(request, url, question, steps, declared, page, errors)


def _errors(bad: InputErrors) -> dict[str, str]:
    """Return error messages by field; errors that belong to no row are shown at the walls."""
    errors: dict[str, str] = {}
    for error in bad.errors:
        row = error.field.startswith(("axis-", "goal-")) or error.field == WALLS
        field, sentence = (error.field, error.sentence) if row else (WALLS, f"{error.field} {error.sentence}")
        errors[field] = f"{errors[field]} {sentence}" if field in errors else sentence
    return errors


def _shown(
    request: HttpRequest,
    url: str,
    question: DesignSpaceQuestion,
    steps: Pipeline | None,
    declared: DeclaredSearch | None,
    page: DesignSpacePage | None,
    errors: dict[str, str],
) -> HttpResponse:
    form = space_form(question, steps, declared, errors, url)
    if not wants_partial(request):
        presets = [Link(p.name, f"{url}?{p.question.query}", p.question == question, p.part) for p in PRESETS]
        seen = {"page": page, "form": form, "presets": presets}
        return vary_on_htmx(render(request, "explore/explore.html", seen, status=422 if errors else 200))
    target = htmx_of(request).target
    if page and target in ("rows", "why"):
        part = page.rows if target == "rows" else page.why
        return vary_on_htmx(render(request, f"explore/_{target}.html", {"page": part}))
    if page and target == "progress" and page.progress and page.progress.moving:
        return vary_on_htmx(render(request, "explore/_progress.html", {"page": page, "progress": page.progress}))
    errors_html = render_to_string("explore/_size.html", {"form": form}, request)
    if page is None:
        return error_response(errors_html)
    title = render_to_string("shared/_title.html", {"page": page}, request)
    found = render_to_string("explore/_results.html", {"page": page}, request)
    response = partial_response(found + title + errors_html, page.url)
    if target == "progress":  # the search has ended: its result replaces more than its progress
        response["HX-Retarget"] = "#results"
    return response


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Start the job of a space too large for a request, or continue it."""
    question, url = DesignSpaceQuestion.of(QueryDict(request.POST.get("query", ""))), reverse("explore:explore")
    try:
        begin_job(question)
    except InputErrors:
        return redirect(f"{url}?{question.query}")  # the page shows the errors
    call_worker()
    return redirect(f"{url}?{question.query}")


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Cancel the job of the question and redirect to its page."""
    question = DesignSpaceQuestion.of(QueryDict(request.POST.get("query", "")))
    job = job_of(question)
    if job is not None:
        cancel_job(job)
    return redirect(f"{reverse('explore:explore')}?{question.query}")
