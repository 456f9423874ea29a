"""A whole class in browsers: an instructor, a projector and two students on phones, from the start of a lesson to its
results."""

import csv
import io
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from playwright.sync_api import expect

from mlsysweb.classroom.lessons.shipped import shipped_lessons
from mlsysweb.classroom.live.store import create_session, hand_in, lesson_of, make_move, parts_of, record_answer
from mlsysweb.classroom.live.store import join as join_session
from mlsysweb.classroom.live.tally import variant_of, variants_of
from mlsysweb.classroom.models import ClassSession, StudentAnswer
from mlsysweb.saved.scenarios.models import Scenario

pytestmark = pytest.mark.usefixtures("catalog")

PHONE = {"width": 390, "height": 844}
PROJECTOR = {"width": 1280, "height": 720}
# A screen asks every two seconds whether the class has gone on; on a busy machine its answer takes a while.
SOON = 15_000
MISCONCEPTION = "Keys without values, or one byte each"


@pytest.fixture
def open_browser(new_context, console):
    """Return a function that opens a page in a browser of its own, with the errors of all browsers watched."""

    def opened(viewport):
        context = new_context(viewport=viewport)
        console.watch(context)
        return context.new_page()

    return opened


def start(page, home, lesson):
    """Start a class of a lesson and return its code."""
    page.goto(f"{home}/lessons/")
    entry = page.locator(".lesson-list > li", has=page.get_by_role("heading", name=lesson))
    entry.get_by_role("button", name="Start a class").click()
    return page.locator(".class-code").inner_text()


def join(page, home, code, name):
    page.goto(f"{home}/class/")
    page.get_by_label("Class code").fill(code.lower())
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join", exact=True).click()


def move(host, *names):
    for name in names:
        place = host.locator("#presenter .overline").inner_text()
        host.get_by_role("button", name=name).click()
        if name == "Next screen":
            expect(host.locator("#presenter .overline")).not_to_have_text(place, timeout=SOON)
        else:
            expect(host.get_by_role("button", name=name)).to_have_count(0, timeout=SOON)


def answer(student, text):
    field = student.get_by_label("Your answer")
    expect(field).to_be_visible(timeout=SOON)
    field.fill(text)
    student.get_by_role("button", name="Send").click()
    expect(student.locator("#recorded")).to_contain_text("Recorded", timeout=SOON)


