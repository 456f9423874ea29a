"""Answers a pipeline of walls for its view and for saving."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from catalog.resolve import find
from mlsysweb.show.forms.asked import Rows, chain_inputs
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.forms.query import text_by_name
from mlsysweb.show.results.stage_query import Asked, stage_query
from solvers.errors import InputError, InputErrors
from solvers.fields import InputField, Pick
from solvers.pipeline import Explanation, Pipeline, explain, pipeline, run
from solvers.pipeline.explanation import Origin
from solvers.registry import solvers
from solvers.specs import Fleet, Grid

from .page import PipelinePage
from .present import LINKS, STAGES, PipelineLinks, pipeline_page
from .presets import PRESETS


@dataclass(frozen=True)
class ChainAnswer:
    """The answer of a pipeline, as far as it is valid: its page, the inputs a user may set, and the errors by field."""

    page: PipelinePage
    around: PipelineLinks
    open_inputs: Mapping[str, InputField]
    errors: Mapping[str, str]


def answer_page(query: QueryDict) -> PipelinePage:
    """Return the page that answers the query. Raise InputErrors where stages are not compatible or an input is
    invalid."""
    answered = answer_chain(query)
    if answered.errors:
        raise InputErrors(InputError(field, sentence) for field, sentence in answered.errors.items())
    return answered.page


def inputs_of(query: QueryDict, rows: Rows) -> tuple[AskedInput, ...]:
    """Return the inputs of a query as shown beside a saved page: label, text, and whether it is the default."""
    around = _links(query)
    titles = [solvers()[name].title for name in around.stages]
    wires = [f"{target} from {source}" for target, source in around.links.items()]
    return (
        AskedInput(STAGES, "Stages", ", ".join(titles), False),
        *([AskedInput(LINKS, "Links", ", ".join(wires), False)] if wires else []),
        *chain_inputs(_chain(around), around.text, rows),
    )


def answer_chain(query: QueryDict) -> ChainAnswer:
    """Return the answer of the pipeline in the query. Errors are returned, not raised."""
    around = _links(query)
    try:
        chain = _chain(around)
        explanation = explain(chain, around.text)
    except (InputError, InputErrors) as bad:
        errors: Iterable[InputError] = bad.errors if isinstance(bad, InputErrors) else (bad,)
        problems = [f"{error.field} {error.sentence}" for error in errors]
        return ChainAnswer(pipeline_page(None, {}, problems, around), around, {}, {STAGES: " ".join(problems)})
    inputs = _open_inputs(chain, explanation)
    try:
        done = run(chain, around.text, _row)
    except InputErrors as bad:
        wrong = {_field(error.field, inputs): error.sentence for error in bad.errors}
        return ChainAnswer(pipeline_page(explanation, {}, (), around), around, inputs, wrong)
    given = chain.assigned(around.text)
    walls = {stage.name: _wall(chain, stage, done.inputs[stage.name], given) for stage in chain.stages}
    page = pipeline_page(explanation, done.results, (), replace(around, walls=walls, rows=_rows_in_use(done.inputs)))
    return ChainAnswer(page, around, inputs, {})


def _links(query: QueryDict) -> PipelineLinks:
    """Return the pipeline in the query; without stages the first preset, with the typed values replacing its own."""
    first = PRESETS[0]
    typed = text_by_name(query)
    text = {name: value for name, value in typed.items() if value and name not in (STAGES, LINKS)}
    if STAGES in typed:
        stages = tuple(name for name in typed[STAGES].split(",") if name)
        links = dict(_pair(link) for link in typed.get(LINKS, "").split(",") if link)
    else:
        stages, links, text = first.stages, dict(first.links), dict(first.values) | text
    return PipelineLinks(reverse("pipelines:pipelines"), stages, links, text, {}, solvers(), {})


def _pair(link: str) -> tuple[str, str]:
    target, _, source = link.partition(":")
    return target, source


def _chain(around: PipelineLinks) -> Pipeline:
    """Return the pipeline without charts, which this page does not draw. Raise InputError and InputErrors."""
    known = around.known
    stages = (known[name].without_charts if name in known else name for name in around.stages)
    return pipeline(*stages, links=around.links)


def _open_inputs(chain: Pipeline, explanation: Explanation) -> dict[str, InputField]:
    """Return the inputs of the form, once for all stages that have an input of the same name: the gaps, the fleet and
    the grid first, inputs with a default among the advanced ones."""
    open_ends = [
        (taken, chain.stage(stage.name).inputs[taken.name])
        for stage in explanation.stages
        for taken in stage.takes
        if taken.origin is not Origin.STAGE and taken.name in chain.stage(stage.name).inputs
    ]
    folded = (Origin.DEFAULT, Origin.UNUSED)
    gaps = {taken.name: io for taken, io in open_ends if taken.origin not in folded or _is_whole(io)}
    others = {taken.name: replace(io, advanced=True) for taken, io in open_ends if taken.origin in folded}
    return {name: replace(io, advanced=False) for name, io in gaps.items()} | {
        n: io for n, io in others.items() if n not in gaps
    }


def _is_whole(io: InputField) -> bool:
    """Whether a pick gives figures of several stages: the fleet they run on, the grid."""
    return isinstance(io, Pick) and io.kind in (Fleet, Grid) and not io.advanced


def _field(name: str, asked: Mapping[str, InputField]) -> str:
    own = name.partition(".")[2]
    return own if own in asked else name


def _wall(chain: Pipeline, stage: Any, inputs: Any, given: Asked) -> str:
    query = urlencode(stage_query(chain, stage, inputs, given))
    return f"{reverse('walls:wall', args=[stage.name])}{'?' if query else ''}{query}"


def _rows_in_use(inputs: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the catalog rows that the stages were given, by stage and input."""
    return {
        f"{stage}.{each.name}": str(value.name)
        for stage, point in inputs.items()
        for each in fields(point)
        if hasattr(value := getattr(point, each.name), "name")
    }


def _row(kind: type[Any], name: str) -> Any:
    return find(kind, name, kind.__name__.lower()).spec
