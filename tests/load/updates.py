"""`make updates`: the processor time of an update that is in no cache, for every page with a form, and where it is
spent. Not part of the test suite.

It calls the WSGI application in this process, middleware and compression included, and asks what the page's form sends
after one of its sliders was moved. Times are scaled to a quiet machine by a loop timed before and after each update,
because other processes on the same cores slow this one down. The share of each stage is sampled: at each tick of the
process's clock the innermost function that belongs to a stage gets it, so that what NumPy or `urllib` take counts for
the stage that called them.
"""

from __future__ import annotations

import io
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from types import FrameType
from typing import Any

from tests.load.form import PageForm, page_form

ROOT = f"{Path(__file__).parents[2]}{os.sep}"
UPDATES, WARM = 60, 5
# The stages by the start of a file's path in the project, the narrower first; what is in none of them is Django's
# handling of the request: middleware, addresses, compression.
STAGES = {
    "solvers/read.py": "read",
    "solvers/field_text.py": "read",
    "catalog/": "read",
    "mlsysweb/show/forms/": "read",
    "solvers/quantities.py": "format",
    "solvers/numerals.py": "format",
    "solvers/formatting.py": "format",
    "solvers/grammar.py": "format",
    "solvers/": "solve",
    "mlsysweb/show/charts/": "charts",
    "mlsysweb/": "present",
}
COLUMNS = ("read", "solve", "present", "format", "charts", "template", "request")


def ask(path: str, *, update: bool = True) -> tuple[int, bytes]:
    """Return status and body of a request, an update or a whole page."""
    from mlsysweb.wsgi import application

    address, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address,
        "QUERY_STRING": query,
        "HTTP_HOST": "localhost",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        **({"HTTP_HX_REQUEST": "true", "HTTP_ACCEPT_ENCODING": "gzip, br"} if update else {}),
    }
    status = []
    answer = application(environ, lambda line, headers, trouble=None: status.append(line))
    body = b"".join(answer)
    answer.close()
    return int(status[0].partition(" ")[0]), body


def pages() -> Iterator[str]:
    """Yield the addresses of the home page, every wall, and every view of the registry."""
    from django.urls import reverse

    from mlsysweb.registry import tools
    from solvers.registry import solvers

    yield reverse("home")
    yield from (reverse("walls:wall", args=[name]) for name in solvers())
    yield from (reverse(name) for name, _ in tools())


def form_of(address: str) -> PageForm | None:
    status, html = ask(address, update=False)
    assert status == 200, f"{address}: {status}"
    return page_form(html.decode())


class _Pace:
    """How fast the machine is now: the processor time of a loop, and that on a quiet machine."""

    def __init__(self) -> None:
        self.quiet = quantiles([self.loop() for _ in range(300)], n=10)[0]

    def loop(self) -> float:
        """Return the seconds that the loop takes."""
        start = time.process_time()
        sum(len(str(number)) for number in range(3000))
        return time.process_time() - start


def measure(form: PageForm, pace: _Pace, *, cached: bool = False) -> tuple[list[float], list[int]]:
    """Return the processor time of each update in milliseconds, and its bytes. Moves that the page refuses are left
    out."""
    from django.core.cache import caches

    draw = random.Random(1)
    times, sizes = [], []
    for number in range(UPDATES + WARM):
        path = form.update(draw)
        caches["updates"].clear()
        if cached:
            ask(path)
        before, start = pace.loop(), time.process_time()
        status, body = ask(path)
        spent = time.process_time() - start
        if status == 200 and number >= WARM:
            times.append(1e3 * spent * pace.quiet / ((before + pace.loop()) / 2))
            sizes.append(len(body))
    return times, sizes


def shares(form: PageForm, seconds: float = 1.0) -> Counter[str]:
    """Return how often each stage was met at the ticks of this process's clock."""
    from django.core.cache import caches

    met: Counter[str] = Counter()
    draw, end = random.Random(2), time.process_time() + seconds
    signal.signal(signal.SIGPROF, lambda _, frame: met.update([_stage(frame)]))
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    while time.process_time() < end:
        path = form.update(draw)
        caches["updates"].clear()
        ask(path)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return met


def _stage(frame: FrameType | None) -> str:
    while frame is not None:
        path = frame.f_code.co_filename
        if "/django/template/" in path:
            return "template"
        if path.startswith(ROOT) and "site-packages" not in path:
            path = path[len(ROOT) :]
            found = next((stage for start, stage in STAGES.items() if path.startswith(start)), None)
            if found and not path.startswith("mlsysweb/wsgi"):
                return found if frame.f_code.co_name != "middleware" else "request"
        frame = frame.f_back
    return "request"


def report(wanted: list[str]) -> None:
    """Print a row for each page whose address contains one of `wanted`, or for all."""
    import django

    django.setup()
    head = "".join(f"{each:>9}" for each in ("median", "p95", "cached", "kB", *COLUMNS))
    print(f"{'milliseconds of one update':32}{head}", flush=True)
    medians, pace = [], _Pace()
    for address in pages():
        if wanted and not any(each in address for each in wanted):
            continue
        form = form_of(address)
        if form is None:
            continue
        times, sizes = measure(form, pace)
        middle, met = median(times), shares(form)
        medians.append(middle)
        figures = [middle, quantiles(times, n=20)[-1], median(measure(form, pace, cached=True)[0]), median(sizes) / 1e3]
        figures += [middle * met[each] / met.total() for each in COLUMNS]
        print(f"{address:32}{''.join(f'{each:9.2f}' for each in figures)}", flush=True)
    print(f"{'mean of the medians':32}{sum(medians) / len(medians):9.2f}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsysweb.settings")
    report(sys.argv[1:])
