"""The shipped lessons: each figure, demo and question computes, slide figures hold or are explained, and every frame of
the tutorial's afternoon is covered."""

import re
from itertools import pairwise

import pytest
from django.urls import resolve

from mlsysweb.classroom.figures import compute
from mlsysweb.classroom.lessons.present import demo_view
from mlsysweb.classroom.lessons.shipped import shipped_lessons
from mlsysweb.classroom.questions.kinds import KINDS
from mlsysweb.classroom.questions.number import known
from mlsysweb.classroom.questions.question import AnswerError
from solvers.errors import InputError
from solvers.field_text import in_shown_unit
from solvers.quantities import to_si

FRAMES = [(lesson.slug, frame) for lesson in shipped_lessons().values() for frame in lesson.frames]
each_frame = pytest.mark.parametrize("frame", [pytest.param(f, id=f"{s}-{f.slug}") for s, f in FRAMES])
QUESTIONS = [(f"{s}-{f.slug}-{n}", f.question(n)) for s, f in FRAMES for n in range(f.variants)]


def each_question(*kinds):
    """Parametrize a test by the questions of these kinds in all variants."""
    asked = [pytest.param(question, id=name) for name, question in QUESTIONS if question.kind in (kinds or KINDS)]
    return pytest.mark.parametrize("question", asked)


# The frames of the tutorial's parts 5 to 9, the roadmap of part 9 split into its six plans: the lesson frame of each.
COVERED_BY = {
    "0": "economics/roadmap",
    "5.1": "economics/key-question",
    "5.2": "economics/tco-equation",
    "5.3": "economics/multiplier",
    "5.4": "economics/sustainability-equation",
    "5.5": "economics/carbon-gap",
    "5.6": "economics/embodied",
    "5.7": "economics/demo-tco-carbon",
    "5.8": "economics/demo-geography",
    "5.9": "economics/exercise-placement",
    "5.9b": "economics/exercise-vendors",
    "5.10": "economics/takeaways",
    "6.1": "design-space/key-question",
    "6.2": "design-space/pattern",
    "6.3": "design-space/pareto",
    "6.4": "design-space/demo-sweep",
    "6.5": "design-space/demo-objective",
    "6.6": "design-space/demo-batching",
    "6.7": "design-space/exercise-budget",
    "6.8": "design-space/takeaways",
    "7.1": "tinyml-to-frontier/key-question",
    "7.2": "tinyml-to-frontier/nine-orders",
    "7.3": "tinyml-to-frontier/flash-and-sram",
    "7.4": "tinyml-to-frontier/energy-per-inference",
    "7.5": "tinyml-to-frontier/demo-three-devices",
    "7.6": "tinyml-to-frontier/same-roofline",
    "7.7": "tinyml-to-frontier/exercise-battery",
    "7.8": "tinyml-to-frontier/takeaways",
    "8.1": "advanced-topics/key-question",
    "8.2": "advanced-topics/pipeline-pattern",
    "8.3": "advanced-topics/pipeline-run",
    "8.4": "advanced-topics/sensitivity",
    "8.5": "advanced-topics/synthesis",
    "8.6": "advanced-topics/fallacies",
    "8.7": "advanced-topics/iron-law",
    "8.8": "advanced-topics/exercise-batch-64",
    "9.1": "wrap-up/walls",
    "9.2": "wrap-up/not-modeled",
    "9.3a": "wrap-up/roadmap",
    "9.3b": "wrap-up/roadmap",
    "9.3c": "wrap-up/roadmap",
    "9.3d": "wrap-up/roadmap",
    "9.3e": "wrap-up/roadmap",
    "9.3f": "wrap-up/roadmap",
    "9.4": "wrap-up/capstone",
    "9.4b": "wrap-up/name-that-wall",
    "9.5": "wrap-up/resources",
}
# An exercise of the tutorial that the lesson asks in two frames; the first of each.
FIRST_HALVES = {"tinyml-to-frontier/exercise-latency", "advanced-topics/exercise-batch-1"}
# Frames of text and links alone.
TEXT_ONLY = {"economics/roadmap", "wrap-up/resources"}


def computed(figure):
    """Return the value and unit of a figure; the unit is empty where it is a text."""
    card = compute(figure.link, figure.output)
    if not figure.compare:
        return (card.value, "") if card.number is None else (card.number, card.unit)
    value, unit = known(compute, figure.link, figure.output)
    other, _ = known(compute, figure.other_link, figure.output)
    return (value / other, "1") if figure.compare == "ratio" else (abs(value - other), unit)


