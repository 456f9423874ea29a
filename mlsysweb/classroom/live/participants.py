"""The participant that a browser is in a session."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from mlsysweb.classroom.models import ClassSession, Participant
from mlsysweb.throttle import spend

# The participants of this browser by session, in the Django session.
PARTICIPANTS = "participants"


def session_or_404(request: HttpRequest, code: str) -> ClassSession:
    """Return the session of a code. Raise Http404, and LimitExceeded after many codes of no class."""
    session = ClassSession.objects.defer("lesson").filter(code=code).first()
    if session is None:
        spend(request, "code", 1)
        raise Http404(f"There is no class with the code {code[:20]}.")
    return session


def participant_of(request: HttpRequest, session: ClassSession) -> Participant | None:
    """Return the participant that this browser is in a session; None if it has not joined."""
    key = request.session.get(PARTICIPANTS, {}).get(session.id)
    return Participant.objects.filter(session=session, key=key).first() if key else None


def remember(request: HttpRequest, session: ClassSession, participant: Participant) -> None:
    """Let this browser be a participant."""
    request.session[PARTICIPANTS] = {**request.session.get(PARTICIPANTS, {}), session.id: participant.key}
