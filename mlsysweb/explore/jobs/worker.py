"""Starts the process that works on jobs."""

from __future__ import annotations

import fcntl
import subprocess
import sys

from django.conf import settings


def call_worker() -> None:
    """Start the worker process of this machine unless it is running. It holds a file lock for as long as it lives, so
    nothing has to be cleaned up after a crash."""
    with (settings.VAR / "explore.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "explore"]
    subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=True)
