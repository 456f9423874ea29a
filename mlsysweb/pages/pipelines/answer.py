"""The answer of a chain of walls to a query, for its view and for whoever keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from catalog.resolve import find
from mlsysweb.show.forms.asked import Rows, chain_inputs
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.forms.query import text_by_name
from mlsysweb.show.results.stage_query import stage_query
from solvers.errors import InputError, InputErrors
from solvers.fields import InputField
from solvers.pipeline import Explanation, Pipeline, explain, pipeline, run
from solvers.pipeline.explanation import Origin
from solvers.registry import solvers

from .page import PipelinePage
from .present import LINKS, STAGES, PipelineLinks, pipeline_page
from .presets import PRESETS


@dataclass(frozen=True)
class ChainAnswer:
    """A chain as far as it goes: its page, the inputs a person may say, and what is wrong with which field."""

    page: PipelinePage
    around: PipelineLinks
    open_inputs: Mapping[str, InputField]
    errors: Mapping[str, str]


def answer_page(query: QueryDict) -> PipelinePage:
    """Raises InputErrors where the stages do not go together or an input is wrong."""
    answered = answer_chain(query)
    if answered.errors:
        raise InputErrors(InputError(field, sentence) for field, sentence in answered.errors.items())
    return answered.page


def inputs_of(query: QueryDict, rows: Rows) -> tuple[AskedInput, ...]:
    """The inputs of a query as they are listed beside a saved page: label, text, and whether it is the default."""
    around = _links(query)
    titles = [solvers()[name].title for name in around.stages]
    wires = [f"{target} from {source}" for target, source in around.links.items()]
    return (
        AskedInput(STAGES, "Stages", ", ".join(titles), False),
        *([AskedInput(LINKS, "Links", ", ".join(wires), False)] if wires else []),
        *chain_inputs(_chain(around), around.text, rows),
    )


def answer_chain(query: QueryDict) -> ChainAnswer:
    """The page as far as the chain goes, whatever is wrong with it."""
    around = _links(query)
    try:
        chain = _chain(around)
        explanation = explain(chain, around.text)
    except (InputError, InputErrors) as bad:
        errors: Iterable[InputError] = bad.errors if isinstance(bad, InputErrors) else (bad,)
        problems = [f"{error.field} {error.sentence}" for error in errors]
        return ChainAnswer(pipeline_page(None, {}, problems, around), around, {}, {STAGES: " ".join(problems)})
    asked = _open_inputs(chain, explanation)
    try:
        done = run(chain, around.text, _row)
    except InputErrors as bad:
        wrong = {_field(error.field, asked): error.sentence for error in bad.errors}
        return ChainAnswer(pipeline_page(explanation, {}, (), around), around, asked, wrong)
    walls = {stage.name: _wall(chain, stage, done.inputs[stage.name], around.text) for stage in chain.stages}
    page = pipeline_page(explanation, done.results, (), replace(around, walls=walls))
    return ChainAnswer(page, around, asked, {})


def _links(query: QueryDict) -> PipelineLinks:
    """What the query asks; without stages the first preset, with what else is typed over it."""
    first = PRESETS[0]
    typed = text_by_name(query)
    text = {name: value for name, value in typed.items() if value and name not in (STAGES, LINKS)}
    if STAGES in typed:
        stages = tuple(name for name in typed[STAGES].split(",") if name)
        links = dict(_pair(link) for link in typed.get(LINKS, "").split(",") if link)
    else:
        stages, links, text = first.stages, dict(first.links), dict(first.values) | text
    return PipelineLinks(reverse("pipelines:pipelines"), stages, links, text, {}, solvers())


def _pair(link: str) -> tuple[str, str]:
    target, _, source = link.partition(":")
    return target, source


def _chain(around: PipelineLinks) -> Pipeline:
    """The stages without their charts, which this page does not draw. Raises InputError and InputErrors."""
    known = around.known
    stages = (replace(known[name], figures=()) if name in known else name for name in around.stages)
    return pipeline(*stages, links=around.links)


def _open_inputs(chain: Pipeline, explanation: Explanation) -> dict[str, InputField]:
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


def _field(name: str, asked: Mapping[str, InputField]) -> str:
    own = name.partition(".")[2]
    return own if own in asked else name


def _wall(chain: Pipeline, stage: Any, inputs: Any, text: Mapping[str, str]) -> str:
    query = urlencode(stage_query(chain, stage, inputs, text))
    return f"{reverse('walls:wall', args=[stage.name])}{'?' if query else ''}{query}"


def _row(kind: type[Any], name: str) -> Any:
    return find(kind, name, kind.__name__.lower()).spec
