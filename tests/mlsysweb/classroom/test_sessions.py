"""A live session: joining, answering, moving on; what is late, doubled, foreign or forged."""

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mlsysweb.classroom.lessons.document import read_lesson
from mlsysweb.classroom.live import present, store
from mlsysweb.classroom.live.page import RoundView, bars
from mlsysweb.classroom.live.tally import Change
from mlsysweb.classroom.models import ClassSession, Participant, StudentAnswer, new_code
from mlsysweb.classroom.questions.question import Group
from mlsysweb.classroom.templatetags.classroom import breakable
from mlsysweb.saved.scenarios.models import Scenario

from .lesson import lesson_document

pytestmark = pytest.mark.usefixtures("catalog")


class Afternoon:
    """A session with its host."""

    def __init__(self):
        self.session = store.create_session(read_lesson(lesson_document()), AnonymousUser())
        self.host = Client()

    def url(self, name, *args):
        return reverse(f"live:{name}", args=args or [self.session.code])

    def move(self, *moves, seconds=""):
        for move in moves:
            self.session.refresh_from_db()
            sent = {"move": move, "number": self.session.number, "seconds": seconds}
            answered = self.host.post(self.url("move", self.session.host_key), sent)
            assert answered.status_code == 302, answered.content.decode()

    def student(self, name=""):
        client = Client()
        assert client.post(self.url("join"), {"name": name}).status_code == 302
        return client

    def answer(self, client, frame="placement", round=1, **fields):
        sent = {"frame": frame, "round": round, **(fields or {"answer": "135"})}
        return client.post(self.url("answer"), sent, headers={"HX-Request": "true"})

    def page(self, client):
        return client.get(self.url("student")).content.decode()

    def results_csv(self):
        written = Client().get(self.url("results_csv", self.session.host_key)).content.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(written)))

    def projector(self):
        return Client().get(self.url("projector")).content.decode()


@pytest.fixture
def afternoon():
    return Afternoon()


def test_a_class_starts_from_a_lesson_and_is_joined_by_its_code(client):
    answered = client.post(reverse("live:start"), {"lesson": "economics"})
    session = ClassSession.objects.get()
    assert answered.url == reverse("live:host", args=[session.host_key])
    assert session.code in client.get(answered.url).content.decode()
    typed = f"{session.code[:3].lower()} {session.code[3:].lower()}"
    assert Client().get(reverse("live:find"), {"code": typed}).url == reverse("live:student", args=[session.code])


def test_a_wrong_code_gets_a_sentence(client):
    answered = client.get(reverse("live:find"), {"code": "NOSUCH"})
    assert answered.status_code == 404
    assert "There is no class with the code NOSUCH" in answered.content.decode()


def test_the_page_of_a_student_follows_the_phase(afternoon):
    ben = afternoon.student("Ben")
    assert "What does it cost?" in afternoon.page(ben)
    afternoon.move("next")
    assert "How many tonnes" not in afternoon.page(ben)
    afternoon.move("open")
    assert "How many tonnes" in afternoon.page(ben)
    afternoon.answer(ben)
    assert "Recorded: <strong>135 t" in afternoon.page(ben)
    afternoon.move("close")
    assert "Voting is closed. Compare your answer with your neighbour" in afternoon.page(ben)
    assert "Your answer: <strong>135 t" in afternoon.page(ben)
    afternoon.move("reveal")
    assert "Correct." in afternoon.page(ben)
    assert 'class="demo"' in afternoon.page(ben)


def test_an_answer_sent_twice_is_one_and_the_last_counts(afternoon):
    ben = afternoon.student()
    afternoon.move("next", "open")
    for answer in ("1", "2", "3"):
        assert afternoon.answer(ben, answer=answer).status_code == 200
    assert [answer.value for answer in StudentAnswer.objects.all()] == [3.0]


def test_a_late_answer_is_refused_and_the_earlier_one_kept(afternoon):
    ben = afternoon.student()
    afternoon.move("next", "open")
    afternoon.answer(ben, answer="135")
    afternoon.move("close")
    late = afternoon.answer(ben, answer="1")
    assert late.status_code == 422
    assert "Voting on this question is closed" in late.content.decode()
    assert StudentAnswer.objects.get().value == 135.0


