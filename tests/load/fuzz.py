"""`make fuzz`: hostile requests to the served site, on SQLite and on PostgreSQL. Reads go to every registered address
and to all that pages link to; writes change the fields of the forms that pages have, and the bodies of the API's
examples; documents are changed exports that are imported and, where accepted, shown in every view. Not part of the
test suite.

Fails where an answer is a 500, where there is none, or where one takes longer than `--slow` seconds of processor time.
A 503 says that the server is busy, and is counted like every other status. The API's own requests are drawn from its
OpenAPI document in `tests/mlsysweb/api/test_schemathesis.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import django

from tests import hostile
from tests.postgresql import postgresql
from tests.served import ROOT, Site

from .classroom import used
from .page_forms import Form, PageReader, read_page

# Seconds until a request counts as not answered.
HANGS = 60.0
# Addresses of one route that are read, and saved scenarios that the fuzz starts with.
EACH_ROUTE, SAVED = 3, 4
# Reads that stop what others need, and forms that would end the session of the fuzz or take its rights.
_NOT_SENT = re.compile(r"/logout/|/account/delete/|/admin/(auth|password_change|axes)/|/admin/.*/delete/")
# Bytes by which the peak of memory grows with a request that is reported.
_GROWN = 30_000_000
_TOKEN = "0" * 32
_PASSWORD = "a long enough one 7"
_ACCOUNT = "fuzz"


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def __str__(self) -> str:
        told = f" {self.body[:200]!r}" if self.body else ""
        return f"{self.method} {self.path[:300]} {self.headers or ''}{told}"


@dataclass(frozen=True)
class Answer:
    """The status (0: no answer), text, address of a redirect, and seconds of an answer."""

    status: int
    text: str
    location: str
    seconds: float


@dataclass
class Found:
    """Counts of statuses by kind of request, and what is wrong."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    routes: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    grown: list[str] = field(default_factory=list)
    peak: int = 0
    slowest: float = 0.0


class Visitor:
    """A browser of the fuzz: its cookies and a connection that stays open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies = {"csrftoken": _TOKEN}
        self.connection = HTTPConnection("127.0.0.1", port, timeout=HANGS)

    def ask(self, asked: Asked) -> Answer:
        """Return the answer. A connection that the server has closed meanwhile is opened once more."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "X-CSRFToken": self.cookies.get("csrftoken", _TOKEN), **asked.headers}
        start = time.monotonic()
        for _ in range(2):
            try:
                self.connection.request(asked.method, asked.path, asked.body, headers)
                told = self.connection.getresponse()
                text = told.read().decode(errors="replace")
            except (OSError, HTTPException):
                self.connection.close()
                if time.monotonic() - start > HANGS / 2:
                    break
                continue
            if "Cookie" not in asked.headers:
                self._keep(told.headers.get_all("Set-Cookie") or [])
            return Answer(told.status, text, told.headers.get("Location", ""), time.monotonic() - start)
        return Answer(0, "", "", time.monotonic() - start)

    def _keep(self, cookies: list[str]) -> None:
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')

    def sign_in(self) -> None:
        """Sign in as the account of the fuzz. Raise RuntimeError where that fails."""
        told = {"username": _ACCOUNT, "password": _PASSWORD, "csrfmiddlewaretoken": _TOKEN}
        answer = self.ask(_form_sent("/accounts/login/", urlencode(told)))
        if answer.status != 302:
            raise RuntimeError(f"not signed in: {answer.status}")


def _form_sent(path: str, body: str, **headers: str) -> Asked:
    sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    return Asked("POST", path, sent, body.encode())


