"""Presents a session: the screen of students and projector, the presenter's view, journeys and results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from math import ceil

from django.db.models import Max
from django.urls import reverse

from catalog.models import CatalogVersion
from mlsysweb.classroom.charts import answers_figure
from mlsysweb.classroom.lessons.document import Frame, Lesson
from mlsysweb.classroom.lessons.page import FrameContent, MarkView, QuestionView
from mlsysweb.classroom.lessons.present import frame_content, mark_view, question_view
from mlsysweb.classroom.models import ClassSession, Participant, SessionPhase, StudentAnswer, Submission
from mlsysweb.saved.scenarios.notes import as_html
from mlsysweb.show.results.page import Link

from .gallery.present import gallery
from .gallery.store import gallery_token
from .page import JourneyEntry, Move, PresenterPage, QuestionResult, ResultsPage, RoundView, Screen, bars
from .phases import LABELS, ROUNDS, advice, advised_first, may_change_screen, moves, to_screen
from .store import answers_of, frame_of, lesson_of, shows_gallery, state_of
from .tally import Change, Variant, changes, tally, variant_of, variants_of


def screen(session: ClassSession, now: datetime, participant: Participant | None = None) -> Screen:
    """Return the screen of a participant, or without one that of the projector, which shows no question of a variant
    and no answers before they are revealed."""
    lesson = lesson_of(session)
    frame, phase = frame_of(session, lesson), session.phase_at(now)
    revealed, joined = phase == SessionPhase.REVEALED, session.participants.count()
    variants = _variants(session.pk, frame.slug, CatalogVersion.now()) if frame.asked else ()
    own = own_answer(session, frame, participant) if participant else None
    rounds, changed = (
        _revealed(session.pk, frame.slug, session.number, joined, CatalogVersion.now()) if revealed else ((), ())
    )
    locked = bool(frame.asked) and not revealed
    content = _content(session.pk, session.code, frame.slug, CatalogVersion.now())
    return Screen(
        title=session.title,
        code=session.code,
        token=session.token(now) if participant else projector_token(session, now),
        frame=frame.slug,
        phase=phase,
        round=session.round,
        place=session.frame + 1,
        count=len(lesson.frames),
        seconds_left=_seconds_left(session, phase, now),
        content=replace(content, figures=(), demos=()) if locked else content,
        question=_question(session, phase, variants, participant),
        variants=len(variants),
        computed=_computed(variants) if revealed else "",
        explanation=as_html(variants[0].question.explanation) if revealed and variants else "",
        recorded=_recorded(variants, participant, own),
        mark=_mark(variants, participant, own) if revealed else None,
        rounds=rounds,
        changes=changed,
        answered=answered_count(session, frame),
        joined=joined,
        ended=session.ended is not None,
        poll_url=reverse("live:screen", args=[session.code]),
        gallery=gallery(session, frame, participant) if shows_gallery(session) else None,
        gallery_number=session.gallery_number,
        can_hand_in=frame.hand_in and participant is not None and session.ended is None,
        handed_in=handed_in(participant) if participant else None,
    )


def own_answer(session: ClassSession, frame: Frame, participant: Participant) -> StudentAnswer | None:
    """Return the participant's answer to a frame: that of the present round, or after the vote the latest."""
    answers = participant.answers.filter(frame=frame.slug)
    if session.phase == SessionPhase.VOTING:
        answers = answers.filter(round=session.round)
    found: StudentAnswer | None = answers.order_by("-round").first()
    return found


def answered_count(session: ClassSession, frame: Frame) -> int:
    """Return how many have answered in the present round."""
    return StudentAnswer.objects.filter(participant__session=session, frame=frame.slug, round=session.round).count()


def handed_in(participant: Participant) -> Link | None:
    """Return what a participant handed in."""
    found = Submission.objects.filter(participant=participant).select_related("scenario").first()
    return Link(found.scenario.title, found.scenario.get_absolute_url()) if found else None


def _seconds_left(session: ClassSession, phase: SessionPhase, now: datetime) -> int | None:
    if phase != SessionPhase.VOTING or session.closes_at is None:
        return None
    return max(0, ceil((session.closes_at - now).total_seconds()))


