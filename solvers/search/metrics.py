"""What a search optimizes and demands: metrics of the stages, objectives and constraints on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.analysis.parameters import parameters_of
from solvers.fields import Choice, Flag, Input, Label, Output, Pick
from solvers.pipeline import Answer, Pipeline

Answers = Mapping[str, Answer]

_OPERATORS = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


@dataclass(frozen=True)
class Metric:
    """A number, name or truth of one stage: an output, an input, or a figure of a pick."""

    stage: str
    name: str
    declared: Input | Choice | Output | Label | Flag

    @property
    def unit(self) -> str:
        """Of a number; nothing for names and truths."""
        return self.declared.unit if isinstance(self.declared, Input | Output) else ""

    def read(self, answers: Answers) -> NDArray[Any]:
        return np.asarray(answers[self.stage].value(self.name))


@dataclass(frozen=True)
class Objective:
    """What to make small or large: a metric, or a weighted sum of several. Scores are always to be made small."""

    terms: tuple[tuple[Metric, float], ...]
    sign: float
    text: str

    def score(self, answers: Answers) -> NDArray[np.float64]:
        return np.asarray(sum(self.sign * weight * metric.read(answers) for metric, weight in self.terms), dtype=float)


@dataclass(frozen=True)
class Constraint:
    """What must hold. An unknown value never does."""

    metric: Metric
    operator: str
    limit: float
    text: str

    def met(self, value: NDArray[Any]) -> NDArray[np.bool_]:
        held: NDArray[np.bool_] = _OPERATORS[self.operator](value, self.limit)
        return held & ~np.isnan(value) if self.operator == "!=" else held

    def relaxed(self, share: float) -> Constraint | None:
        """The same with its limit moved by a share of itself; nothing for a word or a limit of zero."""
        if not (self.wants_small or self.wants_large) or self.limit == 0:
            return None
        away = share * abs(self.limit) * (1 if self.wants_small else -1)
        return replace(self, limit=self.limit + away)

    @property
    def wants_small(self) -> bool:
        return self.operator in ("<", "<=")

    @property
    def wants_large(self) -> bool:
        return self.operator in (">", ">=")


Goal = Objective | Constraint


def metrics(pipeline: Pipeline) -> dict[str, Metric]:
    """Everything a goal may speak of, by name: `stage.name` always, `name` alone where it means one thing. An output
    goes before an input of its name, and an input before the same input of a later stage."""
    by_name: dict[str, list[Metric]] = {}
    for stage in pipeline.stages:
        for name, found in stage.outputs.items():
            by_name.setdefault(name, []).append(Metric(stage.name, name, found))
    every = {f"{m.stage}.{m.name}": m for found in by_name.values() for m in found}
    every |= {name: found[0] for name, found in by_name.items() if len(found) == 1}
    for stage in pipeline.stages:
        taken: dict[str, Any] = {name: knob.declared for name, knob in parameters_of(stage).items() if not knob.table}
        taken |= {name: io for name, io in stage.inputs.items() if not isinstance(io, Pick)}
        for name, io in taken.items():
            every.setdefault(f"{stage.name}.{name}", Metric(stage.name, name, io))
            if name not in by_name:
                every.setdefault(name, Metric(stage.name, name, io))
    return every
