"""The rows of the classroom whose term has passed, for `manage.py prune`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings

from mlsysweb.saved.scenarios.prune import Expired

from .models import AuthoredClaim, AuthoredLesson, ClassSession


def expired_rows(now: datetime) -> Iterator[Expired]:
    """Yield class sessions, with the participants and answers that belong to them, lessons and claims. A session
    keeps a copy of its lesson, so it does not need the lesson it was started from."""
    days = settings.KEEP_DAYS
    sessions = ClassSession.objects.filter(created__lt=now - timedelta(days=days["class"]))
    yield Expired(f"class sessions started more than {days['class']} days ago", sessions)
    deleted = AuthoredLesson.objects.filter(deleted__lt=now - timedelta(days=days["deleted"]))
    yield Expired(f"lessons deleted more than {days['deleted']} days ago", deleted)
    unchanged = now - timedelta(days=days["scenario"])
    lessons = AuthoredLesson.objects.filter(owner=None, deleted=None, changed__lt=unchanged)
    yield Expired(f"lessons without an account, unchanged for {days['scenario']} days", lessons)
    hidden = AuthoredClaim.objects.filter(deleted__lt=now - timedelta(days=days["deleted"]))
    yield Expired(f"claims deleted more than {days['deleted']} days ago", hidden)
    claims = AuthoredClaim.objects.filter(owner=None, deleted=None, changed__lt=unchanged)
    yield Expired(f"claims without an account, unchanged for {days['scenario']} days", claims)
