from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mlsysweb.explore.ask.form import space_form
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.presets import PRESETS
from mlsysweb.explore.ask.question import (
    AXIS,
    WALLS,
    DesignSpaceQuestion,
    chain,
    declared_search,
    links_of,
)
from mlsysweb.explore.export_views import export_forms
from mlsysweb.explore.find.columns import ResultColumn, columns, settings
from mlsysweb.explore.find.report import DeclaredSearch, TriedConfiguration
from mlsysweb.explore.find.search import IN_REQUEST, search_now, search_report, try_configuration
from mlsysweb.explore.jobs.jobs import begin_job, cancel_job, job_of, outcome_of
from mlsysweb.explore.jobs.progress import not_begun, so_far
from mlsysweb.explore.jobs.worker import call_worker
from mlsysweb.explore.show.page import DesignSpacePage, JobProgress, WhyPage
from mlsysweb.explore.show.present import DesignSpaceLinks, configuration_url, design_space_page, waiting_page
from mlsysweb.explore.show.table import TableQuery, rows_page
from mlsysweb.explore.show.why import TRY, why_page
from mlsysweb.show.forms.query import text_by_name
from mlsysweb.show.htmx import error_response, htmx_of, partial_response, vary_on_htmx, wants_partial
from mlsysweb.show.results.page import Link
from solvers.errors import InputErrors
from solvers.pipeline.chain import Pipeline
from solvers.search.run import Candidate, Outcome, check


@require_safe
def design_space(request: HttpRequest) -> HttpResponse:
    url = reverse("explore:explore")
    question = (
        DesignSpaceQuestion.of(request.GET) if WALLS in request.GET or AXIS in request.GET else PRESETS[0].question
    )
    steps, asked, page, errors = None, None, None, {}
    try:
        steps = chain(question)
        asked = declared_search(question, look_up, all_of)
        check(asked.search)
        page = _looked(request.GET, url, question, asked)
    except InputErrors as bad:
        errors = _errors(bad)
    return _shown(request, url, question, steps, asked, page, errors)


