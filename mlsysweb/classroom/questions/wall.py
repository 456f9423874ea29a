"""A free text about a system, with the wall that limits it: "Name that wall". No answer is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from mlsysweb.classroom.section import Section
from mlsysweb.saved.scenarios.text import control_character
from solvers.taxonomy import WALLS

from .question import AnswerError, Compute, Example, Key, LessonQuestion, Mark, Posted, single

_LONGEST = 500
_FIELDS = (("system", "Describe the system"), ("change", "Say what would move the wall"))


@dataclass(frozen=True)
class WallQuestion(LessonQuestion):
    """A question for a system, the wall that limits it, and what would move the wall."""

    prompt: str
    explanation: str

    kind: ClassVar[str] = "wall"
    template: ClassVar[str] = "classroom/shared/questions/_wall.html"

    @classmethod
    def read(cls, section: Section) -> WallQuestion:
        return cls(section.text("prompt", most=2000), section.text("explanation", "", most=4000))

    @property
    def options(self) -> tuple[tuple[int, str], ...]:
        """Return the walls by number."""
        return tuple((wall.number, wall.label) for wall in WALLS)

    def solve(self, compute: Compute) -> Key:
        return Key("", {})

    def read_answer(self, posted: Posted) -> dict[str, Any]:
        number = single(posted, "wall")
        if number not in {str(wall.number) for wall in WALLS}:
            raise AnswerError(f"Choose the wall that limits the system, one of {len(WALLS)}.")
        texts = {name: single(posted, name) for name, _ in _FIELDS}
        for name, wanted in _FIELDS:
            if not texts[name]:
                raise AnswerError(f"{wanted}.")
            if len(texts[name]) > _LONGEST:
                raise AnswerError(f"{wanted} in at most {_LONGEST} characters; these are {len(texts[name])}.")
            if problem := control_character(texts[name]):
                raise AnswerError(f"The text {problem}")
        return {"wall": int(number), **texts}

    def mark(self, answer: dict[str, Any], key: Key) -> Mark:
        return Mark(None, wall_label(answer["wall"]), "")

    def in_words(self, answer: dict[str, Any]) -> str:
        return f"{wall_label(answer['wall'])}. {answer['system']}. To move it: {answer['change']}"

    def example(self, key: Key) -> Example:
        right = {"wall": ["4"], "system": ["Llama 3 70B on 8 H100 for a chat"], "change": ["Quantize to FP8"]}
        return Example(right, {**right, "wall": ["5"]}, {**right, "wall": ["23"]})


def wall_label(number: int) -> str:
    """Return the name of a wall by its number."""
    return next(wall.label for wall in WALLS if wall.number == number)
