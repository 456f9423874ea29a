"""The participant that a browser is in a session."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from mlsysweb.classroom.models import ClassSession, Participant

# The participants of this browser by session, in the Django session.
PARTICIPANTS = "participants"


def session_or_404(code: str) -> ClassSession:
    """Return the session of a code. Raise Http404."""
    return get_object_or_404(ClassSession.objects.defer("lesson"), code=code)


def participant_of(request: HttpRequest, session: ClassSession) -> Participant | None:
    """Return the participant that this browser is in a session; None if it has not joined."""
    key = request.session.get(PARTICIPANTS, {}).get(session.id)
    return Participant.objects.filter(session=session, key=key).first() if key else None


def remember(request: HttpRequest, session: ClassSession, participant: Participant) -> None:
    """Let this browser be a participant."""
    request.session[PARTICIPANTS] = {**request.session.get(PARTICIPANTS, {}), session.id: participant.key}
