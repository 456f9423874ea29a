"""The lessons that come with the site: parts 5 to 9 of the tutorial, one TOML file each."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from .document import Lesson, read_lesson

FOLDER = Path(__file__).parent / "files"


@cache
def shipped_lessons() -> dict[str, Lesson]:
    """Return the shipped lessons by slug, in the order of their parts."""
    lessons = [read_lesson(tomllib.loads(path.read_text(encoding="utf-8"))) for path in FOLDER.glob("*.toml")]
    return {lesson.slug: lesson for lesson in sorted(lessons, key=lambda lesson: lesson.part)}
