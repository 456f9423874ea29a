"""Template context of learning platforms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LinkPage:
    """A link of a platform as an instructor sees it. `host_url` leads the class, empty where none is held or it was not
    started with this link; `join_url` is that of its students. `told` says what was sent to the gradebook."""

    id: int
    title: str
    platform: str
    lesson_url: str
    host_url: str
    join_url: str
    students: int
    has_column: bool
    told: str = ""
    error: str = ""


@dataclass(frozen=True)
class LessonChoice:
    """A lesson that a platform can link to."""

    slug: str
    title: str
    summary: str


@dataclass(frozen=True)
class ChoosePage:
    """The choice of a lesson or a class for a link of a platform."""

    platform: str
    lessons: tuple[LessonChoice, ...]
    code: str = ""
    error: str = ""


@dataclass(frozen=True)
class ReturnPage:
    """The form that takes the chosen item back to the platform: its title, the address and the signed answer."""

    platform: str
    title: str
    return_url: str
    answer: str
