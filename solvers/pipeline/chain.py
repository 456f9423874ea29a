"""The pipeline as one function: the outputs of earlier stages are inputs of later ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from solvers.analysis.parameters import get_value, parameters_of, with_values
from solvers.declare import closest_name
from solvers.errors import InputError
from solvers.fields import Choice, Input, Pick
from solvers.picks import following
from solvers.spec_parts import follows, with_parts
from solvers.specs import Model

from .wiring import Stage, Wire, Wires

if TYPE_CHECKING:
    from .explanation import Explanation
    from .run import Run

# Of a network of which a stage finds the size, and perhaps the shape.
UNKNOWN_SHAPE = Model(
    layers=np.nan, hidden_size=np.nan, attention_heads=np.nan, kv_heads=np.nan, head_dim=np.nan, generative=1.0
)
Given = Mapping[tuple[str, str], Any]


@dataclass(frozen=True)
class StandIn:
    """The catalog's default of a pick that is not made: it gives way where the pick is a part of another one."""

    spec: Any


@dataclass(frozen=True)
class Answer:
    """The inputs and the outputs of a stage, as columns or scalars."""

    inputs: Any
    outputs: Any

    def value(self, name: str) -> Any:
        """Return the output called `name`, else the input, else the figure of a picked row."""
        return getattr(self.outputs, name) if hasattr(self.outputs, name) else get_value(self.inputs, name)


