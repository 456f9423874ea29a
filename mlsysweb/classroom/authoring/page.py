"""Template context of authoring."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.forms.page import Option
from mlsysweb.show.results.page import Link


@dataclass(frozen=True)
class OwnLesson:
    """A lesson in the list of those a visitor may change: `name` is its id, `own` is false for one shared by its edit
    link."""

    name: str
    title: str
    summary: str
    changed: str
    frames: int
    minutes: int
    own: bool


@dataclass(frozen=True)
class MyLessonsPage:
    """The lessons that a visitor may change. `deleted` restores the lesson deleted last; `problem` says why nothing was
    created, `typed` is the text it was asked with."""

    lessons: tuple[OwnLesson, ...]
    shipped: tuple[Link, ...]
    deleted: Link | None
    field: str = ""
    problem: str = ""
    typed: str = ""


@dataclass(frozen=True)
class LessonImportPage:
    """The form that imports a lesson, with the text as sent and its problems."""

    text: str = ""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class FrameField:
    """A field of the form of a frame with its text and error. A flag has a text where it is set."""

    name: str
    label: str
    control: str
    help: str
    text: str
    error: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class FrameRow:
    """A row of a list in the form; `empty` for one to fill."""

    number: int
    empty: bool
    fields: tuple[FrameField, ...]


@dataclass(frozen=True)
class FrameRows:
    """A list in the form: its rows, how many are filled, and whether it is open."""

    name: str
    label: str
    help: str
    rows: tuple[FrameRow, ...]
    filled: int
    error: str
    open: bool


@dataclass(frozen=True)
class FrameForm:
    """The form of a frame. `kept` are texts for another kind of question; `problems` belong to no field."""

    fields: tuple[FrameField, ...]
    rows: tuple[FrameRows, ...]
    kinds: tuple[Option, ...]
    kind_error: str
    question: tuple[FrameField, ...]
    question_rows: tuple[FrameRows, ...]
    kept: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class EditFramePage:
    """The page that edits a frame. `base` identifies the version the form shows; `conflict` are the fields in which
    another version differs, each with its text there; `checks` say which of its figures cannot be computed."""

    lesson: Link
    title: str
    action: str
    preview_url: str
    form: FrameForm
    base: str
    wrong: int
    saved: bool
    conflict: tuple[tuple[str, str], ...]
    notice: str
    checks: tuple[str, ...]


@dataclass(frozen=True)
class EditedFrame:
    """A frame in the list of a lesson's editor."""

    slug: str
    title: str
    url: str
    preview_url: str
    minutes: str
    parts: tuple[str, ...]
    first: bool
    last: bool


@dataclass(frozen=True)
class EditLessonPage:
    """The editor of a lesson: title and summary, its frames in order, its links. `edit_link` is shown to the owner
    alone. `problem` belongs to `field`."""

    name: str
    title: str
    summary: str
    frames: tuple[EditedFrame, ...]
    revision: int
    base: str
    url: str
    edit_link: str
    own: bool
    field: str
    problem: str
    conflict: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AskedOutput:
    """An output of a page that a question can ask for."""

    name: str
    label: str
    value: str
    selected: bool


@dataclass(frozen=True)
class AskPage:
    """The form that makes a question of a page. `error` says why the page has no outputs; `errors` are sentences by
    the name of a field."""

    address: str
    outputs: tuple[AskedOutput, ...]
    kinds: tuple[Option, ...]
    lessons: tuple[Option, ...]
    fields: tuple[FrameField, ...]
    misconceptions: FrameRows
    error: str
    problems: tuple[str, ...] = ()
