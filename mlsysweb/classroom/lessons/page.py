"""Template context of lessons."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.classroom.questions.question import LessonQuestion
from mlsysweb.show.forms.page import Field
from mlsysweb.show.results.page import Card, Figure, Link


@dataclass(frozen=True)
class LessonEntry:
    """A lesson in the list: link, part, summary, minutes, and the titles of its frames."""

    lesson: Link
    slug: str
    part: int
    summary: str
    minutes: int
    frames: tuple[Link, ...]


@dataclass(frozen=True)
class LessonsPage:
    """All lessons."""

    lessons: tuple[LessonEntry, ...]


@dataclass(frozen=True)
class FigureRow:
    """A live figure beside that of the slide. `value` is the computed one as text; `error` says why there is none."""

    label: str
    value: str
    error: str
    slide: str
    why: str
    url: str


@dataclass(frozen=True)
class DemoView:
    """A demo: verdict, headline figures and charts of a page, and fields that change its inputs. `number` is its place
    in the frame, from 0. `update_url` answers with a new result; empty where nothing can be changed. `error` says why
    there is no result."""

    number: int
    title: str
    url: str
    update_url: str
    fields: tuple[Field, ...]
    hidden: tuple[tuple[str, str], ...]
    verdict: str
    kind: str
    headline: tuple[Card, ...]
    figures: tuple[Figure, ...]
    error: str

    @property
    def prefix(self) -> str:
        """Return what the ids of this demo's fields begin with, since a frame may have demos with the same fields."""
        return f"demo-{self.number}-"


@dataclass(frozen=True)
class QuestionView:
    """A question of a frame: `question` is of its kind, with `template` as the fields of its form; `action` receives
    the answer. `typed` are the fields as sent."""

    question: LessonQuestion
    prompt: str
    template: str
    action: str
    typed: tuple[tuple[str, str], ...] = ()
    error: str = ""


@dataclass(frozen=True)
class MarkView:
    """The feedback to an answer: right or not (None if no answer is right), the answer, the computed one and the
    explanation as HTML."""

    right: bool | None
    answer: str
    computed: str
    message: str
    explanation: str
    url: str


@dataclass(frozen=True)
class FrameContent:
    """The content of a frame, the same on its own page, on the projector and on a student's screen. `has_slides` is
    true if a figure has that of a slide beside it, `has_reasons` if one has a reason why the two differ."""

    title: str
    text: str
    equation: str
    figures: tuple[FigureRow, ...]
    has_slides: bool
    has_reasons: bool
    demos: tuple[DemoView, ...]
    resources: tuple[Link, ...]
    hand_in: bool


@dataclass(frozen=True)
class FramePage:
    """A frame of a lesson with its place in it. `claims` opens the claims of its slide, if it has any. `name` is that
    of an authored lesson, empty for a shipped one; `edit_url` edits the frame, empty for visitors who may not."""

    lesson: Link
    part: int
    place: int
    count: int
    content: FrameContent
    question: QuestionView | None
    mark: MarkView | None
    before: Link | None
    after: Link | None
    outline: tuple[Link, ...]
    claims: Link | None
    name: str = ""
    edit_url: str = ""
