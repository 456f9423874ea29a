"""The metrics of a search: outputs and inputs of the stages, with objectives and constraints on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.analysis.parameters import parameters_of
from solvers.fields import Choice, Flag, Input, Label, Output, Pick
from solvers.pipeline.chain import Answer, Pipeline
from solvers.quantities import format_quantity

Answers = Mapping[str, Answer]

_OPERATORS = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_WORDS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}


@dataclass(frozen=True)
class Metric:
    """A number, label or flag of one stage: an output, an input, or a figure of a picked row."""

    stage: str
    name: str
    declared: Input | Choice | Output | Label | Flag

    @property
    def unit(self) -> str:
        """Return the SI unit of a number; an empty string for labels and flags."""
        return self.declared.unit if isinstance(self.declared, Input | Output) else ""

    def read(self, answers: Answers) -> NDArray[Any]:
        """Return the values of the metric in the answers of the stages."""
        return np.asarray(answers[self.stage].value(self.name))


@dataclass(frozen=True)
class Objective:
    """A metric, or a weighted sum of several, to minimize (`sign` 1) or maximize (`sign` −1)."""

    terms: tuple[tuple[Metric, float], ...]
    sign: float
    text: str

    def score(self, answers: Answers) -> NDArray[np.float64]:
        """Return the value of the objective times its sign, so that smaller is better."""
        return np.asarray(sum(self.sign * weight * metric.read(answers) for metric, weight in self.terms), dtype=float)


@dataclass(frozen=True)
class Constraint:
    """A condition on a metric. An unknown value never meets it."""

    metric: Metric
    operator: str
    limit: float
    text: str

    def met(self, value: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which values meet the condition."""
        held: NDArray[np.bool_] = _OPERATORS[self.operator](value, self.limit)
        return held & ~np.isnan(value) if self.operator == "!=" else held

    @property
    def words(self) -> str:
        """Return the condition as a page shows it: `time to first token (TTFT) ≤ 1 s`, `bottleneck = memory`."""
        io = self.metric.declared
        label = io.label if io.label[:2].isupper() else io.label[:1].lower() + io.label[1:]
        if isinstance(io, Flag):
            return label if (self.operator == "==") == bool(self.limit) else f"not {label}"
        if isinstance(io, Input | Output):
            return f"{label} {_WORDS[self.operator]} {format_quantity(self.limit, io.unit, io.display_unit)}"
        return f"{label} {_WORDS[self.operator]} {io.kind(int(self.limit)).name.lower().replace('_', ' ')}"

    def relaxed(self, share: float) -> Constraint | None:
        """Return the constraint with its limit relaxed by a `share` of itself; None for a label and for a limit of
        zero."""
        if not (self.wants_small or self.wants_large) or self.limit == 0:
            return None
        away = share * abs(self.limit) * (1 if self.wants_small else -1)
        return replace(self, limit=self.limit + away)

    @property
    def wants_small(self) -> bool:
        """Return whether values below the limit meet it."""
        return self.operator in ("<", "<=")

    @property
    def wants_large(self) -> bool:
        """Return whether values above the limit meet it."""
        return self.operator in (">", ">=")


Goal = Objective | Constraint


def metrics(pipeline: Pipeline) -> dict[str, Metric]:
    """Return all metrics by name: `stage.name` always, `name` alone where it is unambiguous. An output takes precedence
    over an input of its name, and an input over the same input of a later stage."""
    by_name: dict[str, list[Metric]] = {}
    for stage in pipeline.stages:
        for name, found in stage.outputs.items():
            by_name.setdefault(name, []).append(Metric(stage.name, name, found))
    every = {f"{m.stage}.{m.name}": m for found in by_name.values() for m in found}
    every |= {name: found[0] for name, found in by_name.items() if len(found) == 1}
    for stage in pipeline.stages:
        taken: dict[str, Any] = {
            name: parameter.declared for name, parameter in parameters_of(stage).items() if not parameter.table
        }
        taken |= {name: io for name, io in stage.inputs.items() if not isinstance(io, Pick)}
        for name, io in taken.items():
            every.setdefault(f"{stage.name}.{name}", Metric(stage.name, name, io))
            if name not in by_name:
                every.setdefault(name, Metric(stage.name, name, io))
    return every


# Flags that must be true, unless a goal names them.
_DEMANDED = ("feasible", "stable")


def demanded(pipeline: Pipeline, constraints: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """Return the constraints that hold unless a goal names their output: that the configuration fits and its queue is
    stable."""
    named = {(c.metric.stage, c.metric.name) for c in constraints}
    return tuple(
        Constraint(Metric(stage.name, name, stage.outputs[name]), "==", 1.0, f"{stage.name}.{name}")
        for stage in pipeline.stages
        for name in _DEMANDED
        if isinstance(stage.outputs.get(name), Flag) and (stage.name, name) not in named
    )
