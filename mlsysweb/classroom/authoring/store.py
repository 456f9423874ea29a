"""Stores authored lessons, and finds a lesson of either kind by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest
from django.utils import timezone

from mlsysweb.classroom.lessons.document import Lesson, read_lesson
from mlsysweb.classroom.lessons.shipped import shipped_lessons
from mlsysweb.classroom.models import AuthoredLesson
from mlsysweb.saved.scenarios.ids import is_id
from mlsysweb.throttle import Excess, LimitExceeded, spend
from mlsysweb.visitors import owned_by, ownership

from .files import checked, size_of

MOST_LESSONS = 200
_ATTEMPTS = 5
Document = Mapping[str, Any]


class ChangedElsewhereError(ValueError):
    """The lesson was changed by another browser since the page was opened."""


def find_lesson(name: str) -> Lesson | None:
    """Return the shipped lesson of a slug, or the authored lesson of an id; None if there is none."""
    shipped = shipped_lessons().get(name)
    if shipped is not None:
        return shipped
    row = AuthoredLesson.objects.filter(pk=name, deleted=None).values("revision").first() if is_id(name) else None
    return _authored(name, row["revision"]) if row else None


def lesson_or_404(name: str) -> Lesson:
    """Return the shipped lesson of a slug, or the authored lesson of an id. Raise Http404."""
    found = find_lesson(name)
    if found is None:
        raise Http404("There is no such lesson.")
    return found


@lru_cache(64)
def _authored(id: str, revision: int) -> Lesson:
    """Return an authored lesson. `revision` is part of the key, so that a change is seen by every process."""
    return read_lesson(AuthoredLesson.objects.values_list("document", flat=True).get(pk=id))


def create_lesson(request: HttpRequest, document: Document) -> AuthoredLesson:
    """Return a new lesson of this visitor. Raise DocumentErrors, and LimitExceeded for too many lessons."""
    valid = checked(document)
    count = AuthoredLesson.objects.filter(owned_by(request), deleted=None).count()
    if count >= MOST_LESSONS:
        sentence = f"You have {count} lessons, and {MOST_LESSONS} is the most. Delete some, then try again."
        raise LimitExceeded(Excess(sentence))
    spend(request, "stored", size_of(valid) / 1000)
    lesson: AuthoredLesson = AuthoredLesson.objects.create(
        title=read_lesson(valid).title, document=valid, **ownership(request)
    )
    return lesson


def change_lesson(
    request: HttpRequest, lesson: AuthoredLesson, change: Callable[[dict[str, Any]], Document]
) -> AuthoredLesson:
    """Store what `change` makes of the document, computed again where another browser stores one meanwhile, so that
    no change is lost. Raise DocumentErrors, and what `change` raises."""
    for _ in range(_ATTEMPTS):
        row: AuthoredLesson = AuthoredLesson.objects.get(pk=lesson.pk)
        valid = checked(change(dict(row.document)))
        if valid == row.document:
            return row
        unchanged = AuthoredLesson.objects.filter(pk=row.pk, revision=row.revision, deleted=None)
        spend(request, "stored", size_of(valid) / 1000)
        title = read_lesson(valid).title
        written = {"document": valid, "title": title, "changed": timezone.now(), "revision": F("revision") + 1}
        if unchanged.update(**written):
            return AuthoredLesson.objects.get(pk=row.pk)
    raise ChangedElsewhereError("The lesson is being changed by others at this moment; try again.")
