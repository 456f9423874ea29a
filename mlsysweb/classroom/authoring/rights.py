"""Rights to read and change an authored lesson."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse

from mlsysweb.classroom.models import AuthoredLesson
from mlsysweb.saved.scenarios.ids import is_id
from mlsysweb.visitors import claim_rows, owned_by, owns

# The edit keys that this browser has opened, by lesson, in the Django session.
_OPENED = "lesson_keys"


def may_edit(request: HttpRequest, lesson: AuthoredLesson) -> bool:
    """Return whether this visitor may change the lesson: its owner, or a browser that opened its edit link."""
    return owns(request, lesson) or request.session.get(_OPENED, {}).get(lesson.pk) == lesson.edit_key


def edit_url(request: HttpRequest, id: str, frame: str) -> str:
    """Return the page that edits a frame of an authored lesson; an empty text for visitors who may not."""
    lesson = AuthoredLesson.objects.filter(pk=id, deleted=None).defer("document").first()
    return reverse("lessons:mine:frame", args=[id, frame]) if lesson and may_edit(request, lesson) else ""


def editable_or_404(request: HttpRequest, id: str) -> AuthoredLesson:
    """Return a lesson that this visitor may change. Raise Http404 for others, and for a deleted one."""
    lesson = AuthoredLesson.objects.filter(pk=id, deleted=None).first() if is_id(id) else None
    if lesson is None or not may_edit(request, lesson):
        raise Http404("There is no such lesson that you may change.")
    return lesson


def owned_or_404(request: HttpRequest, id: str) -> AuthoredLesson:
    """Return a lesson to its owner, also a deleted one. Raise Http404 for others."""
    lesson = AuthoredLesson.objects.filter(pk=id).first()
    if lesson is None or not owns(request, lesson):
        raise Http404("There is no such lesson of yours.")
    return lesson


def editable_lessons(request: HttpRequest) -> QuerySet[AuthoredLesson]:
    """Return the lessons that this visitor may change: own ones, and those whose edit link this browser opened."""
    opened = request.session.get(_OPENED, {})
    shared = Q(pk__in=opened.keys(), edit_key__in=opened.values())
    return AuthoredLesson.objects.filter(owned_by(request) | shared, deleted=None)


def open_to_edit(request: HttpRequest, id: str, key: str) -> None:
    """Let this browser change the lesson of an edit link. Raise Http404."""
    if not AuthoredLesson.objects.filter(pk=id, edit_key=key, deleted=None).exists():
        raise Http404("There is no such lesson, or its edit link was replaced.")
    request.session[_OPENED] = {**request.session.get(_OPENED, {}), id: key}


def claim_on_login(sender: Any, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Assign the lessons of this browser to the user. Receives `user_logged_in`."""
    claim_rows(AuthoredLesson, request, user)