class Fuzz:
    """The fuzz of one site, repeatable by its seed."""

    def __init__(self, site: Site, seed: int, slow: float) -> None:
        self.site, self.slow, self.draw, self.found = site, slow, random.Random(seed), Found()
        self.visitor, self.account = Visitor(site.port), Visitor(site.port)
        command = [sys.executable, str(ROOT / "manage.py"), "create_account", "administrator", "--username", _ACCOUNT]
        subprocess.run(command, env=site.env, input=f"{_PASSWORD}\n" * 2, check=True, text=True, capture_output=True)
        self.account.sign_in()
        self.pages = self._crawl()

    def _crawl(self) -> dict[str, list[PageReader]]:
        """Return what the site links to, by route, from its home page and a few saved scenarios on."""
        from django.urls import Resolver404, resolve

        pages: dict[str, list[PageReader]] = {}
        begun = [self._saved(each) for each in ("/walls/roofline/", "/capstone/", "/explore/", "/geography/")[:SAVED]]
        waiting = deque(["/", "/admin/", "/s/", "/courses/", "/accounts/tokens/", "/lessons/mine/", *begun])
        seen = set(waiting)
        while waiting:
            path = waiting.popleft()
            try:
                route = resolve(urlsplit(path).path).route
            except Resolver404:
                continue
            if len(pages.setdefault(route, [])) >= EACH_ROUTE or _NOT_SENT.search(path) or "/static/" in path:
                continue
            answer = self.ask(self.account, "crawl", Asked("GET", path))
            page = read_page(path, answer.text if answer.text.lstrip().startswith("<") else "")
            pages[route].append(page)
            for link in page.links:
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)
        return pages

    def _saved(self, page: str) -> str:
        return self.ask(self.account, "crawl", _form_sent("/s/save/", urlencode({"page": page}))).location

    def ask(self, visitor: Visitor, kind: str, asked: Asked) -> Answer:
        """Return the answer, and note its status and what is wrong with it."""
        found = self.found
        answer = visitor.ask(asked)
        counts = found.statuses.setdefault(kind, Counter())
        counts[answer.status] += 1
        if answer.status == 0:
            found.failed.append(f"no answer in {answer.seconds:.1f} s: {asked}")
        elif answer.status >= 500 and answer.status != 503:
            found.failed.append(f"{answer.status}: {asked}")
        elif answer.seconds > self.slow:
            before = used(self.site.process.pid)[0]  # once more, as the machine may have been busy
            again, spent = visitor.ask(asked), used(self.site.process.pid)[0] - before
            if spent > self.slow:
                found.slow.append(f"{again.seconds:.1f} s, {spent:.1f} s of processor, {answer.status}: {asked}")
        found.slowest = max(found.slowest, answer.seconds)
        peak = peak_memory(self.site.process.pid)
        if peak > found.peak + _GROWN:
            found.grown.append(f"{peak / 1e6:.0f} MB after {answer.status}: {asked}")
        found.peak = max(found.peak, peak)
        return answer

    def read(self, count: int) -> None:
        """Ask every route in turn, with a hostile query, and at times a hostile path, method or headers."""
        from tests.mlsysweb.routes import routes

        known = sorted(self.pages)
        bare = [route for route in routes() if route.removeprefix("/") not in self.pages]
        for number in range(count):
            at = number % (len(known) + len(bare))
            visitor = self.draw.choice((self.visitor, self.account))
            if at < len(known):
                route, page = known[at], self.draw.choice(self.pages[known[at]] or [None])
                address, _, sent = (page.address if page else f"/{route}").partition("?")
                pairs = [*_pairs(sent), *self._fields(page)]
            else:
                route, address, pairs = bare[at - len(known)], bare[at - len(known)], []
            path = self._path(route, address)
            asked = Asked(hostile.method(self.draw), path, hostile.headers(self.draw))
            if text := hostile.query(pairs, self.draw):
                asked = Asked(asked.method, f"{path}?{text}"[:60_000], asked.headers)
            self.found.routes[route] += 1
            if not (_NOT_SENT.search(path) and asked.method == "POST"):
                self.ask(visitor, "reads", asked)

    def _fields(self, page: PageReader | None) -> hostile.Pairs:
        forms = [form for form in (page.forms if page else ()) if form.method == "GET"]
        if forms:
            return list(self.draw.choice(forms).fields)
        if page and (name := re.match(r"/api/v1/(?:solve|sweep)/(\w+)", page.address)):
            from solvers.registry import solvers

            if name[1] in solvers():
                return [(each, "1") for each in self.draw.sample(sorted(solvers()[name[1]].inputs), 2)]
        return []

    def _path(self, route: str, address: str) -> str:
        """Return the address, with its variable parts hostile where it is a route, and at times where it is not."""
        if "<" in address or ("<" in route and self.draw.random() < 0.1):
            start = "" if route.startswith("/") else "/"
            return start + re.sub(r"<[^>]+>|\(\?P[^)]*\)", lambda _: hostile.part(self.draw), route).strip("^$")
        return address

    def write(self, count: int) -> None:
        """Open pages that have forms, and send a changed one; every fourth time send a changed body to the API."""
        forms = [(route, page.address) for route in sorted(self.pages) for page in self.pages[route] if _posts(page)]
        bodies = list(_bodies())
        for number in range(count):
            if number % 4 == 3:
                self.ask(self.account, "writes", self._to_api(*self.draw.choice(bodies)))
                continue
            visitor = self.draw.choice((self.visitor, self.account))
            page = read_page(
                address := self.draw.choice(forms)[1], self.ask(visitor, "forms", Asked("GET", address)).text
            )
            if not (several := _posts(page)):  # not this visitor's, or deleted meanwhile
                link = self._saved("/walls/roofline/")
                several = _posts(read_page(link, self.ask(self.account, "forms", Asked("GET", link)).text))
                visitor = self.account
            self.ask(visitor, "writes", self._sent(self.draw.choice(several)))

    def _posts_of(self, visitor: Visitor, address: str) -> list[Form]:
        return _posts(read_page(address, self.ask(visitor, "forms", Asked("GET", address)).text))

    def _sent(self, form: Form) -> Asked:
        kept = [pair for pair in form.fields if pair[0] == "csrfmiddlewaretoken"]
        pairs = kept + hostile.changed([pair for pair in form.fields if pair not in kept], self.draw)
        extra = hostile.headers(self.draw) if self.draw.random() < 0.2 else {}
        extra.pop("Cookie", None)
        if not form.multipart:
            return _form_sent(form.action, hostile.encoded(pairs), **extra)
        parts = [_part(name, value, form) for name, value in pairs]
        return Asked(
            "POST",
            form.action,
            {**extra, "Content-Type": "multipart/form-data; boundary=fuzz"},
            b"".join((*parts, b"--fuzz--\r\n")),
        )

    def _to_api(self, method: str, path: str, body: object) -> Asked:
        told = (
            hostile.mutated(body, self.draw) if isinstance(body, dict) and body and self.draw.random() < 0.9 else body
        )
        text = json.dumps(told) if self.draw.random() < 0.95 else self.draw.choice(hostile.VALUES)
        return Asked(method, path, {"Content-Type": "application/json"}, text.encode(errors="replace"))

    def documents(self, count: int) -> None:
        """Import changed documents; ask for every view of those that are accepted."""
        from solvers.registry import solvers
        from tests.mlsysweb.exported import VIEWS, document

        walls = sorted(solvers())
        for number in range(count):
            told = hostile.mutated(document(walls[number % len(walls)]), self.draw)
            body = urlencode({"text": json.dumps(told)})
            answer = self.ask(self.account, "documents", _form_sent("/s/import/", body))
            if answer.status != 302:
                continue
            for view in VIEWS:
                self.ask(self.account, "views", Asked("GET", f"{answer.location}{view}"))


