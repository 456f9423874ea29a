from __future__ import annotations

from dataclasses import replace

from django.conf import settings
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
from mlsysweb.explore.jobs.jobs import begin_job, cancel_job, job_of, may_cancel, moving_jobs_of
from mlsysweb.explore.jobs.progress import of_another_visitor
from mlsysweb.explore.jobs.worker import call_worker
from mlsysweb.explore.models import Job
from mlsysweb.explore.show.page import DesignSpacePage
from mlsysweb.show.htmx import error_response, htmx_of, partial_response, vary_on_htmx, wants_partial
from mlsysweb.show.refusal import RefusalPage, limit_posts, refused
from mlsysweb.show.results.page import Link
from mlsysweb.visitors import ownership
from solvers.errors import InputErrors
from solvers.pipeline.chain import Pipeline

# Seconds after which a visitor with too many jobs may look again: the shortest ones take about as long.
_RETRY = 60


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
        page = _for_this_visitor(request, question, page)
    return _shown(request, url, question, steps, declared, page, errors)


def _for_this_visitor(request: HttpRequest, question: DesignSpaceQuestion, page: DesignSpacePage) -> DesignSpacePage:
    """Return the page with the action of its job for those who may cancel it, without for others."""
    job = job_of(question)
    if page.progress is None or job is None or may_cancel(request, job):
        return page
    return replace(page, progress=of_another_visitor(page.progress))


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
    if page is None:
        return error_response(request, form, "explore/_size.html")
    errors_html = render_to_string("explore/_size.html", {"form": form}, request)
    return partial_response(render_to_string("explore/_results.html", {"page": page}, request) + errors_html, page.url)


@require_POST
@limit_posts("job", "Search not started")
def begin(request: HttpRequest) -> HttpResponse:
    """Start the job of a space too large for a request, or continue it. A visitor may have a limited number of jobs
    that wait or run."""
    question, url = DesignSpaceQuestion.of(QueryDict(request.POST.get("query", ""))), reverse("explore:explore")
    link, job, waiting = f"{url}?{question.query}", job_of(question), moving_jobs_of(request)
    if len(waiting) >= settings.JOBS_PER_VISITOR and not (job and job.moving):
        return refused(request, _too_many_jobs(waiting, link), 429, _RETRY)
    try:
        begin_job(question, ownership(request))
    except InputErrors:
        return redirect(link)  # the page shows the errors
    call_worker()
    return redirect(link)


def _too_many_jobs(waiting: list[Job], back: str) -> RefusalPage:
    count = len(waiting)
    noun = "search" if count == 1 else "searches"
    problem = (
        f"You have {count} {noun} waiting or running, and {settings.JOBS_PER_VISITOR} is the most a visitor may have "
        "at a time. Stop one of them, or try again when one is finished."
    )
    url = reverse("explore:explore")
    return RefusalPage("Search not started", problem, back, tuple(Link(str(j), f"{url}?{j.query}") for j in waiting))


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Cancel the job of the question and redirect to its page. Only the visitor that began it and staff may."""
    question = DesignSpaceQuestion.of(QueryDict(request.POST.get("query", "")))
    link, job = f"{reverse('explore:explore')}?{question.query}", job_of(question)
    if job is not None and not may_cancel(request, job):
        problem = "Another visitor started this search. Only that visitor and the staff of this site can stop it."
        return refused(request, RefusalPage("Search not stopped", problem, link), 403)
    if job is not None:
        cancel_job(job)
    return redirect(link)