def test_the_server_closes_a_vote_when_its_time_is_over(afternoon):
    ben = afternoon.student()
    afternoon.move("next")
    afternoon.move("open", seconds="30")
    assert "30 s left" in afternoon.page(ben)
    before = afternoon.session.token(timezone.now())
    ClassSession.objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    afternoon.session.refresh_from_db()
    assert afternoon.session.token(timezone.now()) != before
    assert "Voting on this question is closed" in afternoon.answer(ben).content.decode()
    afternoon.move("again")


def test_an_answer_to_another_question_or_round_is_refused(afternoon):
    ben = afternoon.student()
    assert "has not opened yet" not in afternoon.answer(ben).content.decode()
    afternoon.move("next", "open")
    for wrong in ({"frame": "limit", "answer": "0"}, {"round": 2, "answer": "1"}):
        assert afternoon.answer(ben, **wrong).status_code == 422
    for forged in (
        {"frame": "nowhere", "answer": "1"},
        {"round": "x", "answer": "1"},
        {"frame": "start", "answer": "1"},
    ):
        assert "belongs to no question" in afternoon.answer(ben, **forged).content.decode()
    assert not StudentAnswer.objects.exists()


@pytest.mark.parametrize("empty", [{}, {"answer": ""}, {"answer": "  "}])
def test_an_empty_answer_is_none_and_leaves_the_one_before(afternoon, empty):
    afternoon.move("next", "open")
    ben, cleo = afternoon.student("Ben"), afternoon.student("Cleo")
    afternoon.answer(ben)
    for client in (ben, cleo):
        sent = {"frame": "placement", "round": 1, **empty}
        answered = client.post(afternoon.url("answer"), sent, headers={"HX-Request": "true"})
        assert answered.status_code == 422 and "form-error" in answered.content.decode()
    assert [str(each.participant) for each in StudentAnswer.objects.all()] == ["Ben"]


def test_a_code_has_no_letter_that_is_mistaken_for_another():
    codes = {new_code() for _ in range(300)}
    assert len(codes) == 300 and all(len(code) == 6 and not set(code) & set("O0I1") for code in codes)


def test_who_has_not_joined_cannot_answer(afternoon):
    afternoon.move("next", "open")
    answered = afternoon.answer(Client())
    assert "Join the class first" in answered.content.decode()
    assert not StudentAnswer.objects.exists()


def test_a_second_device_is_the_same_student(afternoon):
    ben, phone = afternoon.student("Ben"), Client()
    key = Participant.objects.get().key
    phone.get(afternoon.url("personal", afternoon.session.code, key))
    afternoon.move("next", "open")
    afternoon.answer(ben, answer="1")
    afternoon.answer(phone, answer="2")
    assert [answer.value for answer in StudentAnswer.objects.all()] == [2.0]
    assert phone.get(afternoon.url("personal", afternoon.session.code, "x" * 27)).status_code == 404


def test_joining_twice_is_joining_once(afternoon):
    ben = afternoon.student("Ben")
    ben.post(afternoon.url("join"), {"name": "Ben again"})
    assert [str(each) for each in Participant.objects.all()] == ["Ben"]


@pytest.mark.parametrize("name", ["x" * 41, "a\x00b"])
def test_a_name_that_cannot_be_stored_gets_a_sentence(afternoon, name):
    answered = Client().post(afternoon.url("join"), {"name": name})
    assert answered.status_code == 422
    assert "The name" in answered.content.decode()


def test_a_full_session_refuses_a_further_student(afternoon, monkeypatch):
    monkeypatch.setattr(store, "MOST_PARTICIPANTS", 1)
    afternoon.student()
    answered = Client().post(afternoon.url("join"), {"name": ""})
    assert answered.status_code == 422
    assert "This session is full" in answered.content.decode()


def test_an_unchanged_screen_costs_one_query_and_no_content(afternoon, django_assert_num_queries):
    ben = afternoon.student()
    afternoon.session.refresh_from_db()
    token = afternoon.session.token(timezone.now())
    with django_assert_num_queries(1):
        answered = ben.get(afternoon.url("screen"), {"token": token})
    assert (answered.status_code, answered.content) == (204, b"")
    afternoon.move("next")
    assert ben.get(afternoon.url("screen"), {"token": token}).status_code == 200