def _pairs(query: str) -> hostile.Pairs:
    return [(each.partition("=")[0], each.partition("=")[2]) for each in query.split("&") if each]


def _posts(page: PageReader) -> list[Form]:
    return [each for each in page.forms if each.method == "POST" and each.action and not _NOT_SENT.search(each.action)]


def _part(name: str, value: str, form: Form) -> bytes:
    file = '; filename="x.csv"' if name in form.files else ""
    shown = quote(name, safe="")
    return f'--fuzz\r\nContent-Disposition: form-data; name="{shown}"{file}\r\n\r\n{value}\r\n'.encode(errors="replace")


def _bodies() -> Iterator[tuple[str, str, object]]:
    """Yield method, path and example body of the operations of the API that take one."""
    from mlsysweb.api.examples import example_of
    from mlsysweb.api.operations.all import OPERATIONS

    for operation in OPERATIONS:
        if operation.body is None:
            continue
        cases = [case.value for case in operation.cases()] if operation.cases else []
        examples = [operation.example, *(example_of(operation, case) for case in cases)]
        for example in (each for each in examples if each is not None):
            yield operation.method, "/api/v1/" + operation.path.format(**example.path), example.body


def peak_memory(leader: int) -> int:
    """Return the largest peak of resident memory, in bytes, among the processes of a group."""
    peak = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[2]) == leader:
                met = re.search(r"VmHWM:\s+(\d+) kB", (stat.parent / "status").read_text())
                peak = max(peak, int(met[1]) * 1024 if met else 0)
        except OSError:
            continue
    return peak


