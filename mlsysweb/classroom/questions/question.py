"""The interface of every kind of question: reading, solving, marking and summarizing answers. Pure: the figures of
the solvers come in as a function."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from mlsysweb.classroom.section import Section
from mlsysweb.show.results.page import Card

# The output of the page at a link. Raise FigureError.
Compute = Callable[[str, str], Card]
# The fields of a form as sent: a list of texts by name.
Posted = Mapping[str, Sequence[str]]


class AnswerError(ValueError):
    """An answer that cannot be read; the message is a sentence for the student."""


class FigureError(ValueError):
    """A figure that cannot be computed, or a question whose figures contradict it; the message names the cause."""


@dataclass(frozen=True)
class Mark:
    """A marked answer: `right` is None where a question has no right answer. `group` is what answers are counted by:
    `Correct`, the name of a misconception, an option. `message` says what was wrong or why it is right."""

    right: bool | None
    group: str
    message: str


@dataclass(frozen=True)
class Key:
    """The values that answers are marked against: the right answer as text, and values that depend on the kind."""

    text: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Group:
    """Answers counted together."""

    label: str
    count: int
    right: bool | None


@dataclass(frozen=True)
class PlotAxis:
    """An axis that answers are drawn along: label, unit, range, logarithmic or not."""

    label: str
    unit: str
    low: float
    high: float
    log: bool


@dataclass(frozen=True)
class Plot:
    """The answers as points: along `x`, and `y` for a point on a chart. `right` is the computed point, `marks` are
    further named values on the x axis: misconceptions, a measured value."""

    x: PlotAxis
    y: PlotAxis | None
    points: tuple[tuple[float, float], ...]
    right: tuple[float, float]
    marks: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Example:
    """Form fields for a test of the kind: a right, a wrong and an invalid answer."""

    right: Posted
    wrong: Posted
    invalid: Posted


class LessonQuestion(ABC):
    """A question of one kind. Subclasses are frozen dataclasses; `template` has the fields of their form."""

    kind: ClassVar[str]
    template: ClassVar[str]
    prompt: str
    explanation: str

    @classmethod
    @abstractmethod
    def read(cls, section: Section) -> LessonQuestion:
        """Return the question of a section; problems are reported there."""

    @abstractmethod
    def solve(self, compute: Compute) -> Key:
        """Return the right answer, computed. Raise FigureError."""

    @abstractmethod
    def read_answer(self, posted: Posted) -> Any:
        """Return an answer as JSON. Raise AnswerError."""

    @abstractmethod
    def mark(self, answer: Any, key: Key) -> Mark:
        """Return the mark of an answer that `read_answer` returned."""

    @abstractmethod
    def in_words(self, answer: Any) -> str:
        """Return an answer as a text."""

    @abstractmethod
    def example(self, key: Key) -> Example:
        """Return answers that a test of the kind sends."""

    def groups(self, answers: Iterable[Any], key: Key) -> tuple[Group, ...]:
        """Return the answers counted by group: the largest first."""
        marks = [self.mark(answer, key) for answer in answers]
        by_group = {mark.group: mark.right for mark in marks}
        counted = (Group(name, sum(mark.group == name for mark in marks), right) for name, right in by_group.items())
        return tuple(sorted(counted, key=lambda group: (-group.count, group.label)))

    def plot(self, answers: Iterable[Any], key: Key) -> Plot | None:
        """Return the answers as points of a chart; None where the kind has none."""
        return None


def single(posted: Posted, name: str) -> str:
    """Return the one text of a field; an empty text where it is missing. Raise AnswerError for several."""
    texts = posted.get(name, [])
    if len(texts) > 1:
        raise AnswerError("Send one answer; several were sent.")
    text = texts[0].strip() if texts else ""
    if len(text) > 2000:
        raise AnswerError(f"The answer is {len(text):,} characters long; 2,000 is the most.")
    return text
