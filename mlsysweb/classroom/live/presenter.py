"""Presents a session to its instructor: the presenter's view, results, and the list of classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Max
from django.urls import reverse

from mlsysweb.classroom.lessons.document import Demo, Frame, Lesson
from mlsysweb.classroom.models import ClassSession, SessionPhase, StudentAnswer
from mlsysweb.saved.scenarios.notes import as_html

from .gallery.present import gallery
from .gallery.store import gallery_token
from .page import (
    FinishPage,
    HostedClass,
    HostedPage,
    Move,
    PresenterPage,
    QuestionResult,
    ResultsPage,
    RoundView,
    Screen,
)
from .phases import CODE, LABELS, ROUNDS, advice, advised_first, back, may_change_screen, moves, show, to_screen
from .present import changes_of, computed_of, rounds_of, screen, sent_by
from .store import frame_of, lesson_of, state_of
from .tally import variants_of


def host_token(session: ClassSession, now: datetime) -> str:
    """Return a text that changes whenever what the presenter sees does: also with each answer and each participant."""
    frame = frame_of(session, lesson_of(session))
    latest = StudentAnswer.objects.filter(participant__session=session, frame=frame.slug).aggregate(
        latest=Max("changed")
    )
    shown = f"{session.shown}{'-blank' if session.blank else ''}"
    return f"{session.token(now)}-{shown}-{session.participants.count()}-{gallery_token(session)}-{latest['latest']}"


def with_gallery_error(page: PresenterPage) -> PresenterPage:
    """Return a page that has its error beside the constraint of the gallery instead of at its head."""
    shown = page.screen.gallery
    if shown is None or shown.settings is None or shown.settings.constraint is None:
        return page
    constraint = replace(shown.settings.constraint, error=page.error)
    shown = replace(shown, settings=replace(shown.settings, constraint=constraint))
    return replace(page, error="", screen=replace(page.screen, gallery=shown))


def presenter_page(session: ClassSession, now: datetime, join_url: str, error: str = "") -> PresenterPage:
    """Return the presenter's page, with the answers the class does not see yet."""
    lesson = lesson_of(session)
    frame = frame_of(session, lesson)
    shown = screen(session, now)
    variants = variants_of(frame) if frame.asked else ()
    rounds = rounds_of(session, frame, variants) if variants else ()
    key = session.host_key
    return PresenterPage(
        screen=replace(
            shown,
            rounds=rounds,
            changes=changes_of(session, frame, variants) if variants else (),
            gallery=gallery(session, frame, host=True),
        ),
        token=host_token(session, now),
        number=session.number,
        moves=() if session.ended else _move_buttons(session, lesson, now, rounds),
        screens=()
        if session.ended or not may_change_screen(state_of(session, lesson, now))
        else tuple(
            Move(to_screen(place), each.title, place == session.frame) for place, each in enumerate(lesson.frames)
        ),
        notes=as_html(frame.notes),
        prompt=as_html(variants[0].question.prompt) if variants else "",
        computed=computed_of(variants),
        projection=() if session.ended else _projection(shown),
        projected="" if session.ended else _projected(shown),
        on_screen=int((now - (session.frame_since or session.created)).total_seconds()),
        on_lesson=int((now - session.created).total_seconds()),
        planned=f"{sum(each.minutes for each in lesson.frames[: session.frame + 1]):g}",
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


def _move_buttons(
    session: ClassSession, lesson: Lesson, now: datetime, rounds: tuple[RoundView, ...]
) -> tuple[Move, ...]:
    """Return the buttons of the moves. A clicker's forward key presses the first, its back key the one before."""
    demos = frame_of(session, lesson).demos
    state = state_of(session, lesson, now)
    backwards, names = back(state), list(_moves(session, lesson, now, rounds))
    if backwards and backwards not in names:
        names.append(backwards)
    return tuple(
        Move(
            name,
            _label(name, demos),
            key="back" if name == backwards else "" if place or name == "previous" else "forward",
        )
        for place, name in enumerate(names)
    )


def _label(move: str, demos: Sequence[Demo]) -> str:
    """Return the words of a button."""
    parts = {"screen": "Show the screen", "content": "Show text and figures", "gallery": "Show the gallery"}
    parts |= {f"demo-{number}": f"Show the demo “{demo.title}”" for number, demo in enumerate(demos, 1)}
    return LABELS.get(move) or parts[move.removeprefix("show-")]


def _projection(shown: Screen) -> tuple[Move, ...]:
    """Return the moves that cover the projector and uncover it."""
    code = Move(show("screen"), "Hide the join code", key="j") if shown.shown == CODE else None
    dark = Move("unblank", "Light the projector", key="b") if shown.blank else None
    return (
        code or Move(show(CODE), "Show the join code large", key="j"),
        dark or Move("blank", "Darken the projector", key="b"),
    )


def _projected(shown: Screen) -> str:
    """Return what the projector shows, for the presenter."""
    words = {CODE: "how to join", "content": "text and figures", "gallery": "the gallery", "screen": "this screen"}
    part = words.get(shown.shown) or f"the demo “{''.join(each.title for each in shown.demo)}”"
    return "The projector is dark." if shown.blank else f"The projector shows {part}."


def _decides(session: ClassSession, now: datetime, rounds: tuple[RoundView, ...]) -> bool:
    """Return whether the answers of the first vote decide between a second one and the answer."""
    closed = session.phase_at(now) == SessionPhase.CLOSED and session.round < ROUNDS
    return closed and bool(rounds) and bool(rounds[-1].marked)


def _following(lesson: Lesson, place: int) -> str:
    return lesson.frames[place + 1].title if place + 1 < len(lesson.frames) else ""


def finish_page(session: ClassSession) -> FinishPage:
    """Return the page on which a session is ended or deleted."""
    return FinishPage(
        session.title,
        session.code,
        session.ended is not None,
        session.participants.count(),
        sent_by(session.participants.all()),
        reverse("live:host", args=[session.host_key]),
        reverse("live:results", args=[session.host_key]),
    )


def hosted_page(sessions: Sequence[ClassSession], signed_in: bool) -> HostedPage:
    """Return the list of an instructor's classes."""
    return HostedPage(tuple(_hosted(each) for each in sessions), signed_in)


def _hosted(session: ClassSession) -> HostedClass:
    return HostedClass(
        session.title,
        session.code,
        session.created,
        "ended" if session.ended else f"screen {session.frame + 1} of {len(lesson_of(session).frames)}",
        session.participants.count(),
        reverse("live:host", args=[session.host_key]),
        reverse("live:results", args=[session.host_key]),
    )


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
                computed_of(variants),
                rounds_of(session, frame, variants),
                changes_of(session, frame, variants),
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
