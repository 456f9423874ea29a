"""A position of a slider: the value at which something happens, within a tolerance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from mlsysweb.classroom.section import Section
from solvers.errors import InputError
from solvers.field_text import in_shown_unit
from solvers.quantities import convert, format_quantity, to_si, unit_label

from .number import CORRECT, known, value_plot
from .question import AnswerError, Compute, Example, FigureError, Key, LessonQuestion, Mark, Plot, Posted, single

TOO_LOW, TOO_HIGH = "Too low", "Too high"


@dataclass(frozen=True)
class PositionQuestion(LessonQuestion):
    """A question answered with a slider from `low` to `high` in `unit`, logarithmic with `log`. The right position is
    an output of the page at `link`, within the relative `tolerance`."""

    prompt: str
    explanation: str
    label: str
    unit: str
    low: float
    high: float
    log: bool
    link: str
    output: str
    tolerance: float

    kind: ClassVar[str] = "position"
    template: ClassVar[str] = "classroom/shared/questions/_position.html"

    @classmethod
    def read(cls, section: Section) -> PositionQuestion:
        question = cls(
            prompt=section.text("prompt", most=2000),
            explanation=section.text("explanation", "", most=4000),
            label=section.text("label", most=80),
            unit=section.text("unit", "1", most=40),
            low=section.number("low", -1e30, 1e30),
            high=section.number("high", -1e30, 1e30),
            log=section.flag("log"),
            link=section.text("link", most=2000),
            output=section.text("output", most=100),
            tolerance=section.number("tolerance", 0.001, 1, default=0.2),
        )
        if question.low >= question.high:
            section.report("low", f"must be below high, {question.high:g}; {question.low:g} is not.")
        elif question.log and question.low <= 0:
            section.report("low", f"must be above 0 on a logarithmic slider; {question.low:g} is not.")
        return question

    @property
    def unit_label(self) -> str:
        """Return the unit as shown beside the slider."""
        return unit_label(self.unit)

    def solve(self, compute: Compute) -> Key:
        value, unit = known(compute, self.link, self.output)
        right = convert(value, unit, self.unit)
        if not self.low <= right <= self.high:
            raise FigureError(
                f"The right position, {right:g}, is not on the slider from {self.low:g} to {self.high:g}."
            )
        return Key(format_quantity(right, self.unit, self.unit), {"right": right})

    def read_answer(self, posted: Posted) -> float:
        text = single(posted, "answer")
        if not text:
            raise AnswerError("Move the slider to your answer.")
        try:
            value = to_si("The answer", in_shown_unit(text, self.unit), self.unit)
        except InputError as bad:
            raise AnswerError(f"The answer {bad.sentence}") from None
        if not self.low <= value <= self.high:
            raise AnswerError(
                f"The answer must be from {self.low:g} to {self.high:g} {self.unit_label}; {value:g} is not."
            )
        return value

    def mark(self, answer: float, key: Key) -> Mark:
        right = key.values["right"]
        if abs(answer - right) <= self.tolerance * abs(right):
            return Mark(True, CORRECT, self.explanation)
        low = answer < right
        return Mark(False, TOO_LOW if low else TOO_HIGH, f"The position is too {'low' if low else 'high'}.")

    def in_words(self, answer: float) -> str:
        return format_quantity(answer, self.unit, self.unit)

    def example(self, key: Key) -> Example:
        right = key.values["right"]
        wrong = self.low if abs(self.low - right) > abs(self.high - right) else self.high
        return Example({"answer": [f"{right!r}"]}, {"answer": [f"{wrong!r}"]}, {"answer": [f"{self.high * 2 + 1!r}"]})

    def plot(self, answers: Iterable[float], key: Key) -> Plot | None:
        return value_plot(self.label, self.unit, [float(each) for each in answers], key.values["right"])
