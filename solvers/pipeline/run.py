"""Runs a pipeline: from given values to the result of every stage."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from types import SimpleNamespace
from typing import Any

import numpy as np

from solvers.analysis.parameters import Scaled
from solvers.errors import InputError, InputErrors
from solvers.fields import Input, Label, Pick
from solvers.notebook.solution import Solution
from solvers.plan import plan
from solvers.read import read_value
from solvers.result import Result
from solvers.solve import solve
from solvers.specs import Changed

from .chain import Answer, Given, Pipeline, StandIn
from .wiring import Stage

LookUp = Callable[[type[Any], str], Any]


@dataclass(frozen=True, repr=False)
class Run(Mapping[str, Solution]):
    """The result and the inputs of every stage by its name, in the order they ran. As a mapping it has the solution of
    each stage, `done["tco"].verdict`."""

    results: Mapping[str, Result]
    inputs: Mapping[str, Any]

    def __getitem__(self, stage: str) -> Solution:
        return Solution(self.results[stage])

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def __str__(self) -> str:
        return "\n".join(f"{name}: {solution.verdict}" for name, solution in self.items())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return "".join(f"<h4>{escape(name)}</h4>{solution._repr_html_()}" for name, solution in self.items())


def run(pipeline: Pipeline, given: Mapping[str, Any], look_up: LookUp | None = None) -> Run:
    """Run every stage once. Values are SI numbers, specs, or text as typed (`1e21 FLOP`, a slug, `x2` for a figure);
    `look_up` finds the spec of a kind by its slug, and with it the catalog's defaults fill what is not given. Raise
    InputErrors with every invalid value and every gap."""
    settings = settle(pipeline, given, look_up)
    lacking = list(pipeline.lacking(settings))
    if lacking:
        raise InputErrors(
            InputError(f"{stage}.{name}", "is a gap: no stage finds it, and nothing is given for it.")
            for stage, name in lacking
        )
    answers: dict[str, Answer] = {}
    results: dict[str, Result] = {}
    for stage in pipeline.stages:
        inputs = pipeline.inputs(stage, settings, answers)
        _check(pipeline, stage, inputs)
        result = results[stage.name] = _solved(stage, inputs)
        answers[stage.name] = Answer(inputs, _found(stage, result))
    return Run(results, {name: answer.inputs for name, answer in answers.items()})


def settle(pipeline: Pipeline, given: Mapping[str, Any], look_up: LookUp | None = None) -> dict[tuple[str, str], Any]:
    """Return given values by the inputs they set, parsed and validated: in SI, as codes and specs. With `look_up` the
    catalog's defaults are added where a stage picks a row and none is given. Raise InputErrors."""
    settings: dict[tuple[str, str], Any] = {}
    errors: list[InputError] = []
    for (stage_name, name), value in pipeline.assigned(given).items():
        try:
            settings[stage_name, name] = _value(pipeline.stage(stage_name), name, value, look_up)
        except InputError as error:
            errors.append(InputError(f"{stage_name}.{error.field}", error.sentence))
    if errors:
        raise InputErrors(errors)
    return {**_catalog_defaults(pipeline, settings, look_up), **settings} if look_up else settings


def _catalog_defaults(pipeline: Pipeline, settings: Given, look_up: LookUp) -> dict[tuple[str, str], Any]:
    """The catalog's defaults of picks that are not made."""
    return {
        (stage.name, name): StandIn(look_up(io.kind, io.default)) if io.default_from else look_up(io.kind, io.default)
        for stage in pipeline.stages
        for name, io in stage.inputs.items()
        if isinstance(io, Pick) and io.default and (stage.name, name) not in (*pipeline.wires, *settings)
        if pipeline.found_network(stage.name, name) is None
    }


def _value(stage: Stage, name: str, value: Any, look_up: LookUp | None) -> Any:
    io = stage.inputs.get(name)
    if isinstance(value, Scaled) or (isinstance(io, Pick) and isinstance(value, io.kind)):
        return value
    read = read_value(stage, name, value)
    if isinstance(read, Changed):
        return Scaled(read.value) if read.scaled else read.value
    if isinstance(io, Pick) and isinstance(read, str):
        if look_up is None:
            raise InputError(
                name, f"is '{read[:60]}', a row of a catalog that is not at hand; give the {io.kind.__name__} itself."
            )
        return look_up(io.kind, read)
    return read


def _check(pipeline: Pipeline, stage: Stage, inputs: Any) -> None:
    """Raise an error where a connected input is out of range: values from other stages are validated like typed
    ones, but for those that may be unknown."""
    errors = []
    for name, wire in pipeline.wires_of(stage.name).items():
        io = stage.inputs.get(name)
        if isinstance(io, Input):
            value = float(getattr(inputs, name))
            if io.may_be_unknown and math.isnan(value):
                continue
            try:
                io.check(name, value)
            except InputError as error:
                errors.append(InputError(f"{stage.name}.{name}", f"{error.sentence} It is what {wire} came to."))
    if errors:
        raise InputErrors(errors)


@dataclass(frozen=True)
class _Asked:
    """A stage and its inputs, equal to another one where every input is the same: numbers by value, also unknown ones,
    specs by identity."""

    stage: Stage
    inputs: Any = field(compare=False)
    values: tuple[Any, ...]


@lru_cache(maxsize=512)
def _answered(asked: _Asked) -> Result:
    """Return the answer of a stage: one input changed leaves those of most stages as they were."""
    return solve(plan(asked.stage, asked.inputs))


def _solved(stage: Stage, inputs: Any) -> Result:
    values = tuple(None if isinstance(v, float) and math.isnan(v) else v for v in vars(inputs).values())
    is_column = any(isinstance(value, np.ndarray) for value in values)
    try:
        return solve(plan(stage, inputs)) if is_column else _answered(_Asked(stage, inputs, values))
    except InputErrors as bad:
        raise InputErrors(InputError(f"{stage.name}.{e.field}", e.sentence) for e in bad.errors) from None


def _found(stage: Stage, result: Result) -> SimpleNamespace:
    """Return a result's outputs by attribute, labels as codes, like the outputs of a wall."""
    values = {name: result.values[name].value for name in stage.outputs}
    codes = {n: int(io.kind[str(values[n]).upper()]) for n, io in stage.outputs.items() if isinstance(io, Label)}
    return SimpleNamespace(**values | codes)
