"""The moves of a session from phase to phase. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mlsysweb.classroom.models import SessionPhase

ROUNDS = 2
# A discussion between neighbours is worthwhile where the share of right answers is between these.
_FEW, _MANY = 0.3, 0.7


@dataclass(frozen=True)
class SessionState:
    """Where a session is: the place of its frame, its phase and round. `has_question` is that of the frame. `shown` is
    what the projector shows, `parts` what it can show one after the other, `blank` whether it is dark."""

    frame: int
    frames: int
    has_question: bool
    phase: SessionPhase
    round: int
    shown: str = "screen"
    parts: tuple[str, ...] = ("screen",)
    blank: bool = False


class MoveError(ValueError):
    """A move that the phase does not allow; the message is a sentence."""


# The label of each move on its button.
LABELS: Mapping[str, str] = {
    "open": "Open voting",
    "close": "Close voting",
    "again": "Vote again (round 2)",
    "reveal": "Reveal the answer",
    "next": "Next screen",
    "previous": "Previous screen",
}
# The projector's screen that tells how to join; it is no part of a screen of the lesson.
CODE = "code"
_SHOW = "show-"


# The move to a screen by its place, from 1.
_TO_SCREEN = re.compile(r"screen-([1-9][0-9]{0,3})")


def to_screen(frame: int) -> str:
    """Return the name of the move to a frame."""
    return f"screen-{frame + 1}"


def may_change_screen(state: SessionState) -> bool:
    """Return whether another screen may be shown: not while a vote is open."""
    return state.phase != SessionPhase.VOTING


def show(part: str) -> str:
    """Return the name of the move that lets the projector show a part."""
    return f"{_SHOW}{part}"


def is_projection(move: str) -> bool:
    """Return whether a move changes only what the projector shows: the screens of students stay as they are."""
    return move.startswith(_SHOW) or move in ("blank", "unblank")


def back(state: SessionState) -> str:
    """Return the move to the part shown before: a part of the screen, or the previous screen; empty for neither."""
    place = state.parts.index(state.shown) if state.shown in state.parts else 0
    if place:
        return show(state.parts[place - 1])
    return "previous" if "previous" in moves(state) else ""


def moves(state: SessionState) -> tuple[str, ...]:
    """Return the moves that are possible, the usual one first. Parts of a screen come before the next screen."""
    place = state.parts.index(state.shown) if state.shown in state.parts else -1
    possible = [show(part) for part in state.parts[place + 1 : place + 2]]
    if state.has_question:
        if state.phase == SessionPhase.READING:
            possible.append("open")
        if state.phase == SessionPhase.VOTING:
            possible.append("close")
        if state.phase == SessionPhase.CLOSED:
            possible += ["again", "reveal"] if state.round < ROUNDS else ["reveal"]
    if may_change_screen(state):
        possible += ["next"] if state.frame + 1 < state.frames else []
        possible += ["previous"] if state.frame > 0 else []
    return tuple(possible)


def moved(state: SessionState, move: str) -> SessionState:
    """Return the state after a move. Whether the new frame asks a question, and its parts, are for the caller to fill
    in. Raise MoveError."""
    match = _TO_SCREEN.fullmatch(move)
    frame = int(match[1]) - 1 if match else -1
    if may_change_screen(state) and 0 <= frame < state.frames and frame != state.frame:
        return _on(state, frame)
    if move in ("blank", "unblank"):
        return replace(state, blank=move == "blank")
    if move.startswith(_SHOW) and move.removeprefix(_SHOW) in (*state.parts, CODE):
        return replace(state, shown=move.removeprefix(_SHOW), blank=False)
    if move not in moves(state):
        name, phase = LABELS.get(move, move)[:40], SessionPhase(state.phase).label.lower()
        raise MoveError(f"'{name}' is not possible now: {phase}, round {state.round}.")
    if move in ("next", "previous"):
        step = 1 if move == "next" else -1
        return _on(state, state.frame + step)
    state = replace(state, shown="screen", blank=False)
    if move == "again":
        return replace(state, phase=SessionPhase.VOTING, round=state.round + 1)
    phases = {"open": SessionPhase.VOTING, "close": SessionPhase.CLOSED, "reveal": SessionPhase.REVEALED}
    return replace(state, phase=phases[move])


def _on(state: SessionState, frame: int) -> SessionState:
    """Return the state at the start of a frame, whose parts are for the caller to fill in."""
    return SessionState(frame, state.frames, state.has_question, SessionPhase.READING, 1)


def advice(right: int, marked: int) -> str:
    """Return what to do after a vote, by the share of right answers: 30 % to 70 % make a discussion worthwhile."""
    if not marked:
        return "No answers yet."
    share = right / marked
    told = f"{share:.0%} correct".replace("%", "\u00a0%")
    if share < _FEW:
        return f"{told}: explain again before you vote a second time."
    if share <= _MANY:
        return f"{told}: let neighbours discuss, then vote again."
    return f"{told}: reveal, explain briefly and go on."


def advised_first(possible: Sequence[str], right: int, marked: int) -> tuple[str, ...]:
    """Return the moves with the one that `advice` names first."""
    first = "reveal" if marked and right / marked > _MANY else "again"
    return tuple(sorted(possible, key=lambda move: move != first))