def test_the_projector_shows_counts_and_no_answer_before_it_is_revealed(afternoon):
    students = [afternoon.student() for _ in range(3)]
    afternoon.move("next", "open")
    for student, value in zip(students, ("135", "135", "7"), strict=True):
        afternoon.answer(student, answer=value)
    shown = afternoon.projector()
    assert "<strong>3</strong> of 3 have answered" in shown
    assert "answer-bars" not in shown and "135" not in shown
    afternoon.move("close")
    assert "answer-bars" not in afternoon.projector()
    presenter = afternoon.host.get(afternoon.url("host", afternoon.session.host_key)).content.decode()
    assert "answer-bars" in presenter
    assert "let neighbours discuss" in presenter
    afternoon.move("reveal")
    assert "answer-bars" in afternoon.projector()


def test_two_rounds_are_shown_side_by_side_with_who_changed(afternoon):
    students = [afternoon.student() for _ in range(2)]
    afternoon.move("next", "open")
    for student in students:
        afternoon.answer(student, answer="7")
    afternoon.move("close", "again")
    afternoon.answer(students[0], round=2, answer="135")
    afternoon.answer(students[1], round=2, answer="7")
    afternoon.move("close", "reveal")
    shown = afternoon.projector()
    assert "Round 1" in shown and "Round 2" in shown
    assert "<td>Another value</td><td>Correct</td><td>1</td>" in shown


def test_the_projector_shows_the_right_and_the_largest_groups_and_the_others_as_one():
    counts = {"A": 9, "B": 8, "C": 7, "D": 6, "E": 5, "F": 4, "Right": 1}
    groups = tuple(Group(label, count, label == "Right") for label, count in counts.items())
    total = sum(counts.values())
    shown = RoundView(1, bars(groups, total), total, 1, total, None).few_bars
    assert [(each.label, each.count) for each in shown] == [
        ("A", 9),
        ("B", 8),
        ("C", 7),
        ("D", 6),
        ("Right", 1),
        ("2 other answers", 9),
    ]
    assert sum(each.count for each in shown) == total
    six = bars(groups[:6], total)
    assert RoundView(1, six, total, 0, total, None).few_bars == six


def test_the_projector_lists_the_most_frequent_changes_and_counts_the_others_and_who_kept_the_answer(afternoon):
    screen = present.screen(afternoon.session, timezone.now())
    moved = tuple(Change("A", f"B{number}", 9 - number) for number in range(6))
    shown = replace(screen, changes=(Change("A", "A", 20), *moved, Change("B", "B", 1)))
    assert shown.few_changes == moved[:4]
    assert (shown.further_changes, shown.kept) == (5 + 4, 21)


def test_the_address_to_join_at_breaks_before_its_path_and_not_within_a_word():
    assert breakable("ml.edu:80/class") == "ml.<wbr>edu:80<wbr>/class"
    assert breakable("<b>") == "&lt;b&gt;"


def test_the_results_draw_the_chart_of_each_question_under_an_id_of_its_own(afternoon):
    document = lesson_document()
    again = next(frame for frame in document["frames"] if frame["slug"] == "placement") | {"slug": "placement-again"}
    session = store.create_session(read_lesson(document | {"frames": [*document["frames"], again]}), AnonymousUser())
    afternoon.session = session
    student = afternoon.student()
    for screen, frame in ((2, "placement"), (len(document["frames"]) + 1, "placement-again")):
        afternoon.move(f"screen-{screen}", "open")
        assert afternoon.answer(student, frame, answer="7").status_code == 200
        afternoon.move("close", "reveal")
    page = afternoon.host.get(afternoon.url("results", session.host_key)).content.decode()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert {"title-answers-placement-1", "title-answers-placement-again-1"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_a_double_click_moves_once(afternoon):
    afternoon.session.refresh_from_db()
    sent = {"move": "next", "number": afternoon.session.number}
    for _ in range(2):
        afternoon.host.post(afternoon.url("move", afternoon.session.host_key), sent)
    afternoon.session.refresh_from_db()
    assert afternoon.session.frame == 1


def test_the_presenter_goes_to_any_screen_with_one_click(afternoon):
    def presenter():
        return afternoon.host.get(afternoon.url("host", afternoon.session.host_key)).content.decode()

    titles = [frame["title"] for frame in lesson_document()["frames"]]
    listed = re.findall(r'value="(screen-\d)"([^>]*)>([^<]+)</button>', presenter())
    assert [(value, unescape(title)) for value, _, title in listed] == [
        (f"screen-{place}", title) for place, title in enumerate(titles, 1)
    ]
    assert ["disabled" in state for _, state, _ in listed] == [True, False, False]
    afternoon.move("screen-3")
    afternoon.session.refresh_from_db()
    assert afternoon.session.frame == 2
    assert titles[2] in unescape(afternoon.page(afternoon.student()))
    afternoon.move("screen-2", "open")
    assert 'value="screen-' not in presenter()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"move": "reveal"}, "is not possible now"),
        ({"move": "next", "seconds": "a minute"}, "whole number of seconds"),
        ({"move": "next", "seconds": "99999"}, "at most 3,600 seconds"),
        ({"move": "next", "number": "x"}, "whole number"),
    ],
)
def test_a_move_that_is_not_possible_gets_a_sentence(afternoon, sent, sentence):
    sent = {"number": afternoon.session.number} | sent
    answered = afternoon.host.post(afternoon.url("move", afternoon.session.host_key), sent)
    assert answered.status_code == 422
    assert sentence in answered.content.decode()


