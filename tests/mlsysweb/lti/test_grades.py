"""Participation sent to the gradebook of a platform."""

import jwt
import pytest
from django.urls import reverse

from mlsysweb.classroom.live.store import join
from mlsysweb.classroom.models import ClassSession, Participant, StudentAnswer
from mlsysweb.lti.models import PlatformLink

from .platform import GRADES, TEACHER

pytestmark = pytest.mark.usefixtures("catalog")


@pytest.fixture
def teacher(moodle):
    """The browser of an instructor who holds a class: u1 answered both questions, u2 one, u3 none, and one student who
    joined by code both."""
    client, opened = moodle.open("t1", TEACHER)
    client.post(f"{opened.url}start/")
    for user in ("u1", "u2", "u3"):
        moodle.open(user)
    session = ClassSession.objects.get()
    by_code = join(session, "Guest")
    u1, u2, _ = Participant.objects.exclude(pk=by_code.pk)
    for participant, frames in ((u1, "ab"), (u2, "a"), (by_code, "ab")):
        for frame in frames:
            for round in (1, 2):
                StudentAnswer.objects.create(participant=participant, frame=frame, round=round, value=1)
    return client


def send(client):
    return client.post(f"{reverse('lti:link', args=[PlatformLink.objects.get().pk])}grades/")


def sent(moodle):
    return sorted((score["userId"], score["scoreGiven"]) for _, _, score in moodle.scores)


def test_each_student_of_the_platform_gets_the_share_of_questions_answered(moodle, teacher):
    assert "Grades: 3 sent." in send(teacher).content.decode()
    assert sent(moodle) == [("u1", 100), ("u2", 50), ("u3", 0)]
    path, authorization, score = moodle.scores[0]
    assert (path, authorization) == ("/courses/3/items/9/scores?type=x", "Bearer access")
    assert (score["scoreMaximum"], score["gradingProgress"]) == (100, "FullyGraded") and "timestamp" in score


def test_the_site_proves_itself_with_its_key(moodle, teacher):
    send(teacher)
    asked = moodle.assertions[0]
    assert asked["grant_type"] == "client_credentials" and asked["scope"].endswith("scope/score")
    key = jwt.PyJWKSet(teacher.get("/lti/keys/").json()["keys"]).keys[0]
    said = jwt.decode(
        asked["client_assertion"], key, algorithms=["RS256"], audience=f"{moodle.home}/token", issuer="walls"
    )
    assert said["sub"] == "walls" and said["exp"] > said["iat"] and said["jti"]


def test_only_changed_grades_are_sent_again(moodle, teacher):
    send(teacher)
    moodle.scores.clear()
    assert "Grades: 0 sent, 3 already there." in send(teacher).content.decode() and not moodle.scores
    third = Participant.objects.get(name="Student u3")
    StudentAnswer.objects.create(participant=third, frame="b", round=1, value=1)
    assert "Grades: 1 sent, 2 already there." in send(teacher).content.decode()
    assert sent(moodle) == [("u3", 50)]


def test_a_refused_grade_is_told_and_sent_the_next_time(moodle, teacher):
    moodle.refuses = {"u2"}
    assert "Grades: 2 sent, 1 refused by the platform" in send(teacher).content.decode()
    moodle.refuses = set()
    assert "Grades: 1 sent, 2 already there." in send(teacher).content.decode()
    assert sent(moodle) == [("u1", 100), ("u2", 50), ("u3", 0)]


def test_a_platform_that_gives_no_access_gets_a_sentence(moodle, teacher):
    moodle.token_status = 401
    answered = send(teacher)
    assert answered.status_code == 422 and "gives no access to its gradebook now" in answered.content.decode()
    assert not moodle.scores


def test_a_link_without_a_column_and_a_class_without_answers_get_a_sentence(moodle, teacher):
    StudentAnswer.objects.all().delete()
    assert "has answered no question yet" in send(teacher).content.decode()
    PlatformLink.objects.update(line_item="")
    assert "offers no column" in send(teacher).content.decode()
    PlatformLink.objects.update(session=None)
    assert "No class has been held" in send(teacher).content.decode()


def test_a_column_is_used_only_if_scores_may_be_written(moodle):
    moodle.open("t1", TEACHER, **{GRADES: {"scope": [], "lineitem": "https://moodle.example.edu/9"}})
    assert PlatformLink.objects.get().line_item == ""


def test_who_leaves_the_class_has_no_grade_left_to_send(moodle, teacher):
    Participant.objects.get(name="Student u1").delete()
    send(teacher)
    assert sent(moodle) == [("u2", 50), ("u3", 0)]
