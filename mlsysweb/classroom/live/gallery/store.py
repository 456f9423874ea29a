"""Reads and stores what a gallery has: designs or named walls, votes, and how the instructor shows them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, QuerySet
from django.http import Http404

from mlsysweb.classroom.lessons.document import Frame
from mlsysweb.classroom.live.store import SessionError, frame_of, lesson_of, raise_gallery_number, shows_gallery
from mlsysweb.classroom.models import ClassSession, DesignVote, GalleryView, Participant, StudentAnswer, Submission
from mlsysweb.classroom.questions.wall import wall_label
from mlsysweb.saved.answers import open_version
from mlsysweb.saved.opened import OpenedAnswer
from mlsysweb.saved.scenarios.models import Version
from mlsysweb.show.results.page import Card

from .designs import VOTES, GalleryItem


def view_of(session: ClassSession) -> GalleryView:
    """Return how the instructor shows the gallery of a session; as at the beginning where nothing was changed."""
    return GalleryView.objects.filter(session=session).first() or GalleryView(session=session)


def show_gallery(session: ClassSession, settings: Mapping[str, Any]) -> None:
    """Store how the gallery is shown, fields of `GalleryView` by name, and let every screen of the class follow."""
    with transaction.atomic():
        GalleryView.objects.update_or_create(session=session, defaults=settings)
        ClassSession.objects.filter(pk=session.pk).update(number=F("number") + 1)


def items_of(session: ClassSession, frame: Frame) -> list[GalleryItem]:
    """Return what the gallery of a frame has, in the order of joining; hidden ones included."""
    return designs_of(session) if frame.hand_in else named_walls_of(session, frame)


def designs_of(session: ClassSession) -> list[GalleryItem]:
    """Return the designs handed in, in the order of joining; deleted ones are left out."""
    found = (
        Submission.objects.filter(participant__session=session, scenario__deleted=None)
        .select_related("participant", "scenario")
        .annotate(count=Count("votes"))
        .order_by("participant__seat")
    )
    return [_design(each, each.count) for each in found]


def named_walls_of(session: ClassSession, frame: Frame) -> list[GalleryItem]:
    """Return the latest answer of each participant to a question for a wall, in the order of joining."""
    found = _answers(session, frame).annotate(count=Count("votes")).select_related("participant").order_by("round")
    latest = {answer.participant.seat: answer for answer in found}
    return [_named_wall(latest[seat], latest[seat].count) for seat in sorted(latest)]


def _answers(session: ClassSession, frame: Frame) -> QuerySet[StudentAnswer]:
    return StudentAnswer.objects.filter(participant__session=session, frame=frame.slug)


def _named_wall(answer: StudentAnswer, votes: int) -> GalleryItem:
    return GalleryItem(
        number=answer.participant.seat + 1,
        who=str(answer.participant),
        title="",
        url="",
        verdict="",
        state="",
        figures={},
        votes=votes,
        hidden=answer.hidden,
        texts=(("System", answer.value["system"]), ("What would move the wall", answer.value["change"])),
        group=wall_label(answer.value["wall"]),
    )


def _design(submission: Submission, votes: int) -> GalleryItem:
    scenario = submission.scenario
    number = submission.version_id and _number(submission.version_id, scenario.pk)
    opened = _figures(scenario.pk, number or scenario.latest.number)
    link = scenario.get_absolute_url()
    return GalleryItem(
        number=submission.participant.seat + 1,
        who=str(submission.participant),
        title=scenario.title,
        url=f"{link}v/{number}/" if number else link,
        verdict=opened[0],
        state=opened[1],
        figures=opened[2],
        votes=votes,
        hidden=submission.hidden,
    )


@lru_cache(4096)
def _number(version: int, scenario: str) -> int:
    return Version.objects.values_list("number", flat=True).get(pk=version, scenario=scenario)


@lru_cache(4096)
def _figures(scenario: str, number: int) -> tuple[str, str, dict[str, Card]]:
    """Return verdict, state and figures of a version, which never change. The figures are named without the name of
    their page, so that the same figure of two pages is compared."""
    version = Version.objects.select_related("scenario").get(scenario=scenario, number=number)
    try:
        opened = open_version(version)
    except (Http404, KeyError):  # of a later release, after a rollback: what it said is all that can be shown
        return version.said, "", {}
    return opened.verdict or version.said, opened.state, _cards(opened)


def _cards(opened: OpenedAnswer) -> dict[str, Card]:
    return {name.rpartition(".")[2]: opened.cards[name] for name in opened.headline}


def gallery_token(session: ClassSession) -> str:
    """Return a text that changes whenever an entry of a gallery or a vote of the session does."""
    shown = Submission.objects.filter(participant__session=session, scenario__deleted=None)
    designs = shown.aggregate(count=Count("pk"), at=Max("changed"))
    votes = DesignVote.objects.filter(participant__session=session).aggregate(count=Count("pk"), last=Max("pk"))
    at = designs["at"].timestamp() if designs["at"] else 0
    return f"{session.gallery_number}-{designs['count']}-{at}-{votes['count']}-{votes['last']}"


def voted_for(participant: Participant, frame: Frame) -> set[int]:
    """Return the numbers of the entries of a frame's gallery that a participant has voted for."""
    if frame.hand_in:
        seats = participant.votes.exclude(submission=None).values_list("submission__participant__seat", flat=True)
    else:
        of_frame = participant.votes.filter(answer__frame=frame.slug)
        seats = of_frame.values_list("answer__participant__seat", flat=True)
    return {seat + 1 for seat in seats}


