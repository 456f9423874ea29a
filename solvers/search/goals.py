"""Objectives and constraints from text.

`minimize: tco`, `maximize: throughput`; `latency < 50 ms`, `tco <= $5M`, `bottleneck == memory`, `feasible`,
`feasible == True`. Several metrics add up, each with a weight that converts it to the unit of the first: `minimize:
tco + 100 USD/t * total_carbon`. A number without a unit is in SI; only a bare number for a latency is in
milliseconds, as on the tutorial's slides (`latency < 100`), and the text of the goal then says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from solvers.declare import closest_name
from solvers.errors import InputError, InputErrors
from solvers.fields import Flag, Input, Output
from solvers.quantities import to_si

from .metrics import Answers, Constraint, Goal, Metric, Objective, metrics

__all__ = ["Answers", "Constraint", "Goal", "Metric", "Objective", "goal", "goals", "metrics"]

_DIRECTIONS = {"minimize": 1.0, "minimise": 1.0, "maximize": -1.0, "maximise": -1.0}
_SAME = {"≤": "<=", "≥": ">=", "=": "==", "≠": "!="}
_TRUTHS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_OPERATOR = re.compile(r"<=|>=|==|!=|[<>=≤≥≠]")
_BARE = re.compile(r"[+-]?[\d._]+(?:[eE][+-]?\d+)?")
_WEIGHT = re.compile(r"([\d.][^+]*(?:(?<=[eE])\+[^+]*)?)\*")
_LONGEST = 200
# The units of what is never below 0.
_SIZES = frozenset(("s", "byte", "flop", "W", "J", "USD"))


def goals(
    texts: Iterable[str], known: Mapping[str, Metric], field: str = "goals"
) -> tuple[tuple[Objective, ...], tuple[Constraint, ...]]:
    """Return the objectives and the constraints in `texts`, in their order. Raise InputErrors with every invalid
    one."""
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
    """Return one goal. Raise InputError that names the place of the mistake and what would be right."""
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
        """Return a metric of a sum and its weight: `total_carbon` or `100 USD/t * total_carbon`."""
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
        """Return the factor that converts a metric into the unit of the first of its sum."""
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
        limit, text = self.limit(metric, operator, value)
        if limit < 0 and operator in ("<", "<=", "==") and _is_never_negative(metric):
            raise self.error(
                self.at, f"{metric.name} is never negative, so nothing can meet this; write a limit above 0"
            )
        return Constraint(metric, operator, limit, text)

    def limit(self, metric: Metric, operator: str, value: str) -> tuple[float, str]:
        """Return the limit of a metric, and the goal as it was understood."""
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
            raise self.error(self.at, f"{metric.name} is one of {', '.join(words)}; '{value[:40]}' is not one")
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
        rest = self.text[at:].strip()
        place = "" if rest == self.text.strip() else f", at '{rest[:40]}'" if rest else ", at its end"
        return InputError(self.field, f"in '{self.text}'{place}: {sentence}{dot}")


def _is_never_negative(metric: Metric) -> bool:
    """Return whether a metric is a duration, a size, a power, an energy or a cost, none of which is below 0; what is
    left of a budget can be."""
    sized = isinstance(metric.declared, Input | Output) and metric.declared.unit in _SIZES
    return sized and not metric.name.endswith("_left")
