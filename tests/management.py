"""Runs commands of `manage.py` on databases of their own, each in a process of its own. The process is forked from one
that has loaded the site, since loading takes far longer than most commands."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import sqlite3
import subprocess
import tempfile
import traceback
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.loaded_site"])


def run(database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the database of this address; return its exit code and what it printed."""
    ours, theirs = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_command, args=(database, arguments, theirs))
    process.start()
    theirs.close()
    with ours:
        code, out, err = ours.recv()
    process.join()
    return subprocess.CompletedProcess(arguments, code, out, err)


def checked(database: str, *arguments: str) -> str:
    """Run a command that must succeed, and return what it printed. Raise RuntimeError with its errors if it fails."""
    ran = run(database, *arguments)
    if ran.returncode:
        raise RuntimeError(f"manage.py {' '.join(arguments)}: {ran.stderr}")
    return ran.stdout


def load(database: str) -> None:
    """Make the tables of an empty database and load the shipped catalog. SQLite gets a copy of a file made once."""
    if database.startswith("sqlite:///"):
        with (
            contextlib.closing(sqlite3.connect(_loaded())) as source,
            contextlib.closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as copy,
        ):
            source.backup(copy)
    else:
        _load(database)


@cache
def _loaded() -> Path:
    path = Path(tempfile.mkdtemp(prefix="loaded-")) / "db.sqlite3"
    _load(f"sqlite:///{path}")
    return path


def _load(database: str) -> None:
    checked(database, "migrate", "--verbosity", "0")
    checked(database, "load_catalog", "--verbosity", "0")


def _command(database: str, arguments: tuple[str, ...], answer: Connection) -> None:
    """Run in a forked process: choose the database as the settings would, run the command, send what it printed."""
    os.environ["DATABASE_URL"] = database
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            _use_the_database()
            from django.core.management import execute_from_command_line

            execute_from_command_line(["manage.py", *arguments])
        except SystemExit as stopped:
            code = stopped.code if isinstance(stopped.code, int) else 1
        except BaseException:
            traceback.print_exc()
            code = 1
    answer.send((code, out.getvalue(), err.getvalue()))


def _use_the_database() -> None:
    """Use the database that DATABASE_URL names, with the options that the settings give one of its kind."""
    import importlib

    from django.conf import settings
    from django.db import DEFAULT_DB_ALIAS, connections

    import mlsysweb.settings
    import tests.loaded_site  # noqa: F401  loaded before, unless the server of forks could not

    settings.DATABASES = importlib.reload(mlsysweb.settings).DATABASES
    connections.settings = connections.configure_settings(settings.DATABASES)
    if hasattr(connections._connections, DEFAULT_DB_ALIAS):  # of another database, made while the site was loaded
        del connections[DEFAULT_DB_ALIAS]
