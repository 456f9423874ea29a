"""Answers a design space for its view and for saving. Reads the progress of a job; never starts one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from django.http import QueryDict
from django.urls import reverse

from catalog.resolve import choices
from mlsysweb.explore.ask.axes import AXIS
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.presets import PRESETS
from mlsysweb.explore.ask.question import (
    GOAL,
    LINKS,
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
from mlsysweb.explore.jobs.jobs import job_of, outcome_of
from mlsysweb.explore.jobs.progress import not_begun, so_far, stopped_early
from mlsysweb.explore.show.page import DesignSpacePage, JobProgress, WhyPage
from mlsysweb.explore.show.present import DesignSpaceLinks, configuration_url, design_space_page, waiting_page
from mlsysweb.explore.show.table import TableQuery, rows_page
from mlsysweb.explore.show.why import TRY, why_page
from mlsysweb.show.forms.asked import Rows, chain_inputs
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.forms.query import text_by_name
from mlsysweb.show.results.page import Link
from solvers.errors import InputError, InputErrors
from solvers.registry import solvers
from solvers.search.run import Candidate, Outcome, candidates, check


def asked_question(query: QueryDict) -> DesignSpaceQuestion:
    """Return the question in the query; without walls and axes that of the first preset."""
    return DesignSpaceQuestion.of(query) if WALLS in query or AXIS in query else PRESETS[0].question


def answer_page(query: QueryDict) -> DesignSpacePage:
    """Return the page that answers the query, to be saved: without the time that its search took. Raise InputErrors."""
    question = asked_question(query)
    return replace(answer_search(query, question, declared_search(question, look_up, all_of)), took="")


def inputs_of(query: QueryDict, rows: Rows) -> tuple[AskedInput, ...]:
    """Return walls, axes and goals as typed, and the values that all configurations share."""
    question = asked_question(query)
    steps, axes = chain(question), dict(question.axes)
    sides = chain_inputs(steps, axes, rows)
    links = [f"{target} from {source}" for target, source in question.links]
    return (
        AskedInput(WALLS, "Walls", ", ".join(solvers()[name].title for name in question.walls), False),
        *([AskedInput(LINKS, "Links", ", ".join(links), False)] if links else []),
        *(side for side in sides if not side.default),
        *(AskedInput(f"{GOAL}-{k}", f"Goal {k + 1}", text, False) for k, text in enumerate(question.goals)),
        *(side for side in sides if side.default),
    )


def answer_search(query: QueryDict, question: DesignSpaceQuestion, declared: DeclaredSearch) -> DesignSpacePage:
    """Return the answer of a space that is searched within the request, or of a larger one the progress of its job.
    Raise InputErrors."""
    check(declared.search)
    url = reverse("explore:explore")
    found = search_now(question, declared) if declared.search.space.size <= IN_REQUEST else None
    if found is not None and found.complete:
        return _answered(query, url, question, declared, found, None)
    job = job_of(question)
    if job is None and found is not None:
        return _answered(query, url, question, declared, found, stopped_early(found, reverse("explore:begin")))
    if job is None:
        around = DesignSpaceLinks(url, question.query, lambda _: "", ())
        return waiting_page(not_begun(declared.search, question.query, reverse("explore:begin")), around)
    told = so_far(job, reverse("explore:begin"), reverse("explore:cancel"))
    if told.moving and not job.count:
        return waiting_page(told, DesignSpaceLinks(url, question.query, lambda _: "", ()))
    return _answered(query, url, question, declared, outcome_of(job, declared.search), told)


def configuration_page(question: DesignSpaceQuestion, number: int) -> str:
    """Return the URL of the page of one configuration, by its number in the space. Raise InputErrors."""
    declared = declared_search(question, look_up, all_of)
    if not 0 <= number < declared.search.space.size:
        raise InputErrors([InputError(WALLS, f"make no configuration of number {number:,}.")])
    return _opened(question, declared, candidates(declared.search, np.array([number]))[0].inputs)


def _answered(
    query: QueryDict,
    url: str,
    question: DesignSpaceQuestion,
    declared: DeclaredSearch,
    outcome: Outcome,
    progress: JobProgress | None,
) -> DesignSpacePage:
    shown = columns(declared.search, choices)
    report = search_report(declared, outcome, shown)
    pairs = [(name, value) for name, values in QueryDict(question.query).lists() for value in values]

    def opened(candidate: Candidate) -> str:
        return _opened(question, declared, candidate.inputs)

    front = frozenset(each.number for each in outcome.front)
    knee = outcome.front[outcome.knee].number if outcome.knee >= 0 else -1
    rows = rows_page(
        report.rows,
        shown,
        TableQuery.of(text_by_name(query)),
        url=url,
        question=pairs,
        opened=opened,
        front=front,
        knee=knee,
    )
    why, own = _why(query, url, question, declared, outcome, shown, pairs)
    around = DesignSpaceLinks(url, question.query, opened, tuple(_exports(question, declared)))
    return design_space_page(report, shown, rows, why, own, progress, around)


def _why(
    query: QueryDict,
    url: str,
    question: DesignSpaceQuestion,
    declared: DeclaredSearch,
    outcome: Outcome,
    shown: tuple[ResultColumn, ...],
    pairs: list[tuple[str, str]],
) -> tuple[WhyPage, TriedConfiguration | None]:
    """Return the "why not" form and the configuration tried in it, if any. An axis left empty takes the value of the
    best configuration."""
    typed = {
        name[len(TRY) :]: text.strip()
        for name, text in text_by_name(query).items()
        if name.startswith(TRY) and text.strip()
    }
    best = outcome.top[0] if outcome.top else None
    axes = [
        (c.key, c.label, c.typed(c.read(best)) if best else c.typed(_first(declared, c))) for c in shown if not c.terms
    ]
    stands = settings(declared.search.pipeline, {}, best.places if best else _firsts(declared))
    own, errors, opened = None, {}, ""
    if typed:
        try:
            own = try_configuration(question, outcome, {**stands, **typed})
            opened = _opened(question, declared, own.candidate.inputs)
        except InputErrors as bad:
            rows = {f"{AXIS}-{k}": name for k, (name, _) in enumerate(question.axes)}
            errors = {rows.get(error.field, axes[0][0]): error.sentence for error in bad.errors}
    page = why_page(own, typed, errors, axes, shown, url=url, question=pairs, opened=opened)
    return page, own


def _firsts(declared: DeclaredSearch) -> dict[str, object]:
    return {axis.name: axis.labels[0] for axis in declared.search.space.axes}


def _first(declared: DeclaredSearch, column: ResultColumn) -> object:
    return _firsts(declared)[column.key]


def _opened(question: DesignSpaceQuestion, declared: DeclaredSearch, inputs: Mapping[str, Any]) -> str:
    """Return the URL of the page that shows one configuration."""
    text = settings(declared.search.pipeline, declared.given, inputs)
    wires = ",".join(f"{target}:{source}" for target, source in links_of(question).items())
    wall = reverse("walls:wall", args=[question.walls[0]])
    return configuration_url(reverse("pipelines:pipelines"), wall, question.walls, wires, text)


def _exports(question: DesignSpaceQuestion, declared: DeclaredSearch) -> Iterator[Link]:
    for form, title in export_forms().items():
        if form != "parquet" or declared.search.space.size <= IN_REQUEST:
            link = reverse("explore:export", args=[form])
            words = {"py": "Python", "parquet": "Parquet"}.get(form, form.upper())
            yield Link(words, f"{link}?{question.query}", title=title)
