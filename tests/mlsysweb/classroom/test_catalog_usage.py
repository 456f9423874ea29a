"""Lessons and questions as users of a row of the catalog."""

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory

from catalog.models import Accelerator
from catalog.usage import used_by
from mlsysweb.classroom.models import AuthoredLesson

pytestmark = pytest.mark.usefixtures("catalog")

FRAME = {"slug": "one", "title": "One", "question": {"link": "/walls/roofline/?accelerator=k80-gk210&batch_size=1"}}


def uses(user, slug):
    request = RequestFactory().get("/")
    request.user, request.session = user, {}
    found = {each.one: each for each in used_by(request, Accelerator.objects.get(slug=slug))}
    return found.get("lesson"), found.get("question")


def test_shipped_lessons_that_name_a_chip_are_linked():
    lesson, _ = uses(AnonymousUser(), "h100-sxm5-80gb")
    assert lesson.count == len(lesson.links) >= 1
    assert ("Design-space exploration", "/lessons/design-space/") in lesson.links


def test_a_lesson_of_ones_own_is_linked_and_that_of_another_counted():
    ada = User.objects.create_user("ada")
    AuthoredLesson.objects.create(title="Mine", owner=ada, document={"title": "Mine", "frames": [FRAME]})
    lesson, question = uses(ada, "k80-gk210")
    assert [words for words, _ in lesson.links] == ["Mine"] and str(question) == "1 question"
    lesson, question = uses(User.objects.create_user("grace"), "k80-gk210")
    assert (lesson.count, lesson.links, question.count, question.links) == (1, (), 1, ())


def test_a_slug_within_another_or_in_a_sentence_is_no_use():
    frame = {"slug": "one", "title": "k80-gk210", "demos": [{"link": "/walls/roofline/?accelerator=k80-gk210-own"}]}
    AuthoredLesson.objects.create(title="Mine", document={"title": "Mine", "frames": [frame]})
    assert uses(AnonymousUser(), "k80-gk210") == (None, None)
