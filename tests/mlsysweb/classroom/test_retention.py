"""`manage.py prune` removes class sessions and lessons after their terms."""

import io
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.management import call_command
from django.utils import timezone

from mlsysweb.classroom.lessons.document import read_lesson
from mlsysweb.classroom.live import store
from mlsysweb.classroom.models import AuthoredClaim, AuthoredLesson, ClassSession, StudentAnswer

from .lesson import lesson_document

pytestmark = pytest.mark.django_db


def prune():
    out = io.StringIO()
    call_command("prune", stdout=out)
    return out.getvalue()


def ago(days):
    return timezone.now() - timedelta(days=days)


def test_a_class_goes_after_its_term_with_its_answers():
    session = store.create_session(read_lesson(lesson_document()), AnonymousUser())
    student = store.join(session, "Ben")
    StudentAnswer.objects.create(participant=student, frame="placement", round=1, value=135)
    days = settings.KEEP_DAYS["class"]
    ClassSession.objects.update(created=ago(days - 1))
    assert "0 class sessions" in prune() and StudentAnswer.objects.count() == 1
    ClassSession.objects.update(created=ago(days + 1))
    assert f"1 class sessions started more than {days} days ago removed." in prune()
    assert not ClassSession.objects.exists() and not StudentAnswer.objects.exists()


TERMS = pytest.mark.parametrize(
    ("owned", "deleted", "changed", "kept"),
    [
        (False, None, settings.KEEP_DAYS["scenario"] + 1, False),
        (False, None, settings.KEEP_DAYS["scenario"] - 1, True),
        (True, None, settings.KEEP_DAYS["scenario"] + 1, True),
        (True, settings.KEEP_DAYS["deleted"] + 1, 0, False),
        (True, settings.KEEP_DAYS["deleted"] - 1, 0, True),
    ],
)


@TERMS
def test_a_lesson_goes_after_its_term(owned, deleted, changed, kept):
    owner = User.objects.create_user("ada") if owned else None
    AuthoredLesson.objects.create(title="Mine", document=lesson_document(), owner=owner, session="browser")
    AuthoredLesson.objects.update(changed=ago(changed), deleted=None if deleted is None else ago(deleted))
    prune()
    assert AuthoredLesson.objects.exists() == kept


@TERMS
def test_a_claim_goes_after_its_term(owned, deleted, changed, kept):
    owner = User.objects.create_user("ada") if owned else None
    AuthoredClaim.objects.create(claim="It holds.", source="A talk", stated="1 s", owner=owner, session="browser")
    AuthoredClaim.objects.update(changed=ago(changed), deleted=None if deleted is None else ago(deleted))
    prune()
    assert AuthoredClaim.objects.exists() == kept
