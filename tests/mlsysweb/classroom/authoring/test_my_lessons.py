"""The list of own lessons: new, copied, imported, exported, deleted; and who may see and change what."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from mlsysweb.classroom.authoring.files import as_toml
from mlsysweb.classroom.authoring.store import find_lesson
from mlsysweb.classroom.lessons.shipped import shipped_lessons
from mlsysweb.classroom.models import AuthoredLesson, ClassSession
from mlsysweb.saved.scenarios.ids import is_id

from ..lesson import lesson_document

pytestmark = pytest.mark.usefixtures("catalog")
MINE = "/lessons/mine/"


def text_of(response):
    return response.content.decode()


def imported(client, document=None):
    answered = client.post(f"{MINE}import/", {"text": as_toml(document or lesson_document())})
    assert answered.status_code == 302, text_of(answered)
    return AuthoredLesson.objects.get(pk=answered.url.split("/")[3])


def test_a_new_lesson_has_a_screen_and_is_in_the_list(client):
    answered = client.post(f"{MINE}new/", {"title": "My afternoon"})
    assert client.get(answered.url).status_code == 200
    assert "My afternoon" in text_of(client.get(MINE))


@pytest.mark.parametrize(
    ("title", "sentence"), [("  ", "title is empty"), ("x" * 121, "121 characters long"), ("a\x07b", "U+0007")]
)
def test_a_title_that_is_none_gets_a_sentence_and_is_kept(client, title, sentence):
    answered = client.post(f"{MINE}new/", {"title": title})
    assert answered.status_code == 422
    assert sentence in text_of(answered)
    assert title.strip().replace("\x07", "") in text_of(answered).replace("\x07", "")
    assert not AuthoredLesson.objects.exists()


@pytest.mark.parametrize("link", ["economics", "/lessons/economics/", "https://x.org/lessons/economics/tco-equation/"])
def test_a_shipped_lesson_is_copied_by_its_name_or_link(client, link):
    client.post(f"{MINE}clone/", {"lesson": link})
    copy = AuthoredLesson.objects.get()
    assert copy.document["frames"] == shipped_lessons()["economics"].data["frames"]
    assert copy.title.endswith("(copy)")


def test_a_lesson_of_another_is_copied_by_its_link_and_the_copy_is_its_own(client):
    theirs = imported(Client())
    client.post(f"{MINE}clone/", {"lesson": f"http://testserver/lessons/{theirs.pk}/"})
    copy = AuthoredLesson.objects.exclude(pk=theirs.pk).get()
    assert copy.document["frames"] == theirs.document["frames"]
    client.post(f"{MINE}{copy.pk}/about/", {"title": "Mine", "summary": "", "base": ""})
    theirs.refresh_from_db()
    assert theirs.title == "A test lesson"


@pytest.mark.parametrize("link", ["", "/lessons/nosuch/", "/walls/roofline/", "x" * 500, "\x00", "%00"])
def test_a_link_that_leads_to_no_lesson_gets_a_sentence(client, link):
    answered = client.post(f"{MINE}clone/", {"lesson": link})
    assert answered.status_code == 422
    assert "leads to no lesson" in text_of(answered)


@pytest.mark.parametrize("kind", ["toml", "json"])
def test_what_is_exported_is_imported_as_the_same_lesson(client, kind):
    own = imported(client)
    exported = client.get(f"/lessons/{own.pk}/lesson.{kind}")
    assert exported["Content-Disposition"] == f'attachment; filename="test-lesson.{kind}"'
    client.post(f"{MINE}import/", {"text": text_of(exported)})
    assert [each.document for each in AuthoredLesson.objects.all()] == [lesson_document()] * 2


def test_a_wrong_file_is_shown_again_with_every_problem(client):
    document = lesson_document()
    document["frames"][0]["minutes"] = "many"
    document["frames"][1]["titel"] = "?"
    answered = client.post(f"{MINE}import/", {"text": as_toml(document)})
    assert answered.status_code == 422
    assert "minutes needs a number" in text_of(answered)
    assert "Did you mean title?" in text_of(answered)
    assert "minutes = &quot;many&quot;" in text_of(answered)
    assert not AuthoredLesson.objects.exists()


def test_an_own_lesson_is_read_by_its_link_and_stays_out_of_search_engines_and_caches(client):
    own = imported(client)
    page = Client().get(f"/lessons/{own.pk}/", follow=True)
    assert page.status_code == 200
    assert "What does it cost?" in text_of(page)
    assert page["X-Robots-Tag"] == "noindex"
    assert "no-store" in page["Cache-Control"]
    assert "Edit this screen" not in text_of(page)
    assert "Edit this screen" in text_of(client.get(f"/lessons/{own.pk}/start/"))


def pages_to_change(own):
    frame = f"{MINE}{own.pk}/start/"
    posts = ("about/", "frames/", "delete/", "restore/", "edit-link/", "start/")
    return [("get", f"{MINE}{own.pk}/"), ("get", frame), *(("post", f"{MINE}{own.pk}/{name}") for name in posts)]


def test_strangers_change_nothing_and_are_told_nothing(client):
    own = imported(client)
    stranger = Client()
    stranger.post(f"{MINE}new/", {"title": "Theirs"})
    for method, url in pages_to_change(own):
        assert getattr(stranger, method)(url, {"action": "save", "title": "x"}).status_code == 404, url
    own.refresh_from_db()
    assert (own.document, own.deleted) == (lesson_document(), None)
    assert "A test lesson" not in text_of(stranger.get(MINE))


@pytest.mark.parametrize("name", ["nosuch", "x" * 40, "a\x00b", "", "é"])
def test_a_name_that_is_no_lesson_finds_none_and_asks_no_database(client, name, django_assert_max_num_queries):
    assert find_lesson(name) is None
    if not is_id(name):
        with django_assert_max_num_queries(0):
            find_lesson(name)
    assert client.post(reverse("live:start"), {"lesson": name}).status_code == 404


def test_a_guessed_edit_link_opens_nothing(client):
    own = imported(client)
    stranger = Client()
    for key in ("x" * 27, own.edit_key[:-1] + "!", "-"):
        assert stranger.get(f"{MINE}{own.pk}/open/{key}/").status_code == 404
    assert stranger.get(f"{MINE}{own.pk}/").status_code == 404


def test_the_edit_link_lets_a_colleague_change_but_not_delete_until_it_is_replaced(client):
    own = imported(client)
    colleague = Client()
    assert colleague.get(f"{MINE}{own.pk}/open/{own.edit_key}/").url == f"{MINE}{own.pk}/"
    page = text_of(colleague.get(f"{MINE}{own.pk}/"))
    assert own.edit_key not in page
    assert "shared with you" in text_of(colleague.get(MINE))
    assert colleague.post(f"{MINE}{own.pk}/frames/", {"move": "add"}).status_code == 302
    assert colleague.post(f"{MINE}{own.pk}/delete/").status_code == 404
    client.post(f"{MINE}{own.pk}/edit-link/")
    assert colleague.get(f"{MINE}{own.pk}/").status_code == 404
    assert "A test lesson" not in text_of(colleague.get(MINE))


def test_a_deleted_lesson_is_gone_for_all_and_restored_by_its_owner(client):
    own = imported(client)
    answered = client.post(f"{MINE}{own.pk}/delete/")
    assert Client().get(f"/lessons/{own.pk}/start/").status_code == 404
    assert client.get(f"{MINE}{own.pk}/").status_code == 404
    assert client.post(reverse("live:start"), {"lesson": own.pk}).status_code == 404
    assert Client().get(f"{MINE}{own.pk}/open/{own.edit_key}/").status_code == 404
    assert "is deleted" in text_of(client.get(answered.url))
    client.post(f"{MINE}{own.pk}/restore/")
    assert client.get(f"{MINE}{own.pk}/").status_code == 200


def test_lessons_of_a_browser_become_those_of_the_account(client):
    own = imported(client)
    User.objects.create_user("ada", password="a good long one")
    client.post("/accounts/login/", {"username": "ada", "password": "a good long one"})
    own.refresh_from_db()
    assert own.owner.username == "ada"
    elsewhere = Client()
    elsewhere.post("/accounts/login/", {"username": "ada", "password": "a good long one"})
    assert "A test lesson" in text_of(elsewhere.get(MINE))


def test_a_class_goes_on_with_the_lesson_as_it_was_at_its_start(client):
    own = imported(client)
    started = client.post(reverse("live:start"), {"lesson": own.pk})
    session = ClassSession.objects.get()
    client.post(f"{MINE}{own.pk}/frames/", {"move": "remove start", "revision": own.revision})
    own.refresh_from_db()
    assert len(own.document["frames"]) == 2
    assert session.lesson == lesson_document()
    assert "What does it cost?" in text_of(client.get(started.url))


def test_more_lessons_than_the_limit_are_refused_with_a_sentence(client, monkeypatch):
    monkeypatch.setattr("mlsysweb.classroom.authoring.store.MOST_LESSONS", 1)
    imported(client)
    answered = client.post(f"{MINE}new/", {"title": "One more"})
    assert answered.status_code == 429
    assert "1 is the most" in text_of(answered)
