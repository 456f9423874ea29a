"""The lessons, and the questions in them, that use a row of the catalog, for the admin. Lessons of others are counted,
not named."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.http import HttpRequest
from django.urls import reverse

from catalog.models import CatalogRow
from catalog.usage import Uses

from .authoring.rights import may_edit
from .lessons.shipped import FOLDER
from .models import AuthoredLesson

_SEPARATORS = re.compile(r"[\s,;|:]+")


def lessons_with_row(request: HttpRequest, row: CatalogRow) -> Iterator[Uses]:
    """Yield the lessons of which a link names the row, also by a slug it had before, and the frames whose question
    does. A lesson that uses it only as the default of a page is none of them."""
    slugs = {row.slug, *row.former_slugs}
    written = [(document["slug"], document, True) for document in _shipped()]
    authored = AuthoredLesson.objects.filter(deleted=None)
    written += [(lesson.pk, lesson.document, may_edit(request, lesson)) for lesson in authored]
    lessons, questions = 0, 0
    lesson_links: list[tuple[str, str]] = []
    question_links: list[tuple[str, str]] = []
    for key, document, seen in written:
        if not _names(document, slugs):
            continue
        lessons += 1
        if seen:
            lesson_links.append((document["title"], reverse("lessons:lesson", args=[key])))
        for frame in document.get("frames", ()):
            if _names(frame.get("question"), slugs):
                questions += 1
                if seen:
                    question_links.append((frame["title"], reverse("lessons:frame", args=[key, frame["slug"]])))
    yield Uses("lesson", "lessons", lessons, tuple(lesson_links))
    yield Uses("question", "questions", questions, tuple(question_links))


@cache
def _shipped() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml")))


def _names(written: Any, slugs: set[str]) -> bool:
    """Return whether a link within a part of a document names one of the slugs."""
    if isinstance(written, Mapping):
        return any(_names(part, slugs) for part in written.values())
    if isinstance(written, (list, tuple)):
        return any(_names(part, slugs) for part in written)
    if not isinstance(written, str) or not written.startswith("/") or "?" not in written:
        return False
    values = (value for _, value in parse_qsl(urlsplit(written).query))
    return any(slugs.intersection(_SEPARATORS.split(value)) for value in values)
