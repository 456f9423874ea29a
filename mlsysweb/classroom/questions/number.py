"""A number with a unit and a tolerance. A wrong number is told the slip behind it, where one is recognized."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from mlsysweb.classroom.section import Section
from solvers.errors import InputError
from solvers.field_text import in_shown_unit
from solvers.quantities import convert, format_quantity, to_si, unit_label

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

CORRECT, OTHER = "Correct", "Another value"
# Factors that a wrong unit makes, and the slip in words.
_SLIPS = (
    (8.0, "A factor of 8: bits were taken for bytes, or bytes for bits."),
    (60.0, "A factor of 60: check seconds, minutes and hours."),
    (3600.0, "A factor of 3,600: check seconds and hours."),
    (24.0, "A factor of 24: check hours and days."),
    (86400.0, "A factor of 86,400: check seconds and days."),
    (1.024**3, "A factor of 1.07: GB were taken for GiB, or GiB for GB."),
)
_POWERS = (1, 2, 3, 6, 9, 12)
_SLIP_TOLERANCE = 0.02


@dataclass(frozen=True)
class Misconception:
    """A named slip, with the link and output that compute the answer it leads to."""

    name: str
    link: str
    output: str
    other_link: str
    explanation: str


@dataclass(frozen=True)
class NumberQuestion(LessonQuestion):
    """A question for a number: the output of the page at `link`, or its difference from (`compare="difference"`) or
    ratio to that of `other_link`, in `unit`, right within the relative `tolerance`. `measured` is a published
    measurement of it with its source, shown at the end."""

    prompt: str
    explanation: str
    unit: str
    link: str
    output: str
    compare: str
    other_link: str
    tolerance: float
    misconceptions: tuple[Misconception, ...]
    measured: str
    measured_source: str

    kind: ClassVar[str] = "number"
    template: ClassVar[str] = "classroom/shared/questions/_number.html"

    @classmethod
    def read(cls, section: Section) -> NumberQuestion:
        question = cls(
            prompt=section.text("prompt", most=2000),
            explanation=section.text("explanation", "", most=4000),
            unit=section.text("unit", "1", most=40),
            link=section.text("link", most=2000),
            output=section.text("output", most=100),
            compare=section.choice("compare", ("", "ratio", "difference"), ""),
            other_link=section.text("other_link", "", most=2000),
            tolerance=section.number("tolerance", 0.001, 1, default=0.05),
            misconceptions=tuple(_misconception(each) for each in section.sections("misconceptions", 12)),
            measured=section.text("measured", "", most=60),
            measured_source=section.text("measured_source", "", most=300),
        )
        if bool(question.compare) != bool(question.other_link):
            section.report("compare", "and other_link belong together: give both, or neither.")
        for name, text in (("unit", f"1 {question.unit}"), ("measured", question.measured)):
            if text and question.unit != "1":
                try:
                    to_si(name, text, question.unit)
                except Exception as bad:  # a unit that no registry knows is an error of the document here
                    section.report(name, f"can't be read: {bad}")
        return question

    @property
    def unit_label(self) -> str:
        """Return the unit as shown beside the field."""
        return unit_label(self.unit)

    def solve(self, compute: Compute) -> Key:
        right = self._value(compute, self.link, self.output, self.other_link)
        slips = {
            each.name: self._value(compute, each.link, each.output or self.output, each.other_link or self.other_link)
            for each in self.misconceptions
        }
        for name, value in slips.items():
            if self._close(value, right):
                raise FigureError(f"The misconception '{name}' gives the right answer, {self._shown(right)}.")
        return Key(self._shown(right), {"right": right, "misconceptions": slips})

    def read_answer(self, posted: Posted) -> float:
        text = single(posted, "answer")
        if not text:
            raise AnswerError(f"Enter a number{f' in {self.unit_label}' if self.unit_label else ''}.")
        try:
            return to_si("The answer", in_shown_unit(text, self.unit), self.unit)
        except InputError as bad:
            raise AnswerError(f"The answer {bad.sentence}") from None

    def mark(self, answer: float, key: Key) -> Mark:
        right = key.values["right"]
        if self._close(answer, right):
            return Mark(True, CORRECT, self.explanation)
        for each in self.misconceptions:
            if _within(answer, key.values["misconceptions"][each.name], _SLIP_TOLERANCE):
                return Mark(False, each.name, f"{each.name}. {each.explanation}")
        slip = next(_slips(answer, right), "")
        return Mark(False, slip.partition(":")[0] or OTHER, slip or f"{_size(answer, right)} Check the inputs.")

    def in_words(self, answer: float) -> str:
        return self._shown(answer)

    def example(self, key: Key) -> Example:
        right = key.values["right"]
        return Example({"answer": [f"{right!r}"]}, {"answer": [f"{right * 1000!r}"]}, {"answer": ["a lot"]})

    def plot(self, answers: Iterable[float], key: Key) -> Plot | None:
        values = [float(each) for each in answers]
        marks = tuple(key.values["misconceptions"].items())
        if self.measured:
            marks += (("Measured", to_si("measured", in_shown_unit(self.measured, self.unit), self.unit)),)
        return value_plot("", self.unit, values, key.values["right"], marks)

    def _value(self, compute: Compute, link: str, output: str, other_link: str) -> float:
        value, unit = known(compute, link, output)
        if not self.compare:
            return convert(value, unit, self.unit)
        other, _ = known(compute, other_link, output)
        if self.compare == "ratio":
            return value / other
        return convert(abs(value - other), unit, self.unit)

    def _close(self, value: float, right: float) -> bool:
        return _within(value, right, self.tolerance)

    def _shown(self, value: float) -> str:
        return format_quantity(value, self.unit, "times" if self.compare == "ratio" else self.unit)


def known(compute: Compute, link: str, output: str) -> tuple[float, str]:
    """Return an output and its unit. Raise FigureError if it is no finite number."""
    card = compute(link, output)
    if card.number is None or not math.isfinite(card.number):
        raise FigureError(f"The output {output} of {link} is {card.value}, which is no number.")
    return card.number, card.unit


def value_plot(
    label: str, unit: str, values: list[float], right: float, marks: tuple[tuple[str, float], ...] = ()
) -> Plot:
    """Return values as points along one axis, logarithmic where all are positive."""
    known_values = [*values, right, *(value for _, value in marks)]
    low, high = min(known_values), max(known_values)
    log = low > 0
    if low == high:
        low, high = (low / 2, high * 2) if log else (low - 1, high + 1)
    return Plot(PlotAxis(label, unit, low, high, log), None, tuple((each, 0.0) for each in values), (right, 0.0), marks)


def _misconception(section: Section) -> Misconception:
    found = Misconception(
        name=section.text("name", most=80),
        link=section.text("link", most=2000),
        output=section.text("output", "", most=100),
        other_link=section.text("other_link", "", most=2000),
        explanation=section.text("explanation", most=1000),
    )
    section.finish()
    return found


def _within(value: float, wanted: float, tolerance: float) -> bool:
    return abs(value - wanted) <= tolerance * abs(wanted)


def _slips(answer: float, right: float) -> Iterator[str]:
    """Yield the slips that would explain a wrong answer: first a power of ten, then a unit."""
    if answer == 0 or right == 0:
        return
    if answer * right < 0 and _within(-answer, right, _SLIP_TOLERANCE):
        yield "The wrong sign: the size is right."
    for power in _POWERS:
        for factor in (10.0**power, 10.0**-power):
            if _within(answer, right * factor, _SLIP_TOLERANCE):
                yield f"A power of ten: the answer is {_times(factor)} Check the prefix of the unit."
    for factor, words in _SLIPS:
        if _within(answer, right * factor, _SLIP_TOLERANCE) or _within(answer, right / factor, _SLIP_TOLERANCE):
            yield words


def _times(factor: float) -> str:
    return f"{factor:,.0f} times too large." if factor > 1 else f"{1 / factor:,.0f} times too small."


def _size(answer: float, right: float) -> str:
    """Return how far an answer is off, in words."""
    if right == 0 or answer / right <= 0:
        return "The sign or the size is wrong."
    ratio = answer / right
    times = format_quantity(max(ratio, 1 / ratio), "1", "1")
    return f"{times} times the computed value." if ratio > 1 else f"{times} times below the computed value."