def test_another_machine_goes_on_with_the_host_link(afternoon):
    afternoon.move("next")
    afternoon.host = Client()
    afternoon.move("open")
    afternoon.session.refresh_from_db()
    assert afternoon.session.phase == "voting"


def test_a_student_is_no_host(afternoon):
    ben = afternoon.student()
    assert ben.get(afternoon.url("host", "x" * 27)).status_code == 404
    assert afternoon.session.host_key not in afternoon.page(ben) + afternoon.projector()


def test_an_ended_session_keeps_its_results_and_takes_nothing_more(afternoon):
    ben = afternoon.student("Ben")
    afternoon.move("next", "open")
    afternoon.answer(ben)
    assert afternoon.host.post(afternoon.url("end", afternoon.session.host_key)).status_code == 302
    assert "session has ended" in afternoon.answer(ben, answer="1").content.decode()
    assert "has ended" in Client().post(afternoon.url("join"), {"name": ""}).content.decode()
    rows = afternoon.results_csv()
    assert rows[0][:4] == ["Frame", "Round", "Student", "Answer"]
    assert rows[1][:6] == ["Placement", "1", "Ben", "135 t", "yes", "Correct"]
    assert "Correct" in Client().get(afternoon.url("results", afternoon.session.host_key)).content.decode()


def test_results_are_listed_in_the_order_of_the_lesson(afternoon):
    ben, cleo = afternoon.student("Ben"), afternoon.student("Cleo")
    afternoon.move("next", "open")
    afternoon.answer(cleo)
    afternoon.answer(ben)
    afternoon.move("close", "reveal", "next", "open")
    afternoon.answer(ben, frame="limit", answer="1")
    rows = afternoon.results_csv()[1:]
    assert [(row[0], row[2]) for row in rows] == [("Placement", "Ben"), ("Placement", "Cleo"), ("Limit", "Ben")]


def test_a_student_sees_and_deletes_their_own_answers(afternoon):
    ben, cleo = afternoon.student("Ben"), afternoon.student("Cleo")
    afternoon.move("next", "open")
    afternoon.answer(ben, answer="7")
    afternoon.answer(cleo, answer="135")
    own = ben.get(afternoon.url("journey")).content.decode()
    assert "7 t" in own and "135" not in own and "Not correct" not in own
    afternoon.move("close", "reveal")
    assert "Not correct" in ben.get(afternoon.url("journey")).content.decode()
    ben.post(afternoon.url("leave"))
    assert [str(each) for each in Participant.objects.all()] == ["Cleo"]
    assert StudentAnswer.objects.count() == 1


