"""The gallery of "Name that wall": the answers of a class by the wall they name, without names, with votes."""

from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser

from mlsysweb.classroom.lessons.document import read_lesson
from mlsysweb.classroom.live.gallery.designs import VOTES
from mlsysweb.classroom.live.store import create_session
from mlsysweb.classroom.models import DesignVote, StudentAnswer

from .lesson import WALL, lesson_document
from .test_gallery import Workshop

FRAME = "wall"
SHOWN = "Walls named by the class"


class NamedWalls(Workshop):
    """A session at the frame that asks for a wall, while the vote is open."""

    def __init__(self):
        super().__init__()
        document = lesson_document()
        document["frames"].append({"slug": FRAME, "title": "Name that wall", "question": WALL})
        self.session = create_session(read_lesson(document), AnonymousUser())
        self.move("screen-4", "open")

    def name(self, who, wall, system, change="More of it"):
        client = self.student(who)
        self.name_again(client, wall, system, change)
        return client

    def name_again(self, client, wall, system, change="More of it", round=1):
        answered = self.answer(client, FRAME, round, wall=wall, system=system, change=change)
        assert answered.status_code == 200, answered.content.decode()

    def vote(self, client, number, vote="give", htmx=True, frame=FRAME):
        return super().vote(client, number, vote, htmx, frame)

    def hide(self, number, hidden="yes", frame=FRAME):
        sent = {"frame": frame, "entry": number, "hidden": hidden}
        return self.host.post(self.url("hide", self.session.host_key), sent)

    def reveal(self):
        self.move("close", "reveal", "show-gallery")


@pytest.fixture
def named(catalog):
    """Ada and Cleo name serving, Ben names tail latency."""
    named = NamedWalls()
    named.ada = named.name("Ada", 4, "A chat on 8 H100", "FP8 weights")
    named.ben = named.name("Ben", 7, "A voice assistant")
    named.cleo = named.name("Cleo", 4, "Search <b>over</b> papers")
    return named


def numbers(page):
    """Return the numbers of the answers as listed."""
    return [int(each.split('"')[0]) for each in page.split(f'<li id="{FRAME}-')[1:]]


def test_the_class_sees_the_answers_by_wall_once_they_are_revealed(named):
    assert SHOWN not in named.projector() + named.page(named.ada)
    named.reveal()
    for page in (named.projector(), named.page(named.ben)):
        assert SHOWN in page
        assert numbers(page) == [1, 3, 2]
        groups = [each.split("</h3>")[0] for each in page.split('class="gallery-group">')[1:]]
        assert ["/walls/serving/" in groups[0], "/walls/tail_latency/" in groups[1]] == [True, True]
        assert "A chat on 8 H100" in page and "FP8 weights" in page


def test_answers_are_shown_as_text_and_without_names(named):
    named.reveal()
    shown = named.projector()
    assert "Search &lt;b&gt;over&lt;/b&gt; papers" in shown
    assert "Cleo" not in shown and "Cleo" in named.presenter()


def test_the_presenter_reads_the_answers_before_the_class_and_hides_one(named):
    assert SHOWN in named.presenter()
    assert named.hide(3).status_code == 302
    named.reveal()
    for page in (named.projector(), named.page(named.ada)):
        assert numbers(page) == [1, 2] and "papers" not in page
    assert numbers(named.presenter()) == [1, 3, 2] and "Show answer 3 to the class" in named.presenter()
    named.hide(3, "no")
    assert numbers(named.projector()) == [1, 3, 2]


def test_a_hidden_answer_leaves_the_screens_of_students_at_their_next_poll(named):
    named.reveal()
    url = unescape(named.page(named.ben).split('hx-get="')[1].split('"')[0])
    assert named.ben.get(url).status_code == 204
    named.hide(1)
    update = named.ben.get(url)
    assert update["HX-Reswap"] == "none" and numbers(update.content.decode()) == [2, 3]


def test_answers_take_votes_once_revealed(named):
    assert "gone on to another screen" in named.vote(named.ada, 2).content.decode()
    named.reveal()
    for _ in range(2):
        assert "take back" in named.vote(named.ada, 2).content.decode()
    named.vote(named.cleo, 2)
    named.vote(named.ben, 3)
    assert DesignVote.objects.count() == 3
    assert "vote-count" not in named.projector()
    named.show(ranked_by=VOTES)
    shown = named.projector()
    assert "Ranked by votes" in shown and numbers(shown) == [3, 1, 2]
    assert "<strong>2</strong> votes" in shown
    named.vote(named.ada, 2, "take-back")
    assert DesignVote.objects.count() == 2


@pytest.mark.parametrize(
    ("number", "frame", "sentence"),
    [
        (1, FRAME, "This answer is your own"),
        (9, FRAME, "This class has no answer with the number 9"),
        (3, FRAME, "This class has no answer with the number 3"),
        (2, "limit", "gone on to another screen"),
        (2, "none", "names no entry"),
        (2, "", "names no entry"),
    ],
)
def test_a_vote_for_something_else_gets_a_sentence(named, number, frame, sentence):
    named.hide(3)
    named.reveal()
    assert sentence in named.vote(named.ada, number, frame=frame).content.decode()
    assert not DesignVote.objects.exists()


def test_only_the_host_hides_and_a_forged_entry_gets_a_sentence(named):
    stranger = named.ada.post(named.url("hide", "x" * 27), {"frame": FRAME, "entry": 2, "hidden": "yes"})
    assert stranger.status_code == 404
    for sent in ({"number": 9}, {"number": "²"}, {"number": ""}, {"number": 2, "frame": "limit"}):
        assert named.hide(**sent).status_code == 422
    assert not StudentAnswer.objects.filter(hidden=True).exists()
    assert "Hide answer" not in named.page(named.ada) + named.projector()


def test_the_latest_answer_of_a_student_counts(named):
    named.move("close", "again")
    named.name_again(named.ben, 4, "A voice assistant", "Another model", round=2)
    named.reveal()
    assert numbers(named.projector()) == [1, 2, 3] and "Another model" in named.projector()


def test_results_have_the_answers_of_the_class(named):
    named.reveal()
    named.host.post(named.url("end", named.session.host_key))
    shown = named.host.get(named.url("results", named.session.host_key)).content.decode()
    assert SHOWN in shown and "Hide answer" not in shown and numbers(shown) == [1, 3, 2]
    assert "Vote for answer" not in named.page(named.ada)
