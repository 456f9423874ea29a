"""Errors of the database that are no defect of the site: it is locked, full, read-only or cannot be reached."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, OperationalError, connection


@dataclass(frozen=True)
class DatabaseProblem:
    """A problem of the database in a sentence, and the seconds after which to try again; `status` is that of the
    response."""

    sentence: str
    seconds: int | None
    status: int = 503


_UNREACHABLE = DatabaseProblem("The database of this site cannot be reached. Try again in a minute.", 60)
# The text of an error, and the problem. SQLite reports these and defects of a query with the same exception.
_PROBLEMS = {
    r"disk is full|No space left on device|could not extend file": DatabaseProblem(
        "The disk of this site is full, so nothing can be saved. Its staff must make room.", 600
    ),
    r"NUL \(0x00\)|value too long for type": DatabaseProblem(
        "The text is too long, or has a character that cannot be stored. Shorten it, or remove unusual characters.",
        None,
        422,
    ),
    r"database (table |schema )?is locked|lock timeout|deadlock detected": DatabaseProblem(
        "The database of this site is busy with another task. Try again in ten seconds.", 10
    ),
    r"readonly database|read-only transaction": DatabaseProblem(
        "This site can be read but not changed at the moment. Try again in ten minutes.", 600
    ),
    r"unable to open database file|disk I/O error|locking protocol": _UNREACHABLE,
}


def database_problem(error: BaseException | None) -> DatabaseProblem | None:
    """Return the problem that an exception reports, or None for a defect."""
    if not isinstance(error, DatabaseError | InterfaceError | OSError):
        return None
    for text, problem in _PROBLEMS.items():
        if re.search(text, str(error)):
            return problem
    # PostgreSQL reports defects of a query with other exceptions than these.
    if isinstance(error, OperationalError | InterfaceError) and connection.vendor != "sqlite":
        return _UNREACHABLE
    return None
