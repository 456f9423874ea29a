"""An afternoon with thirty students on a served site, from the sign-in of the instructor to the answers as CSV. The
server is killed while a vote is open. Three students have a browser each, the others a client of HTTP."""

import csv
import io
import re
from http.client import HTTPException

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Console
from tests.load.classroom import Browser
from tests.served import Site

PHONE = {"width": 390, "height": 844}
PROJECTOR = {"width": 1280, "height": 720}
# A screen asks every two seconds whether the class has gone on; on a busy machine its answer takes a while.
SOON = 20_000
STUDENTS = 30
PHONES = ("Ana", "Ben", "Chen")
QUESTION = "roadmap"
# The correct answers of the question's variants, by the seat of a student, and the answer of those who forget that a
# token has keys and values.
CORRECT, HALF = ("131 kB", "524 kB", "65.5 kB"), ("65.5 kB", "262 kB", "32.8 kB")
SMALL = "/capstone/?requests=50+1/s&ttft_target=500+ms&budget=%241M"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    served = Site(f"sqlite:///{tmp_path_factory.mktemp('afternoon') / 'db.sqlite3'}")
    make = "from django.contrib.auth.models import User; User.objects.create_user('ada', password='a long one')"
    served.manage("shell", "--no-imports", "-c", make)
    yield served
    served.kill()


@pytest.fixture(autouse=True)
def console(site, context):
    """Fail the test if a browser reports an error other than that the server was down."""
    heard = Console(f"http://127.0.0.1:{site.port}")
    cut = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "ERR_CONTENT_LENGTH_MISMATCH")
    for sign in (*cut, "htmx:sendError"):
        heard.allow(sign)
    heard.allow("htmx:afterRequest")  # htmx reports it a second time
    heard.watch(context)
    yield heard
    assert not heard.unexpected


@pytest.fixture
def phones(new_context, console):
    """The pages of three students, each in a browser of its own."""
    contexts = [new_context(viewport=PHONE) for _ in PHONES]
    for context in contexts:
        console.watch(context)
    return {name: context.new_page() for name, context in zip(PHONES, contexts, strict=True)}


class Classmate:
    """A student with a client of HTTP."""

    def __init__(self, site, code, seat):
        self.browser, self.code, self.seat, self.name = Browser(site.port), code, seat, f"Student {seat + 1}"
        assert self.ask("POST", f"/class/{code}/join/", {"name": self.name})[0] == 302

    def ask(self, method, path, fields=None):
        """Return status, text and `Location`. As a browser does, ask again where a kept connection is found closed."""
        try:
            return self.browser.ask(method, path, fields)
        except (OSError, HTTPException):
            return self.browser.ask(method, path, fields)

    def answer(self, round, text):
        fields = {"frame": QUESTION, "round": str(round), "answer": text}
        status, page, _ = self.ask("POST", f"/class/{self.code}/answer/", fields)
        assert status == 200 and f"Recorded: <strong>{text}</strong>" in page, (status, page)

    def screen(self):
        status, page, _ = self.ask("GET", f"/class/{self.code}/")
        assert status == 200
        return page

    def hand_in(self, replicas):
        page = {"page": f"{SMALL}&replicas={replicas}", "title": f"Fleet of {self.name}"}
        status, _, place = self.ask("POST", f"/class/{self.code}/save-and-hand-in/", page)
        assert status == 302 and place.endswith("#hand-in-title"), (status, place)


def move(host, name):
    place = host.locator("#presenter .overline").inner_text()
    host.get_by_role("button", name=name).click()
    if name == "Next screen":
        expect(host.locator("#presenter .overline")).not_to_have_text(place, timeout=SOON)
    else:
        expect(host.get_by_role("button", name=name)).to_have_count(0, timeout=SOON)


def send(phone, round, text):
    """Send an answer once the phone shows the form of that round; before, its old form may still stand there."""
    expect(phone.locator("form[data-answer] input[name=round]")).to_have_value(str(round), timeout=SOON)
    phone.get_by_label("Your answer").fill(text)
    phone.get_by_role("button", name="Send").click()


def vote(phones, classmates, round, answers):
    """Let everyone who is given here answer, each with the answer of their seat."""
    for seat, name in enumerate(PHONES):
        if name in phones:
            send(phones[name], round, answers[seat % 3])
            expect(phones[name].locator("#recorded")).to_contain_text(f"Recorded: {answers[seat % 3]}", timeout=SOON)
    for each in classmates:
        each.answer(round, answers[each.seat % 3])


def count(host, number, round):
    words = f"{STUDENTS} joined · {number} answered in round {round}"
    expect(host.locator("#presenter .presenter-head")).to_contain_text(words, timeout=SOON)