def words_of(page):
    """Return the words of a page, with single spaces between them."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_before_a_session_is_ended_or_deleted_its_host_reads_how_much_that_affects(afternoon):
    def told():
        asked = afternoon.host.get(afternoon.url("finish", afternoon.session.host_key))
        assert "no-store" in asked["Cache-Control"]
        return words_of(asked.content.decode())

    assert afternoon.url("finish", afternoon.session.host_key) in presenter(afternoon)
    assert "0 students joined and sent 0 answers, 0 designs and 0 votes" in told()
    ben, cleo = afternoon.student("Ben"), afternoon.student("Cleo")
    afternoon.move("next", "open")
    afternoon.answer(ben), afternoon.answer(cleo)
    afternoon.move("close", "again")
    afternoon.answer(ben, round=2)
    afternoon.move("close", "reveal", "next")
    saved = ben.post(reverse("scenarios:save"), {"page": "/walls/tco/?devices=64", "title": "My fleet"})
    ben.post(afternoon.url("hand_in"), {"link": saved.url})
    cleo.post(afternoon.url("vote"), {"frame": "limit", "entry": 1, "vote": "give"})
    asked = told()
    assert "2 students joined and sent 3 answers, 1 design and 1 vote" in asked
    assert "End the session" in asked and "Delete the session with 3 answers" in asked
    assert ClassSession.objects.get().ended is None
    afternoon.host.post(afternoon.url("end", afternoon.session.host_key))
    asked = told()
    assert "The session has ended" in asked and "End the session" not in asked
    assert "Delete the session with 3 answers" in asked
    afternoon.host.post(afternoon.url("delete", afternoon.session.host_key))
    assert afternoon.host.get(afternoon.url("finish", afternoon.session.host_key)).status_code == 404
    assert Scenario.objects.get().deleted is None


def test_before_a_student_deletes_the_own_answers_the_page_says_how_many(afternoon):
    ben, cleo = afternoon.student("Ben"), afternoon.student("Cleo")
    assert "deletes 0 answers and 0 votes" in words_of(ben.get(afternoon.url("journey")).content.decode())
    afternoon.move("next", "open")
    afternoon.answer(ben), afternoon.answer(cleo)
    afternoon.move("close", "reveal", "next")
    for client in (ben, cleo):
        saved = client.post(reverse("scenarios:save"), {"page": "/walls/tco/?devices=64", "title": "My fleet"})
        client.post(afternoon.url("hand_in"), {"link": saved.url})
    ben.post(afternoon.url("vote"), {"frame": "limit", "entry": 2, "vote": "give"})
    told = words_of(ben.get(afternoon.url("journey")).content.decode())
    assert "deletes 1 answer, the design you handed in and 1 vote" in told
    assert "The saved scenario stays" in told


def test_a_deleted_session_is_gone_with_its_answers(afternoon):
    afternoon.student()
    afternoon.host.post(afternoon.url("delete", afternoon.session.host_key))
    assert not ClassSession.objects.exists() and not Participant.objects.exists()
    assert Client().get(afternoon.url("student")).status_code == 404


def test_screens_of_a_deleted_session_lead_to_a_page_that_says_so(afternoon):
    ben, htmx = afternoon.student("Ben"), {"HX-Request": "true"}
    afternoon.host.post(afternoon.url("delete", afternoon.session.host_key))
    for query in ({"token": "1-reading"}, {"token": "1-reading", "view": "projector"}):
        asked = ben.get(afternoon.url("screen"), query, headers=htmx)
        assert "The class was deleted" in ben.get(asked["HX-Redirect"]).content.decode()
    presenter = afternoon.url("host", afternoon.session.host_key)
    asked = Client().get(presenter, {"token": "1-reading"}, headers=htmx)
    assert "The class was deleted" in Client().get(asked["HX-Redirect"]).content.decode()
    assert Client().get(presenter).status_code == 404
    assert ben.get(afternoon.url("screen")).status_code == 404
    page = ben.get(afternoon.url("student"))
    assert page.status_code == 404
    assert f"There is no class with the code {afternoon.session.code}" in page.content.decode()


def test_another_device_of_a_student_who_left_is_led_to_the_form_to_join(afternoon):
    ben, phone = afternoon.student("Ben"), Client()
    phone.get(afternoon.url("personal", afternoon.session.code, Participant.objects.get().key))
    ben.post(afternoon.url("leave"))
    afternoon.move("next")
    asked = phone.get(afternoon.url("screen"), {"token": "1-reading"}, headers={"HX-Request": "true"})
    assert asked["HX-Redirect"] == afternoon.url("student")
    assert "Your name" in phone.get(asked["HX-Redirect"]).content.decode()


def test_a_saved_design_is_handed_in_and_shown_in_the_gallery(afternoon):
    ben = afternoon.student("Ben")
    afternoon.move("next", "next")
    saved = ben.post(reverse("scenarios:save"), {"page": "/walls/tco/?devices=64", "title": "My fleet"})
    assert ben.post(afternoon.url("hand_in"), {"link": f"http://testserver{saved.url}"}).status_code == 302
    assert "My fleet" in afternoon.projector()
    Scenario.objects.update(visibility="private")
    cleo = afternoon.student("Cleo")
    refused = cleo.post(afternoon.url("hand_in"), {"link": saved.url})
    assert refused.status_code == 422
    assert "leads to no saved scenario" in refused.content.decode()


def update(afternoon, page):
    """Return the update that the projector's page asks for."""
    token = re.search(r"token=([^\"]+)\"", page)[1]
    return Client().get(afternoon.url("screen"), {"view": "projector", "token": token})


