"""`make kills`: the served site is killed with all its processes twenty times while others save and edit, on SQLite and
on PostgreSQL. Halfway a backup is made while they save and the server is killed, and restored into a second database.
Fails where a save or an edit that was acknowledged is missing. Not part of the test suite."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path

from tests.postgresql import postgresql
from tests.served import ROOT, Site

from .classroom import Browser

WRITERS, KILLS = 6, 20
# Saves and edits that are acknowledged between two kills, at least.
EACH = 30
# Prints the id and title of every scenario that has a version.
_TITLES = (
    "from mlsysweb.saved.scenarios.models import Scenario; print(*(f'{s.pk} {s.title}' for s in "
    "Scenario.objects.filter(versions__number=1)), sep='\\n')"
)


class Writer(threading.Thread):
    """Saves a wall and changes its title, over and over, until told to stop. `titles` has what was acknowledged, and
    `unsure` the scenarios with an edit that was not, which may have been stored all the same."""

    def __init__(self, site: Site, seat: int, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.site, self.seat, self.over = site, seat, over
        self.titles: dict[str, str] = {}
        self.unsure: set[str] = set()
        self.unexpected: list[str] = []
        self.written = 0

    def run(self) -> None:
        browser = Browser(self.site.port)
        while not self.over.is_set():
            try:
                self._save_and_edit(browser)
            except (OSError, HTTPException):  # the server is down
                time.sleep(0.1)

    def _save_and_edit(self, browser: Browser) -> None:
        number = self.written
        page = f"/walls/roofline/?batch_size={self.seat + 1}"
        status, _, link = browser.ask("POST", "/s/save/", {"page": page, "title": f"new {number}"})
        if status != 302 or not link.startswith("/s/"):
            self.unexpected.append(f"save: {status}")
            return
        scenario = link.split("/")[2]
        self.titles[scenario] = f"new {number}"
        self.written += 1
        title = f"edited {number}"
        fields = {"title": title, "notes": "", "tags": "", "visibility": "link", "group": "", "revision": "1"}
        self.unsure.add(scenario)
        status, _, _ = browser.ask("POST", f"{link}edit/", fields)
        if status in (200, 302):
            self.titles[scenario] = title
            self.written += 1
        else:
            self.unexpected.append(f"edit: {status}")
        self.unsure.discard(scenario)


def kill_under_load(site: Site, kills: int, new_database: Callable[[], str], folder: Path) -> tuple[str, int]:
    """Kill the site under load, with a backup halfway that is restored into a new database. Return the report and the
    number of lost saves and edits."""
    over, draw, start = threading.Event(), random.Random(1), time.monotonic()
    writers = [Writer(site, seat, over) for seat in range(WRITERS)]
    for writer in writers:
        writer.start()
    told, missing = "", 0
    for kill in range(kills):
        _wait(writers, EACH)
        time.sleep(draw.random() * 0.2)
        if kill == kills // 2:
            before = set(_acknowledged(writers))
            with _manage(site.env, "backup", str(folder / "backup.gz")) as backup:
                time.sleep(0.5)
                _kill(site)
            if backup.returncode != 0:
                raise RuntimeError("The backup failed.")
            missing = len(before - set(_restored(site.env | {"DATABASE_URL": new_database()}, folder / "backup.gz")))
            told = f"{len(before):,} saves before the backup, {missing} missing in the restored database; "
        else:
            _kill(site)
    _wait(writers, EACH)
    over.set()
    for writer in writers:
        writer.join(60)
    stored, unsure = _stored(site.env), {each for writer in writers for each in writer.unsure}
    gone = [
        each
        for each, title in _acknowledged(writers).items()
        if each not in stored or (stored[each] != title and each not in unsure)
    ]
    odd = [text for writer in writers for text in writer.unexpected]
    report = (
        f"{kills} kills in {time.monotonic() - start:.0f} s: {sum(writer.written for writer in writers):,} saves and "
        f"edits acknowledged, {len(gone)} lost; {told}other answers {len(odd)}{': ' + odd[0] if odd else ''}"
    )
    return report, len(gone) + missing


def _kill(site: Site) -> None:
    site.kill()
    site.start(site.port)


def _acknowledged(writers: list[Writer]) -> dict[str, str]:
    return {each: title for writer in writers for each, title in dict(writer.titles).items()}


def _wait(writers: list[Writer], number: int) -> None:
    """Wait until this number of further saves and edits is acknowledged. Raise RuntimeError after a minute."""
    end, until = time.monotonic() + 60, sum(writer.written for writer in writers) + number
    while sum(writer.written for writer in writers) < until:
        if time.monotonic() > end:
            raise RuntimeError("The site acknowledges nothing.")
        time.sleep(0.02)


def _manage(env: Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)


def _run(env: Mapping[str, str], *arguments: str) -> str:
    with _manage(env, *arguments) as process:
        told, _ = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"manage.py {arguments[0]} failed")
    return told


def _stored(env: Mapping[str, str]) -> dict[str, str]:
    """Return the titles of all stored scenarios by id."""
    lines = _run(env, "shell", "--no-imports", "-c", _TITLES).splitlines()
    return dict(line.split(" ", 1) for line in lines if line)


def _restored(env: Mapping[str, str], backup: Path) -> dict[str, str]:
    """Restore a backup into a new database, and return the titles there by id."""
    _run(env, "migrate", "--verbosity", "0")
    _run(env, "restore", str(backup))
    return _stored(env)


def _on_sqlite(kills: int) -> tuple[str, int]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = Site(f"sqlite:///{folder / 'db.sqlite3'}", stdout=subprocess.DEVNULL)
        try:
            return kill_under_load(site, kills, lambda: f"sqlite:///{folder / 'restored.sqlite3'}", folder)
        finally:
            site.kill()


def _on_postgresql(kills: int) -> tuple[str, int]:
    import psycopg

    with postgresql() as url, tempfile.TemporaryDirectory() as name:

        def new_database() -> str:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("CREATE DATABASE restored")
            return url.replace("/postgres?", "/restored?")

        site = Site(url, stdout=subprocess.DEVNULL)
        try:
            return kill_under_load(site, kills, new_database, Path(name))
        finally:
            site.kill()


def main() -> None:
    """The command: `python -m tests.load.kills --kills 20`."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.kills", description="Kill the site under load.")
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the databases")
    options = parser.parse_args()
    lost = 0
    for name, run in (("sqlite", _on_sqlite), ("postgresql", _on_postgresql)):
        if options.only in (None, name):
            report, gone = run(options.kills)
            print(f"{name}: {report}", flush=True)
            lost += gone
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