def test_an_afternoon_outlives_a_killed_server(site, page, phones):
    home, host = f"http://127.0.0.1:{site.port}", page

    # Ada signs in and starts a class from a lesson.
    host.goto(f"{home}/accounts/login/?next=/lessons/")
    host.get_by_label("Username").fill("ada")
    host.get_by_label("Password").fill("a long one")
    host.get_by_role("button", name="Sign in").click()
    lesson = host.locator(".lesson-list > li", has=host.get_by_role("heading", name="Wrap-up and capstone"))
    lesson.get_by_role("button", name="Start a class").click()
    code = host.locator(".class-code").inner_text()
    projector = host.context.new_page()
    projector.set_viewport_size(PROJECTOR)
    projector.goto(f"{home}/class/{code}/projector/")

    # Thirty students join.
    for name, phone in phones.items():
        phone.goto(f"{home}/class/?code={code.lower()}")
        phone.get_by_label("Your name").fill(name)
        phone.get_by_role("button", name="Join", exact=True).click()
        expect(phone.locator("#screen")).to_be_visible()
    classmates = [Classmate(site, code, seat) for seat in range(len(PHONES), STUDENTS)]

    # They predict. The server is killed when twenty answers are in, and Chen sends hers to a server that is down.
    move(host, "Next screen")
    move(host, "Next screen")
    move(host, "Open voting")
    early, late = classmates[:18], classmates[18:]
    vote({name: phones[name] for name in ("Ana", "Ben")}, early, 1, HALF)
    count(host, 20, 1)
    expect(phones["Chen"].get_by_label("Your answer")).to_be_visible(timeout=SOON)
    site.kill()
    send(phones["Chen"], 1, HALF[2])
    expect(phones["Chen"].locator("#recorded")).to_contain_text("Not sent yet: no connection. Trying again")
    site.start(site.port)

    # Phones go on without a reload, and the answers from before are there.
    expect(phones["Chen"].locator("#recorded")).to_contain_text(f"Recorded: {HALF[2]}", timeout=SOON)
    count(host, 21, 1)
    vote({}, late, 1, CORRECT)
    count(host, STUDENTS, 1)
    for each in early:
        assert f"Recorded: <strong>{HALF[each.seat % 3]}</strong>" in each.screen()
    phones["Ben"].reload()
    expect(phones["Ben"].locator("#recorded")).to_contain_text(f"Recorded: {HALF[1]}")

    # They discuss, vote again, and Ada reveals.
    move(host, "Close voting")
    expect(host.locator(".advice")).to_contain_text("30 % correct: let neighbours discuss")
    expect(projector.locator("#projector-screen")).to_contain_text("Compare your answer with", timeout=SOON)
    move(host, "Vote again")
    vote(phones, classmates, 2, CORRECT)
    count(host, STUDENTS, 2)
    move(host, "Close voting")
    assert "131 kB" not in projector.locator("#projector-screen").inner_text()
    move(host, "Reveal the answer")
    for phone in phones.values():
        expect(phone.locator(".mark")).to_contain_text("Correct.", timeout=SOON)
    rounds = projector.locator("#projector-screen .round")
    expect(rounds.nth(0)).to_contain_text("30 answers, 9 correct", timeout=SOON)
    expect(rounds.nth(1)).to_contain_text("30 answers, 30 correct")

    # They hand in their capstones; the gallery and the front show them.
    move(host, "Next screen")
    for name, phone in phones.items():
        expect(phone.get_by_role("heading", name="Hand in your design")).to_be_visible(timeout=SOON)
        phone.goto(f"{home}{SMALL}&replicas=6")
        phone.get_by_role("button", name=re.compile("^Share")).click()
        phone.get_by_label("Scenario name").or_(phone.get_by_placeholder("Scenario name")).first.fill(f"By {name}")
        phone.get_by_role("button", name=f"Hand in to class {code}").click()
        expect(phone.locator("#screen")).to_contain_text(f"Handed in: By {name}")
    for each in classmates:
        each.hand_in(replicas=1 if each.seat % 2 else 8)
    phones["Ana"].reload()
    for shown in (projector, phones["Ana"], host):
        expect(shown.locator(".gallery-designs > li")).to_have_count(STUDENTS, timeout=SOON)
    expect(host.locator(".gallery-designs > li", has_text="By Ana").locator(".on-front")).to_be_visible()
    misses = host.locator(".gallery-designs > li", has_text=f"Fleet of {classmates[0].name}")
    expect(misses).not_to_contain_text("front")
    expect(projector.locator("#plot-class-designs .scatterlayer path.point").first).to_be_attached(timeout=SOON)

    # The CSV has every answer.
    host.get_by_role("link", name="Results").click()
    with host.expect_download() as download:
        host.get_by_role("link", name="CSV of all answers").click()
    rows = csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig")))
    told = {(row["Student"], row["Round"]): (row["Answer"], row["Correct"]) for row in rows}
    names = [*PHONES, *(each.name for each in classmates)]
    first = {seat: (CORRECT if seat >= len(PHONES) + len(early) else HALF)[seat % 3] for seat in range(STUDENTS)}
    sent = {
        (name, "1"): (first[seat], "yes" if first[seat] == CORRECT[seat % 3] else "no")
        for seat, name in enumerate(names)
    }
    sent |= {(name, "2"): (CORRECT[seat % 3], "yes") for seat, name in enumerate(names)}
    assert told == sent