def fits(page):
    """Return whether nothing is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# Whether a screen needs no scrolling and cuts off no table.
WHOLE = """() => {
  const wide = (each) => each.scrollWidth > each.clientWidth + 1;
  const page = document.documentElement;
  return page.scrollHeight <= innerHeight && page.scrollWidth <= innerWidth
    && ![...document.querySelectorAll(".prose table, .live-figures")].some(wide);
}"""


def shows_all(projector):
    """Wait until a projector shows its whole screen."""
    projector.wait_for_function(WHOLE)


def test_a_class_from_start_to_results(page, open_browser, live_server):
    host, home = page, live_server.url
    code = start(host, home, "Wrap-up and capstone")
    projector = open_browser(PROJECTOR)
    projector.goto(f"{home}/class/{code}/projector/")
    ana, ben = open_browser(PHONE), open_browser(PHONE)
    join(ana, home, code, "Ana")
    join(ben, home, code, "Ben")
    screen = projector.locator("#projector-screen")
    expect(screen).to_contain_text("2 joined", timeout=SOON)

    # First vote: Ana, whose variant has 8 KV heads, forgets the values; Ben's has 32.
    move(host, "Next screen", "Next screen", "Open voting")
    answer(ana, "65.5 kB")
    expect(screen).to_contain_text("1 of 2 have answered", timeout=SOON)
    answer(ben, "524")
    expect(screen).to_contain_text("2 of 2 have answered", timeout=SOON)
    assert MISCONCEPTION not in projector.content()
    assert fits(ana)
    shows_all(projector)
    move(host, "Close voting")
    expect(host.locator(".advice")).to_contain_text("50 % correct: let neighbours discuss")
    expect(host.locator(".answer-bars")).to_contain_text(MISCONCEPTION)
    expect(screen).to_contain_text("Compare your answer with your neighbour's", timeout=SOON)
    expect(ana.locator("#screen")).to_contain_text("Voting is closed. Compare your answer", timeout=SOON)
    expect(ana.locator("#screen")).to_contain_text("Your answer: 65.5 kB")

    # Second vote, and the answer.
    move(host, "Vote again")
    answer(ana, "131")
    answer(ben, "524")
    move(host, "Close voting", "Reveal the answer")
    expect(screen.locator(".round").nth(0)).to_contain_text(MISCONCEPTION, timeout=SOON)
    expect(screen.locator(".round").nth(1)).to_contain_text("2 answers, 2 correct")
    expect(screen).to_contain_text("Answers of the variants: 131 kB; 524 kB")
    expect(ana.locator(".mark")).to_contain_text("Correct.", timeout=SOON)
    assert fits(ana) and fits(ben) and fits(host)
    shows_all(projector)
    expect(screen.get_by_text("kept the answer")).to_be_in_viewport(ratio=1)

    # The demos that came with the answer have sliders that work, each with its own field.
    demo = ana.locator(".demo").nth(1)
    demo.get_by_role("slider", name="Batch size").press("PageUp")
    expect(demo.get_by_role("textbox", name="Batch size")).to_have_value("9")
    ana.get_by_role("link", name="My answers").click()
    expect(ana.locator(".mark").first).to_contain_text(f"{MISCONCEPTION}. A key and a value are kept")

    host.get_by_role("link", name="Results").click()
    expect(host.locator(".class-results")).to_contain_text(MISCONCEPTION)
    with host.expect_download() as download:
        host.get_by_role("link", name="CSV of all answers").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    told = [(row["Student"], row["Round"], row["Answer"], row["Correct"]) for row in rows]
    assert told == [
        ("Ana", "1", "65.5 kB", "no"),
        ("Ben", "1", "524 kB", "yes"),
        ("Ana", "2", "131 kB", "yes"),
        ("Ben", "2", "524 kB", "yes"),
    ]


def test_the_presenters_view_fits_on_a_phone(page, live_server):
    page.set_viewport_size(PHONE)
    start(page, live_server.url, "Economics and sustainability")
    expect(page.locator("#presenter .slide table")).to_be_visible()
    assert fits(page)


def test_a_design_is_saved_handed_in_and_shown_to_the_class(page, open_browser, live_server):
    host, home = page, live_server.url
    code = start(host, home, "Wrap-up and capstone")
    move(host, "Next screen", "Next screen", "Next screen")
    projector, ana = open_browser(PROJECTOR), open_browser(PHONE)
    projector.goto(f"{home}/class/{code}/projector/")
    join(ana, home, code, "Ana")
    expect(ana.get_by_role("heading", name="Hand in your design")).to_be_visible()
    ana.get_by_role("link", name="the capstone").click()
    ana.get_by_role("button", name=re.compile("^Share")).click()
    ana.get_by_label("Scenario name").or_(ana.get_by_placeholder("Scenario name")).first.fill("Two regions")
    ana.get_by_role("button", name="Save", exact=True).click()
    ana.wait_for_url(re.compile(r"/s/\w+/$"))
    link = ana.url
    ana.goto(f"{home}/class/{code}/")
    ana.get_by_label("Link of your saved design").fill(link)
    ana.get_by_role("button", name="Hand in").click()
    expect(ana.locator("#screen")).to_contain_text("Handed in: Two regions")
    for shown in (ana, projector, host):
        expect(shown.locator(".gallery")).to_contain_text("Two regions", timeout=SOON)
        expect(shown.locator(".gallery")).to_contain_text("2 of 6 requirements met")
    assert fits(ana) and fits(projector)
    projector.locator(".gallery a").click()
    expect(projector.get_by_role("heading", name="Two regions")).to_be_visible()


def test_the_class_sees_which_designs_meet_the_constraint_that_the_presenter_sets(
    page, open_browser, live_server, console
):
    console.allow("422")
    code = start(page, live_server.url, "Wrap-up and capstone")
    move(page, "Next screen", "Next screen", "Next screen")
    hand_in(join_session(ClassSession.objects.get(code=code), "Ana"), saved_capstone(page.request, live_server.url))
    projector = open_browser(PROJECTOR)
    projector.goto(f"{live_server.url}/class/{code}/projector/")
    page.reload()
    settings = page.get_by_role("form", name="How the class sees the gallery")
    settings.get_by_label("Constraint").select_option(label="Cost per year")
    limit = settings.get_by_label(re.compile("^Limit"))
    limit.fill("none")
    limit.press("Enter")
    expect(settings.get_by_role("alert")).to_contain_text("Limit")
    limit.fill("$1k")
    limit.press("Enter")
    for shown in (page, projector):
        expect(shown.locator(".gallery")).to_contain_text("met by 0 of 1", timeout=SOON)
    assert fits(projector)
    page.set_viewport_size(PHONE)
    assert fits(page)


def test_a_phone_shows_a_new_design_and_keeps_what_is_read_and_typed_in_its_place(page, open_browser, live_server):
    code = start(page, live_server.url, "Wrap-up and capstone")
    move(page, "Next screen", "Next screen", "Next screen")
    session = ClassSession.objects.get(code=code)
    first, *others = [join_session(session, f"Student {number}") for number in range(4)]
    scenario = saved_capstone(page.request, live_server.url)
    for each in others:
        hand_in(each, scenario)
    ana = open_browser(PHONE)
    join(ana, live_server.url, code, "Ana")
    entries = ana.locator(".gallery-designs > li")
    expect(entries).to_have_count(3, timeout=SOON)
    expect(ana.locator(".plot:not([data-drawn])")).to_have_count(0)
    ana.get_by_label("Link of your saved design").fill("/s/half-typed")
    last = entries.last
    last.evaluate("entry => scrollTo(0, scrollY + entry.getBoundingClientRect().top - 100)")
    before = last.bounding_box()["y"]
    hand_in(first, scenario)  # listed before those that Ana reads
    expect(entries).to_have_count(4, timeout=SOON)
    expect(ana.locator(".plot:not([data-drawn])")).to_have_count(0)
    assert abs(last.bounding_box()["y"] - before) < 2
    expect(ana.get_by_label("Link of your saved design")).to_have_value("/s/half-typed")
    hand_in(others[0], saved_capstone(page.request, live_server.url, "Another fleet"))  # it goes on asking
    expect(ana.locator(".gallery")).to_contain_text("Another fleet", timeout=SOON)


def saved_capstone(request, home, title="Fleet"):
    """Return a saved scenario of the capstone."""
    request.get(f"{home}/capstone/")
    token = next(each["value"] for each in request.storage_state()["cookies"] if each["name"] == "csrftoken")
    sent = {"page": "/capstone/", "title": title, "csrfmiddlewaretoken": token}
    assert request.post(f"{home}/s/save/", form=sent, headers={"Referer": home}).ok
    return Scenario.objects.get(title=title)


def test_a_choice_is_sent_as_it_is_made_and_again_where_the_server_was_away(page, open_browser, live_server, console):
    host, home = page, live_server.url
    code = start(host, home, "Wrap-up and capstone")
    ana = open_browser(PHONE)
    join(ana, home, code, "Ana")
    move(host, "Open voting")
    options = ana.locator(".answer-form").get_by_role("radio")
    expect(options.first).to_be_visible(timeout=SOON)
    options.nth(1).check()
    expect(ana.locator("#recorded")).to_contain_text("Recorded", timeout=SOON)

    # A proxy answers in the place of a server that starts again.
    console.allow("502")
    ana.route("**/answer/", lambda route: route.fulfill(status=502, body="Bad gateway"), times=1)
    options.nth(2).check()
    expect(ana.locator("#recorded")).to_contain_text("Not sent yet", timeout=SOON)
    expect(ana.locator("#recorded")).to_contain_text("Recorded", timeout=SOON)
    chosen = StudentAnswer.objects.get()
    assert str(chosen.value) == options.nth(2).get_attribute("value")


def test_a_clicker_leads_the_class_from_either_window(page, live_server):
    code = start(page, live_server.url, "Economics and sustainability")
    projector = page.context.new_page()
    projector.set_viewport_size(PROJECTOR)
    projector.goto(f"{live_server.url}/class/{code}/projector/")
    screen = projector.locator("#projector-screen")
    expect(projector.locator(".join-card .class-code")).to_have_text(code)
    expect(projector.locator(".join-card svg")).to_be_in_viewport(ratio=1)
    assert projector.locator(".join-card svg").bounding_box()["height"] > 450
    assert projector.locator(".join-card .class-code").bounding_box()["height"] > 90
    pressed = (
        (page, "PageDown", "The afternoon at a glance", "screen"),
        (projector, "PageDown", "What does a model really cost?", "screen"),
        (page, "ArrowRight", "Wall 17: total cost of ownership", "screen"),
        (projector, "ArrowRight", "Wall 17: total cost of ownership", "demo-1"),
        (projector, "PageUp", "Wall 17: total cost of ownership", "screen"),
        (page, "ArrowLeft", "What does a model really cost?", "screen"),
        (projector, "j", "Economics and sustainability", "code"),
        (page, "J", "What does a model really cost?", "screen"),
    )
    for window, key, title, part in pressed:
        window.keyboard.press(key)
        expect(screen).to_have_attribute("data-shown", part, timeout=SOON)
        expect(screen.locator("h1")).to_have_text(title, timeout=SOON)
        expect(page.locator("#presenter form.htmx-request")).to_have_count(0, timeout=SOON)
    for window, key, dark in ((page, ".", True), (projector, "b", False)):
        window.keyboard.press(key)
        expect(projector.locator("#projector-screen[data-blank]")).to_have_count(int(dark), timeout=SOON)
    # A figure typed as the time of a vote is no key.
    page.get_by_label("Seconds for a vote").press("ArrowRight")
    expect(page.locator("#presenter form.htmx-request")).to_have_count(0)
    expect(screen.locator("h1")).to_have_text("What does a model really cost?")


@pytest.mark.parametrize("lesson", shipped_lessons().values(), ids=shipped_lessons())
def test_every_screen_fits_the_projector_in_letters_that_the_last_row_reads(open_browser, live_server, lesson):
    session = create_session(lesson, AnonymousUser())
    projector = open_browser(PROJECTOR)
    for place, frame in enumerate(lesson.frames):
        # After a question its text and figures, which are hidden until then; else the screen.
        shown = {"phase": "revealed", "shown": "content"} if frame.asked else {"phase": "reading", "shown": "screen"}
        ClassSession.objects.filter(pk=session.pk).update(frame=place, **shown)
        projector.goto(f"{live_server.url}/class/{session.code}/projector/")
        expect(projector.locator("#projector-screen h1")).to_have_text(frame.title)
        shows_all(projector)
        size = projector.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
        assert size >= 16, (frame.slug, size)


@pytest.mark.parametrize(
    ("lesson", "frame"),
    [
        ("Wrap-up and capstone", "walls"),
        ("Wrap-up and capstone", "name-that-wall"),
        ("Economics and sustainability", "multiplier"),
        ("Economics and sustainability", "exercise-vendors"),
        ("Economics and sustainability", "carbon-gap"),
    ],
)
def test_a_question_and_the_answers_of_two_rounds_need_no_scrolling(page, open_browser, live_server, lesson, frame):
    session = ClassSession.objects.get(code=start(page, live_server.url, lesson))
    frames = lesson_of(session).frames
    place = next(number for number, each in enumerate(frames) if each.slug == frame)
    projector = open_browser(PROJECTOR)

    def shown(*moves):
        for name in moves:
            session.refresh_from_db()
            make_move(session, name, session.number, timezone.now())
        projector.goto(f"{live_server.url}/class/{session.code}/projector/")
        shows_all(projector)

    class_of = [join_session(session, "") for _ in range(12)]
    shown(*([f"screen-{place + 1}"] if place else []), "open")
    for round in (1, 2):
        answer_all(session, frames[place], round, class_of)
        shown("close", "again" if round == 1 else "reveal")
    expect(projector.locator(".changes td").first).to_be_in_viewport(ratio=1)
    expect(projector.locator(".round")).to_have_count(2)
    for part in parts_of(frames[place], revealed=True)[1:]:
        shown(f"show-{part}")


def answer_all(session, frame, round, participants):
    """Let a third of a class answer wrongly, in the second round others than in the first."""
    variants = variants_of(frame)
    for number, each in enumerate(participants):
        own = variant_of(variants, each.seat)
        example = own.question.example(own.key)
        sent = example.wrong if (number + round) % 3 == 0 else example.right
        record_answer(each, frame.slug, round, own.question.read_answer(sent), timezone.now())


def test_the_form_that_names_a_wall_fits_a_phone(page, open_browser, live_server):
    code = start(page, live_server.url, "Wrap-up and capstone")
    ana = open_browser(PHONE)
    join(ana, live_server.url, code, "Ana")
    page.get_by_text("All screens").click()
    page.get_by_role("button", name="Your turn: name that wall").click()
    expect(page.locator("#presenter h1")).to_have_text("Your turn: name that wall", timeout=SOON)
    move(page, "Open voting")
    wall = ana.get_by_label("The wall that limits it")
    expect(wall).to_be_visible(timeout=SOON)
    box = wall.bounding_box()
    assert box["x"] + box["width"] <= PHONE["width"]
    assert fits(ana)


def test_a_class_starts_from_a_screen_and_the_projector_says_that_there_is_more_below(page, open_browser, live_server):
    page.goto(f"{live_server.url}/lessons/economics/roadmap/")
    page.get_by_role("button", name="Start a class").click()
    expect(page.locator(".class-code")).to_be_visible()
    code = page.locator(".class-code").inner_text()
    projector = open_browser({"width": 1280, "height": 300})
    projector.goto(f"{live_server.url}/class/{code}/projector/")
    cue = "getComputedStyle(document.querySelector('.class-projector'), '::after').visibility"
    longer = "document.documentElement.scrollHeight > innerHeight"
    move(page, "Next screen", "Next screen")
    expect(projector.locator("#projector-screen .overline")).to_contain_text("· 3 of", timeout=SOON)
    projector.wait_for_function(f"() => {longer} && {cue} === 'visible'")
    projector.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    projector.wait_for_function(f"() => {cue} === 'hidden'")
    projector.set_viewport_size({"width": 1280, "height": 4000})
    projector.wait_for_function(f"() => !({longer}) && {cue} === 'hidden'")
