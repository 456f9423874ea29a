"""Presenter (stage 5) of the pipelines page. Does not solve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from mlsysweb.show.results.page import Link
from mlsysweb.show.results.present import card
from solvers.declare import Solver
from solvers.formatting import fill_slots
from solvers.pipeline.explanation import Explanation, Origin, StageExplained, Taken
from solvers.result import Result

from .page import Flow, PipelinePage, StageRow
from .presets import PRESETS

STAGES, LINKS = "stages", "links"


@dataclass(frozen=True)
class PipelineLinks:
    """The path of this page, its stages and links, the typed text, the link to each stage's wall with its inputs, and
    the names of the catalog rows in use, by stage and input (`tco.accelerator`)."""

    url: str
    stages: tuple[str, ...]
    links: Mapping[str, str]
    text: Mapping[str, str]
    walls: Mapping[str, str]
    known: Mapping[str, Solver[Any, Any]]
    rows: Mapping[str, str]


def pipeline_page(
    explanation: Explanation | None, results: Mapping[str, Result], problems: Sequence[str], around: PipelineLinks
) -> PipelinePage:
    """Return the page of a pipeline: its explanation if the stages are compatible, its results if there is no error."""
    explained = explanation.stages if explanation else ()
    return PipelinePage(
        stages=tuple(
            _stage(place, stage, results.get(stage.name), around) for place, stage in enumerate(explained, start=1)
        ),
        problems=tuple(problems),
        offers=tuple(_offers(explanation, around)) if explanation else (),
        additions=tuple(_additions(around)),
        presets=tuple(_presets(around)),
        notes=tuple(_notes(explanation, results)) if explanation else (),
        url=_link(around.url, around.stages, around.links, around.text),
    )


def _notes(explanation: Explanation, results: Mapping[str, Result]) -> Iterator[str]:
    """The walls covered, what is ignored, and what each stage has to say beside its verdict."""
    if explanation.walls:
        yield f"Walls covered: {', '.join(map(str, explanation.walls))}."
    yield from (f"{name} is ignored: an earlier stage computes it." for name in explanation.overruled)
    for stage in explanation.stages:
        if result := results.get(stage.name):
            yield from (f"{stage.title}: {fill_slots(note, result.values)}" for note in result.notes)


def _link(url: str, stages: Sequence[str], links: Mapping[str, str], text: Mapping[str, str]) -> str:
    wires = ",".join(f"{target}:{source}" for target, source in links.items())
    return f"{url}?{urlencode({STAGES: ','.join(stages), **({LINKS: wires} if wires else {}), **text})}"


def _stage(number: int, stage: StageExplained, result: Result | None, around: PipelineLinks) -> StageRow:
    by_origin = {origin: [taken for taken in stage.takes if taken.origin is origin] for origin in Origin}
    kept = tuple(name for name in around.stages if name != stage.name)
    return StageRow(
        number=number,
        name=stage.name,
        title=stage.title,
        flows=tuple(_flow(taken, f"from {_place(taken.source, around)}") for taken in by_origin[Origin.STAGE]),
        given=tuple(_flow(taken, "set by you") for taken in by_origin[Origin.GIVEN]),
        gaps=tuple(
            _flow(taken, around.rows.get(f"{stage.name}.{taken.name}", taken.source) or "none")
            for taken in by_origin[Origin.GAP]
        ),
        defaults=tuple(taken.label for taken in by_origin[Origin.DEFAULT]),
        verdict=fill_slots(result.verdict, result.values) if result else "",
        headline=tuple(card(name, result.values[name]) for name in result.headline) if result else (),
        wall=around.walls.get(stage.name, ""),
        without=_link(around.url, kept, _between(kept, around.links), {}) if kept else "",
    )


def _between(stages: Sequence[str], links: Mapping[str, str]) -> dict[str, str]:
    """Return the links whose two ends are both among these stages."""
    return {
        t: s for t, s in links.items() if t.partition(".")[0] in stages and s.partition(".")[0] in (*stages, "given")
    }


def _flow(taken: Taken, source: str) -> Flow:
    return Flow(taken.name, taken.label, source)


def _place(end: str, around: PipelineLinks) -> str:
    """Return the end of a link in words: `Parallelism: Training time` for `parallelism.training_time`, and the row that
    a figure belongs to for `tco.fleet.node.accelerator.peak`."""
    stage, _, name = end.partition(".")
    solver = around.known.get(stage)
    if solver is None:
        return end
    declared = solver.outputs.get(name) or solver.inputs.get(name)
    row, _, figure = name.rpartition(".")
    words = declared.label if declared else f"{row.replace('.', ' › ')} › {figure.replace('_', ' ')}"
    return f"{solver.title}: {words}"


def _offers(explanation: Explanation, around: PipelineLinks) -> Iterator[Link]:
    for bridge in explanation.bridges:
        links = {**around.links, bridge.target: bridge.source}
        yield Link(
            f"{_place(bridge.source, around)} → {_place(bridge.target, around)}",
            _link(around.url, around.stages, links, around.text),
        )


def _additions(around: PipelineLinks) -> Iterator[Link]:
    for name, solver in around.known.items():
        if name not in around.stages:
            yield Link(solver.title, _link(around.url, (*around.stages, name), around.links, around.text))


def _presets(around: PipelineLinks) -> Iterator[Link]:
    for chain in PRESETS:
        same = (chain.stages, dict(chain.links), dict(chain.values)) == (
            around.stages,
            dict(around.links),
            dict(around.text),
        )
        yield Link(
            chain.name, _link(around.url, chain.stages, chain.links, chain.values), current=same, title=chain.part
        )
