"""Lessons as files: what was written is read back, and what is wrong gets a sentence."""

import json
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsysweb.classroom.authoring.files import MOST_BYTES, as_json, as_toml, checked, read_file
from mlsysweb.classroom.lessons.shipped import shipped_lessons
from mlsysweb.classroom.section import DocumentErrors

from ..lesson import QUESTIONS, lesson_document

CHARACTERS = st.characters(blacklist_categories=["Cs", "Cc"], whitelist_characters="\n\t")
LONG = st.text(CHARACTERS, max_size=80)
SHORT = st.text(CHARACTERS, min_size=1, max_size=30).filter(str.strip)
FIGURES = st.lists(st.fixed_dictionaries({"label": SHORT, "link": SHORT, "output": SHORT}, optional={"why": LONG}))
FRAMES = st.fixed_dictionaries(
    {"title": SHORT},
    optional={
        "text": LONG,
        "notes": LONG,
        "minutes": st.floats(0, 240) | st.integers(0, 240),
        "hand_in": st.booleans(),
        "figures": FIGURES,
        "demos": st.lists(st.fixed_dictionaries({"title": SHORT, "link": SHORT, "inputs": st.lists(LONG)}), max_size=8),
        "question": st.sampled_from(list(QUESTIONS.values())),
    },
)


@st.composite
def documents(draw):
    frames = draw(st.lists(FRAMES, min_size=1, max_size=4))
    numbered = [{**frame, "slug": f"screen-{number}"} for number, frame in enumerate(frames)]
    return {"slug": "drawn", "title": draw(SHORT), "summary": draw(LONG), "frames": numbered}


@settings(max_examples=60, deadline=None)
@given(documents())
def test_any_lesson_is_read_back_as_it_was_written(document):
    assert read_file(as_toml(document).encode()) == document
    assert read_file(as_json(document).encode()) == document


@pytest.mark.parametrize("slug", shipped_lessons())
def test_a_shipped_lesson_is_read_back_as_it_was_written(slug):
    data = shipped_lessons()[slug].data
    assert read_file(as_toml(data).encode()) == data
    assert read_file(as_json(data).encode()) == data


def test_the_text_of_a_screen_is_written_in_lines_that_git_can_compare():
    document = lesson_document()
    document["frames"][0]["text"] = "One.\n\nTwo."
    assert '"""\nOne.\n\nTwo."""' in as_toml(document)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"\xff\xfe", "no text in UTF-8: its byte 1"),
        (b"title = ", "The TOML can't be read"),
        (b'{"title": ', "The JSON can't be read"),
        (b" " * (MOST_BYTES + 1), "400,000 is the most"),
        (b"[" * 10 + b"x" + b"]" * 10, "The TOML can't be read"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "nested too deeply"),
        (b'{"a":' * 50 + b"1" + b"}" * 50, "nested too deeply"),
        (b'{"title": null}', "Lesson: title is missing"),
    ],
)
def test_a_file_that_is_no_lesson_gets_a_sentence(data, sentence):
    with pytest.raises(DocumentErrors, match=sentence):
        read_file(data)


def test_every_problem_of_a_file_names_its_screen_and_field():
    document = lesson_document()
    document["frames"][0]["minutes"] = "many"
    document["frames"][1]["question"]["tolerance"] = 7
    document["frames"][2]["question"]["options"] = []
    with pytest.raises(DocumentErrors) as refused:
        read_file(json.dumps(document).encode())
    told = " ".join(refused.value.sentences)
    assert "Frame 'What does it cost?': minutes needs" in told
    assert "Frame 'Placement', question: tolerance needs" in told
    assert "Frame 'Limit', question: options has 0 entries" in told


def test_a_character_that_no_database_stores_is_told_with_its_place():
    document = lesson_document()
    document["frames"][1]["demos"][0]["inputs"] = ["a\x00b"]
    with pytest.raises(DocumentErrors, match=r"frames 2, demos 1, inputs 1: the text cannot have .* U\+0000"):
        checked(document)


def test_values_that_are_null_are_left_out():
    document = lesson_document() | {"summary": None}
    assert "summary" not in tomllib.loads(as_toml(checked(document)))
