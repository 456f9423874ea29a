from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices, find
from mlsysweb.show.forms.draw import form_fields
from mlsysweb.show.forms.page import Form
from mlsysweb.show.forms.query import text_by_name
from mlsysweb.show.htmx import error_response, partial_response, vary_on_htmx, wants_partial
from mlsysweb.show.results.stage_query import stage_query
from solvers.errors import InputError, InputErrors
from solvers.fields import InputField
from solvers.pipeline import Explanation, Pipeline, explain, pipeline, run
from solvers.pipeline.explanation import Origin
from solvers.registry import solvers
from solvers.result import Result

from .page import PipelinePage
from .present import LINKS, STAGES, PipelineLinks, pipeline_page
from .presets import PRESETS


@require_safe
def pipelines(request: HttpRequest) -> HttpResponse:
    url, first = reverse("pipelines:pipelines"), PRESETS[0]
    text = {name: value for name, value in text_by_name(request.GET).items() if value and name not in (STAGES, LINKS)}
    if STAGES in request.GET:
        stages = tuple(name for name in request.GET.get(STAGES, "").split(",") if name)
        links = dict(_pair(link) for link in request.GET.get(LINKS, "").split(",") if link)
    else:
        stages, links, text = first.stages, dict(first.links), dict(first.values) | text
    page, form, errors = _answered(url, stages, links, text)
    if not wants_partial(request):
        return vary_on_htmx(
            render(request, "pipelines/pipelines.html", {"page": page, "form": form}, status=422 if errors else 200)
        )
    said = render_to_string("shared/_errors.html", {"form": form}, request)
    if errors:
        return error_response(said)
    return partial_response(render_to_string("pipelines/_chain.html", {"page": page}, request) + said, page.url)


def _pair(link: str) -> tuple[str, str]:
    target, _, source = link.partition(":")
    return target, source


def _answered(
    url: str, stages: tuple[str, ...], links: Mapping[str, str], text: Mapping[str, str]
) -> tuple[PipelinePage, Form, dict[str, str]]:
    """The page as far as the chain goes, its form, and what is wrong with which field."""
    around = PipelineLinks(url, stages, links, text, {}, solvers())
    try:
        chain = pipeline(
            *(replace(solvers()[name], figures=()) if name in solvers() else name for name in stages), links=links
        )
        explanation = explain(chain, text)
    except (InputError, InputErrors) as bad:
        found = bad.errors if isinstance(bad, InputErrors) else (bad,)
        problems = [f"{error.field} {error.sentence}" for error in found]
        return pipeline_page(None, {}, problems, around), _form({}, around, {}), {STAGES: " ".join(problems)}
    asked = _asked(chain, explanation)
    try:
        results = run(chain, text, _row).results
    except InputErrors as bad:
        errors = {_field(error.field, asked): error.sentence for error in bad.errors}
        return pipeline_page(explanation, {}, (), around), _form(asked, around, errors), errors
    walls = {stage.name: _wall(chain, stage, results, text) for stage in chain.stages}
    return pipeline_page(explanation, results, (), replace(around, walls=walls)), _form(asked, around, {}), {}


def _asked(chain: Pipeline, explanation: Explanation) -> dict[str, InputField]:
    """What a person may say, once for all stages that ask it by the same name; the gaps first, what has a default
    folded away unless it is a stage's first question."""
    open_ends = [
        (taken, chain.stage(stage.name).inputs[taken.name])
        for stage in explanation.stages
        for taken in stage.takes
        if taken.origin in (Origin.GAP, Origin.GIVEN, Origin.DEFAULT) and taken.name in chain.stage(stage.name).inputs
    ]
    gaps = {taken.name: io for taken, io in open_ends if taken.origin is not Origin.DEFAULT}
    others = {taken.name: replace(io, advanced=True) for taken, io in open_ends if taken.origin is Origin.DEFAULT}
    return {name: replace(io, advanced=False) for name, io in gaps.items()} | {
        n: io for n, io in others.items() if n not in gaps
    }


def _form(asked: Mapping[str, InputField], around: PipelineLinks, errors: Mapping[str, str]) -> Form:
    drawn = form_fields(asked, around.text, errors, choices, around.url)
    wires = ",".join(f"{target}:{source}" for target, source in around.links.items())
    told = {name: value for name, value in around.text.items() if name not in asked}  # of one stage, or a figure
    hidden = {STAGES: ",".join(around.stages), **({LINKS: wires} if wires else {}), **told}
    return replace(drawn, hidden=tuple(hidden.items()))


def _field(name: str, asked: Mapping[str, InputField]) -> str:
    own = name.partition(".")[2]
    return own if own in asked else name


def _wall(chain: Pipeline, stage: Any, results: Mapping[str, Result], text: Mapping[str, str]) -> str:
    query = urlencode(stage_query(chain, stage, results, text))
    return f"{reverse('walls:wall', args=[stage.name])}{'?' if query else ''}{query}"


def _row(kind: type[Any], name: str) -> Any:
    return find(kind, name, kind.__name__.lower()).spec
