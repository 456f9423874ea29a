"""Stores answers as new scenarios or new versions, and finds versions."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from mlsysweb.throttle import Excess, LimitExceeded, spend
from mlsysweb.visitors import ownership

from .capture import SavedAnswer
from .ids import is_id
from .models import Scenario, Version
from .people import scenarios_of

_WEEK = timedelta(days=7)


def check_room(request: HttpRequest, answer: Iterable[Any], new: bool) -> None:
    """Raise LimitExceeded if the disk is nearly full, if this visitor has stored too much lately for this answer or,
    for one that is to be a `new` scenario, has too many of them."""
    free = _free_bytes()
    if free is not None and free < settings.MIN_FREE_BYTES:
        raise LimitExceeded(Excess(_DISK.format(free=free // 10**6, least=settings.MIN_FREE_BYTES // 10**6), 600, 503))
    if new:
        whose = "account" if request.user.is_authenticated else "browser"
        most: int = settings.SCENARIOS_PER_VISITOR[whose]
        count = scenarios_of(request).filter(deleted=None).count()
        if count >= most:
            raise LimitExceeded(Excess(_TOO_MANY.format(count=count, most=most, whose=whose)))
    spend(request, "stored", sum(len(orjson.dumps(part)) for part in answer) / 1000)


_DISK = (
    "Nothing was saved. The disk of this site has {free:,} MB left, and {least:,} MB must stay free. Try again later, "
    "or ask its staff to make room."
)
_TOO_MANY = (
    "You have {count:,} saved scenarios, and {most:,} is the most for one {whose}. Delete some under My scenarios, "
    "then try again."
)


def _free_bytes() -> int | None:
    """Return the room on the disk of a SQLite database; None for another database, which has its own."""
    if connection.vendor != "sqlite":
        return None
    folder = Path(str(connection.settings_dict["NAME"])).parent
    return shutil.disk_usage(folder).free if folder.is_dir() else None


def created(request: HttpRequest, saved: SavedAnswer, title: str) -> Scenario:
    """Return a new scenario with this answer as its first version. The title must be valid (`forms.title_problem`).
    Raise LimitExceeded."""
    check_room(request, (saved.question, saved.snapshot, saved.result), new=True)
    with transaction.atomic():
        scenario = Scenario.objects.create(
            path=saved.path,
            solver=saved.solver,
            title=title.strip() or saved.title[:200],
            **ownership(request),
        )
        _add(scenario, 1, saved)
    return scenario


def add_version(request: HttpRequest, scenario: Scenario, saved: SavedAnswer) -> Version:
    """Store this answer as the scenario's next version. A concurrent call waits and gets the number after. Raise
    LimitExceeded."""
    check_room(request, (saved.question, saved.snapshot, saved.result), new=False)
    with transaction.atomic():
        Scenario.objects.select_for_update().get(pk=scenario.pk)
        return _add(scenario, scenario.latest.number + 1, saved)


def _add(scenario: Scenario, number: int, saved: SavedAnswer) -> Version:
    return Version.objects.create(
        scenario=scenario,
        number=number,
        solver_version=saved.solver_version,
        question=saved.question,
        snapshot=saved.snapshot,
        result=saved.result,
        said=saved.said,
    )


def note_opened(scenario: Scenario) -> None:
    """Store that the scenario was opened, at most once a week, so that it is not pruned. Reading never waits for a
    database that cannot be written and does not fail with it."""
    today = timezone.now().date()
    if scenario.opened is None or today - scenario.opened >= _WEEK:
        with contextlib.suppress(DatabaseError), no_waiting():
            Scenario.objects.filter(pk=scenario.pk).update(opened=today)


@contextlib.contextmanager
def no_waiting() -> Iterator[None]:
    """Let writes within fail at once where SQLite's write lock is taken."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {1000 * connection.settings_dict['OPTIONS'].get('timeout', 5)}")


def by_id(ids: Iterable[str]) -> dict[str, Scenario]:
    """Return the scenarios with these ids, by id; invalid ids are left out."""
    scenarios: dict[str, Scenario] = Scenario.objects.in_bulk([each for each in ids if is_id(each)])
    return scenarios


def numbered(scenario: Scenario, number: str) -> Version:
    """Return the version with a typed number, or the latest for an empty string. Raise Http404."""
    if not number:
        return scenario.latest
    if not number.isdecimal() or len(number) > 9:
        raise Http404("Versions have numbers.")
    version: Version = get_object_or_404(scenario.versions, number=int(number))
    return version
