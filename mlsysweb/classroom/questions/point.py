"""A point on a chart with two axes: on the roofline, on a front. The student marks where a system will be."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from mlsysweb.classroom.section import Section
from solvers.errors import InputError
from solvers.field_text import in_shown_unit
from solvers.quantities import convert, format_quantity, to_si, unit_label

from .number import CORRECT, known
from .question import (
    AnswerError,
    Compute,
    Example,
    FigureError,
    Key,
    LessonQuestion,
    Mark,
    Plot,
    PlotAxis,
    Posted,
    single,
)


@dataclass(frozen=True)
class PointAxis:
    """One axis of the chart, logarithmic, and the output that is the right coordinate on it."""

    label: str
    unit: str
    low: float
    high: float
    output: str

    @property
    def unit_label(self) -> str:
        return unit_label(self.unit)


@dataclass(frozen=True)
class PointQuestion(LessonQuestion):
    """A question for a point on two logarithmic axes. It is right if each coordinate is within `factor` of the
    computed one."""

    prompt: str
    explanation: str
    link: str
    x: PointAxis
    y: PointAxis
    factor: float

    kind: ClassVar[str] = "point"
    template: ClassVar[str] = "classroom/shared/questions/_point.html"

    @classmethod
    def read(cls, section: Section) -> PointQuestion:
        return cls(
            prompt=section.text("prompt", most=2000),
            explanation=section.text("explanation", "", most=4000),
            link=section.text("link", most=2000),
            x=_axis(section, "x"),
            y=_axis(section, "y"),
            factor=section.number("factor", 1.05, 100, default=1.5),
        )

    def solve(self, compute: Compute) -> Key:
        point = []
        for axis in (self.x, self.y):
            value, unit = known(compute, self.link, axis.output)
            right = convert(value, unit, axis.unit)
            if not axis.low <= right <= axis.high:
                raise FigureError(
                    f"The right {axis.label}, {right:g}, is not on the axis from {axis.low:g} to {axis.high:g}."
                )
            point.append(right)
        return Key(self.in_words(point), {"right": tuple(point)})

    def read_answer(self, posted: Posted) -> list[float]:
        return [_coordinate(axis, single(posted, name)) for name, axis in (("x", self.x), ("y", self.y))]

    def mark(self, answer: list[float], key: Key) -> Mark:
        off = [
            f"{axis.label} is {max(ratio, 1 / ratio):.2g} times too {'high' if ratio > 1 else 'low'}"
            for axis, value, right in zip((self.x, self.y), answer, key.values["right"], strict=True)
            if not 1 / self.factor <= (ratio := value / right) <= self.factor
        ]
        if not off:
            return Mark(True, CORRECT, self.explanation)
        where = " and ".join(each.partition(" is ")[0] for each in off)
        return Mark(False, f"{where} wrong", f"{'; '.join(off)}.")

    def in_words(self, answer: Iterable[float]) -> str:
        x, y = answer
        return f"{format_quantity(x, self.x.unit, self.x.unit)}, {format_quantity(y, self.y.unit, self.y.unit)}"

    def example(self, key: Key) -> Example:
        x, y = key.values["right"]
        far = self.x.low if x > math.sqrt(self.x.low * self.x.high) else self.x.high
        return Example({"x": [f"{x!r}"], "y": [f"{y!r}"]}, {"x": [f"{far!r}"], "y": [f"{y!r}"]}, {"x": ["1"]})

    def plot(self, answers: Iterable[list[float]], key: Key) -> Plot | None:
        axes = [PlotAxis(each.label, each.unit, each.low, each.high, True) for each in (self.x, self.y)]
        points = tuple((float(x), float(y)) for x, y in answers)
        return Plot(axes[0], axes[1], points, key.values["right"], ())


def _axis(section: Section, name: str) -> PointAxis:
    part = section.section(name)
    if part is None:
        section.report(name, "is missing: a table with label, unit, low, high and output.")
        return PointAxis("", "1", 1, 10, "")
    axis = PointAxis(
        label=part.text("label", most=80),
        unit=part.text("unit", "1", most=40),
        low=part.number("low", 1e-30, 1e30),
        high=part.number("high", 1e-30, 1e30),
        output=part.text("output", most=100),
    )
    if axis.low >= axis.high:
        part.report("low", f"must be below high, {axis.high:g}; {axis.low:g} is not.")
    part.finish()
    return axis


def _coordinate(axis: PointAxis, text: str) -> float:
    if not text:
        raise AnswerError(f"Mark a point on the chart, or enter {axis.label}.")
    try:
        value = to_si(axis.label, in_shown_unit(text, axis.unit), axis.unit)
    except InputError as bad:
        raise AnswerError(f"{axis.label} {bad.sentence}") from None
    if not axis.low <= value <= axis.high:
        raise AnswerError(
            f"{axis.label} must be from {axis.low:g} to {axis.high:g} {axis.unit_label}; {value:g} is not."
        )
    return value
