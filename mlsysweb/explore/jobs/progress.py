"""The progress of a search as text: its place in the queue, rate, time left, and the action on offer."""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median

from django.http import QueryDict
from django.utils import timezone

from mlsysweb.explore.models import Job, JobState
from mlsysweb.explore.show.page import JobProgress
from mlsysweb.show.work_limits import SECONDS
from solvers.quantities import format_quantity
from solvers.search.explore import Search, evaluate_box
from solvers.search.run import Outcome

# Configurations evaluated to estimate the duration.
_FEW = 2**14

# Finished searches of the same walls whose rate an estimate is from.
_MEASURED = 5


def not_begun(search: Search, query: str, url: str) -> JobProgress:
    """Return the progress of a space without a job. The duration is estimated from the rate at which the last searches
    of the same walls ran, or where there are none from one box. `query` is the question."""
    rate = _measured_rate(query) or _rate_of_a_box(search)
    size = search.space.size
    told = f"{size:,} configurations take about {format_quantity(size / rate, 's')}: too long for an immediate answer."
    return JobProgress("none", 0.0, told, False, url, "begin", "Search in the background")


def stopped_early(outcome: Outcome, url: str) -> JobProgress:
    """Return the progress of a search that took the time of its request before it was finished, with the job on
    offer."""
    count, size = outcome.seen.count, outcome.search.space.size
    told = (
        f"{count:,} of {size:,} configurations were searched, in the order of the axes: one request may take "
        f"{SECONDS:g} s of processor time. Search all of them in the background, or give the axes fewer steps."
    )
    return JobProgress("partial", count / size, told, False, url, "begin", "Search in the background")


def _rate_of_a_box(search: Search) -> float:
    few = replace(search, rows=_FEW)
    start = time.perf_counter()
    evaluate_box(few, 0)
    return few.space.box(0, few.rows).size / (time.perf_counter() - start)


def _measured_rate(query: str) -> float:
    """Return the median rate, in configurations per second of waiting, of the last searches of the same walls; 0 where
    there are none."""
    walls = QueryDict(query).get("walls", "")
    done = Job.objects.filter(state=JobState.DONE, seconds__gt=0).only("query", "count", "seconds")[: 10 * _MEASURED]
    rates = [job.count / job.seconds for job in done if QueryDict(job.query).get("walls", "") == walls]
    return median(rates[:_MEASURED]) if rates else 0.0


def _queued(job: Job) -> str:
    """Return the place of a job that has not had a turn yet, and when it was asked for."""
    before = Job.objects.filter(state__in=(JobState.WAITING, JobState.RUNNING), created__lt=job.created).count()
    return f"Queued. Position {before + 1}, {_since(job)}. {job.size:,} configurations to search."


def _since(job: Job) -> str:
    seconds = max(0.0, (timezone.now() - job.created).total_seconds())
    return f"started {format_quantity(round(seconds), 's', digits=2)} ago"


def so_far(job: Job, begin: str, cancel: str) -> JobProgress:
    """Return the progress of a job for its page; `begin` and `cancel` are URLs."""
    share = job.count / job.size
    looked = f"{job.count:,} of {job.size:,} configurations looked at"
    rate = job.count / job.seconds if job.seconds else 0.0
    pace = f", {rate / 1e6:.3g} million/s" if rate else ""
    if job.moving and not job.count:
        return JobProgress(job.state, share, _queued(job), True, cancel, "cancel", "Stop")
    if job.moving:
        left = f", {format_quantity((job.size - job.count) / rate, 's', digits=2)} left" if rate else ""
        told = f"{looked}{pace}{left}, {_since(job)}."
        return JobProgress(job.state, share, told, True, cancel, "cancel", "Stop")
    if job.state == JobState.DONE:
        return JobProgress(
            job.state, 1.0, f"{looked}{pace}, {format_quantity(job.seconds, 's')} of work.", False, "", "", ""
        )
    stopped = job.error or "Stopped."
    return JobProgress(job.state, share, f"{stopped} {looked}.", False, begin, "begin", "Go on")


def of_another_visitor(progress: JobProgress) -> JobProgress:
    """Return the progress without its action, for a visitor who may not cancel the job."""
    told = f"{progress.told} Another visitor started this search and can stop it."
    return replace(progress, told=told, url="", act="", act_words="")
