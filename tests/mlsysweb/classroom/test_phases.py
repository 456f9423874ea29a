"""The moves of a session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsysweb.classroom.live.phases import ROUNDS, MoveError, SessionState, advice, back, moved, moves
from mlsysweb.classroom.models import SessionPhase


def at(phase, round=1, frame=1, has_question=True):
    return SessionState(frame, 3, has_question, phase, round)


def test_a_question_is_opened_closed_asked_again_and_revealed():
    state = at(SessionPhase.READING)
    for move, phase, round in (
        ("open", SessionPhase.VOTING, 1),
        ("close", SessionPhase.CLOSED, 1),
        ("again", SessionPhase.VOTING, 2),
        ("close", SessionPhase.CLOSED, 2),
        ("reveal", SessionPhase.REVEALED, 2),
    ):
        state = moved(state, move)
        assert (state.phase, state.round) == (phase, round)
    assert moved(state, "next") == SessionState(2, 3, True, SessionPhase.READING, 1)


@pytest.mark.parametrize(
    ("state", "move"),
    [
        (at(SessionPhase.VOTING), "next"),
        (at(SessionPhase.VOTING), "reveal"),
        (at(SessionPhase.CLOSED, 2), "again"),
        (at(SessionPhase.READING, has_question=False), "open"),
        (at(SessionPhase.READING, frame=2), "next"),
        (at(SessionPhase.READING, frame=0), "previous"),
        (at(SessionPhase.READING), "dance"),
        (at(SessionPhase.VOTING), "screen-1"),
        (at(SessionPhase.READING, frame=1), "screen-2"),
        (at(SessionPhase.READING), "screen-0"),
        (at(SessionPhase.READING), "screen-4"),
        (at(SessionPhase.READING), "screen-x"),
        (at(SessionPhase.READING), "screen-²"),
    ],
)
def test_a_move_that_does_not_fit_is_refused_with_a_sentence(state, move):
    with pytest.raises(MoveError, match="is not possible now"):
        moved(state, move)


def test_every_other_screen_is_reached_at_once_unless_a_vote_is_open():
    for phase in set(SessionPhase) - {SessionPhase.VOTING}:
        for frame, wanted in ((0, 3), (2, 1), (1, 3)):
            state = moved(at(phase, round=2, frame=frame), f"screen-{wanted}")
            assert state == SessionState(wanted - 1, 3, True, SessionPhase.READING, 1)


def test_the_projector_goes_through_the_parts_of_a_screen_before_the_next_one():
    state = SessionState(1, 3, False, SessionPhase.READING, 1, "code", ("screen", "demo-1", "gallery"))
    passed = []
    for _ in range(4):
        passed.append(moves(state)[0])
        state = moved(state, passed[-1])
    assert passed == ["show-screen", "show-demo-1", "show-gallery", "next"]
    assert (state.frame, state.shown) == (2, "screen")


def test_the_way_back_goes_through_the_parts_of_a_screen():
    state = SessionState(1, 3, False, SessionPhase.READING, 1, "demo-1", ("screen", "demo-1"))
    assert back(state) == "show-screen"
    assert back(moved(state, "show-screen")) == "previous"
    assert back(SessionState(0, 3, False, SessionPhase.READING, 1)) == ""


def test_each_move_of_the_class_lights_the_projector_and_shows_the_screen():
    dark = moved(moved(at(SessionPhase.READING), "show-code"), "blank")
    assert (dark.shown, dark.blank, dark.phase) == ("code", True, SessionPhase.READING)
    opened = moved(dark, "open")
    assert (opened.shown, opened.blank) == ("screen", False)


@given(st.lists(st.integers(0, 5), max_size=30), st.booleans())
def test_no_sequence_of_moves_leaves_the_lesson(choices, has_question):
    state = SessionState(0, 3, has_question, SessionPhase.READING, 1)
    for choice in choices:
        possible = moves(state)
        assert possible, "a session can always go on"
        state = moved(state, possible[choice % len(possible)])
        assert 0 <= state.frame < 3
        assert 1 <= state.round <= ROUNDS


@pytest.mark.parametrize(
    ("right", "marked", "words"), [(0, 0, "No answers"), (2, 10, "explain again"), (5, 10, "discuss"), (9, 10, "go on")]
)
def test_advice_follows_the_share_of_right_answers(right, marked, words):
    assert words in advice(right, marked)
