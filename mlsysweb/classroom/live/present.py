"""Presents a session to those who attend it: the screen of students and projector, journeys, earlier screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from math import ceil

from django.db.models import QuerySet
from django.urls import reverse

from catalog.models import CatalogVersion
from mlsysweb.classroom.charts import answers_figure
from mlsysweb.classroom.lessons.document import Frame
from mlsysweb.classroom.lessons.page import FrameContent, MarkView, QuestionView
from mlsysweb.classroom.lessons.present import frame_content, mark_view, question_view
from mlsysweb.classroom.models import ClassSession, DesignVote, Participant, SessionPhase, StudentAnswer, Submission
from mlsysweb.saved.scenarios.notes import as_html
from mlsysweb.show.results.page import Link

from .gallery.present import gallery
from .gallery.store import gallery_token
from .page import (
    EarlierPage,
    EarlierScreen,
    JourneyEntry,
    RoundView,
    Screen,
    Sent,
    bars,
)
from .phases import ROUNDS
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
        asks=bool(frame.asked),
        computed=computed_of(variants) if revealed else "",
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
        shown=state_of(session, lesson, now).shown,
        blank=session.blank and session.ended is None,
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


def sent_by(participants: QuerySet[Participant]) -> Sent:
    """Return how much these participants have sent: all of it goes when they are deleted."""
    return Sent(
        StudentAnswer.objects.filter(participant__in=participants).count(),
        Submission.objects.filter(participant__in=participants).count(),
        DesignVote.objects.filter(participant__in=participants).count(),
    )


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


def computed_of(variants: Sequence[Variant]) -> str:
    """Return the right answers of all variants as one text."""
    return "; ".join(dict.fromkeys(each.key.text for each in variants))


def rounds_of(session: ClassSession, frame: Frame, variants: Sequence[Variant]) -> tuple[RoundView, ...]:
    """Return the answers of each round that has some."""
    views = []
    for number in range(1, ROUNDS + 1):
        answers = answers_of(session, frame.slug, number)
        if answers:
            counted = tally(variants, answers)
            figure = answers_figure(counted.plot, frame.slug, number) if counted.plot else None
            views.append(
                RoundView(
                    number, bars(counted.groups, counted.total), counted.total, counted.right, counted.marked, figure
                )
            )
    return tuple(views)


def changes_of(session: ClassSession, frame: Frame, variants: Sequence[Variant]) -> tuple[Change, ...]:
    """Return how many moved from one answer to another between the rounds; empty before the second."""
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
    return rounds_of(of, frame, variants), changes_of(of, frame, variants)


def _frame(session: str, slug: str) -> Frame:
    frame = lesson_of(ClassSession(pk=session)).frame(slug)
    assert frame is not None  # the slug is that of a frame of this lesson
    return frame


def projector_token(session: ClassSession, now: datetime) -> str:
    """Return a text that changes whenever what the projector shows does. Counts are part of it, except while a demo is
    shown: it would lose the inputs that the instructor has set."""
    frame = frame_of(session, lesson_of(session))
    entries = f"{session.shown}{'-blank' if session.blank else ''}"
    entries += gallery_token(session) if shows_gallery(session) else ""
    if session.shown.startswith("demo-"):
        return f"{session.token(now)}-{entries}"
    return f"{session.token(now)}-{session.participants.count()}-{answered_count(session, frame)}-{entries}"


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


def earlier_page(session: ClassSession, participant: Participant) -> EarlierPage:
    """Return the screens that the class has left, with the answers to what it was asked, for those who came late."""
    lesson, catalog = lesson_of(session), CatalogVersion.now()
    answered = set(StudentAnswer.objects.filter(participant__session=session).values_list("frame", flat=True))
    screens = []
    for frame in lesson.frames[: session.frame]:
        asked = bool(frame.asked) and frame.slug in answered
        own = variant_of(_variants(session.pk, frame.slug, catalog), participant.seat) if asked else None
        content = _content(session.pk, session.code, frame.slug, catalog)
        screens.append(
            EarlierScreen(
                replace(content, figures=content.figures if asked or not frame.asked else (), demos=()),
                as_html(own.question.prompt) if own else "",
                own.key.text if own else "",
                as_html(own.question.explanation) if own else "",
            )
        )
    return EarlierPage(session.title, tuple(screens), reverse("live:student", args=[session.code]))
