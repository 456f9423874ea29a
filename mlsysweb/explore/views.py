from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mlsysweb.answer import answer
from mlsysweb.explore.answer import answer_search, asked_question, configuration_page
from mlsysweb.explore.ask.form import space_form
from mlsysweb.explore.ask.guided import GUIDED, edited_walls, guided_edit
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.presets import PRESETS
from mlsysweb.explore.ask.question import WALLS, DesignSpaceQuestion, chain, declared_search
from mlsysweb.explore.ask.solve_for import OUTPUT, TARGET, VARIED, solve_for
from mlsysweb.explore.jobs.jobs import begin_job, cancel_job, job_of, may_cancel, moving_jobs_of
from mlsysweb.explore.jobs.progress import of_another_visitor
from mlsysweb.explore.jobs.worker import call_worker
from mlsysweb.explore.models import Job
from mlsysweb.explore.show.page import DesignSpacePage, SpaceForm
from mlsysweb.explore.show.present import OPEN
from mlsysweb.show.forms.query import query_text
from mlsysweb.show.htmx import error_response, htmx_of, partial_response, vary_on_htmx, wants_partial
from mlsysweb.show.refusal import RefusalPage, limit_posts, refused
from mlsysweb.show.results.page import Link
from mlsysweb.visitors import ownership
from solvers.declare import Solver
from solvers.errors import InputError, InputErrors
from solvers.pipeline.chain import Pipeline
from solvers.read import ALSO, SWEEP
from solvers.registry import solvers

# Seconds after which a visitor with too many jobs may look again: the shortest ones take about as long.
_RETRY = 60


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
        page = _for_this_visitor(request, question, page)
    form = space_form(question, _chain(question), declared, errors, url)
    if wants_partial(request):
        return _update(request, page, replace(form, swapped=_forms_to_swap(request, changed)))
    presets = [Link(p.name, f"{url}?{p.question.query}", p.question == question, p.part) for p in PRESETS]
    seen = {"page": page, "form": form, "presets": presets}
    return vary_on_htmx(render(request, "explore/explore.html", seen, status=200 if page else 422))


@require_safe
def solve_for_input(request: HttpRequest, wall: str) -> HttpResponse:
    """Redirect an inverse question about a wall to the design space that answers it. Raise Http404."""
    solver = solvers().get(wall)
    if solver is None:
        raise Http404(f"There is no wall called {wall}.")
    sent = query_text(request.GET)
    asked = {name: sent.pop(name, "") for name in (OUTPUT, TARGET, VARIED)}
    text = {name: typed for name, typed in sent.items() if name not in (ALSO, SWEEP)}
    try:
        question = solve_for(solver, text, asked, lambda inputs: answer(solver, inputs))
    except (InputError, InputErrors) as bad:
        problem = " ".join(_problems(solver, bad))
        back = f"{reverse('walls:wall', args=[wall])}?{urlencode(text)}"
        return refused(request, RefusalPage("No search was started", problem, back), 422)
    return redirect(f"{reverse('explore:explore')}?{question.query}")


def _problems(solver: Solver[Any, Any], bad: InputError | InputErrors) -> Iterator[str]:
    """Yield what is wrong, each with the label of its field."""
    own = {OUTPUT: "The result", TARGET: "The target", VARIED: "The input to change"}
    for error in bad.errors if isinstance(bad, InputErrors) else (bad,):
        declared = solver.inputs.get(error.field)
        yield f"{own.get(error.field) or (declared.label if declared else error.field)} {error.sentence}"


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


def _update(request: HttpRequest, page: DesignSpacePage | None, form: SpaceForm) -> HttpResponse:
    target = htmx_of(request).target
    if page and target in ("rows", "why"):
        part = page.rows if target == "rows" else page.why
        return vary_on_htmx(render(request, f"explore/_{target}.html", {"page": part}))
    if page and target == "progress" and page.progress and page.progress.moving:
        return vary_on_htmx(render(request, "explore/_progress.html", {"page": page, "progress": page.progress}))
    if page is None:
        return error_response(request, form, "explore/_size.html")
    parts = ("explore/_results.html", "shared/_title.html", "explore/_size.html")
    html = "".join(render_to_string(part, {"page": page, "form": form}, request) for part in parts)
    response = partial_response(html, page.url)
    if target == "progress":  # the search has ended: its result replaces more than its progress
        response["HX-Retarget"] = "#results"
    return response


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
