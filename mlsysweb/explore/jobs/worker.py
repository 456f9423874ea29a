"""Sees to it that somebody works on the jobs of this machine."""

from __future__ import annotations

import fcntl
import subprocess
import sys

from django.conf import settings


def call_worker() -> None:
    """Starts the process that works through the jobs, unless there is one. It holds a lock as long as it lives, so a
    dead one needs no tidying up."""
    with (settings.VAR / "explore.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "explore"]
    subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=True)
