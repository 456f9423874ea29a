"""The editor of a lesson: order, title, the form of a frame; errors at their fields, changes of two browsers."""

import re

import pytest
from django.test import Client

from mlsysweb.classroom.authoring.documents import MOVES, digest
from mlsysweb.classroom.authoring.frame_form import read_form, texts_of
from mlsysweb.classroom.lessons.shipped import shipped_lessons
from mlsysweb.classroom.models import AuthoredLesson

from ..lesson import QUESTIONS, lesson_document
from .test_my_lessons import MINE, imported, text_of

pytestmark = pytest.mark.usefixtures("catalog")
SHIPPED = [(lesson.slug, frame.slug) for lesson in shipped_lessons().values() for frame in lesson.frames]


def slugs(own):
    own.refresh_from_db()
    return [frame["slug"] for frame in own.document["frames"]]


def frame_of(own, slug):
    own.refresh_from_db()
    return next(frame for frame in own.document["frames"] if frame["slug"] == slug)


def save(client, own, slug, base=None, **changes):
    """Send the form of a frame as a browser does, with changes."""
    frame = frame_of(own, slug)
    texts = texts_of(frame) | {"base": base or digest(frame), "action": "save"} | changes
    return client.post(f"{MINE}{own.pk}/{slug}/", texts)


def arrange(client, own, move):
    own.refresh_from_db()
    return client.post(f"{MINE}{own.pk}/frames/", {"move": move, "revision": own.revision})


def test_frames_are_moved_duplicated_added_and_removed(client):
    own = imported(client)
    arrange(client, own, "down start")
    assert slugs(own) == ["placement", "start", "limit"]
    arrange(client, own, "up limit")
    assert slugs(own) == ["placement", "limit", "start"]
    arrange(client, own, "duplicate limit")
    assert slugs(own) == ["placement", "limit", "limit-2", "start"]
    arrange(client, own, "remove placement")
    arrange(client, own, "add")
    assert slugs(own) == ["limit", "limit-2", "start", "new-screen"]


def test_the_first_frame_moves_no_further_up_and_the_last_none_down():
    document = lesson_document()
    assert MOVES["up"](document, 0) == MOVES["down"](document, 2) == document


def test_the_last_frame_is_not_removed(client):
    own = imported(client, lesson_document() | {"frames": lesson_document()["frames"][:1]})
    answered = arrange(client, own, "remove start")
    assert answered.status_code == 409
    assert "a lesson has at least one" in text_of(answered)


def test_a_move_in_an_order_that_has_changed_is_refused(client):
    own = imported(client)
    seen = own.revision
    arrange(client, own, "down start")
    answered = client.post(f"{MINE}{own.pk}/frames/", {"move": "remove placement", "revision": seen})
    assert answered.status_code == 409
    assert "Somebody else changed the lesson" in text_of(answered)
    assert slugs(own) == ["placement", "start", "limit"]


@pytest.mark.parametrize(("lesson", "slug"), SHIPPED)
def test_the_form_of_a_shipped_frame_is_read_as_the_same_frame(lesson, slug):
    frames = shipped_lessons()[lesson].data["frames"]
    frame = next(frame for frame in frames if frame["slug"] == slug)
    assert {"slug": slug, **read_form(texts_of(frame))} == stripped(frame)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_the_form_of_every_kind_of_question_is_read_as_the_same_question(kind):
    frame = {"title": "Kind", "question": QUESTIONS[kind]}
    assert read_form(texts_of(frame)) == frame


