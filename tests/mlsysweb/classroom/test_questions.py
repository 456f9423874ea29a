"""Every kind of question marks a right, a wrong and an invalid answer; a wrong number is told its slip."""

import copy

import pytest

from mlsysweb.classroom.figures import compute
from mlsysweb.classroom.questions.kinds import KINDS, read_question, variants
from mlsysweb.classroom.questions.number import _size
from mlsysweb.classroom.questions.question import AnswerError, FigureError, Plot, PlotAxis
from mlsysweb.classroom.questions.relative import relative_plot
from mlsysweb.classroom.section import DocumentErrors

from .lesson import LIMIT, PLACEMENT, QUESTIONS, RANK, SLIDER, VARIED, WALL

pytestmark = pytest.mark.usefixtures("catalog")


def solved(data):
    question = read_question(data, "Frame")
    return question, question.solve(compute)


def test_the_examples_have_every_kind():
    assert {each["kind"] for each in QUESTIONS.values()} == set(KINDS)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_kind_marks_right_wrong_and_invalid_answers(name):
    question, key = solved(QUESTIONS[name])
    example = question.example(key)
    right, wrong = (question.read_answer(each) for each in (example.right, example.wrong))
    if question.kind == "wall":
        assert question.mark(right, key).right is None
    else:
        assert question.mark(right, key).right is True
        assert question.mark(wrong, key).right is False
        assert question.mark(wrong, key).message
    with pytest.raises(AnswerError):
        question.read_answer(example.invalid)
    with pytest.raises(AnswerError):
        question.read_answer({})
    assert question.in_words(right)
    assert sum(group.count for group in question.groups([right, wrong, wrong], key)) == 3


@pytest.mark.parametrize(
    ("answer", "group"),
    [
        ("134,577 kg", "Correct"),
        ("135", "Correct"),
        ("16.8 t", "Per node instead of per device"),
        ("134577 t", "A power of ten"),
        ("0.1346", "A power of ten"),
        ("3229.8", "A factor of 24"),
        ("77", "Another value"),
    ],
)
def test_a_number_is_read_with_its_unit_and_a_wrong_one_named(answer, group):
    question, key = solved(PLACEMENT)
    assert question.mark(question.read_answer({"answer": [answer]}), key).group == group


def test_an_answer_far_off_is_told_by_how_much_without_an_exponent():
    assert _size(3.0, 197_400.0) == "65,800 times below the computed value."
    assert _size(7.5, 3.0) == "2.5 times the computed value."


@pytest.mark.parametrize("answer", ["", "many", "12 GB", "nan", "1e400", "1" * 3000])
def test_an_answer_that_is_no_such_number_gets_a_sentence(answer):
    question, _ = solved(PLACEMENT)
    with pytest.raises(AnswerError, match=r"^[A-Z].*[.]"):
        question.read_answer({"answer": [answer]})


def test_two_answers_at_once_are_refused():
    question, _ = solved(PLACEMENT)
    with pytest.raises(AnswerError, match="one answer"):
        question.read_answer({"answer": ["1", "2"]})


def test_the_variants_of_a_question_have_answers_of_their_own():
    assert variants(VARIED) == 2
    questions = [read_question(VARIED, "Frame", number) for number in range(2)]
    first, second = (each.solve(compute).values["right"] for each in questions)
    assert second == pytest.approx(2 * first)
    assert "128 devices" in questions[1].prompt


def test_a_misconception_that_gives_the_right_answer_is_a_problem_of_the_question():
    data = copy.deepcopy(PLACEMENT)
    data["misconceptions"][0] |= {"link": PLACEMENT["link"], "other_link": PLACEMENT["other_link"]}
    with pytest.raises(FigureError, match="gives the right answer"):
        solved(data)


def test_a_choice_without_the_computed_value_is_a_problem_of_the_question():
    data = copy.deepcopy(LIMIT)
    data["options"][1]["value"] = "network"
    with pytest.raises(FigureError, match="value of 0 options"):
        solved(data)


def test_a_slider_that_does_not_reach_the_answer_is_a_problem_of_the_question():
    with pytest.raises(FigureError, match="not on the slider"):
        solved(SLIDER | {"high": 2})


def test_a_ranking_names_a_pair_in_the_wrong_order():
    question, key = solved(RANK)
    mark = question.mark([0, 2, 1], key)
    assert mark.message.startswith("3 of 3 pairs are in the wrong order")
    assert "512 devices comes before 64 devices" in mark.message


def test_a_wall_answer_needs_every_field():
    question, _ = solved(WALL)
    with pytest.raises(AnswerError, match="Describe the system"):
        question.read_answer({"wall": ["3"], "system": [" "], "change": ["x"]})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "essay"}, "kind must be one of"),
        ({"unit": "furlong"}, "unit can't be read"),
        ({"tolerance": "some"}, "tolerance needs a number from"),
        ({"compare": ""}, "belong together"),
        ({"promt": "?"}, "Did you mean prompt?"),
        ({"vary": {"n": []}}, "needs a list of texts"),
        ({"prompt": "a\x00b"}, "control character"),
        ({"misconceptions": "none"}, "needs a list of tables"),
    ],
)
def test_a_wrong_question_gets_a_sentence(change, sentence):
    with pytest.raises(DocumentErrors, match=sentence) as refused:
        read_question(PLACEMENT | change, "Frame")
    assert all(each.startswith("Frame 'Frame', question") for each in refused.value.sentences)


def test_answers_to_variants_are_drawn_in_multiples_of_their_right_answers():
    plots = []
    for number, factor in ((0, 1.0), (1, 0.5)):
        question = read_question(VARIED, "Frame", number)
        key = question.solve(compute)
        plots.append(question.plot([factor * key.values["right"]], key))
    drawn = relative_plot(plots)
    assert [x for x, _ in drawn.points] == pytest.approx([1.0, 0.5])
    assert drawn.right[0] == 1.0
    assert drawn.x.low <= 0.5 and drawn.x.log


def test_a_misconception_is_a_line_only_if_it_has_the_same_ratio_in_every_variant():
    axis = PlotAxis("", "t", 1, 100, True)
    first = Plot(axis, None, ((8.0, 0.0),), (8.0, 0.0), (("Half", 4.0), ("One", 1.0)))
    second = Plot(axis, None, ((2.0, 0.0),), (4.0, 0.0), (("Half", 2.0), ("One", 1.0)))
    assert relative_plot([first, second]).marks == (("Half", 0.5),)


def test_points_of_variants_are_drawn_on_both_axes_and_a_negative_answer_has_no_ratio():
    axis = PlotAxis("x", "t", 1, 100, True)
    point = Plot(axis, axis, ((8.0, 3.0),), (4.0, 6.0), ())
    assert relative_plot([point]).points == ((2.0, 0.5),)
    assert relative_plot([Plot(axis, None, ((-8.0, 0.0),), (4.0, 0.0), ())]) is None
    assert relative_plot([]) is None
