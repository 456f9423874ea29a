"""A class of 300: every student joins by code, asks each two seconds for the screen and answers in both rounds, while
the host opens, closes, votes again and reveals. One student in twenty is offline for half a minute, and the server is
killed once during a vote. Reports latencies, errors, lost answers, processor time and memory."""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
import re
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from tests.served import Site

from .times import times

STUDENTS, POLL = 300, 2.0
# Seconds in which the class joins, and within which a student answers once voting is seen.
JOINING, THINKING = 30.0, 5.0
# One student in twenty is offline for this time when the first vote opens. The server is killed this long after.
OFFLINE_EVERY, OFFLINE, KILLED = 20, 30.0, 3.0
# Seconds after a kill in which requests may fail: phones and the host ask again.
RECOVERY = 30.0
LESSON = "economics"
# The moves of one question, and the seconds the class then has.
MOVES = (("open", 14.0), ("close", 4.0), ("again", 14.0), ("close", 4.0), ("reveal", 6.0))
_TOKEN = "0" * 32
_TICKS = os.sysconf("SC_CLK_TCK")


class Browser:
    """A browser with cookies of its own and a connection that is kept open."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies = {"csrftoken": _TOKEN}

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Return status, text, and the address that the browser is sent to or shows. Raise OSError or HTTPException."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "X-CSRFToken": _TOKEN, "HX-Request": "true", "Accept-Encoding": "gzip"}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self.connection.request(method, path, None if fields is None else urlencode(fields), headers)
            response = self.connection.getresponse()
            sent = response.read()
        except (OSError, HTTPException):
            self.connection.close()
            raise
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if response.headers.get("Content-Encoding") == "gzip":
            sent = gzip.decompress(sent)
        shown = response.headers.get("Location") or response.headers.get("HX-Replace-Url") or ""
        return response.status, sent.decode(), shown


@dataclass
class Measured:
    """The measurements of all students: seconds by kind, acknowledged answers, and failures."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"join": [], "poll": [], "answer": [], "phase": []})
    acknowledged: list[tuple[str, str, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    asked_again: int = 0


@dataclass
class Stage:
    """The number and the time of the latest move of the host, when the server was killed, and whether the class is
    over."""

    moved: float = 0.0
    number: int = 0
    killed: float | None = None
    over: bool = False

    @property
    def recovers(self) -> bool:
        """Whether the server was killed a short while ago."""
        return self.killed is not None and time.monotonic() - self.killed < RECOVERY


class Student(threading.Thread):
    """A student's phone."""

    def __init__(self, seat: int, site: Site, code: str, stage: Stage, measured: Measured, start: float) -> None:
        super().__init__(daemon=True)
        self.draw = random.Random(seat)
        self.browser, self.code, self.stage, self.measured = Browser(site.port), code, stage, measured
        self.name_, self.begin = f"S{seat}", start + self.draw.random() * JOINING
        self.seen = 0
        self.offline = OFFLINE if seat % OFFLINE_EVERY == 0 else 0.0

    def run(self) -> None:
        time.sleep(max(0.0, self.begin - time.monotonic()))
        self.timed("join", "POST", f"/class/{self.code}/join/", {"name": self.name_}, (302,))
        page = self.timed("poll", "GET", f"/class/{self.code}/", None, (200,))
        while not self.stage.over:
            time.sleep(POLL)
            if self.offline and 'data-phase="voting"' in page:
                time.sleep(self.offline)
                self.offline, self.seen = 0.0, self.stage.number
            token = re.search(r"screen/\?token=([^\"]+)\"", page)
            if token is None:
                self.measured.failed.append("a screen without a token")
                return
            shown = self.timed("poll", "GET", f"/class/{self.code}/screen/?token={token[1]}", None, (200, 204))
            if shown:
                page = shown
                self.follow(page)

    def follow(self, page: str) -> None:
        """Note how late a phase was seen, and answer where voting is open."""
        if self.stage.number > self.seen:
            self.seen = self.stage.number
            if not self.stage.recovers:
                self.measured.seconds["phase"].append(time.monotonic() - self.stage.moved)
        if 'data-phase="voting"' not in page:
            return
        time.sleep(self.draw.random() * THINKING)
        fields = dict(re.findall(r'name="(frame|round)" value="([^"]*)"', page))
        options = re.findall(r'type="radio" name="answer" value="([^"]*)"', page)
        fields["answer"] = self.draw.choice(options) if options else str(self.draw.randint(1, 999))
        if self.timed("answer", "POST", f"/class/{self.code}/answer/", fields, (200,)):
            title = re.search(r"<h1>([^<]*)</h1>", page)
            assert title is not None
            self.measured.acknowledged.append((self.name_, unescape(title[1]), fields["round"]))

    def timed(self, kind: str, method: str, path: str, fields: dict[str, str] | None, allowed: tuple[int, ...]) -> str:
        begun = time.monotonic()
        while True:
            try:
                status, text, _ = self.browser.ask(method, path, fields)
                break
            except (OSError, HTTPException) as error:
                if not self.stage.recovers:
                    self.measured.failed.append(f"{kind}: {error!r}")
                    return ""
                self.measured.asked_again += 1
                time.sleep(POLL)
                begun = time.monotonic()
        self.measured.seconds[kind].append(time.monotonic() - begun)
        if status not in allowed:
            self.measured.failed.append(f"{kind}: {status} {text[:80]}")
            return ""
        return text


class Host:
    """The instructor's browser."""

    def __init__(self, site: Site) -> None:
        self.browser = Browser(site.port)
        self.url = self.browser.ask("POST", "/class/start/", {"lesson": LESSON})[2]
        self.page = self.browser.ask("GET", self.url)[1]
        found = re.search(r"/class/([A-Z2-9]{6})/", self.page)
        assert found is not None
        self.code = found[1]

    def may(self, move: str) -> bool:
        return f'value="{move}"' in self.page

    def move(self, move: str) -> None:
        number = re.search(r'name="number" value="(\d+)"', self.page)
        assert number is not None
        self.ask("POST", f"{self.url}move/", {"move": move, "number": number[1]})
        self.page = self.ask("GET", self.url)[1]

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Ask, and once more where the server has closed the connection."""
        try:
            return self.browser.ask(method, path, fields)
        except (OSError, HTTPException):
            return self.browser.ask(method, path, fields)


def hold_class(site: Site, questions: int) -> str:
    """Hold a class with a number of questions. Return the report."""
    measured, stage, host, client = Measured(), Stage(), Host(site), time.process_time()
    start, before = time.monotonic(), used(site.process.pid)[0]
    students = [Student(seat, site, host.code, stage, measured, start) for seat in range(STUDENTS)]
    for student in students:
        student.start()
    time.sleep(JOINING + 2)
    for _ in range(questions):
        while not host.may("open"):
            _go(host, stage, "next", 3.0)
        for move, pause in MOVES:
            if move == "open" and stage.killed is None:
                _go(host, stage, move, KILLED)
                gone = used(site.process.pid)[0]
                stage.killed = time.monotonic()
                site.kill()
                site.start(site.port)
                before -= gone
                time.sleep(pause)
            else:
                _go(host, stage, move, pause)
        _go(host, stage, "next", 3.0)
    stage.over = True
    for student in students:
        student.join(60)
    spent = time.monotonic() - start
    processor, memory = used(site.process.pid)
    rows = list(csv.DictReader(io.StringIO(host.browser.ask("GET", f"{host.url}results.csv")[1].lstrip("\ufeff"))))
    lost = len(lost_answers(measured.acknowledged, rows))
    return "\n".join(
        [
            f"{STUDENTS} students, {questions} questions in two rounds, {spent:.0f} s",
            *(f"  {kind}: {len(each):,}; {times(each)}" for kind, each in measured.seconds.items()),
            f"  answers acknowledged {len(measured.acknowledged):,}, lost {lost}; failed {len(measured.failed)}"
            f"{': ' + measured.failed[0] if measured.failed else ''}; requests repeated after the kill "
            f"{measured.asked_again:,}",
            f"  server: {100 * (processor - before) / spent:.0f} % of one core, {memory / 1e6:.0f} MB; client: "
            f"{100 * (time.process_time() - client) / spent:.0f} % of one core",
        ]
    )


def lost_answers(
    acknowledged: Iterable[tuple[str, str, str]], rows: Iterable[Mapping[str, str]]
) -> set[tuple[str, str, str]]:
    """Return the answers, by student, title of the screen and round, that the server took and the results do not have.
    One that was stored but not acknowledged, since the server was killed between the two, does not make up for them."""
    return set(acknowledged) - {(row["Student"], row["Frame"], row["Round"]) for row in rows}


def _go(host: Host, stage: Stage, move: str, pause: float) -> None:
    host.move(move)
    stage.moved, stage.number = time.monotonic(), stage.number + 1
    time.sleep(pause)


def used(leader: int) -> tuple[float, float]:
    """Return the seconds of processor time and the bytes of memory of a process group."""
    seconds = memory = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            shared = int((stat.parent / "statm").read_text().split()[1])
        except OSError:
            continue
        if int(fields[2]) == leader:
            seconds += (int(fields[11]) + int(fields[12])) / _TICKS
            memory += shared * os.sysconf("SC_PAGE_SIZE")
    return seconds, memory
