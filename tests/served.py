"""Runs the served site in a process of its own with a database of its own, for tests that need a whole server."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from tests import management

ROOT = Path(__file__).parents[1]
_TOKEN = "0" * 32


def collect_static() -> None:
    """Collect the static files into var/, as `make var/.static` does, when a source has changed since."""
    collected = ROOT / "var/.static"
    collected.parent.mkdir(exist_ok=True)
    with collected.with_suffix(".lock").open("w") as lock:  # two test runs may start together
        fcntl.flock(lock, fcntl.LOCK_EX)
        changed = max(path.stat().st_mtime for path in (ROOT / "static", *(ROOT / "static").rglob("*")))
        if not collected.exists() or collected.stat().st_mtime < changed:
            command = [sys.executable, str(ROOT / "manage.py"), "collectstatic", "--no-input", "--verbosity", "0"]
            subprocess.run(command, check=True)
            collected.touch()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def serve(port: int, env: Mapping[str, str], **pipes: int) -> subprocess.Popen[bytes]:
    """Start the command of `make serve` on this port, in a process group of its own. It ends with the process that
    started it, so that interrupted tests leave no server running."""
    command = [sys.executable, "-m", "mlsysweb.serve", "--port", str(port)]
    return subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, preexec_fn=_end_with_parent, **pipes)


def _end_with_parent() -> None:
    """Ask Linux to send SIGTERM when the parent of this process ends, for any reason."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Site:
    """A served site. `kill` is as sudden as a power failure. `pipes` are those of `subprocess.Popen`."""

    def __init__(self, database: str, **pipes: int) -> None:
        self.pipes = pipes
        self.env = os.environ | {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "mlsysweb.settings"}
        self.env.setdefault("MLSYSWEB_FAIR_USE", "0")  # all requests are of one address
        collect_static()
        management.load(database)
        self.start()

    def manage(self, *arguments: str) -> str:
        return management.checked(self.env["DATABASE_URL"], *arguments)

    def start(self, port: int | None = None) -> None:
        """Start serving on this port, or on a free one, and wait until the site answers."""
        self.port = port or free_port()
        self.process = serve(self.port, self.env, **self.pipes)
        for _ in range(200):
            try:
                if self.get("/")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        self.kill()
        raise RuntimeError("The site did not come up in twenty seconds.")

    def kill(self) -> None:
        os.killpg(self.process.pid, 9)
        self.process.wait()

    def get(self, path: str) -> tuple[int, str]:
        return self._asked("GET", path, None)[:2]

    def save(self, page: str) -> str:
        """Save a page and return its path once acknowledged. Raise OSError otherwise."""
        status, _, location = self._asked("POST", "/s/save/", urlencode({"page": page}))
        if status != 302 or not location.startswith("/s/"):
            raise OSError(f"not saved: {status} {location}")
        return location

    def _asked(self, method: str, path: str, body: str | None) -> tuple[int, str, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": f"csrftoken={_TOKEN}", "X-CSRFToken": _TOKEN}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers.get("Location", "")
        finally:
            connection.close()

    def saved(self) -> set[str]:
        """Return the paths of all scenarios, read from the database."""
        ask = (
            "from mlsysweb.saved.scenarios.models import Version; print(*Version.objects.values_list('scenario_id', "
            "flat=True))"
        )
        return {f"/s/{each}/" for each in self.manage("shell", "--no-imports", "-c", ask).split()}
