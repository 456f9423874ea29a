"""Connections between stages: by the same name and unit, or by an explicit link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from solvers.analysis.parameters import parameters_of
from solvers.declare import Solver, closest_name
from solvers.errors import InputError, InputErrors
from solvers.fields import Choice, Flag, Input, Label, Output, Pick

Stage = Solver[Any, Any]

# The source of a link that removes a connection: the input is not taken from a stage, though one has an output of its
# name.
GIVEN = "given"


@dataclass(frozen=True)
class Wire:
    """The source of an input: a stage, and one of its outputs or (by a link only) of its inputs."""

    stage: str
    name: str

    def __str__(self) -> str:
        return f"{self.stage}.{self.name}"


Wires = dict[tuple[str, str], Wire]


def wired(stages: Sequence[Stage], links: Mapping[str, str]) -> tuple[tuple[Stage, ...], Wires]:
    """Return the stages in the order they run, and the source of each connected input. A stage runs after those it
    takes inputs from, otherwise in the order given. Raise InputErrors: a stage named twice, an invalid link, two stages
    that compute an input of a third, a name with two units, a cycle."""
    named = {stage.name: stage for stage in stages}
    if len(named) < len(stages):
        twice = next(s.name for k, s in enumerate(stages) if s.name in {t.name for t in stages[:k]})
        raise InputErrors([InputError("stages", f"name {twice} twice; a stage stands in a pipeline once.")])
    errors: list[InputError] = []
    wires: Wires = {}
    settled: set[tuple[str, str]] = set()
    for target, source in links.items():
        try:
            end = _end(target, named)
            settled.add(end)
            if source != GIVEN:
                wires[end] = _link(target, end, source, named)
        except InputError as error:
            errors.append(error)
    for stage in stages:
        for name in stage.inputs:
            if (stage.name, name) not in settled:
                try:
                    wires |= _by_name(stage, name, stages)
                except InputError as error:
                    errors.append(error)
    if errors:
        raise InputErrors(errors)
    return _ordered(stages, wires), wires


def _by_name(stage: Stage, name: str, stages: Sequence[Stage]) -> Wires:
    """Return the connection to the one stage with an output called `name`, if there is one."""
    finders = [other for other in stages if other is not stage and name in other.outputs]
    remedy = f"Link {stage.name}.{name} to the one that is meant, or to '{GIVEN}'."
    if len(finders) > 1:
        found_by = " and ".join(other.name for other in finders)
        raise InputError("stages", f"{found_by} both find {name}, which {stage.name} takes. {remedy}")
    if not finders:
        return {}
    clash = _clash(stage.inputs[name], finders[0].outputs[name])
    if clash:
        raise InputError(
            "stages", f"{finders[0].name} finds {name} {clash[1]}, {stage.name} takes it {clash[0]}. {remedy}"
        )
    return {(stage.name, name): Wire(finders[0].name, name)}


def _clash(taken: Any, found: Any) -> tuple[str, str] | None:
    """Return the units of two declarations of one name where they are not compatible; None where they are."""
    if isinstance(taken, Input) and isinstance(found, Output | Input) and taken.unit == found.unit:
        return None
    if isinstance(taken, Choice) and isinstance(found, Label | Choice) and taken.kind is found.kind:
        return None
    if isinstance(taken, Pick) and isinstance(found, Pick) and taken.kind is found.kind:
        return None
    return _kind(taken), _kind(found)


def _kind(io: Any) -> str:
    if isinstance(io, Input | Output):
        return "as a plain number" if io.unit == "1" else f"in {io.unit}"
    if isinstance(io, Choice | Label):
        return f"as a {io.kind.__name__.lower()}"
    return "as yes or no" if isinstance(io, Flag) else f"as a {io.kind.__name__.lower()} of the catalog"


def _end(text: str, named: Mapping[str, Stage]) -> tuple[str, str]:
    """Return the stage and the input, or the figure of a pick, at the end of a link."""
    stage, name = _split(text, named)
    known = {**stage.inputs, **parameters_of(stage)}
    if name not in known:
        raise InputError("links", f"lead to {text}, which {stage.name} does not take.{_hint(name, known, stage.name)}")
    return stage.name, name


def _link(target: str, end: tuple[str, str], source: str, named: Mapping[str, Stage]) -> Wire:
    stage, name = _split(source, named)
    known = {**stage.inputs, **{k.name: k.declared for k in parameters_of(stage).values()}, **stage.outputs}
    if name not in known:
        raise InputError("links", f"come from {source}, which {stage.name} has not.{_hint(name, known, stage.name)}")
    figures = {k.name: k.declared for k in parameters_of(named[end[0]]).values()}
    taken = {**named[end[0]].inputs, **figures}[end[1]]
    clash = _clash(taken, known[name])
    if clash:
        raise InputError("links", f"lead from {source} to {target}, but the one is {clash[1]}, the other {clash[0]}.")
    return Wire(stage.name, name)


def _split(text: str, named: Mapping[str, Stage]) -> tuple[Stage, str]:
    stage, _, name = text.partition(".")
    if stage not in named or not name:
        raise InputError("links", f"name '{text[:60]}'; a link is stage.name, and the stages are {', '.join(named)}.")
    return named[stage], name


def _hint(name: str, known: Mapping[str, Any], stage: str) -> str:
    near = closest_name(name, known)
    return f" Did you mean {stage}.{near}?" if near else ""


def _ordered(stages: Sequence[Stage], wires: Wires) -> tuple[Stage, ...]:
    """Return the stages, each after those it takes inputs from. Raise InputErrors that names a cycle."""
    needs = {stage.name: {w.stage for (end, _), w in wires.items() if end == stage.name} for stage in stages}
    ordered: list[Stage] = []
    waiting = list(stages)
    while waiting:
        done = {stage.name for stage in ordered}
        ready = next((stage for stage in waiting if needs[stage.name] <= done), None)
        if ready is None:
            circle = " > ".join(_circle(waiting[0].name, needs, done))
            told = "; ".join(_takes(waiting, wires))
            raise InputErrors([InputError("stages", f"wait for each other in a circle: {circle}. {told}.")])
        ordered.append(ready)
        waiting.remove(ready)
    return tuple(ordered)


def _circle(start: str, needs: Mapping[str, set[str]], done: set[str]) -> list[str]:
    path = [start]
    while path.count(path[-1]) == 1:
        path.append(min(needs[path[-1]] - done))
    return path[path.index(path[-1]) :]


def _takes(waiting: Sequence[Stage], wires: Wires) -> Iterator[str]:
    names = {stage.name for stage in waiting}
    for (stage, name), wire in wires.items():
        if stage in names and wire.stage in names:
            yield f"{stage} takes {name} from {wire.stage}"