def vote(participant: Participant, frame: str, number: int, give: bool) -> None:
    """Give a vote to the entry of this number in the gallery of a frame, or take it back; doing it twice changes
    nothing. Raise SessionError."""
    with transaction.atomic():
        session = ClassSession.objects.select_for_update().defer("lesson").get(pk=participant.session_id)
        current = frame_of(session, lesson_of(session))
        if session.ended:
            raise SessionError("The session has ended; votes are no longer taken. Those given before are kept.")
        if frame != current.slug or not shows_gallery(session):
            raise SessionError("The class has gone on to another screen; votes are taken while it shows the gallery.")
        word = entry_word(current)
        if number == participant.seat + 1:
            raise SessionError(f"This {word} is your own. Vote for one that another student handed in.")
        found = entry_of(session, current, number)
        if found is None or found.hidden:
            raise SessionError(f"This class has no {word} with the number {number}.")
        given: dict[str, Any] = {"participant": participant, "submission" if current.hand_in else "answer": found}
        if give:
            DesignVote.objects.get_or_create(**given)
        else:
            DesignVote.objects.filter(**given).delete()


def entry_word(frame: Frame) -> str:
    """Return what an entry of a frame's gallery is called: `design` or `answer`."""
    return "design" if frame.hand_in else "answer"


def entry_of(session: ClassSession, frame: Frame, number: int) -> Submission | StudentAnswer | None:
    """Return the entry of this number in the gallery of a frame; None where there is none."""
    of_seat = {"participant__session": session, "participant__seat": number - 1}
    if frame.hand_in:
        return Submission.objects.filter(**of_seat, scenario__deleted=None).first()
    return StudentAnswer.objects.filter(**of_seat, frame=frame.slug).order_by("-round").first()


def hide(session: ClassSession, frame: Frame, number: int, hidden: bool) -> None:
    """Hide an entry of a gallery from the class, or show it again. Raise SessionError."""
    found = entry_of(session, frame, number)
    if found is None:
        raise SessionError(f"This class has no {entry_word(frame)} with the number {number}.")
    with transaction.atomic():
        type(found)._default_manager.filter(pk=found.pk).update(hidden=hidden)
        raise_gallery_number(session)


def is_ranking(name: str, known: dict[str, str]) -> bool:
    """Return whether designs can be ranked by this name."""
    return name in ("", VOTES) or name in known
