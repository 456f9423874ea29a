"""The command that works on design-space jobs until none is left."""

from __future__ import annotations

import fcntl
import os
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from mlsysweb.explore.jobs.jobs import work


class Command(BaseCommand):
    """`manage.py explore`: works on waiting design-space jobs."""

    help = "Works through the searches of the design space that wait. The site starts it by itself."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--idle", type=float, default=20.0, help="seconds without work after which it ends")

    def handle(self, *args: Any, idle: float, **options: Any) -> None:
        with (settings.VAR / "explore.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # another process holds the lock of this machine
            os.nice(10)  # web workers have priority
            work(f"{socket.gethostname()[:24]}:{os.getpid()}", idle)