def _question(
    session: ClassSession, phase: SessionPhase, variants: Sequence[Variant], participant: Participant | None
) -> QuestionView | None:
    """Return the question while it is asked: to a participant in their variant, to the projector in the first."""
    if not variants or phase == SessionPhase.READING:
        return None
    own = variant_of(variants, participant.seat if participant else 0)
    return question_view(own.question, reverse("live:answer", args=[session.code]))


def _recorded(variants: Sequence[Variant], participant: Participant | None, answer: StudentAnswer | None) -> str:
    if participant is None or answer is None or not variants:
        return ""
    return variant_of(variants, participant.seat).question.in_words(answer.value)


def _mark(
    variants: Sequence[Variant], participant: Participant | None, answer: StudentAnswer | None
) -> MarkView | None:
    if participant is None or answer is None or not variants:
        return None
    own = variant_of(variants, participant.seat)
    return mark_view(own.question, answer.value, own.key, own.question.mark(answer.value, own.key))


def _computed(variants: Sequence[Variant]) -> str:
    """Return the right answers of all variants as one text."""
    return "; ".join(dict.fromkeys(each.key.text for each in variants))


def _rounds(session: ClassSession, frame: Frame, variants: Sequence[Variant]) -> tuple[RoundView, ...]:
    """Return the answers of each round that has some."""
    views = []
    for number in range(1, ROUNDS + 1):
        answers = answers_of(session, frame.slug, number)
        if answers:
            counted = tally(variants, answers)
            figure = answers_figure(counted.plot, number) if counted.plot else None
            views.append(
                RoundView(
                    number, bars(counted.groups, counted.total), counted.total, counted.right, counted.marked, figure
                )
            )
    return tuple(views)


def _changes(session: ClassSession, frame: Frame, variants: Sequence[Variant]) -> tuple[Change, ...]:
    first, second = (answers_of(session, frame.slug, number) for number in range(1, ROUNDS + 1))
    return changes(variants, first, second) if first and second else ()


# A class of 300 asks for the same screen within two seconds of each move. A lesson of a session never changes, so for a
# version of the catalog its content and its questions are computed once in each process.
@lru_cache(64)
def _content(session: str, code: str, slug: str, catalog: str) -> FrameContent:
    return frame_content(_frame(session, slug), lambda number: reverse("live:demo", args=[code, number]))


@lru_cache(64)
def _variants(session: str, slug: str, catalog: str) -> tuple[Variant, ...]:
    return variants_of(_frame(session, slug))


@lru_cache(64)
def _revealed(
    session: str, slug: str, number: int, joined: int, catalog: str
) -> tuple[tuple[RoundView, ...], tuple[Change, ...]]:
    """Return the answers of the rounds and who changed theirs. Once revealed, at a number of the session, they
    change only when a participant leaves."""
    of, frame, variants = ClassSession(pk=session), _frame(session, slug), _variants(session, slug, catalog)
    return _rounds(of, frame, variants), _changes(of, frame, variants)


def _frame(session: str, slug: str) -> Frame:
    frame = lesson_of(ClassSession(pk=session)).frame(slug)
    assert frame is not None  # the slug is that of a frame of this lesson
    return frame


def projector_token(session: ClassSession, now: datetime) -> str:
    """Return a text that changes whenever what the projector shows does. Counts are part of it, except while demos are
    shown: these would lose the inputs that the instructor has set."""
    frame, phase = frame_of(session, lesson_of(session)), session.phase_at(now)
    entries = gallery_token(session) if shows_gallery(session) else ""
    if frame.demos and (phase == SessionPhase.REVEALED or not frame.asked):
        return f"{session.token(now)}-{entries}"
    return f"{session.token(now)}-{session.participants.count()}-{answered_count(session, frame)}-{entries}"


def host_token(session: ClassSession, now: datetime) -> str:
    """Return a text that changes whenever what the presenter sees does: also with each answer and each participant."""
    frame = frame_of(session, lesson_of(session))
    latest = StudentAnswer.objects.filter(participant__session=session, frame=frame.slug).aggregate(
        latest=Max("changed")
    )
    return f"{session.token(now)}-{session.participants.count()}-{gallery_token(session)}-{latest['latest']}"


