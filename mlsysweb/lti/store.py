"""Stores launches, the links of platforms and the students who come by them."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from mlsysweb.classroom.live.participants import participant_of, remember
from mlsysweb.classroom.live.store import join
from mlsysweb.classroom.models import ClassSession, Participant

from .models import Launch, Platform, PlatformLink, PlatformStudent

# How long the browser may take to the platform and back.
VALID = timedelta(minutes=10)
_LONGEST_NAME: int = Participant._meta.get_field("name").max_length or 0


def platform_of(issuer: str, client_id: str) -> Platform | None:
    """Return the platform of an issuer. Where it has registered this site more than once, the client id says which."""
    found = Platform.objects.filter(issuer=issuer)
    if client_id:
        found = found.filter(client_id=client_id)
    platforms = list(found[:2])
    return platforms[0] if len(platforms) == 1 else None


def take_answer(state: str) -> Launch | None:
    """Return the launch that an answer with this state belongs to; None if there is none, or it was answered before or
    too late. Of two answers with one state only the first finds it."""
    since = timezone.now() - VALID
    if not Launch.objects.filter(state=state, answered=False, begun__gte=since).update(answered=True):
        return None
    return Launch.objects.select_related("platform").get(state=state)


def take_ticket(ticket: str) -> Launch | None:
    """Return the answered launch of a ticket and delete it, so that the ticket is good once."""
    since = timezone.now() - VALID
    with transaction.atomic():
        found = Launch.objects.filter(ticket=ticket, answered=True, begun__gte=since).exclude(claims={})
        launch = found.select_related("platform").select_for_update(of=("self",)).first()
        if launch is not None:
            Launch.objects.filter(pk=launch.pk).delete()
    return launch


def link_of(launch: Launch) -> PlatformLink:
    """Return the link that was opened, with what the launch says about it."""
    said = launch.claims
    link, _ = PlatformLink.objects.update_or_create(
        platform=launch.platform,
        deployment=said["deployment"],
        resource=said["resource"],
        defaults={"title": said["title"], "lesson": said["custom"].get("lesson", "")},
    )
    if said["line_item"] and said["line_item"] != link.line_item:
        link.line_item = said["line_item"]
        link.save(update_fields=["line_item"])
    if code := said["custom"].get("class", ""):
        # A code is known to students, so it gives no right to lead the class.
        link.session, link.leads = ClassSession.objects.filter(code=code.upper()).first(), False
        link.save(update_fields=["session", "leads"])
    return link


def hold_class(link: PlatformLink, session: ClassSession) -> None:
    """Hold a class with a link: students who open it join, and its instructors lead."""
    link.session, link.leads = session, True
    link.save(update_fields=["session", "leads"])


def join_class(request: HttpRequest, link: PlatformLink, session: ClassSession, user: str, name: str) -> None:
    """Let this browser be the participant of a platform's user, the same on every device. Raise SessionError."""
    with transaction.atomic():
        PlatformLink.objects.select_for_update().get(pk=link.pk)  # one of two launches of a user at a time
        known = PlatformStudent.objects.filter(link=link, participant__session=session, user=user).first()
        if known is not None:
            participant: Participant | None = known.participant
        else:
            participant = participant_of(request, session)
            if participant is None or hasattr(participant, "platform_student"):  # of another user of this browser
                participant = join(session, " ".join(name.split())[:_LONGEST_NAME])
            PlatformStudent.objects.create(participant=participant, link=link, user=user)
    assert participant is not None
    remember(request, session, participant)