def test_the_projector_counts_answers_while_voting_and_keeps_a_demo_that_it_shows(afternoon):
    ben = afternoon.student("Ben")
    afternoon.move("next", "open")
    shown = afternoon.projector()
    assert "<strong>0</strong> of 1 have answered" in shown
    assert update(afternoon, shown).status_code == 204
    afternoon.answer(ben)
    assert "<strong>1</strong> of 1 have answered" in update(afternoon, shown).content.decode()
    afternoon.move("close", "reveal", "show-demo-1")
    shown = afternoon.projector()
    assert 'class="demo"' in shown
    afternoon.student("Cleo")
    assert update(afternoon, shown).status_code == 204


def test_the_projector_keeps_the_text_of_the_slide_below_the_question(afternoon):
    document = lesson_document()
    document["frames"][1]["text"] = "The text of the frame."
    afternoon.session = store.create_session(read_lesson(document), AnonymousUser())
    afternoon.move("next")
    assert "The text of the frame" in afternoon.projector()
    afternoon.move("open")
    shown = afternoon.projector()
    assert shown.index("How many tonnes") < shown.index("The text of the frame")
    assert "135 t" not in shown and 'class="demo"' not in shown
    afternoon.move("close", "reveal")
    assert "Answer: <strong>135 t</strong>" in afternoon.projector()
    afternoon.move("show-content")
    assert "The text of the frame" in afternoon.projector()


def shown_part(afternoon):
    return re.search(r'data-shown="([^"]*)"', afternoon.projector())[1]


def test_the_projector_shows_how_to_join_until_the_class_begins(afternoon):
    assert shown_part(afternoon) == "code"
    assert "What does it cost?" not in afternoon.projector()
    afternoon.move("show-screen")
    assert "What does it cost?" in afternoon.projector()
    afternoon.move("show-code", "next")
    assert shown_part(afternoon) == "screen"


def test_the_projector_shows_a_screen_part_by_part_and_students_keep_what_they_typed(afternoon):
    ben = afternoon.student("Ben")
    afternoon.move("next", "open", "close", "reveal")
    token = re.search(r"token=([^&]*)&", afternoon.page(ben))[1]
    for part, words in (("demo-1", "Try it"), ("screen", "Answer: ")):
        afternoon.move(f"show-{part}")
        assert shown_part(afternoon) == part and words in afternoon.projector()
    afternoon.move("blank")
    assert " data-blank" in afternoon.projector() and "The projector is dark" in presenter(afternoon)
    afternoon.move("unblank")
    assert " data-blank" not in afternoon.projector()
    assert token in afternoon.page(ben)
    assert ben.get(afternoon.url("screen"), {"token": token}).status_code == 204


@pytest.mark.parametrize("move", ["show-demo-1", "show-demo-9", "show-gallery", "show-", "show-x"])
def test_a_part_that_the_screen_does_not_have_yet_is_refused(afternoon, move):
    afternoon.move("next")
    afternoon.session.refresh_from_db()
    sent = {"move": move, "number": afternoon.session.number}
    answered = afternoon.host.post(afternoon.url("move", afternoon.session.host_key), sent)
    assert answered.status_code == 422 and "is not possible now" in answered.content.decode()
    assert shown_part(afternoon) == "screen"


def test_the_forward_key_goes_through_everything_in_order_and_the_back_key_returns(afternoon):
    def pressed(key):
        name = re.search(rf'value="([^"]*)"[^>]* data-key="{key}"', presenter(afternoon))[1]
        afternoon.move(name)
        return name

    forward = ["show-screen", "next", "open", "close", "again", "close", "reveal", "show-demo-1", "next"]
    assert [pressed("forward") for _ in forward] == forward
    assert pressed("back") == "previous"
    assert pressed("j") == "show-code" and pressed("j") == "show-screen"
    assert pressed("b") == "blank" and pressed("b") == "unblank"


def test_the_forward_key_does_not_return_from_the_last_screen(afternoon):
    afternoon.move("screen-3", "open", "close", "reveal", "show-gallery")
    assert 'data-key="forward"' not in presenter(afternoon)