def presenter_page(session: ClassSession, now: datetime, join_url: str, error: str = "") -> PresenterPage:
    """Return the presenter's page, with the answers the class does not see yet."""
    lesson = lesson_of(session)
    frame = frame_of(session, lesson)
    shown = screen(session, now)
    variants = variants_of(frame) if frame.asked else ()
    rounds = _rounds(session, frame, variants) if variants else ()
    key = session.host_key
    return PresenterPage(
        screen=replace(
            shown,
            rounds=rounds,
            changes=_changes(session, frame, variants) if variants else (),
            gallery=gallery(session, frame, host=True),
        ),
        token=host_token(session, now),
        number=session.number,
        moves=() if session.ended else tuple(Move(name, LABELS[name]) for name in _moves(session, lesson, now, rounds)),
        screens=()
        if session.ended or not may_change_screen(state_of(session, lesson, now))
        else tuple(
            Move(to_screen(place), each.title, place == session.frame) for place, each in enumerate(lesson.frames)
        ),
        notes=as_html(frame.notes),
        prompt=as_html(variants[0].question.prompt) if variants else "",
        computed=_computed(variants),
        minutes=f"{frame.minutes:g}",
        following=_following(lesson, session.frame),
        advice=_advice(session, now, rounds),
        host_url=reverse("live:host", args=[key]),
        projector_url=reverse("live:projector", args=[session.code]),
        results_url=reverse("live:results", args=[key]),
        join_url=join_url,
        error=error,
    )


def _advice(session: ClassSession, now: datetime, rounds: tuple[RoundView, ...]) -> str:
    """Return what to do next once the first vote is closed; empty otherwise."""
    return advice(rounds[-1].right, rounds[-1].marked) if _decides(session, now, rounds) else ""


def _moves(session: ClassSession, lesson: Lesson, now: datetime, rounds: tuple[RoundView, ...]) -> tuple[str, ...]:
    """Return the possible moves; first the one that is advised, or the usual one."""
    possible = moves(state_of(session, lesson, now))
    return advised_first(possible, rounds[-1].right, rounds[-1].marked) if _decides(session, now, rounds) else possible


def _decides(session: ClassSession, now: datetime, rounds: tuple[RoundView, ...]) -> bool:
    """Return whether the answers of the first vote decide between a second one and the answer."""
    closed = session.phase_at(now) == SessionPhase.CLOSED and session.round < ROUNDS
    return closed and bool(rounds) and bool(rounds[-1].marked)


def _following(lesson: Lesson, place: int) -> str:
    return lesson.frames[place + 1].title if place + 1 < len(lesson.frames) else ""


def journey(session: ClassSession, participant: Participant, now: datetime) -> tuple[JourneyEntry, ...]:
    """Return a participant's answers in the order of the lesson. The mark of a question is shown once it has been
    revealed or the session has gone on."""
    lesson = lesson_of(session)
    current = frame_of(session, lesson).slug
    entries = []
    for frame in lesson.frames:
        answers = participant.answers.filter(frame=frame.slug).order_by("round")
        variants = variants_of(frame) if answers and frame.asked else ()
        for answer in answers if variants else ():
            marked = frame.slug != current or session.phase_at(now) == SessionPhase.REVEALED or session.ended
            entries.append(
                JourneyEntry(
                    frame.title,
                    answer.round,
                    _recorded(variants, participant, answer),
                    _mark(variants, participant, answer) if marked else None,
                )
            )
    return tuple(entries)


def results_page(session: ClassSession) -> ResultsPage:
    """Return the results of all questions that were answered."""
    questions = []
    for frame in lesson_of(session).frames:
        if not frame.asked or not StudentAnswer.objects.filter(participant__session=session, frame=frame.slug).exists():
            continue
        variants = variants_of(frame)
        questions.append(
            QuestionResult(
                frame.title,
                as_html(variants[0].question.prompt),
                _computed(variants),
                _rounds(session, frame, variants),
                _changes(session, frame, variants),
            )
        )
    return ResultsPage(
        session.title,
        session.code,
        session.participants.count(),
        tuple(questions),
        tuple(filter(None, (gallery(session, frame, host=True) for frame in _with_galleries(session)))),
        reverse("live:results_csv", args=[session.host_key]),
        reverse("live:host", args=[session.host_key]),
    )


def _with_galleries(session: ClassSession) -> list[Frame]:
    """Return the frames that have a gallery of their own; designs are the same at every frame that takes them."""
    frames = lesson_of(session).frames
    designs = [frame for frame in frames if frame.hand_in]
    return [*designs[:1], *(frame for frame in frames if frame.names_walls and not frame.hand_in)]
