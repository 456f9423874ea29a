"""Items to put in order. The right order is computed: that of an output of each item's page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from mlsysweb.classroom.section import Section

from .number import CORRECT, known
from .question import AnswerError, Compute, Example, FigureError, Key, LessonQuestion, Mark, Posted, single


@dataclass(frozen=True)
class Item:
    """An item and the page whose output is its place in the order."""

    text: str
    link: str


@dataclass(frozen=True)
class RankQuestion(LessonQuestion):
    """A question for an order of items by an output, the largest first, or with `smallest_first` the smallest."""

    prompt: str
    explanation: str
    output: str
    smallest_first: bool
    items: tuple[Item, ...]

    kind: ClassVar[str] = "rank"
    template: ClassVar[str] = "classroom/shared/questions/_rank.html"

    @classmethod
    def read(cls, section: Section) -> RankQuestion:
        question = cls(
            prompt=section.text("prompt", most=2000),
            explanation=section.text("explanation", "", most=4000),
            output=section.text("output", most=100),
            smallest_first=section.flag("smallest_first"),
            items=tuple(_item(each) for each in section.sections("items", 8)),
        )
        if len(question.items) < 2:
            section.report("items", f"has {len(question.items)} entries; an order has at least two.")
        return question

    def solve(self, compute: Compute) -> Key:
        values = [known(compute, item.link, self.output)[0] for item in self.items]
        if len(set(values)) < len(values):
            raise FigureError(f"Two items have the same {self.output}; their order is not defined.")
        order = sorted(range(len(values)), key=lambda place: values[place], reverse=not self.smallest_first)
        return Key(self.in_words(order), {"right": order})

    def read_answer(self, posted: Posted) -> list[int]:
        places = [single(posted, f"place-{number}") for number in range(len(self.items))]
        if not all(places):
            raise AnswerError("Give every item a place.")
        wanted = [str(place) for place in range(1, len(places) + 1)]
        if sorted(places) != wanted:
            raise AnswerError(f"Give each place from 1 to {len(places)} once.")
        return sorted(range(len(places)), key=lambda number: int(places[number]))

    def mark(self, answer: list[int], key: Key) -> Mark:
        right = key.values["right"]
        if answer == right:
            return Mark(True, CORRECT, self.explanation)
        swapped = [
            (first, second) for first, second in combinations(right, 2) if answer.index(first) > answer.index(second)
        ]
        first, second = swapped[0]
        return Mark(
            False,
            self.in_words(answer),
            f"{len(swapped)} of {len(right) * (len(right) - 1) // 2} pairs are in the wrong order, among them: "
            f"{self.items[first].text} comes before {self.items[second].text}.",
        )

    def in_words(self, answer: list[int]) -> str:
        return " › ".join(self.items[place].text for place in answer)

    def example(self, key: Key) -> Example:
        right = key.values["right"]
        return Example(_places(right), _places(right[::-1]), {"place-0": ["1"]})

    def first_choices(self, answers: list[list[int]]) -> Counter[str]:
        """Return how often each item was put first."""
        return Counter(self.items[answer[0]].text for answer in answers)


def _places(order: list[int]) -> dict[str, list[str]]:
    return {f"place-{number}": [str(order.index(number) + 1)] for number in range(len(order))}


def _item(section: Section) -> Item:
    item = Item(section.text("text", most=120), section.text("link", most=2000))
    section.finish()
    return item