@dataclass(frozen=True, repr=False, eq=False)
class Pipeline:
    """Stages in the order they run; `wires` says which input (stage, name) comes from which stage."""

    stages: tuple[Stage, ...]
    wires: Wires

    @cached_property
    def _by_name(self) -> Mapping[str, Stage]:
        return {stage.name: stage for stage in self.stages}

    @cached_property
    def _by_stage(self) -> Mapping[str, Mapping[str, Wire]]:
        """The wires of each stage, by the name of its input."""
        return {
            stage.name: {name: wire for (end, name), wire in self.wires.items() if end == stage.name}
            for stage in self.stages
        }

    @cached_property
    def _networks(self) -> Mapping[tuple[str, str], Model]:
        """The networks of a size that another stage finds, by the pick (stage, name) they stand for."""
        return {
            (stage.name, name): replace(UNKNOWN_SHAPE, name=f"network of {wire.stage.replace('_', ' ')}")
            for stage in self.stages
            for name, io in stage.inputs.items()
            if isinstance(io, Pick) and io.kind is Model
            if (wire := self.wires.get((stage.name, f"{name}.parameters"))) is not None
        }

    def explain(self, given: Mapping[str, Any] | None = None, **named: Any) -> Explanation:
        """Return what a run with values of these names would do: the source of each input, missing inputs, and the
        walls covered. `print` it. Raise InputError for a name that no stage takes."""
        from .explanation import explain

        return explain(self, {**(given or {}), **named})

    def run(self, given: Mapping[str, Any] | None = None, **named: Any) -> Run:
        """Run every stage once. Values are numbers in SI, text with units, specs or slugs; a dotted name is of one
        stage, `{"tco.duration": "30 day"}`. Shipped rows are used for specs that are not given. Raise InputErrors,
        and InputError for a name that no stage takes.

        >>> from solvers import pipeline
        >>> done = pipeline("scaling_laws", "tco").run(compute_budget="1e21 FLOP", devices=256)
        >>> list(done), round(done["scaling_laws"]["tokens_per_parameter"])
        (['scaling_laws', 'tco'], 20)
        """
        from solvers.shipped import find

        from .run import run

        return run(self, {**(given or {}), **named}, find)

    def __repr__(self) -> str:
        return f"<pipeline {' > '.join(stage.name for stage in self.stages)}, {len(self.wires)} links>"

    def stage(self, name: str) -> Stage:
        """Return the stage called `name`."""
        return self._by_name[name]

    def wires_of(self, stage: str) -> Mapping[str, Wire]:
        """Return the wires of a stage by the name of its input."""
        return self._by_stage[stage]

    def ends(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return the inputs (stage, name) that a given name sets: `tco.mfu` in that stage only, `mfu` in every stage
        that does not take it from another. Raise InputError when no stage takes it."""
        first, _, rest = name.partition(".")
        if self._is_of_one(name) and (rest in self.stage(first).inputs or rest in parameters_of(self.stage(first))):
            return ((first, rest),) if self.found_network(first, rest) is None else ()
        ends = tuple((s.name, name) for s in self.stages if name in s.inputs or name in parameters_of(s))
        if not ends:
            near = closest_name(name, self._names())
            raise InputError(name[:60], f"is taken by no stage.{f' Did you mean {near}?' if near else ''}")
        return tuple(end for end in ends if end not in self.wires and self.found_network(*end) is None)

    def finder(self, name: str) -> Wire | None:
        """Return the output that sets the input of a given name, also a dotted one, where no stage leaves it to be
        given; None where it may be given."""
        first, _, rest = name.partition(".")
        stages = [self.stage(first)] if self._is_of_one(name) else self.stages
        own = rest if self._is_of_one(name) else name
        wires = [self.wires.get((s.name, own)) for s in stages if own in s.inputs or own in parameters_of(s)]
        return wires[0] if wires and all(wires) else None

    def assigned(self, given: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
        """Return given values by the inputs they set; a value for one stage takes precedence over one for all."""
        of_all_first = sorted(given, key=self._is_of_one)
        return {end: given[name] for name in of_all_first for end in self.ends(name)}

    def _is_of_one(self, name: str) -> bool:
        return name.partition(".")[0] in self._by_name

    def _names(self) -> Iterator[str]:
        for stage in self.stages:
            yield from (name for own in (*stage.inputs, *parameters_of(stage)) for name in (own, f"{stage.name}.{own}"))

    def evaluate(self, given: Given) -> dict[str, Answer]:
        """The answer of every stage by its name, each in one vectorised call. Numbers and columns in SI, not
        validated; a given value takes precedence over a connection, and an input with neither is a figure of the spec
        picked, or has its default."""
        answers: dict[str, Answer] = {}
        for stage in self.stages:
            inputs = self.inputs(stage, given, answers)
            with np.errstate(all="ignore"):
                answers[stage.name] = Answer(inputs, stage.function(inputs))
        return answers

    def inputs(self, stage: Stage, given: Given, answers: Mapping[str, Answer]) -> Any:
        """Return a stage's inputs, from the given values and the answers of the stages before it."""
        taken = {name: answers[wire.stage].value(wire.name) for name, wire in self.wires_of(stage.name).items()}
        settings = taken | {name: value for (s, name), value in given.items() if s == stage.name}
        said = {name: value for name, value in settings.items() if not isinstance(value, StandIn)}
        plain = {n: v.spec if isinstance(v, StandIn) else v for n, v in settings.items() if n in stage.inputs}
        plain |= {n: network for n in stage.inputs if (network := self.found_network(stage.name, n)) is not None}
        figures = {name: value for name, value in settings.items() if name not in stage.inputs}
        inputs = stage.inputs_type(**with_parts(stage.inputs, plain, said))
        return following(stage, with_values(inputs, figures) if figures else inputs, said)

    def found_network(self, stage: str, pick: str) -> Model | None:
        """The network of the size another stage finds, where the parameters of a stage's pick are linked to it: none of
        its other figures is the picked network's, and those that no link gives are unknown. None where the network is
        the one picked."""
        return self._networks.get((stage, pick))

    def lacking(self, given: Given) -> Iterator[tuple[str, str]]:
        """Yield the inputs (stage, name) that have neither a value, a connection nor a default."""
        for stage in self.stages:
            picked = {name: value for (s, name), value in (*self.wires.items(), *given.items()) if s == stage.name}
            for name, io in stage.inputs.items():
                found = self.found_network(stage.name, name) is not None
                if not (name in picked or found or _has_default(io) or follows(stage.inputs, name, picked)):
                    yield stage.name, name


def _has_default(io: Any) -> bool:
    if isinstance(io, Input):
        return not np.isnan(io.default) or bool(io.default_from)
    return isinstance(io, Choice) or bool(io.optional)
