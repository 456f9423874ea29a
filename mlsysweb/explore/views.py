from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mlsysweb.explore.answer import answer_search, asked_question, configuration_page
from mlsysweb.explore.ask.form import space_form
from mlsysweb.explore.ask.guided import GUIDED, edited_walls, guided_edit
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.presets import PRESETS
from mlsysweb.explore.ask.question import WALLS, DesignSpaceQuestion, chain, declared_search
from mlsysweb.explore.jobs.jobs import begin_job, cancel_job, job_of
from mlsysweb.explore.jobs.worker import call_worker
from mlsysweb.explore.show.page import DesignSpacePage, SpaceForm
from mlsysweb.explore.show.present import OPEN
from mlsysweb.show.htmx import error_response, htmx_of, partial_response, vary_on_htmx, wants_partial
from mlsysweb.show.results.page import Link
from solvers.errors import InputErrors
from solvers.pipeline.chain import Pipeline


@require_safe
def design_space(request: HttpRequest) -> HttpResponse:
    """The design space: the page, or the fragment for an HTMX request."""
    url, query, changed = reverse("explore:explore"), request.GET, True
    if GUIDED in query:
        edit = guided_edit(query, _chain(edited_walls(query)))
        if not wants_partial(request):  # so that the address shown, shared and saved is the page's link
            return redirect(f"{url}?{edit.question.query}")
        query, changed = QueryDict(edit.question.query), edit.changes_rows
    question = asked_question(query)
    declared, page, errors = None, None, {}
    try:
        if (number := query.get(OPEN, "")).isdecimal() and len(number) < 16:
            return redirect(configuration_page(question, int(number)))
        declared = declared_search(question, look_up, all_of)
        page = answer_search(query, question, declared)
    except InputErrors as bad:
        errors = _errors(bad)
    if page and page.progress and page.progress.moving:
        call_worker()  # after a restart of the site no worker may be running
    form = space_form(question, _chain(question), declared, errors, url)
    if wants_partial(request):
        return _update(request, page, replace(form, swapped=_forms_to_swap(request, changed)))
    presets = [Link(p.name, f"{url}?{p.question.query}", p.question == question, p.part) for p in PRESETS]
    seen = {"page": page, "form": form, "presets": presets}
    return vary_on_htmx(render(request, "explore/explore.html", seen, status=200 if page else 422))


def _chain(question: DesignSpaceQuestion) -> Pipeline | None:
    """Return the pipeline of the walls; None where they make none."""
    try:
        return chain(question)
    except InputErrors:
        return None


def _forms_to_swap(request: HttpRequest, changed: bool) -> tuple[str, ...]:
    """Return which of the two forms an update swaps: the one that the reader does not type into, and the guided form
    where its rows changed."""
    if GUIDED in request.GET:
        return ("text", "guided") if changed else ("text",)
    return ("guided",) if htmx_of(request).trigger == "text-form" else ()


def _errors(bad: InputErrors) -> dict[str, str]:
    """Return error messages by field; errors that belong to no row are shown at the walls."""
    errors: dict[str, str] = {}
    for error in bad.errors:
        row = error.field.startswith(("axis-", "goal-")) or error.field == WALLS
        field, sentence = (error.field, error.sentence) if row else (WALLS, f"{error.field} {error.sentence}")
        errors[field] = f"{errors[field]} {sentence}" if field in errors else sentence
    return errors


def _update(request: HttpRequest, page: DesignSpacePage | None, form: SpaceForm) -> HttpResponse:
    target = htmx_of(request).target
    if page and target in ("rows", "why"):
        part = page.rows if target == "rows" else page.why
        return vary_on_htmx(render(request, f"explore/_{target}.html", {"page": part}))
    forms_html = render_to_string("explore/_size.html", {"form": form}, request)
    if page is None:
        return error_response(forms_html)
    return partial_response(render_to_string("explore/_results.html", {"page": page}, request) + forms_html, page.url)


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
