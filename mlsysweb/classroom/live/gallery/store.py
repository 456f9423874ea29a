"""Reads and stores what a gallery has: designs, votes, and how the instructor shows them."""

from __future__ import annotations

from functools import lru_cache

from django.db import transaction
from django.db.models import Count, F, Max
from django.http import Http404

from mlsysweb.classroom.live.store import SessionError, takes_designs
from mlsysweb.classroom.models import ClassSession, DesignVote, GalleryView, Participant, Submission
from mlsysweb.saved.answers import open_version
from mlsysweb.saved.opened import OpenedAnswer
from mlsysweb.saved.scenarios.models import Version
from mlsysweb.show.results.page import Card

from .designs import VOTES, ClassDesign


def view_of(session: ClassSession) -> GalleryView:
    """Return how the instructor shows the gallery of a session; as at the beginning where nothing was changed."""
    return GalleryView.objects.filter(session=session).first() or GalleryView(session=session)


def show_gallery(session: ClassSession, *, names_hidden: bool, ranked_by: str, highest_first: bool, drawn: str) -> None:
    """Store how the gallery is shown, and let every screen of the class follow."""
    settings = {
        "names_hidden": names_hidden,
        "ranked_by": ranked_by,
        "highest_first": highest_first,
        "drawn": drawn,
    }
    with transaction.atomic():
        GalleryView.objects.update_or_create(session=session, defaults=settings)
        ClassSession.objects.filter(pk=session.pk).update(number=F("number") + 1)


def designs_of(session: ClassSession) -> list[ClassDesign]:
    """Return the designs handed in, in the order of joining; deleted ones are left out."""
    found = (
        Submission.objects.filter(participant__session=session, scenario__deleted=None)
        .select_related("participant", "scenario")
        .annotate(count=Count("votes"))
        .order_by("participant__seat")
    )
    return [_design(each, each.count) for each in found]


def _design(submission: Submission, votes: int) -> ClassDesign:
    scenario = submission.scenario
    number = submission.version_id and _number(submission.version_id, scenario.pk)
    opened = _figures(scenario.pk, number or scenario.latest.number)
    link = scenario.get_absolute_url()
    return ClassDesign(
        number=submission.participant.seat + 1,
        who=str(submission.participant),
        title=scenario.title,
        url=f"{link}v/{number}/" if number else link,
        verdict=opened[0],
        state=opened[1],
        figures=opened[2],
        votes=votes,
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
    """Return a text that changes whenever a design or a vote of the session does."""
    shown = Submission.objects.filter(participant__session=session, scenario__deleted=None)
    designs = shown.aggregate(count=Count("pk"), at=Max("changed"))
    votes = DesignVote.objects.filter(participant__session=session).aggregate(count=Count("pk"), last=Max("pk"))
    at = designs["at"].timestamp() if designs["at"] else 0
    return f"{designs['count']}-{at}-{votes['count']}-{votes['last']}"


def voted_for(participant: Participant) -> set[int]:
    """Return the numbers of the designs a participant has voted for."""
    return {seat + 1 for seat in participant.votes.values_list("submission__participant__seat", flat=True)}


def vote(participant: Participant, number: int, give: bool) -> None:
    """Give a vote to the design of this number in the class, or take it back; doing it twice changes nothing. Raise
    SessionError."""
    with transaction.atomic():
        session = ClassSession.objects.select_for_update().defer("lesson").get(pk=participant.session_id)
        if session.ended:
            raise SessionError("The session has ended; votes are no longer taken. Those given before are kept.")
        if not takes_designs(session):
            raise SessionError("The class has gone on to another screen; votes are taken while it shows the designs.")
        if number == participant.seat + 1:
            raise SessionError("This design is your own. Vote for one that another student handed in.")
        design = Submission.objects.filter(
            participant__session=session, participant__seat=number - 1, scenario__deleted=None
        ).first()
        if design is None:
            raise SessionError(f"This class has no design with the number {number}.")
        if give:
            DesignVote.objects.get_or_create(participant=participant, submission=design)
        else:
            DesignVote.objects.filter(participant=participant, submission=design).delete()


def is_ranking(name: str, known: dict[str, str]) -> bool:
    """Return whether designs can be ranked by this name."""
    return name in ("", VOTES) or name in known