def stripped(value):
    """Return a document as a form sends it: texts without blanks at their ends, no flag that is not set."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [stripped(each) for each in value]
    if isinstance(value, dict):
        return {name: stripped(each) for name, each in value.items() if each is not False and each != ""}
    return value


def test_a_changed_frame_is_saved_and_keeps_its_name(client):
    own = imported(client)
    answered = save(client, own, "start", title="What it costs", **{"figures-0-slide": "$2"})
    assert answered.url == f"{MINE}{own.pk}/start/?saved=1"
    assert frame_of(own, "start")["title"] == "What it costs"
    assert frame_of(own, "start")["figures"][0]["slide"] == "$2"
    assert "What it costs" in text_of(client.get(f"/lessons/{own.pk}/start/"))


def test_a_row_left_empty_is_left_out_and_a_filled_one_added(client):
    own = imported(client)
    row = {"label": "More GPUs", "link": "/walls/tco/?devices=16", "output": "tco"}
    cleared = {"figures-0-label": "", "figures-0-link": "", "figures-0-output": "", "figures-0-slide": ""}
    save(client, own, "start", **cleared, **{f"figures-1-{name}": value for name, value in row.items()})
    assert frame_of(own, "start")["figures"] == [row]


WRONG = {
    "title": ("", "title is missing"),
    "minutes": ("many", "minutes needs a number from 0 to 240"),
    "equation": (r"\href{x}", "has the command"),
    "figures-0-label": ("", "label is missing"),
    "figures-0-compare": ("ratio", "belong together"),
    "resources-0-url": ("javascript:alert(1)", "must begin with https"),
    "question-prompt": ("", "prompt is missing"),
    "question-tolerance": ("200 %", "tolerance needs a number from 0.001 to 1"),
    "question-unit": ("parsec/fortnight/x", "unit can"),
    "question-misconceptions-0-name": ("", "name is missing"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_field_has_its_sentence_beside_it_and_typed_text_is_kept(client, name):
    document = lesson_document()
    document["frames"][0]["question"] = QUESTIONS["number"]
    document["frames"][0]["resources"] = [{"words": "Read", "url": "https://example.org/"}]
    own = imported(client, document)
    typed, sentence = WRONG[name]
    answered = save(client, own, "start", notes="Kept, all of it.", **{name: typed})
    assert answered.status_code == 422
    page = text_of(answered)
    note = re.search(rf'<p id="h-{name}" class="entry-note">(.*?)</p>', page, re.S)
    assert note and sentence in note[1]
    assert "Kept, all of it." in page
    assert frame_of(own, "start").get("notes") == "Pause here."


def test_another_kind_of_question_shows_its_fields_and_keeps_the_text_of_the_former(client):
    own = imported(client)
    url = f"{MINE}{own.pk}/placement/"
    frame = frame_of(own, "placement")
    texts = texts_of(frame) | {"base": digest(frame)}
    shown = text_of(client.post(url, texts | {"question-kind": "choice"}, headers={"HX-Request": "true"}))
    assert 'name="question-options-0-text"' in shown
    assert 'type="hidden" name="question-misconceptions-0-name" value="Per node instead of per device"' in shown
    assert frame_of(own, "placement") == frame
    assert 'type="hidden" name="question-unit" value="t"' in shown


def test_more_rows_are_shown_and_nothing_is_saved(client):
    own = imported(client)
    before = frame_of(own, "start")
    shown = text_of(client.post(f"{MINE}{own.pk}/start/", texts_of(before) | {"more": "figures", "title": "New"}))
    assert 'name="figures-3-label"' in shown
    assert 'value="New"' in shown
    assert frame_of(own, "start") == before


def test_a_change_of_another_browser_is_shown_beside_ones_own_which_is_saved_the_second_time(client):
    own = imported(client)
    base = digest(frame_of(own, "start"))
    colleague = Client()
    colleague.get(f"{MINE}{own.pk}/open/{own.edit_key}/")
    save(colleague, own, "start", notes="Theirs")
    answered = save(client, own, "start", base=base, notes="Mine")
    assert answered.status_code == 409
    page = text_of(answered)
    assert "<dd>Theirs</dd>" in page
    assert ">Mine</textarea>" in page
    assert frame_of(own, "start")["notes"] == "Theirs"
    assert (
        save(client, own, "start", base=re.search(r'name="base" value="(\w+)"', page)[1], notes="Mine").status_code
        == 302
    )
    assert frame_of(own, "start")["notes"] == "Mine"


def test_two_browsers_that_change_different_frames_are_in_no_conflict(client):
    own = imported(client)
    bases = {slug: digest(frame_of(own, slug)) for slug in ("start", "limit")}
    assert save(client, own, "start", base=bases["start"], notes="One").status_code == 302
    assert save(client, own, "limit", base=bases["limit"], notes="Two").status_code == 302
    assert (frame_of(own, "start")["notes"], frame_of(own, "limit")["notes"]) == ("One", "Two")


def test_a_frame_that_another_browser_removed_is_added_again_on_request(client):
    own = imported(client)
    frame = frame_of(own, "start")
    arrange(client, own, "remove start")
    url = f"{MINE}{own.pk}/start/"
    answered = client.post(url, texts_of(frame) | {"base": digest(frame), "action": "save"})
    assert answered.status_code == 409
    base = re.search(r'name="base" value="(\w+)"', text_of(answered))[1]
    assert client.post(url, texts_of(frame) | {"base": base, "action": "save"}).status_code == 302
    assert frame["title"] in [each["title"] for each in AuthoredLesson.objects.get().document["frames"]]


def test_title_and_summary_are_saved_and_a_conflict_is_shown(client):
    own = imported(client)
    page = text_of(client.get(f"{MINE}{own.pk}/"))
    base = re.search(r'name="base" value="(\w+)"', page)[1]
    about = f"{MINE}{own.pk}/about/"
    assert client.post(about, {"title": "One", "summary": "S", "base": base}).status_code == 302
    answered = client.post(about, {"title": "Two", "summary": "S", "base": base})
    assert answered.status_code == 409
    assert "<dd>One</dd>" in text_of(answered)
    own.refresh_from_db()
    assert (own.title, own.document["title"]) == ("One", "One")


def test_a_figure_that_cannot_be_computed_is_told_after_saving(client):
    own = imported(client)
    saved = save(client, own, "start", **{"figures-0-output": "nosuch"})
    assert "has no output &#x27;nosuch&#x27;" in text_of(client.get(saved.url))


@pytest.mark.parametrize("name", ["base", "question-kind", "figures-99-label", "question-vary-0-name", "title"])
def test_no_text_of_the_form_breaks_it(client, name):
    own = imported(client)
    for text in ("\x00", "x" * 30_000, "<script>", "{", "-1", "é"):
        assert save(client, own, "placement", **{name: text}).status_code in (302, 409, 422)
