"""Explains a pipeline before it runs: the source of every input, and the inputs that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

from solvers.analysis.parameters import parameters_of
from solvers.fields import Input, Output, Pick
from solvers.spec_parts import follows

from .chain import Pipeline
from .wiring import Stage, Wire


class Origin(Enum):
    """Where the value of an input comes from; the words are shown to the user."""

    STAGE = "from"
    GIVEN = "given"
    DEFAULT = "default"
    UNUSED = "left out"
    GAP = "gap"


@dataclass(frozen=True)
class Taken:
    """An input and its origin; `source` is the output of a stage, or the catalog row that fills a gap."""

    name: str
    label: str
    unit: str
    origin: Origin
    source: str


@dataclass(frozen=True)
class StageExplained:
    """One stage: its walls, all its inputs and all its outputs, in the order declared."""

    name: str
    title: str
    walls: tuple[int, ...]
    takes: tuple[Taken, ...]
    finds: tuple[str, ...]


@dataclass(frozen=True)
class Bridge:
    """A possible link: from an output of a stage to a figure of a row that a later stage picks."""

    target: str
    source: str


@dataclass(frozen=True)
class Explanation:
    """The explanation of a pipeline. `gaps` are inputs without a value, by dotted name; `overruled` are given names
    without effect, because a stage computes them."""

    stages: tuple[StageExplained, ...]
    bridges: tuple[Bridge, ...]
    overruled: tuple[str, ...]

    @property
    def walls(self) -> tuple[int, ...]:
        """Return the numbers of the walls that the stages stand for."""
        return tuple(sorted({wall for stage in self.stages for wall in stage.walls}))

    @property
    def gaps(self) -> dict[str, str]:
        """Return the catalog row that fills each gap; an empty string for a gap that none fills."""
        return {
            f"{stage.name}.{taken.name}": taken.source
            for stage in self.stages
            for taken in stage.takes
            if taken.origin is Origin.GAP
        }

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def explain(pipeline: Pipeline, given: Iterable[str] = ()) -> Explanation:
    """Return the explanation of `pipeline` when values of the names `given` are given. Raise InputError for a name that
    no stage takes."""
    return _explanation(pipeline, tuple(given))


@lru_cache(maxsize=64)
def _explanation(pipeline: Pipeline, names: tuple[str, ...]) -> Explanation:
    ends = {name: pipeline.ends(name) for name in names}
    set_by_hand = {end for each in ends.values() for end in each}
    return Explanation(
        stages=tuple(_explained(pipeline, stage, set_by_hand) for stage in pipeline.stages),
        bridges=tuple(_bridges(pipeline, set_by_hand)),
        overruled=tuple(name for name in names if not ends[name]),
    )


def _explained(pipeline: Pipeline, stage: Stage, by_hand: set[tuple[str, str]]) -> StageExplained:
    figures = [name for (s, name) in {**pipeline.wires, **dict.fromkeys(by_hand)} if s == stage.name and "." in name]
    declared = {**stage.inputs, **{name: parameters_of(stage)[name].declared for name in sorted(figures)}}
    said = {name: True for s, name in (*pipeline.wires, *by_hand) if s == stage.name}
    takes = tuple(
        Taken(name, io.label, "", Origin.DEFAULT, "")
        if name not in said and follows(stage.inputs, name, said)
        else _taken(name, io, _wire(pipeline, stage.name, name), (stage.name, name) in by_hand)
        for name, io in declared.items()
    )
    return StageExplained(stage.name, stage.title, stage.walls, takes, tuple(stage.outputs))


def _wire(pipeline: Pipeline, stage: str, name: str) -> Wire | None:
    """Return the source of an input; a network comes from the stage that computes its size."""
    sized = f"{name}.parameters" if pipeline.found_network(stage, name) is not None else name
    return pipeline.wires.get((stage, sized))


def _taken(name: str, io: Any, wire: Wire | None, by_hand: bool) -> Taken:
    unit = io.unit if isinstance(io, Input) else ""
    if by_hand:
        return Taken(name, io.label, unit, Origin.GIVEN, "")
    if wire is not None:
        return Taken(name, io.label, unit, Origin.STAGE, str(wire))
    if isinstance(io, Pick):
        return Taken(name, io.label, unit, Origin.GAP if io.default else Origin.UNUSED, io.default)
    unknown = isinstance(io, Input) and io.default != io.default and not io.default_from
    return Taken(name, io.label, unit, Origin.GAP if unknown else Origin.DEFAULT, "")


def _bridges(pipeline: Pipeline, by_hand: set[tuple[str, str]]) -> Iterator[Bridge]:
    for place, stage in enumerate(pipeline.stages):
        earlier = pipeline.stages[:place]
        for name, parameter in parameters_of(stage).items():
            end, figure = (stage.name, name), name.rpartition(".")[2]
            if "." in name and end not in pipeline.wires and end not in by_hand:
                for other in earlier:
                    found = other.outputs.get(figure)
                    if isinstance(found, Output) and found.unit == parameter.declared.unit:
                        yield Bridge(f"{stage.name}.{name}", f"{other.name}.{figure}")


def _lines(explanation: Explanation) -> Iterator[str]:
    for place, stage in enumerate(explanation.stages, start=1):
        walls = f", wall {' and '.join(map(str, stage.walls))}" if stage.walls else ""
        yield f"{place}. {stage.title} ({stage.name}{walls})"
        for origin in Origin:
            words = [_words(taken) for taken in stage.takes if taken.origin is origin]
            if words and origin is not Origin.UNUSED:
                yield f"   {origin.value:<8} {', '.join(words)}"
        yield f"   {'outputs':<8} {', '.join(stage.finds)}"
    yield f"Walls covered: {', '.join(map(str, explanation.walls)) or 'none'}"
    for bridge in explanation.bridges:
        yield f"Possible link: {bridge.target} from {bridge.source}"
    for name in explanation.overruled:
        yield f"Ignored: {name}, which a stage computes; put a stage's name before it to use yours"


def _words(taken: Taken) -> str:
    if taken.origin is Origin.STAGE:
        return f"{taken.name} (of {taken.source})"
    if taken.origin is Origin.GAP:
        return f"{taken.name} (default {taken.source or 'unknown'})"
    return taken.name
