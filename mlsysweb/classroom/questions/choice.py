"""One of several options. Which one is right is written in the document, or computed: the option whose value is the
output of a page, such as the resource that limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from mlsysweb.classroom.section import Section
from solvers.formatting import member_words

from .question import AnswerError, Compute, Example, FigureError, Group, Key, LessonQuestion, Mark, Posted, single


@dataclass(frozen=True)
class AnswerOption:
    """An option. `value` is the text of the output it stands for, where the right one is computed; `why` says what is
    wrong with it, or right."""

    text: str
    right: bool
    value: str
    why: str


@dataclass(frozen=True)
class ChoiceQuestion(LessonQuestion):
    """A question with options. With `link` and `output` the right option is the one whose value is that output."""

    prompt: str
    explanation: str
    link: str
    output: str
    options: tuple[AnswerOption, ...]

    kind: ClassVar[str] = "choice"
    template: ClassVar[str] = "classroom/shared/questions/_choice.html"

    @classmethod
    def read(cls, section: Section) -> ChoiceQuestion:
        question = cls(
            prompt=section.text("prompt", most=2000),
            explanation=section.text("explanation", "", most=4000),
            link=section.text("link", "", most=2000),
            output=section.text("output", "", most=100),
            options=tuple(_option(each) for each in section.sections("options", 12)),
        )
        if len(question.options) < 2:
            section.report("options", f"has {len(question.options)} entries; a choice has at least two.")
        if bool(question.link) != bool(question.output):
            section.report("link", "and output belong together: give both, or mark an option as right.")
        if not question.link and sum(option.right for option in question.options) != 1:
            section.report("options", "needs exactly one option with right = true.")
        return question

    def solve(self, compute: Compute) -> Key:
        place = self._computed(compute) if self.link else next(n for n, each in enumerate(self.options) if each.right)
        return Key(self.options[place].text, {"right": place})

    def _computed(self, compute: Compute) -> int:
        found = compute(self.link, self.output).value
        # A lesson may hold the name of a member of an enumeration, the page shows its words.
        values = [member_words(option.value).casefold() for option in self.options]
        fitting = [place for place, value in enumerate(values) if value == found.casefold()]
        if len(fitting) != 1:
            raise FigureError(
                f"The output {self.output} is '{found}', the value of {len(fitting)} options; it must be that of one."
            )
        return fitting[0]

    def read_answer(self, posted: Posted) -> int:
        text = single(posted, "answer")
        if not text.isdecimal() or len(text) > 3 or int(text) >= len(self.options):
            raise AnswerError("Choose one of the options.")
        return int(text)

    def mark(self, answer: int, key: Key) -> Mark:
        option = self.options[answer]
        right = answer == key.values["right"]
        return Mark(right, option.text, (self.explanation if right else option.why) or option.why)

    def in_words(self, answer: int) -> str:
        return self.options[answer].text

    def example(self, key: Key) -> Example:
        right = key.values["right"]
        wrong = (right + 1) % len(self.options)
        return Example({"answer": [str(right)]}, {"answer": [str(wrong)]}, {"answer": [str(len(self.options))]})

    def groups(self, answers: Iterable[int], key: Key) -> tuple[Group, ...]:
        """Return every option in the order of the document, also those without an answer."""
        chosen = list(answers)
        return tuple(
            Group(option.text, chosen.count(place), place == key.values["right"])
            for place, option in enumerate(self.options)
        )


def _option(section: Section) -> AnswerOption:
    option = AnswerOption(
        section.text("text", most=300),
        section.flag("right"),
        section.text("value", "", most=100),
        section.text("why", "", most=1000),
    )
    section.finish()
    return option