def test_the_presenter_sees_the_time_on_the_screen_and_since_the_start(afternoon):
    afternoon.move("next")
    ClassSession.objects.update(
        created=timezone.now() - timedelta(minutes=10), frame_since=timezone.now() - timedelta(minutes=2)
    )
    since = [int(each) for each in re.findall(r'class="elapsed" data-seconds="(\d+)"', presenter(afternoon))]
    assert since == [pytest.approx(120, abs=5), pytest.approx(600, abs=5)]


def test_a_student_always_reads_what_the_class_does(afternoon):
    ben = afternoon.student("Ben")
    told = ["Nothing to answer here"]
    assert told[0] in afternoon.page(ben)
    for move, words in (
        ("next", "A question comes next"),
        ("open", "Voting is open: answer now"),
        ("close", "a second vote may follow"),
        ("again", "Second vote is open"),
        ("close", "The answer comes next"),
        ("reveal", "The answer is shown"),
    ):
        afternoon.move(move)
        assert words in unescape(afternoon.page(ben)), move
    afternoon.host.post(afternoon.url("end", afternoon.session.host_key))
    assert "The class has ended" in afternoon.page(ben)


def test_who_comes_late_reads_the_screens_that_the_class_has_left(afternoon):
    ben = afternoon.student("Ben")
    afternoon.move("next", "open")
    afternoon.answer(ben)
    cleo = afternoon.student("Cleo")
    earlier = cleo.get(afternoon.url("earlier")).content.decode()
    assert "What does it cost?" in earlier and "How many tonnes" not in earlier
    afternoon.move("close", "reveal", "next")
    earlier = cleo.get(afternoon.url("earlier")).content.decode()
    assert "How many tonnes" in earlier and "Answer: <strong>135 t</strong>" in earlier
    assert "What limits decode" not in earlier
    assert Client().get(afternoon.url("earlier")).url == afternoon.url("student")


def test_a_question_that_the_class_skipped_gives_no_answer_away(afternoon):
    ben = afternoon.student("Ben")
    afternoon.move("next", "next")
    earlier = ben.get(afternoon.url("earlier")).content.decode()
    assert "Placement" in earlier and "135 t" not in earlier


def test_an_account_finds_its_classes_on_any_device(django_user_model):
    ada = django_user_model.objects.create_user("ada", password="a long one")
    session = store.create_session(read_lesson(lesson_document()), ada)
    other = Client()
    assert session.host_key not in other.get(reverse("live:hosted")).content.decode()
    other.force_login(ada)
    found = other.get(reverse("live:hosted"))
    assert session.host_key in found.content.decode()
    assert "no-store" in found["Cache-Control"]


def test_a_browser_without_an_account_finds_the_classes_it_has_started(client):
    client.post(reverse("live:start"), {"lesson": "economics"})
    session = ClassSession.objects.get()
    assert session.host_key in client.get(reverse("live:hosted")).content.decode()
    assert session.host_key not in Client().get(reverse("live:hosted")).content.decode()


def presenter(afternoon):
    return afternoon.host.get(afternoon.url("host", afternoon.session.host_key)).content.decode()


def test_the_presenter_sees_slide_and_question_before_the_vote(afternoon):
    document = lesson_document()
    document["frames"][1]["text"] = "The text of the frame."
    afternoon.session = store.create_session(read_lesson(document), AnonymousUser())
    afternoon.move("next")
    shown = presenter(afternoon)
    assert "How many tonnes" in shown and "The text of the frame" in shown


@pytest.mark.parametrize(("answers", "first"), [(("135", "135"), "reveal"), (("135", "7"), "again")])
def test_the_move_that_is_advised_is_the_highlighted_one(afternoon, answers, first):
    students = [afternoon.student() for _ in answers]
    afternoon.move("next", "open")
    for student, value in zip(students, answers, strict=True):
        afternoon.answer(student, answer=value)
    afternoon.move("close")
    assert re.findall(r'value="(\w+)" class="primary"', presenter(afternoon)) == [first]


def test_answers_of_one_who_leaves_after_the_reveal_are_counted_no_more(afternoon):
    ben, cleo = afternoon.student("Ben"), afternoon.student("Cleo")
    afternoon.move("next", "open")
    afternoon.answer(ben), afternoon.answer(cleo)
    afternoon.move("close", "reveal")
    assert re.search(r"\b2 answers\b", afternoon.page(ben))
    cleo.post(afternoon.url("leave"))
    assert re.search(r"\b1 answer\b", afternoon.page(ben))
