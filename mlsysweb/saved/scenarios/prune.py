"""Finds and removes rows that are no longer needed: old scenarios without an account, deleted ones, expired sessions,
finished jobs and wrong passwords. `KEEP_DAYS` in the settings has the terms.

A scenario without an account is kept if it was saved, answered again or opened within the term, if a copy of it belongs
to an account or is itself kept, if the notes of an account's scenario mention its link, and if a row of another table,
such as a lesson, refers to it. Scenarios of accounts are kept until their owner deletes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from mlsysweb.explore.models import Job, JobState

from .models import Scenario, Tag, Version

# Rows removed in one transaction: other writers of SQLite wait for it.
_BATCH = 200
_ID = re.compile(r"\b[-\w]{12}\b", re.ASCII)


@dataclass(frozen=True)
class Expired:
    """Rows to remove, and a sentence's noun for them."""

    noun: str
    rows: QuerySet[Any]


# Functions of other apps that yield their expired rows at a time; an app adds its own when it is ready.
EXPIRING: list[Callable[[datetime], Iterator[Expired]]] = []


def expired(now: datetime | None = None) -> Iterator[Expired]:
    """Yield the rows of each kind whose term has passed."""
    now = now or timezone.now()

    def since(kind: str) -> datetime:
        return now - timedelta(days=settings.KEEP_DAYS[kind])

    days = settings.KEEP_DAYS
    yield Expired(f"scenarios without an account, unused for {days['scenario']} days", _unused(since("scenario")))
    deleted = Scenario.objects.filter(deleted__lt=since("deleted"))
    yield Expired(f"scenarios deleted more than {days['deleted']} days ago", deleted)
    yield Expired("tags of no scenario", Tag.objects.filter(scenarios=None))
    yield Expired("expired sessions", Session.objects.filter(expire_date__lt=now))
    over = (JobState.DONE, JobState.CANCELLED, JobState.FAILED)
    jobs = Job.objects.filter(state__in=over, turn__lt=since("job"))
    yield Expired(f"searches that ended more than {days['job']} days ago", jobs)
    attempts = AccessAttempt.objects.filter(attempt_time__lt=since("attempt"))
    yield Expired(f"records of wrong passwords older than {days['attempt']} days", attempts)
    for rows_of_app in EXPIRING:
        yield from rows_of_app(now)


def remove(rows: QuerySet[Any]) -> int:
    """Remove rows, a batch in each transaction. Return how many."""
    removed = 0
    while keys := list(rows.order_by().values_list("pk", flat=True)[:_BATCH]):
        with transaction.atomic():
            rows.model._default_manager.filter(pk__in=keys).delete()
        removed += len(keys)
    return removed


def _unused(before: datetime) -> QuerySet[Scenario]:
    used = Q(created__gte=before) | Q(opened__gte=before.date())
    needed = Scenario.objects.filter(Q(owner__isnull=False) | used, parent=OuterRef("pk"), deleted=None)
    answered = Version.objects.filter(scenario=OuterRef("pk"), created__gte=before)
    rows = Scenario.objects.filter(owner=None, deleted=None).exclude(used)
    rows = rows.exclude(Exists(needed)).exclude(Exists(answered)).exclude(pk__in=_mentioned())
    for relation in Scenario._meta.related_objects:
        if relation.related_model not in (Scenario, Version):
            others: Any = relation.related_model
            rows = rows.exclude(Exists(others._default_manager.filter(**{relation.field.name: OuterRef("pk")})))
    return rows


def _mentioned() -> set[str]:
    """Return the ids in the notes of scenarios that belong to an account."""
    notes = Scenario.objects.filter(owner__isnull=False, deleted=None).exclude(notes="").values_list("notes", flat=True)
    return {found for text in notes.iterator() for found in _ID.findall(text)}