def _errors(bad: InputErrors) -> dict[str, str]:
    """Sentences by field; what is of no row of the form stands with the walls."""
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
    asked: DeclaredSearch | None,
    page: DesignSpacePage | None,
    errors: dict[str, str],
) -> HttpResponse:
    form = space_form(question, steps, asked, errors, url)
    if not wants_partial(request):
        presets = [Link(p.name, f"{url}?{p.question.query}", p.question == question, p.part) for p in PRESETS]
        seen = {"page": page, "form": form, "presets": presets}
        return vary_on_htmx(render(request, "explore/explore.html", seen, status=422 if errors else 200))
    target = htmx_of(request).target
    if page and target in ("rows", "why"):
        part = {"rows": page.rows, "why": page.why}[target]
        return vary_on_htmx(render(request, f"explore/_{target}.html", {"page": part}))
    said = render_to_string("explore/_size.html", {"form": form}, request)
    if page is None:
        return error_response(said)
    return partial_response(render_to_string("explore/_found.html", {"page": page}, request) + said, page.url)


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begins the job of a space too large for a request, or takes it up again where it was left."""
    question, url = DesignSpaceQuestion.of(QueryDict(request.POST.get("query", ""))), reverse("explore:explore")
    try:
        begin_job(question)
    except InputErrors:
        return redirect(f"{url}?{question.query}")  # the page says what is wrong
    call_worker()
    return redirect(f"{url}?{question.query}")


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    question = DesignSpaceQuestion.of(QueryDict(request.POST.get("query", "")))
    job = job_of(question)
    if job is not None:
        cancel_job(job)
    return redirect(f"{reverse('explore:explore')}?{question.query}")


def _looked(get: QueryDict, url: str, question: DesignSpaceQuestion, asked: DeclaredSearch) -> DesignSpacePage:
    """The answer of a space small enough for a request; of a larger one what its job has come to. Raises InputErrors."""
    if asked.search.space.size <= IN_REQUEST:
        return _answered(get, url, question, asked, search_now(question, asked), None)
    job = job_of(question)
    if job is None:
        return waiting_page(
            not_begun(asked.search, reverse("explore:begin")), DesignSpaceLinks(url, question.query, lambda _: "", ())
        )
    if job.moving:
        call_worker()  # after a restart of the site nobody may be at work
    told = so_far(job, reverse("explore:begin"), reverse("explore:cancel"))
    return _answered(get, url, question, asked, outcome_of(job, asked.search), told)


def _answered(
    get: QueryDict,
    url: str,
    question: DesignSpaceQuestion,
    asked: DeclaredSearch,
    outcome: Outcome,
    progress: JobProgress | None,
) -> DesignSpacePage:
    shown = columns(asked.search)
    seen = search_report(asked, outcome, shown)
    pairs = [(name, value) for name, values in QueryDict(question.query).lists() for value in values]

    def opened(candidate: Candidate) -> str:
        return _opened(question, asked, candidate.inputs)

    front = frozenset(each.number for each in outcome.front)
    knee = outcome.front[outcome.knee].number if outcome.knee >= 0 else -1
    rows = rows_page(
        seen.rows,
        shown,
        TableQuery.of(text_by_name(get)),
        url=url,
        question=pairs,
        opened=opened,
        front=front,
        knee=knee,
    )
    why, own = _why(get, url, question, asked, outcome, shown, pairs)
    around = DesignSpaceLinks(url, question.query, opened, tuple(_exports(question, asked)))
    return design_space_page(seen, shown, rows, why, own, progress, around)


def _why(
    get: QueryDict,
    url: str,
    question: DesignSpaceQuestion,
    asked: DeclaredSearch,
    outcome: Outcome,
    shown: tuple[ResultColumn, ...],
    pairs: list[tuple[str, str]],
) -> tuple[WhyPage, TriedConfiguration | None]:
    """What somebody thought of: an axis they say nothing of stands where the best does."""
    typed = {
        name[len(TRY) :]: text.strip()
        for name, text in text_by_name(get).items()
        if name.startswith(TRY) and text.strip()
    }
    best = outcome.top[0] if outcome.top else None
    axes = [
        (c.key, c.label, c.words(c.read(best)) if best else c.words(_first(asked, c))) for c in shown if not c.terms
    ]
    stands = settings(asked.search.pipeline, {}, best.places if best else _firsts(asked))
    own, errors, opened = None, {}, ""
    if typed:
        try:
            own = try_configuration(question, outcome, {**stands, **typed})
            opened = _opened(question, asked, own.candidate.inputs)
        except InputErrors as bad:
            rows = {f"{AXIS}-{k}": name for k, (name, _) in enumerate(question.axes)}
            errors = {rows.get(error.field, axes[0][0]): error.sentence for error in bad.errors}
    page = why_page(own, typed, errors, axes, shown, url=url, question=pairs, opened=opened)
    return page, own


def _firsts(asked: DeclaredSearch) -> dict[str, object]:
    return {axis.name: axis.labels[0] for axis in asked.search.space.axes}


def _first(asked: DeclaredSearch, column: ResultColumn) -> object:
    return _firsts(asked)[column.key]


def _opened(question: DesignSpaceQuestion, asked: DeclaredSearch, inputs: Mapping[str, Any]) -> str:
    """The page on which one configuration opens."""
    text = settings(asked.search.pipeline, asked.given, inputs)
    wires = ",".join(f"{target}:{source}" for target, source in links_of(question).items())
    wall = reverse("walls:wall", args=[question.walls[0]])
    return configuration_url(reverse("pipelines:pipelines"), wall, question.walls, wires, text)


def _exports(question: DesignSpaceQuestion, asked: DeclaredSearch) -> Iterator[Link]:
    for form, title in export_forms().items():
        if form != "parquet" or asked.search.space.size <= IN_REQUEST:
            link = reverse("explore:export", args=[form])
            words = {"py": "Python", "parquet": "Parquet"}.get(form, form.upper())
            yield Link(words, f"{link}?{question.query}", title=title)
