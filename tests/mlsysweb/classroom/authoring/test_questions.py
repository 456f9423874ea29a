"""Making a question of a page or a saved scenario: every kind, into a lesson, computed and answered."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from mlsysweb.classroom.authoring.checks import problems_of_frame
from mlsysweb.classroom.authoring.questions import NUMERIC
from mlsysweb.classroom.figures import compute
from mlsysweb.classroom.lessons.document import read_lesson
from mlsysweb.classroom.models import AuthoredLesson, ClassSession
from mlsysweb.classroom.questions.kinds import KINDS

from ..lesson import lesson_document
from .test_my_lessons import imported, text_of

pytestmark = pytest.mark.usefixtures("catalog")
ASK = "/lessons/mine/ask/"
ROOFLINE = "/walls/roofline/?batch_size=8"


def ask(client, page=ROOFLINE, output="latency", kind="number", **typed):
    sent = {"page": page, "output": output, "kind": kind, "new_title": "My lesson", "show": "on"} | typed
    return client.post(ASK, sent)


def made(answered):
    """Return the frame that was made."""
    assert answered.status_code == 302, text_of(answered)
    _, _, _, id, slug, _ = answered.url.split("/")
    return read_lesson(AuthoredLesson.objects.get(pk=id).document).frame(slug)


def test_a_drafted_prompt_leaves_out_inputs_that_are_not_used(client):
    prompt = made(ask(client, "/walls/serving/?batch_size=4", "itl")).asked["prompt"].replace("\u00a0", " ")
    assert "batch size 4" in prompt and "concurrent requests" not in prompt


def test_the_form_shows_the_outputs_of_the_page_with_their_values(client):
    page = text_of(client.get(ASK, {"page": ROOFLINE}))
    assert 'name="output" value="latency" checked' in page
    assert f'<span class="value">{compute(ROOFLINE, "latency").value}</span>' in page


@pytest.mark.parametrize("path", ["/walls/roofline/", "/serving-cost/", "/system/", "/explore/"])
def test_the_share_menu_links_to_the_form(client, path):
    assert f'action="{ASK}"' in text_of(client.get(path))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_question_of_every_kind_is_made_and_can_be_computed(client, kind):
    frame = made(ask(client, kind=kind, prompt="How long?", explanation="So long."))
    assert (frame.asked["kind"], frame.asked["prompt"], frame.asked["explanation"]) == (kind, "How long?", "So long.")
    assert frame.demos[0].link == ROOFLINE
    assert problems_of_frame(frame) == ()
    question = frame.question()
    key = question.solve(compute)
    example = question.example(key)
    assert question.mark(question.read_answer(example.right), key).right is not False


@pytest.mark.parametrize(
    ("address", "output"),
    [
        (ROOFLINE, "latency"),
        ("/walls/roofline/", "latency"),
        ("/walls/tco/", "tco"),
        ("/capstone/?replicas=8", "capstone.cost"),
    ],
)
def test_a_ranking_compares_the_page_with_others_whose_output_differs(client, address, output):
    answered = ask(client, address, output, kind="rank")
    frame = made(answered)
    items = frame.asked["items"]
    assert items[0]["link"] == address and len({item["link"] for item in items}) == len(items) >= 2
    assert problems_of_frame(frame) == () and "have the same" not in text_of(client.get(answered.url))
    question = frame.question()
    key = question.solve(compute)
    assert question.mark(question.read_answer(question.example(key).right), key).right


def test_a_ranking_of_a_page_that_nothing_differs_from_asks_to_change_a_link(client, monkeypatch):
    monkeypatch.setattr("mlsysweb.classroom.authoring.ask_views.other_pages", lambda link, output: ())
    answered = ask(client, kind="rank")
    assert [item["link"] for item in made(answered).asked["items"]] == [ROOFLINE, ROOFLINE]
    assert "Two items have the same latency" in text_of(client.get(answered.url))


def test_a_number_is_asked_in_the_unit_it_is_shown_with_and_the_tolerance_typed(client):
    frame = made(ask(client, tolerance="10 %"))
    assert (frame.asked["unit"], frame.asked["tolerance"]) == ("ms", 0.1)
    assert frame.title == "Latency"


def test_a_misconception_is_recognized_by_the_answer_of_its_link(client):
    slip = {"name": "Batch of 1", "link": "/walls/roofline/?batch_size=1000", "explanation": "The batch is 8."}
    typed = {f"misconceptions-0-{name}": text for name, text in slip.items()}
    question = made(ask(client, **typed)).question()
    key = question.solve(compute)
    wrong = compute(slip["link"], "latency").number * 1000
    assert question.mark(wrong, key).group == "Batch of 1"
    refused = text_of(ask(client, kind="wall", **typed))
    assert "they belong to a number" in refused
    assert 'value="Batch of 1"' in refused


def test_a_text_is_asked_as_a_choice_whose_right_option_is_computed(client):
    frame = made(ask(client, output="bottleneck", kind="choice"))
    question = frame.question()
    assert question.options[question.solve(compute).values["right"]].text == compute(ROOFLINE, "bottleneck").value


@pytest.mark.parametrize("kind", sorted(NUMERIC))
def test_a_text_is_not_asked_as_a_number(client, kind):
    answered = ask(client, output="bottleneck", kind=kind, prompt="Which one?")
    assert answered.status_code == 422
    assert "no number; choose one of several options" in text_of(answered)
    assert ">Which one?</textarea>" in text_of(answered)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"output": "nosuch"}, "choose one of the outputs"),
        ({"kind": "essay"}, "choose one of the kinds"),
        ({"new_title": ""}, "choose one of your lessons"),
        ({"lesson": "some"}, "clear the title"),
        ({"tolerance": "half"}, "tolerance needs a number"),
        ({"title": "x" * 121}, "121 characters long"),
        ({"page": "/nosuch/"}, "is no page with inputs"),
        ({"page": "/walls/roofline/?batch_size=many"}, "has no answer"),
        ({"page": "https://example.org/walls/roofline/"}, "is no page with inputs"),
    ],
)
def test_what_is_wrong_gets_a_sentence_and_nothing_is_made(client, typed, sentence):
    answered = ask(client, **typed)
    assert answered.status_code == 422
    assert sentence in text_of(answered)
    assert not AuthoredLesson.objects.exists()


@pytest.mark.parametrize(
    ("name", "typed"), [("tolerance", "half"), ("title", "x" * 121), ("new_title", "x" * 121), ("prompt", "x" * 2001)]
)
def test_a_wrong_field_has_its_sentence_beside_it(client, name, typed):
    page = text_of(ask(client, **{name: typed}))
    note = re.search(rf'<p id="h-{name}" class="entry-note">(.*?)</p>', page, re.S)
    assert note and ("needs a number" in note[1] or "characters long" in note[1])


def test_it_is_added_to_a_chosen_lesson_of_ones_own_only(client):
    own = imported(client)
    assert made(ask(client, lesson=own.pk, new_title="")).slug == "latency"
    assert ask(Client(), lesson=own.pk, new_title="").status_code == 404
    own.refresh_from_db()
    assert [frame["slug"] for frame in own.document["frames"]] == ["start", "placement", "limit", "latency"]


def test_a_saved_scenario_asks_for_its_own_inputs(client):
    saved = client.post("/s/save/", {"page": ROOFLINE}).url
    page = text_of(client.get(saved))
    assert f"{ASK}?page=" in page
    assert 'value="/walls/roofline/?batch_size=8"' in text_of(client.get(ASK, {"page": f"{saved}v/1/"}))


def test_a_private_scenario_is_no_page_for_others(client):
    saved = client.post("/s/save/", {"page": ROOFLINE}).url
    fields = {"title": "x", "visibility": "private", "revision": "1"}
    client.post(f"{saved}edit/", fields)
    assert 'name="output"' in text_of(client.get(ASK, {"page": saved}))
    assert 'name="output"' not in text_of(Client().get(ASK, {"page": saved}))


def test_the_question_is_answered_by_a_student_with_the_page_hidden_until_then(client):
    answered = ask(client)
    _, _, _, id, slug, _ = answered.url.split("/")
    url = f"/lessons/{id}/{slug}/"
    student = Client()
    assert "demo-result-0" not in text_of(student.get(url))
    right = compute(ROOFLINE, "latency").number * 1000
    marked = text_of(student.post(url, {"answer": f"{right:g}"}))
    assert "Correct." in marked
    assert "demo-result-0" in marked


def test_a_class_is_not_started_with_a_question_that_has_no_answer(client):
    document = lesson_document()
    document["frames"][1]["question"]["output"] = "nosuch"
    own = imported(client, document)
    answered = client.post(reverse("live:start"), {"lesson": own.pk})
    assert answered.status_code == 422
    assert "Screen &#x27;Placement&#x27;: The question can&#x27;t be computed" in text_of(answered)
    assert not ClassSession.objects.exists()


@pytest.mark.parametrize(
    ("page", "output", "prompt"),
    [
        (ROOFLINE, "latency", "What is the latency of Llama 3 8B on NVIDIA H100 SXM5 80GB with batch size 8"),
        ("/walls/serving/", "itl", "What is the inter-token latency (ITL) of Llama 3 8B on NVIDIA H100 SXM5 80GB with"),
        ("/serving-cost/?requests=7+1/s", "serving_cost.cost_per_million_tokens", "with requests per second 7/s"),
    ],
)
def test_a_drafted_prompt_says_of_what_system_it_asks(client, page, output, prompt):
    assert prompt in made(ask(client, page, output)).asked["prompt"]


def test_a_missing_title_of_the_new_lesson_is_said_at_its_field(client):
    page = text_of(ask(client, new_title=""))
    note = re.search(r'<p id="h-new_title"[^>]*>(.*?)</p>', page)[1]
    assert "Give the new lesson a title" in note and page.count("Give the new lesson a title") == 1
    assert "Required for a new lesson" in text_of(client.get(ASK, {"page": ROOFLINE}))