def report(found: Found, log: str) -> str:
    """Return the counts, and the distinct failures with the last lines of their tracebacks."""
    lines = [
        f"  {kind}: {counts.total():,}; "
        + ", ".join(f"{status or 'none'} {n:,}" for status, n in sorted(counts.items()))
        for kind, counts in found.statuses.items()
    ]
    lines.append(f"  {len(found.routes)} routes; slowest {found.slowest:.1f} s; peak {found.peak / 1e6:.0f} MB")
    lines += [f"  failed: {each}" for each in found.failed[:20]]
    lines += [f"  slow: {each}" for each in found.slow[:20]]
    lines += [f"  memory: {each}" for each in found.grown[-8:]]
    raised = Counter(re.findall(r"^(?:\w+\.)*\w*(?:Error|Exception|DoesNotExist)\b.*", log, re.M))
    lines += [f"  raised {n} times: {text[:200]}" for text, n in raised.most_common(20)]
    return "\n".join(lines)


def fuzz(database: str, options: argparse.Namespace) -> Found:
    """Fuzz a site on this database, and print the report."""
    with tempfile.TemporaryFile() as log:
        site = Site(database, stdout=subprocess.DEVNULL, stderr=log.fileno())
        try:
            run = Fuzz(site, options.seed, options.slow)
            run.documents(options.documents)
            run.write(options.writes)
            run.read(options.reads)
        finally:
            site.kill()
        log.seek(0)
        text = log.read().decode(errors="replace")
    if options.log:
        Path(options.log).write_text(text)
    print(f"{database.partition(':')[0]}\n{report(run.found, text)}", flush=True)
    return run.found


def main() -> None:
    """The command: `python -m tests.load.fuzz --reads 6000 --writes 400 --documents 90`."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.fuzz", description="Hostile requests to the site.")
    parser.add_argument("--reads", type=int, default=60_000)
    parser.add_argument("--writes", type=int, default=4_000)
    parser.add_argument("--documents", type=int, default=900)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slow", type=float, default=2.0, help="seconds that an answer may take (2)")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the databases")
    parser.add_argument("--log", help="a file for what the server says")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsysweb.settings")
    django.setup()
    wrong = []
    if options.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            wrong.append(fuzz(f"sqlite:///{Path(folder) / 'db.sqlite3'}", options))
    if options.only != "sqlite":
        with postgresql() as url:
            wrong.append(fuzz(url, options))
    sys.exit(any(found.failed or found.slow for found in wrong))


if __name__ == "__main__":
    main()
