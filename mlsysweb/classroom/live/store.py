"""Stores what happens in a session: creation, joining, moves, answers and hand-ins."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.auth.models import AnonymousUser, Group, User
from django.db import IntegrityError, transaction
from django.db.models import F, Max

from catalog.visible import visible_group
from mlsysweb.classroom.lessons.document import Frame, Lesson, read_lesson
from mlsysweb.classroom.models import ClassSession, Participant, SessionPhase, StudentAnswer, Submission, new_code
from mlsysweb.saved.scenarios.models import Scenario

from .phases import CODE, MoveError, SessionState, is_projection, moved

MOST_PARTICIPANTS = 1000
_ATTEMPTS = 5


class SessionError(ValueError):
    """Something a session does not allow; the message is a sentence."""


def create_session(lesson: Lesson, user: User | AnonymousUser) -> ClassSession:
    """Return a new session of a lesson. Where its owner teaches the course whose catalog is visible, the class sees
    that catalog, too; a member of a course cannot show it to others so."""
    owner = user if isinstance(user, User) else None
    seen = visible_group() if owner else None
    group = None if seen is None else Group.objects.filter(pk=seen, course__instructor=owner).first()
    for _ in range(_ATTEMPTS):  # a code may be taken: with a thousand sessions one in a million is
        code = new_code()
        if not ClassSession.objects.filter(code=code).exists():
            break
    return ClassSession.objects.create(
        title=lesson.title, lesson=dict(lesson.data), owner=owner, code=code, group=group, shown=CODE
    )


def lesson_of(session: ClassSession) -> Lesson:
    """Return the lesson of a session as it was when the session began. It never changes, so it is read once."""
    return _lesson(session.pk)


@lru_cache(64)
def _lesson(id: str) -> Lesson:
    return read_lesson(ClassSession.objects.values_list("lesson", flat=True).get(pk=id))


def frame_of(session: ClassSession, lesson: Lesson) -> Frame:
    """Return the frame a session is at."""
    return lesson.frames[min(session.frame, len(lesson.frames) - 1)]


def state_of(session: ClassSession, lesson: Lesson, now: datetime) -> SessionState:
    """Return the state of a session."""
    frame, phase = frame_of(session, lesson), session.phase_at(now)
    parts = parts_of(frame, revealed=phase == SessionPhase.REVEALED)
    shown = session.shown if session.shown in (*parts, CODE) else parts[0]
    return SessionState(
        session.frame, len(lesson.frames), bool(frame.asked), phase, session.round, shown, parts, session.blank
    )


def parts_of(frame: Frame, revealed: bool) -> tuple[str, ...]:
    """Return what the projector shows one after the other of a frame: the screen; after a question the text and the
    figures that were hidden until then; each demo; the gallery."""
    if frame.asked and not revealed:
        return ("screen",)
    demos = [f"demo-{number}" for number in range(1, len(frame.demos) + 1)]
    gallery = ["gallery"] if frame.hand_in or frame.names_walls else []
    content = ["content"] if frame.asked and (frame.text or frame.equation or frame.figures) else []
    return ("screen", *content, *demos, *gallery)


def make_move(session: ClassSession, move: str, number: int, now: datetime, seconds: int = 0) -> None:
    """Make a move from the phase with this number; a double click finds another number and changes nothing. `seconds`
    is the time of a vote, 0 for no limit. A change of the projector alone raises no number, so students keep what they
    have typed. Raise MoveError."""
    lesson = lesson_of(session)
    with transaction.atomic():
        row = ClassSession.objects.select_for_update().defer("lesson").get(pk=session.pk)
        if row.number != number:
            return
        if row.ended:
            raise MoveError("The session has ended.")
        state = moved(state_of(row, lesson, now), move)
        row.shown, row.blank = state.shown, state.blank
        if is_projection(move):
            row.save(update_fields=["shown", "blank"])
            return
        if state.frame != row.frame:
            row.frame_since = now
        row.frame, row.phase, row.round = state.frame, state.phase, state.round
        row.closes_at = now + timedelta(seconds=seconds) if seconds and state.phase == SessionPhase.VOTING else None
        row.number += 1
        row.save(update_fields=["frame", "frame_since", "phase", "round", "closes_at", "number", "shown", "blank"])


def end_session(session: ClassSession, now: datetime) -> None:
    """End a session: joining and answering are refused from now on; results stay."""
    with transaction.atomic():
        row = ClassSession.objects.select_for_update().defer("lesson").get(pk=session.pk)
        if row.ended is None:
            row.ended, row.number = now, row.number + 1
            row.phase = SessionPhase.CLOSED if row.phase == SessionPhase.VOTING else row.phase
            row.shown, row.blank = "screen", False
            row.save(update_fields=["ended", "number", "phase", "shown", "blank"])


def join(session: ClassSession, name: str) -> Participant:
    """Return a new participant. Raise SessionError when the session has ended or is full."""
    if session.ended:
        raise SessionError("This session has ended and takes no more students.")
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                ClassSession.objects.select_for_update().defer("lesson").get(pk=session.pk)
                last = Participant.objects.filter(session=session).aggregate(last=Max("seat"))["last"]
                seat = 0 if last is None else last + 1
                if seat >= MOST_PARTICIPANTS:
                    raise SessionError(f"This session is full: {MOST_PARTICIPANTS:,} students have joined.")
                return Participant.objects.create(session=session, name=name, seat=seat)
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("every attempt returns or raises")


def record_answer(participant: Participant, frame: str, round: int, value: Any, now: datetime) -> StudentAnswer:
    """Store an answer; sent again it replaces the earlier one. Raise SessionError when the vote it belongs to is not
    open."""
    with transaction.atomic():
        session = ClassSession.objects.defer("lesson").get(pk=participant.session_id)
        current = frame_of(session, lesson_of(session)).slug
        phase = session.phase_at(now)
        if session.ended or phase != SessionPhase.VOTING or current != frame or session.round != round:
            raise SessionError(_late(session, phase, current == frame and session.round == round))
        answer, _ = StudentAnswer.objects.update_or_create(
            participant=participant, frame=frame, round=round, defaults={"value": value}
        )
        return answer


def _late(session: ClassSession, phase: SessionPhase, same: bool) -> str:
    if session.ended:
        return "The session has ended. This answer was not recorded; answers sent before are kept."
    if same and phase == SessionPhase.READING:
        return "Voting on this question has not opened yet. Send the answer again when it has."
    return "Voting on this question is closed. This answer was not recorded; one sent before is kept."


def hand_in(participant: Participant, scenario: Scenario) -> Submission:
    """Store the latest version of a scenario as what a participant hands in. It replaces an earlier design with its
    votes; the same design handed in again keeps them. Raise SessionError."""
    version = scenario.latest
    with transaction.atomic():
        session = ClassSession.objects.select_for_update().defer("lesson").get(pk=participant.session_id)
        if session.ended:
            raise SessionError("The session has ended; nothing can be handed in any more.")
        Submission.objects.filter(participant=participant).exclude(version=version).delete()
        submission, _ = Submission.objects.update_or_create(
            participant=participant, defaults={"scenario": scenario, "version": version}
        )
        raise_gallery_number(session)
    return submission


def raise_gallery_number(session: ClassSession) -> None:
    """Let the screens of students show the gallery again."""
    ClassSession.objects.filter(pk=session.pk).update(gallery_number=F("gallery_number") + 1)


def takes_designs(session: ClassSession) -> bool:
    """Return whether a session runs and shows a frame at which designs are handed in."""
    return session.ended is None and frame_of(session, lesson_of(session)).hand_in


def shows_gallery(session: ClassSession) -> bool:
    """Return whether the class sees a gallery now: of designs, or of the walls it named once these are revealed."""
    frame = frame_of(session, lesson_of(session))
    return frame.hand_in or (frame.names_walls and session.phase == SessionPhase.REVEALED)


def answers_of(session: ClassSession, frame: str, round: int) -> list[StudentAnswer]:
    """Return the answers to a frame's question in one round, with their participants."""
    found = StudentAnswer.objects.filter(participant__session=session, frame=frame, round=round)
    return list(found.select_related("participant").order_by("participant__seat"))
