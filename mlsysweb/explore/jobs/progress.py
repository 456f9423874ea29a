"""The progress of a search as text: rate, time left, and the action on offer."""

from __future__ import annotations

import time
from dataclasses import replace

from mlsysweb.explore.models import Job, JobState
from mlsysweb.explore.show.page import JobProgress
from mlsysweb.show.work_limits import SECONDS
from solvers.quantities import format_quantity
from solvers.search.explore import Search, evaluate_box
from solvers.search.run import Outcome

# Configurations evaluated to estimate the duration.
_FEW = 2**14


def not_begun(search: Search, url: str) -> JobProgress:
    """Return the progress of a space without a job. One box is evaluated to estimate the duration."""
    few = replace(search, rows=_FEW)
    start = time.perf_counter()
    evaluate_box(few, 0)
    rate = few.space.box(0, few.rows).size / (time.perf_counter() - start)
    size = search.space.size
    told = (
        f"{size:,} configurations: about {format_quantity(size / rate, 's')} of work, more than fits into one answer."
    )
    return JobProgress("none", 0.0, told, False, url, "begin", "Search them all")


def stopped_early(outcome: Outcome, url: str) -> JobProgress:
    """Return the progress of a search that took the time of its request before it was finished, with the job on
    offer."""
    count, size = outcome.seen.count, outcome.search.space.size
    told = (
        f"{count:,} of {size:,} configurations were searched, in the order of the axes: one request may take "
        f"{SECONDS:g} s of processor time. Search all of them in the background, or give the axes fewer steps."
    )
    return JobProgress("partial", count / size, told, False, url, "begin", "Search them all")


def so_far(job: Job, begin: str, cancel: str) -> JobProgress:
    """Return the progress of a job for its page; `begin` and `cancel` are URLs."""
    share = job.count / job.size
    looked = f"{job.count:,} of {job.size:,} configurations looked at"
    rate = job.count / job.seconds if job.seconds else 0.0
    pace = f", {rate / 1e6:.3g} million a second" if rate else ""
    if job.moving:
        left = (
            f", {format_quantity((job.size - job.count) / rate, 's', digits=2)} left"
            if rate
            else ", waiting for its turn"
        )
        return JobProgress(job.state, share, f"{looked}{pace}{left}.", True, cancel, "cancel", "Stop")
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
