"""300 students move sliders, each once in two seconds, spread over all pages, while some save what they see. Reports
latencies of updates and saves, errors, and the processor time of server and client apart."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPException

from tests.served import Site

from .classroom import Browser, used
from .form import PageForm, page_form
from .times import times
from .updates import pages

STUDENTS, PAUSE = 300, 2.0
# The class moves the same slider of the same page, at one of these places: what a demo in a lecture is.
PLACES = 40
# One student in twenty saves after each move.
SAVES_EVERY = 20


@dataclass
class Measured:
    """Seconds of updates and saves, the paths saved, and failures."""

    updates: list[float] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


class Student(threading.Thread):
    """A browser that moves one of the sliders of a page until the end."""

    def __init__(self, seat: int, site: Site, form: PageForm, places: int, end: float, measured: Measured) -> None:
        super().__init__(daemon=True)
        self.draw = random.Random(seat)
        self.saves = seat % SAVES_EVERY == 0 and form.address != "/"  # what the home page shows is saved on its wall
        self.site, self.form, self.places, self.end, self.measured = site, form, places, end, measured
        self.browser = Browser(site.port)
        self.begin = time.monotonic() + self.draw.random() * PAUSE

    def run(self) -> None:
        turn = self.begin
        while turn < self.end:
            time.sleep(max(0.0, turn - time.monotonic()))
            shown = self.update(self.form.update(self.draw, self.places))
            if self.saves and shown:
                self.save(shown)
            turn += PAUSE

    def update(self, path: str) -> str:
        """Ask for an update. Return the address of the answer, empty where there is none."""
        begun = time.monotonic()
        try:
            status, _, shown = self.browser.ask("GET", path)
        except (OSError, HTTPException) as error:
            self.measured.failed.append(f"{path}: {error!r}")
            return ""
        self.measured.updates.append(time.monotonic() - begun)
        if status not in (200, 422):  # a move may leave the question without an answer, which is said
            self.measured.failed.append(f"{path}: {status}")
        return shown if status == 200 else ""

    def save(self, path: str) -> None:
        begun = time.monotonic()
        try:
            self.measured.saved.append(self.site.save(path))
            self.measured.saves.append(time.monotonic() - begun)
        except (OSError, HTTPException) as error:
            self.measured.failed.append(f"save {path}: {error!r}")


def forms(site: Site) -> list[PageForm]:
    """Return the forms of all pages that have one, as the site serves them."""
    found = (page_form(site.get(address)[1]) for address in pages())
    return [form for form in found if form is not None]


def move_sliders(site: Site, seconds: int) -> str:
    """Let 300 students move sliders, first each on a page and at places of their own, then all on one page among the
    same few places, for `seconds` each. Return the report."""
    every = forms(site)
    demo = next(form for form in every if "/roofline/" in form.address)
    return "\n".join(
        [
            _moved(site, f"{len(every)} pages", [every[seat % len(every)] for seat in range(STUDENTS)], 1000, seconds),
            _moved(site, "one page in a lecture", [demo] * STUDENTS, PLACES, seconds),
        ]
    )


def _moved(site: Site, label: str, chosen: list[PageForm], places: int, seconds: int) -> str:
    measured, start, client = Measured(), time.monotonic(), time.process_time()
    before = used(site.process.pid)[0]
    students = [Student(seat, site, form, places, start + seconds, measured) for seat, form in enumerate(chosen)]
    for student in students:
        student.start()
    for student in students:
        student.join()
    spent = time.monotonic() - start
    processor, memory = used(site.process.pid)
    lost = set(measured.saved) - site.saved()
    return (
        f"{STUDENTS} students on {label}, {spent:.0f} s: {len(measured.updates):,} updates "
        f"({len(measured.updates) / spent:.0f}/s; {times(measured.updates)}); {len(measured.saves):,} saves "
        f"({times(measured.saves)}), lost {len(lost)}; failed {len(measured.failed)}"
        f"{': ' + measured.failed[0] if measured.failed else ''}\n"
        f"  server: {100 * (processor - before) / spent:.0f} % of one core, {memory / 1e6:.0f} MB; client: "
        f"{100 * (time.process_time() - client) / spent:.0f} % of one core"
    )
