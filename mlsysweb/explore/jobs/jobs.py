"""Jobs: searches too large for a request. Each is a row of the database. One process per machine works on all of them
in turn, one slice each, so that a large job does not delay a small one, and at a lower priority than the web workers.
Progress is saved after every slice: if the process is killed, the next one continues from there."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from catalog.models import CatalogVersion
from catalog.recording import recording
from catalog.visible import seeing, visible_group
from mlsysweb.explore.ask.lookup import FrozenLookup, all_of, look_up
from mlsysweb.explore.ask.question import DesignSpaceQuestion, declared_search
from mlsysweb.explore.jobs.run_boxes import run_boxes
from mlsysweb.explore.jobs.serialize import from_bytes, to_bytes
from mlsysweb.explore.models import Job, JobState
from mlsysweb.visitors import Ownership, claim_rows, owned_by, owns
from solvers.errors import InputErrors
from solvers.registry import solvers
from solvers.search.explore import PartialResult, Search, empty_result, with_larger_boxes
from solvers.search.run import Outcome, outcome

# Long enough that saving is a small share of the time, short enough that progress moves and jobs alternate.
SLICE = 0.5
_MOVING = (JobState.WAITING, JobState.RUNNING)
# A worker without a sign of life for this long is considered dead, and its job can be taken over.
_LEASE = timedelta(seconds=20)


def key_of(question: DesignSpaceQuestion) -> str:
    """Return the key under which the job of a question is stored: its result depends on the catalog and on the
    walls."""
    versions = " ".join(f"{name} {solvers()[name].version}" for name in question.walls if name in solvers())
    return sha256(f"{CatalogVersion.now()} {versions} {question.query}".encode()).hexdigest()


def job_of(question: DesignSpaceQuestion) -> Job | None:
    """Return the job of a question for today's catalog, or None."""
    return Job.objects.filter(key=key_of(question)).first()


def begin_job(question: DesignSpaceQuestion, by: Ownership | None = None) -> Job:
    """Return the job of a question, created, or restarted if it was cancelled or has failed; it then belongs to the
    visitor `by`. Raise InputErrors."""
    owner: Mapping[str, Any] = by or {}
    with recording() as rows:
        declared = declared_search(question, look_up, all_of)
    job, _ = Job.objects.get_or_create(
        key=key_of(question),
        defaults={
            "query": question.query,
            "snapshot": dict(rows),
            "size": declared.search.space.size,
            "group_id": visible_group(),
            **owner,
        },
    )
    Job.objects.filter(pk=job.pk, state__in=(JobState.CANCELLED, JobState.FAILED)).update(
        state=JobState.WAITING, error="", **owner
    )
    job.refresh_from_db()
    return job


def may_cancel(request: HttpRequest, job: Job) -> bool:
    """Return whether this visitor may cancel the job: the one that began it, and staff."""
    return owns(request, job) or bool(request.user.is_staff)


def claim_on_login(sender: Any, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Assign the jobs that this browser began before login to the user. Receives `user_logged_in`."""
    claim_rows(Job, request, user)


def moving_jobs_of(request: HttpRequest) -> list[Job]:
    """Return this visitor's jobs that wait or run, the newest first."""
    return list(Job.objects.filter(owned_by(request), state__in=_MOVING).defer("seen", "snapshot"))


def cancel_job(job: Job) -> None:
    """Stop a job before its next slice; its progress is kept."""
    Job.objects.filter(pk=job.pk, state__in=_MOVING).update(state=JobState.CANCELLED, worker="", lease=None)


def search_of(job: Job) -> Search:
    """Return the search of a job, with the catalog rows it started with and the catalog that it was asked in."""
    with seeing(job.group_id):
        return declared_search(DesignSpaceQuestion.of(QueryDict(job.query)), FrozenLookup(job.snapshot), all_of).search


def outcome_of(job: Job, search: Search) -> Outcome:
    """Return the outcome of a job so far."""
    partial = from_bytes(bytes(job.seen)) if job.seen else empty_result(search)
    return outcome(search, partial, job.boxes)


@dataclass
class _Work:
    """A job in progress: its search and its remaining steps, kept between slices so that spans submitted to a cluster
    continue meanwhile."""

    search: Search
    seen: PartialResult
    steps: Iterator[tuple[PartialResult, int]]


def work(worker: str, idle: float = 20.0) -> None:
    """Work on jobs until there has been none for `idle` seconds, or until the process that started this one has
    ended."""
    hands: dict[str, _Work] = {}
    parent, since = os.getppid(), time.monotonic()
    while os.getppid() == parent:
        job = _taken(worker)
        if job is None:
            if time.monotonic() - since >= idle:
                return
            hands.clear()
            time.sleep(0.2)
            continue
        try:
            _slice(job, worker, hands)
        except InputErrors as bad:
            _failed(job, str(bad))
        except Exception:
            logging.getLogger(__name__).exception("job %s", job.pk)
            _failed(job, "The search stopped on an error of ours; the server's log has it.")
        since = time.monotonic()


def _failed(job: Job, sentence: str) -> None:
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, error=sentence, worker="", lease=None)


def _taken(worker: str) -> Job | None:
    """Take the job whose last slice was longest ago, of those that no live worker holds."""
    now = timezone.now()
    free = Q(worker="") | Q(worker=worker) | Q(lease__lt=now)
    with transaction.atomic():
        waiting = Job.objects.filter(free, state__in=_MOVING).order_by("turn")
        job = waiting.select_for_update(skip_locked=True).first() if _locks() else waiting.first()
        if job is not None:
            told = {"state": JobState.RUNNING, "worker": worker, "lease": now + _LEASE, "turn": now}
            Job.objects.filter(pk=job.pk).update(**told)
    return job


def _locks() -> bool:
    """Return whether the database locks rows. SQLite has one writer at a time and no row locks."""
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)


def _configurations_before(search: Search, boxes: int) -> int:
    """Return the number of configurations in the first `boxes` boxes."""
    return search.space.box(boxes, search.rows).first if boxes < search.boxes else search.space.size


def _slice(job: Job, worker: str, hands: dict[str, _Work]) -> None:
    """Run one slice of a job and save its progress, unless the job was cancelled or taken over meanwhile."""
    start = time.monotonic()
    if job.pk not in hands:
        search = with_larger_boxes(search_of(job))
        partial = from_bytes(bytes(job.seen)) if job.seen else empty_result(search)
        if partial.count != _configurations_before(search, job.boxes):
            partial, job.boxes = empty_result(search), 0  # an earlier version of the site cut the space otherwise
        hands[job.pk] = _Work(search, partial, run_boxes(search, partial, job.boxes))
    hand, boxes = hands[job.pk], job.boxes
    for partial, done in hand.steps:
        hand.seen, boxes = partial, done
        if time.monotonic() - start >= SLICE:
            break
    finished = boxes == hand.search.boxes
    held = Job.objects.filter(pk=job.pk, worker=worker, state=JobState.RUNNING).update(
        boxes=boxes,
        count=hand.seen.count,
        seen=to_bytes(hand.seen),
        seconds=job.seconds + time.monotonic() - start,
        state=JobState.DONE if finished else JobState.RUNNING,
        worker="" if finished else worker,
    )
    if finished or not held:
        del hands[job.pk]
