"""Limits how often a visitor, and all visitors of one network address together, may save, import, sign in and so on.
The limits are in the settings (`FAIR_USE`).

The counts are in a small SQLite file of this machine, which all workers share. It is not the site's database, so that a
call of the API writes nothing there, and counting goes on when that database cannot be reached. Losing the file loses
only counts; where it cannot be used, nothing is refused. It holds no address and no account, only keyed hashes of them.

Each limit is a number within a period. All of it may be used at once; then it comes back evenly. One time is stored for
each visitor and limit, that at which the whole of the limit is available again (the generic cell rate algorithm,
ITU-T I.371). Packages for Django that do this are no longer maintained or need Redis.
"""

from __future__ import annotations

import logging
import math
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from mlsysweb.visitors import address, known_visitor, token_of

_log = logging.getLogger(__name__)
# The kinds of requests, as a sentence names them.
WORDS = {
    "save": "saves",
    "edit": "edits",
    "fork": "copies",
    "import": "imports",
    "job": "searches started",
    "sign_in": "attempts to sign in",
    "register": "accounts created",
    "api": "API requests",
    "code": "codes of no class",
    "class": "classes started",
    "stored": "kB stored",
}
VISITOR, ADDRESS = "visitor", "address"
# After how many requests a process removes what has expired.
_CLEAN = 1000
_TABLE = "CREATE TABLE IF NOT EXISTS spent (who BLOB PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID"
_local = threading.local()


@dataclass(frozen=True)
class Excess:
    """A limit that a request would exceed: a sentence for the visitor, and the seconds until it would not, if time
    alone changes that; `status` is that of the response."""

    sentence: str
    seconds: int | None = None
    status: int = 429


class LimitExceeded(Exception):
    """Raised where a request turns out to exceed a limit; `limit_posts` answers with its sentence."""

    def __init__(self, over: Excess) -> None:
        super().__init__(over.sentence)
        self.over = over


@dataclass(frozen=True)
class _Limit:
    kind: str
    scope: str
    number: int
    period: int
    who: bytes

    def sentence(self, seconds: int) -> str:
        counted = f"{self.number:,} {WORDS[self.kind]} in {duration_text(self.period)}"
        whose = "a visitor may make" if self.scope == VISITOR else "this site accepts from one network address"
        return f"{counted} is the most {whose}. Try again in {duration_text(seconds)}."


def excess(request: HttpRequest, kind: str, cost: float = 1) -> Excess | None:
    """Count a request of this kind. Return the limit that it exceeds, in which case it is not counted, or None. A cost
    above the whole of a limit counts as the whole."""
    limits = tuple(_limits(request, kind))
    if not limits:
        return None
    try:
        waits = _spend(limits, cost)
    except (sqlite3.Error, OSError):
        _log.warning("The counts of %s cannot be used; nothing is refused.", kind, exc_info=True)
        return None
    over = [(wait, limit) for wait, limit in zip(waits, limits, strict=True) if wait > 0]
    if not over:
        return None
    wait, limit = max(over, key=lambda each: each[0])
    seconds = math.ceil(wait)
    return Excess(limit.sentence(seconds), seconds)


def spend(request: HttpRequest, kind: str, cost: float) -> None:
    """Count a request of this kind and cost. Raise LimitExceeded."""
    if over := excess(request, kind, cost):
        raise LimitExceeded(over)


def remove_expired(dry_run: bool = False) -> int:
    """Remove counts that no longer limit. Return how many there are, or 0 if there is no file."""
    if not settings.THROTTLE_FILE.exists():
        return 0
    with closing(_open()) as database:
        if dry_run:
            return int(database.execute("SELECT count(*) FROM spent WHERE until < ?", [time.time()]).fetchone()[0])
        return database.execute("DELETE FROM spent WHERE until < ?", [time.time()]).rowcount


def _limits(request: HttpRequest, kind: str) -> Iterator[_Limit]:
    for scope, (number, period) in settings.FAIR_USE.get(kind, {}).items():
        if who := _visitor(request) if scope == VISITOR else address(request):
            yield _Limit(kind, scope, number, period, salted_hmac("throttle", f"{kind} {scope} {who}").digest()[:16])


def _visitor(request: HttpRequest) -> str:
    """Return the token, the account or the browser; an empty string for a client without a token or a session."""
    if token := token_of(request):
        return token
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    return f"user {request.user.pk}" if request.user.is_authenticated else known_visitor(request)


def _spend(limits: tuple[_Limit, ...], cost: float) -> list[float]:
    """Return the seconds to wait for each limit; if none has to wait, the request is counted in all of them."""
    database = _opened()
    _local.count += 1
    now = time.time()
    database.execute("BEGIN IMMEDIATE")
    try:
        if _local.count % _CLEAN == 0:
            database.execute("DELETE FROM spent WHERE until < ?", [now])
        after = [max(_until(database, limit), now) + limit.period * min(cost / limit.number, 1) for limit in limits]
        waits = [until - now - limit.period for until, limit in zip(after, limits, strict=True)]
        if max(waits) <= 0:
            rows = [(limit.who, until) for limit, until in zip(limits, after, strict=True)]
            database.executemany("INSERT OR REPLACE INTO spent VALUES (?, ?)", rows)
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise
    return waits


def _until(database: sqlite3.Connection, limit: _Limit) -> float:
    row = database.execute("SELECT until FROM spent WHERE who = ?", [limit.who]).fetchone()
    return float(row[0]) if row else 0.0


def _opened() -> sqlite3.Connection:
    """Return this thread's connection; another one if the file has changed."""
    path = settings.THROTTLE_FILE
    if getattr(_local, "path", None) != path:
        _local.database, _local.path, _local.count = _open(), path, 0
    database: sqlite3.Connection = _local.database
    return database


def _open() -> sqlite3.Connection:
    database = sqlite3.connect(settings.THROTTLE_FILE, timeout=1, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=OFF")
    database.execute(_TABLE)
    return database


def duration_text(seconds: int) -> str:
    """Return a duration in whole hours, minutes or seconds, rounded up."""
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = math.ceil(seconds / size)
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"
