"""Lessons: the document, and its pages for self-study."""

import re

import pytest
from django.urls import reverse

from mlsysweb.classroom.lessons.document import Demo, read_lesson
from mlsysweb.classroom.lessons.present import demo_view, frame_content
from mlsysweb.classroom.lessons.shipped import shipped_lessons
from mlsysweb.classroom.section import DocumentErrors

from .lesson import lesson_document

pytestmark = pytest.mark.usefixtures("catalog")


def content(number=0, **changes):
    document = lesson_document()
    document["frames"][number] |= changes
    return frame_content(read_lesson(document).frames[number], lambda demo: f"/demo/{demo}/")


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        ({"title": 7}, "title needs a text"),
        ({"minutes": -1}, "minutes needs a number from 0 to 240"),
        ({"slug": "No Good"}, "lower-case letters"),
        ({"slug": "placement"}, "2 frames have the slug 'placement'"),
        ({"equation": r"\href{javascript:alert(1)}{x}"}, r"has the command \\href"),
        ({"equation": r"\text{<script>}"}, "cannot have the character <"),
        ({"equation": r"\frac{"}, "can't be read as LaTeX"),
        ({"resources": [{"words": "x", "url": "javascript:alert(1)"}]}, "must begin with https"),
        ({"figures": [{"label": "x", "link": "/", "output": "y", "compare": "ratio"}]}, "belong together"),
        ({"tex": "?"}, "Did you mean text?"),
    ],
)
def test_a_wrong_document_gets_a_sentence(frame, sentence):
    document = lesson_document()
    document["frames"][0] |= frame
    with pytest.raises(DocumentErrors, match=sentence):
        read_lesson(document)


def test_all_problems_are_told_at_once():
    document = lesson_document() | {"title": "", "part": "five"}
    document["frames"] = []
    with pytest.raises(DocumentErrors) as refused:
        read_lesson(document)
    assert len(refused.value.sentences) == 3  # of title, part and frames


def test_a_figure_is_computed_beside_that_of_the_slide():
    row = content().figures[0]
    assert (row.slide, row.error) == ("$1", "")
    assert row.value == "$4.11k"  # eight of $25,000 over 48 months, one month of them


def test_a_figure_without_an_answer_says_why():
    figures = [{"label": "x", "link": "/walls/tco/?devices=many", "output": "tco"}]
    assert "devices needs a number" in content(figures=figures).figures[0].error
    figures = [{"label": "x", "link": "/walls/tco/", "output": "cost_of_everything"}]
    assert "has no output 'cost_of_everything'" in content(figures=figures).figures[0].error


def test_text_is_markdown_without_scripts():
    assert "<strong>" in content().text
    assert "<script" not in content(text="<script>alert(1)</script>").text


def test_a_demo_answers_changed_inputs_and_says_what_is_wrong(rf):
    demo = read_lesson(lesson_document()).frames[1].demos[0]
    usual = demo_view(demo, 0, "/demo/")
    half = demo_view(demo, 0, "/demo/", rf.get("/", {"devices": "256"}).GET)
    assert usual.headline[0].number == pytest.approx(2 * half.headline[0].number)
    assert [field.name for field in half.fields] == ["devices"]
    assert "devices" in demo_view(demo, 0, "/demo/", rf.get("/", {"devices": "none"}).GET).error


def test_every_frame_of_a_lesson_has_a_page(client):
    for lesson in shipped_lessons().values():
        assert client.get(reverse("lessons:lesson", args=[lesson.slug])).status_code == 302
    lesson = next(iter(shipped_lessons().values()))
    for frame in lesson.frames:
        answered = client.get(reverse("lessons:frame", args=[lesson.slug, frame.slug]))
        assert answered.status_code == 200
        assert frame.title.replace("'", "&#x27;") in answered.content.decode()


def test_a_question_comes_before_the_figures_that_answer_it(client):
    asked = [
        reverse("lessons:frame", args=[lesson.slug, frame.slug])
        for lesson in shipped_lessons().values()
        for frame in lesson.frames
        if frame.asked and frame.figures
    ]
    assert len(asked) > 5
    for url in asked:
        assert "live-figures" not in client.get(url).content.decode(), url
    url = reverse("lessons:frame", args=["economics", "exercise-placement"])
    assert "live-figures" in client.post(url, {"answer": "1"}).content.decode()


def test_columns_of_the_slide_are_there_only_where_it_has_figures(client):
    with_slide = client.get(reverse("lessons:frame", args=["economics", "tco-equation"])).content.decode()
    without = client.get(reverse("lessons:frame", args=["economics", "demo-tco-carbon"])).content.decode()
    assert ">On the slide</th>" in with_slide and ">On the slide</th>" not in without
    assert "Why they differ" not in with_slide + without


def test_the_carbon_map_of_a_demo_has_inputs_and_answers_their_change(rf):
    demo = Demo("The carbon map", "/geography/?grid=poland", ("grid", "devices"))
    usual = demo_view(demo, 0, "/demo/")
    assert [field.name for field in usual.fields] == ["grid", "devices"] and usual.update_url == "/demo/"
    moved = demo_view(demo, 0, "/demo/", rf.get("/", {"grid": "quebec"}).GET)
    assert "In Quebec" in moved.verdict and "In Poland" in usual.verdict
    assert demo_view(demo, 0, "/demo/", rf.get("/", {"grid": "atlantis"}).GET).error


def test_demos_open_after_the_prediction(client):
    lesson, frame = next(
        (lesson, frame)
        for lesson in shipped_lessons().values()
        for frame in lesson.frames
        if frame.asked.get("kind") == "number" and frame.demos
    )
    url = reverse("lessons:frame", args=[lesson.slug, frame.slug])
    assert 'class="demo"' not in client.get(url).content.decode()
    shown = client.post(url, {"answer": "1"}).content.decode()
    assert 'class="demo"' in shown
    assert "Not correct." in shown
    refused = client.post(url, {"answer": "much"})
    assert refused.status_code == 422
    assert 'value="much"' in refused.content.decode()


def test_the_unit_beside_an_answer_is_not_repeated_where_it_was_typed(client):
    url = reverse("lessons:frame", args=["economics", "exercise-placement"])
    unit = re.search(r'<span class="unit">(.+?)</span>', client.get(url).content.decode())[0]
    word = unit.removeprefix('<span class="unit">').removesuffix("</span>")
    assert unit in client.post(url, {"answer": "40"}).content.decode()
    shown = client.post(url, {"answer": f"40 {word}"}).content.decode()
    assert f'value="40 {word}"' in shown and unit not in shown


@pytest.mark.parametrize(
    "path", ["/lessons/none/", "/lessons/economics/none/", "/lessons/economics/key-question/demo/9/"]
)
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_demos_of_the_same_page_have_fields_of_their_own(client):
    page = client.get("/lessons/economics/demo-geography/").content.decode()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {"in-demo-0-mfu", "in-demo-1-mfu"} <= set(ids)


def test_columns_without_a_figure_of_a_slide_are_left_out():
    assert content().has_slides and not content().has_reasons
    figures = [{"label": "x", "link": "/walls/tco/", "output": "tco"}]
    assert not content(figures=figures).has_slides
