"""What a search wants and what it demands, as a person writes it.

`minimize: tco`, `maximize: throughput`; `latency < 50 ms`, `tco <= 5 MUSD`, `bottleneck == memory`, `feasible`,
`feasible == True`. Several metrics add up, each with a weight in the unit that makes it the first one's: `minimize: tco
+ 100 USD/t * total_carbon`. A number without a unit is in SI, like everywhere; only a bare number for a latency is read in
milliseconds, as on the tutorial's slides (`latency < 100`), and the goal's own text says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.analysis.parameters import parameters_of
from solvers.declare import closest_name
from solvers.errors import InputError, InputErrors
from solvers.fields import Choice, Flag, Input, Label, Output, Pick
from solvers.pipeline import Answer, Pipeline
from solvers.quantities import to_si

Answers = Mapping[str, Answer]

_DIRECTIONS = {"minimize": 1.0, "minimise": 1.0, "maximize": -1.0, "maximise": -1.0}
_OPERATORS = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_SAME = {"≤": "<=", "≥": ">=", "=": "==", "≠": "!="}
_TRUTHS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_OPERATOR = re.compile(r"<=|>=|==|!=|[<>=≤≥≠]")
_BARE = re.compile(r"[+-]?[\d._]+(?:[eE][+-]?\d+)?")
_WEIGHT = re.compile(r"([\d.][^+]*(?:(?<=[eE])\+[^+]*)?)\*")
_LONGEST = 200


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


# What a stage finds that must be so, unless a goal speaks of it.
_DEMANDED = ("feasible", "stable")


def demanded(pipeline: Pipeline, constraints: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """What must hold though no goal says so: that everything fits, and that no queue grows for ever."""
    spoken = {(c.metric.stage, c.metric.name) for c in constraints}
    return tuple(
        Constraint(Metric(stage.name, name, stage.outputs[name]), "==", 1.0, f"{stage.name}.{name}")
        for stage in pipeline.stages
        for name in _DEMANDED
        if isinstance(stage.outputs.get(name), Flag) and (stage.name, name) not in spoken
    )


def goals(
    texts: Iterable[str], known: Mapping[str, Metric], field: str = "goals"
) -> tuple[tuple[Objective, ...], tuple[Constraint, ...]]:
    """The objectives and the constraints in `texts`, in their order. Raises InputErrors with every bad one."""
    read: list[Goal] = []
    errors: list[InputError] = []
    for text in texts:
        try:
            read.append(goal(text, known, field))
        except InputError as error:
            errors.append(error)
    if errors:
        raise InputErrors(errors)
    return (
        tuple(each for each in read if isinstance(each, Objective)),
        tuple(each for each in read if isinstance(each, Constraint)),
    )


def goal(text: str, known: Mapping[str, Metric], field: str = "goals") -> Goal:
    """One goal. Raises InputError that says at which character it went wrong and what would be right."""
    return _Reader(text, known, field).goal()


class _Reader:
    def __init__(self, text: str, known: Mapping[str, Metric], field: str) -> None:
        self.text, self.known, self.field = text, known, field
        self.at = 0

    def goal(self) -> Goal:
        if len(self.text) > _LONGEST:
            raise InputError(self.field, f"are short sentences; {len(self.text)} characters are not.")
        self.space()
        start = self.at
        word = self.name("a metric, or 'minimize:' or 'maximize:'")
        self.space()
        if self.text[self.at : self.at + 1] == ":":
            return self.objective(start, word)
        if word.lower() in _DIRECTIONS:
            raise self.error(self.at, f"a colon is missing: '{word}: metric'")
        return self.constraint(self.metric(start, word))

    def objective(self, start: int, word: str) -> Objective:
        sign = _DIRECTIONS.get(word.lower())
        if sign is None:
            raise self.error(start, f"'{word}' is no direction; write 'minimize:' or 'maximize:'")
        self.at += 1
        terms = [self.term(None)]
        while self.text[self.at : self.at + 1] == "+":
            self.at += 1
            terms.append(self.term(terms[0][0]))
        self.end("an objective is a metric, or a sum of metrics")
        return Objective(tuple(terms), sign, self.text.strip())

    def term(self, first: Metric | None) -> tuple[Metric, float]:
        """A metric of a sum and its weight: `total_carbon` or `100 USD/t * total_carbon`."""
        self.space()
        start, weight = self.at, _WEIGHT.match(self.text, self.at)
        if weight:
            self.at = weight.end()
            self.space()
        begin = self.at
        metric = self.metric(begin, self.name("a metric to make small or large"))
        if not isinstance(metric.declared, Input | Output):
            raise self.error(begin, f"{metric.name} is not a number, so nothing of it can be made small or large")
        self.space()
        return metric, self.weight(start, weight[1] if weight else "1", metric, first)

    def weight(self, start: int, text: str, metric: Metric, first: Metric | None) -> float:
        """What turns a metric into the unit of the first of its sum."""
        own, wanted = metric.unit, (first or metric).unit
        if own == wanted and text == "1":
            return 1.0
        if own != wanted and _BARE.fullmatch(text.strip()):
            per = f"{wanted}/{own}".removesuffix("/1")
            raise self.error(start, f"{metric.name} is in {own}, the sum in {wanted}; a weight in {per} is missing")
        unit = "1" if own == wanted else f"{wanted}/({own})" if own != "1" else wanted
        try:
            return to_si("weight", text, unit)
        except InputError as error:
            raise self.error(start, f"the weight of {metric.name} {error.sentence.rstrip('.')}") from None

    def constraint(self, metric: Metric) -> Constraint:
        match = _OPERATOR.match(self.text, self.at)
        if match is None:
            if self.at == len(self.text.rstrip()) and isinstance(metric.declared, Flag):
                return Constraint(metric, "==", 1.0, self.text.strip())
            raise self.error(self.at, "a comparison is missing: one of <, <=, >, >=, == and !=")
        operator = _SAME.get(match[0], match[0])
        self.at = match.end()
        self.space()
        value = self.text[self.at :].strip()
        if not value:
            raise self.error(self.at, f"what to compare {metric.name} with is missing")
        return Constraint(metric, operator, *self.limit(metric, operator, value))

    def limit(self, metric: Metric, operator: str, value: str) -> tuple[float, str]:
        """What a metric is compared with, and the goal as it was understood."""
        io, text = metric.declared, self.text.strip()
        if isinstance(io, Input | Output):
            if io.unit == "s" and metric.name.endswith("latency") and _BARE.fullmatch(value):
                value, text = f"{value} ms", f"{text} ms"
            try:
                return to_si(metric.name, value, io.unit), text
            except InputError as error:
                raise self.error(self.at, f"{error.field} {error.sentence.rstrip('.')}") from None
        if operator not in ("==", "!="):
            raise self.error(self.at, f"{metric.name} is no number: it can be == or != something, not more or less")
        words = _TRUTHS if isinstance(io, Flag) else {m.name.lower(): float(m) for m in io.kind}
        if value.lower() not in words:
            raise self.error(self.at, f"{metric.name} is one of {', '.join(words)}; '{value[:40]}' is none")
        return words[value.lower()], text

    def metric(self, start: int, word: str) -> Metric:
        if word in self.known:
            return self.known[word]
        several = sorted(name for name in self.known if name.endswith(f".{word}"))
        if several:
            raise self.error(start, f"{word} could be {' or '.join(several)}; say which")
        near = closest_name(word, self.known)
        raise self.error(start, f"'{word[:40]}' is not known here{f'; did you mean {near}?' if near else ''}")

    def name(self, wanted: str) -> str:
        match = _NAME.match(self.text, self.at)
        if match is None:
            raise self.error(self.at, f"{wanted} is expected")
        self.at = match.end()
        return match[0]

    def space(self) -> None:
        self.at += len(self.text[self.at :]) - len(self.text[self.at :].lstrip())

    def end(self, rule: str) -> None:
        self.space()
        if self.at < len(self.text):
            raise self.error(self.at, f"{rule}, and '{self.text[self.at : self.at + 20]}' comes after it")

    def error(self, at: int, sentence: str) -> InputError:
        dot = "" if sentence.endswith("?") else "."
        return InputError(self.field, f"at character {at + 1} of '{self.text}': {sentence}{dot}")