def holds(slide, value, unit):
    """Return whether a slide's figure is within 12 % of the computed one, or the same text."""
    if not unit:
        return slide.casefold() == value.casefold()
    try:
        read = to_si("slide", in_shown_unit(slide.rstrip("×"), unit), unit)
    except InputError:
        return False
    return abs(read - value) <= 0.12 * abs(value)


@pytest.mark.parametrize(
    ("slide", "value", "unit", "expected"),
    [
        ("41×", 41.0, "1", True),
        ("2.5×", 2.42, "1", True),
        ("40 %", 0.4, "1", True),
        ("1,064 MWh", 1.09e9 * 3600, "J", True),
        ("1,064 MWh", 84.1e6 * 3600, "J", False),
        ("memory", "memory", "", True),
        ("memory", "compute", "", False),
        ("cheapest", 372e3, "USD", False),
    ],
)
def test_a_slide_figure_is_compared_with_the_computed_one(slide, value, unit, expected):
    assert holds(slide, value, unit) is expected


@each_frame
def test_every_figure_computes_and_holds_or_says_why_not(frame, catalog):
    for figure in frame.figures:
        value, unit = computed(figure)
        assert figure.why or not figure.slide or holds(figure.slide, value, unit), (figure.label, figure.slide, value)


@each_frame
def test_a_reason_stands_only_beside_a_slide_figure(frame):
    assert not [figure.label for figure in frame.figures if figure.why and not figure.slide]


@each_frame
def test_every_demo_runs_with_its_inputs(frame, catalog):
    for number, demo in enumerate(frame.demos):
        view = demo_view(demo, number, "update")
        assert not view.error
        assert view.verdict
        assert {field.name for field in view.fields} == set(demo.inputs)


@each_question()
def test_right_wrong_and_invalid_answers_are_told_apart(question, catalog):
    key = question.solve(compute)
    example = question.example(key)
    free = question.kind == "wall"  # no answer is wrong
    assert question.mark(question.read_answer(example.right), key).right is (None if free else True)
    assert question.mark(question.read_answer(example.wrong), key).right is (None if free else False)
    with pytest.raises(AnswerError):
        question.read_answer(example.invalid)


@each_question("number")
def test_every_misconception_is_recognized_by_its_name(question, catalog):
    key = question.solve(compute)
    for name, value in key.values["misconceptions"].items():
        mark = question.mark(value, key)
        assert (mark.right, mark.group) == (False, name)


@each_question("choice")
def test_every_option_is_right_or_says_what_is_wrong_with_it(question, catalog):
    right = question.solve(compute).values["right"]
    assert all(option.why for place, option in enumerate(question.options) if place != right)


@each_frame
def test_variants_have_distinct_right_answers(frame, catalog):
    answers = [frame.question(number).solve(compute).text for number in range(frame.variants)]
    assert len(set(answers)) == len(answers)


@each_question()
def test_no_placeholder_is_left_in_a_question(question):
    assert "{" not in repr(question)


@each_frame
def test_every_frame_has_text_minutes_and_notes_for_the_instructor(frame):
    assert frame.text
    assert frame.minutes > 0
    assert frame.notes


@each_frame
def test_every_link_of_a_text_leads_to_a_page(frame):
    links = re.findall(r"\]\((/[^)?#]*)", frame.text) + [each.url for each in frame.resources if each.url[0] == "/"]
    for link in links:
        match = resolve(link)
        if match.view_name == "lessons:lesson":
            assert match.kwargs["lesson"] in shipped_lessons()


def test_the_parts_follow_each_other_and_take_an_afternoon():
    lessons = list(shipped_lessons().values())
    assert all(later.part == earlier.part + 1 for earlier, later in pairwise(lessons))
    assert lessons[0].part == 5
    assert 120 <= sum(lesson.minutes for lesson in lessons) <= 180


def test_all_47_rows_of_the_tutorial_are_frames_of_the_lessons_in_their_order():
    assert len(COVERED_BY) == 47
    covering = list(dict.fromkeys(COVERED_BY.values()))
    frames = [f"{lesson}/{frame.slug}" for lesson, frame in FRAMES]
    assert [frame for frame in frames if frame not in FIRST_HALVES] == covering


@each_frame
def test_every_frame_shows_more_than_text(frame):
    place = next(f"{slug}/{each.slug}" for slug, each in FRAMES if each is frame)
    assert place in TEXT_ONLY or frame.figures or frame.demos or frame.asked


def test_every_kind_of_question_is_asked():
    assert {frame.asked["kind"] for _, frame in FRAMES if frame.asked} == set(KINDS)


def test_the_capstone_is_handed_in_and_runs_in_place():
    capstone = shipped_lessons()["wrap-up"].frame("capstone")
    assert capstone.hand_in
    assert [demo.link for demo in capstone.demos] == ["/capstone/"]
