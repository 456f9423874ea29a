"""Searches too large for a request. Each is a row of the database; one process a machine works through them, a slice of
each in turn, so that no large one keeps a small one waiting, and below the priority of what answers pages. It writes
down what it has seen after every slice: killed, it or another goes on from there."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from catalog.models import Version
from catalog.watch import watched
from solvers.errors import InputErrors
from solvers.search.explore import Search, Seen, nothing_seen
from solvers.search.run import Outcome, outcome

from .asked import Question, declared
from .kept import packed, unpacked
from .models import Job, State
from .picks import Kept, all_of, today
from .spread import spread

# Long enough for the bookkeeping to be a small share, short enough for a bar that moves and for taking turns.
SLICE = 0.5
# A worker that has not been heard of for so long is dead, and its job anybody's.
_LEASE = timedelta(seconds=20)


def key_of(question: Question) -> str:
    return sha256(f"{Version.now()} {question.query}".encode()).hexdigest()


def job_of(question: Question) -> Job | None:
    """The job of a question of today's catalog, if somebody has begun one."""
    return Job.objects.filter(key=key_of(question)).first()


def begun(question: Question) -> Job:
    """The job of a question, begun or taken up again. Raises InputErrors."""
    with watched() as rows:
        asked = declared(question, today, all_of)
    job, _ = Job.objects.get_or_create(
        key=key_of(question),
        defaults={"query": question.query, "snapshot": dict(rows), "size": asked.search.space.size},
    )
    Job.objects.filter(pk=job.pk, state__in=(State.CANCELLED, State.FAILED)).update(state=State.WAITING, error="")
    job.refresh_from_db()
    return job


def cancel(job: Job) -> None:
    """Stops it before its next slice; what it has seen stays."""
    Job.objects.filter(pk=job.pk, state__in=(State.WAITING, State.RUNNING)).update(
        state=State.CANCELLED, worker="", lease=None
    )


def search_of(job: Job) -> Search:
    """The search of a job, of the rows it began with."""
    return declared(Question.of(QueryDict(job.query)), Kept(job.snapshot), all_of).search


def outcome_of(job: Job, search: Search) -> Outcome:
    """What a job has come to so far."""
    seen = unpacked(bytes(job.seen)) if job.seen else nothing_seen(search)
    return outcome(search, seen, job.boxes)


@dataclass
class _Work:
    """A job in hand: its search and the steps still to do, kept between its turns, so that what is under way on a
    cluster goes on meanwhile."""

    search: Search
    seen: Seen
    steps: Iterator[tuple[Seen, int]]


def work(worker: str, idle: float = 20.0) -> None:
    """Works until there has been nothing to do for so many seconds, or until whoever started this is gone."""
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
    Job.objects.filter(pk=job.pk).update(state=State.FAILED, error=sentence, worker="", lease=None)


def _taken(worker: str) -> Job | None:
    """The job whose last turn was longest ago, of those nobody alive works on."""
    now = timezone.now()
    free = Q(worker="") | Q(worker=worker) | Q(lease__lt=now)
    with transaction.atomic():
        waiting = Job.objects.filter(free, state__in=(State.WAITING, State.RUNNING)).order_by("turn")
        job = waiting.select_for_update(skip_locked=True).first() if _locks() else waiting.first()
        if job is not None:
            told = {"state": State.RUNNING, "worker": worker, "lease": now + _LEASE, "turn": now}
            Job.objects.filter(pk=job.pk).update(**told)
    return job


def _locks() -> bool:
    """SQLite has one writer at a time and no locks on rows."""
    return transaction.get_connection().features.has_select_for_update_skip_locked


def _slice(job: Job, worker: str, hands: dict[str, _Work]) -> None:
    """One turn of a job, and what it came to written down, unless the job was cancelled or taken meanwhile."""
    start = time.monotonic()
    if job.pk not in hands:
        search = search_of(job)
        seen = unpacked(bytes(job.seen)) if job.seen else nothing_seen(search)
        hands[job.pk] = _Work(search, seen, spread(search, seen, job.boxes))
    hand, boxes = hands[job.pk], job.boxes
    for seen, done in hand.steps:
        hand.seen, boxes = seen, done
        if time.monotonic() - start >= SLICE:
            break
    finished = boxes == hand.search.boxes
    held = Job.objects.filter(pk=job.pk, worker=worker, state=State.RUNNING).update(
        boxes=boxes, count=hand.seen.count, seen=packed(hand.seen), seconds=job.seconds + time.monotonic() - start,
        state=State.DONE if finished else State.RUNNING, worker="" if finished else worker,
    )  # fmt: skip
    if finished or not held:
        del hands[job.pk]
