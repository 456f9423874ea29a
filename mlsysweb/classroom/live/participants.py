"""The participant that a browser is in a session, and the sessions that it leads."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from catalog.visible import see
from mlsysweb.classroom.models import ClassSession, Participant
from mlsysweb.throttle import spend
from mlsysweb.visitors import choose_catalog

# The participants of this browser by session, in the Django session.
PARTICIPANTS = "participants"
# The sessions that this browser has started, the latest last, in the Django session.
_HOSTED = "hosted"
_MOST_HOSTED = 50


def session_or_404(request: HttpRequest, code: str) -> ClassSession:
    """Return the session of a code; the rest of the request sees its catalog. Raise Http404, and LimitExceeded after
    many codes of no class."""
    session = ClassSession.objects.defer("lesson").filter(code=code).first()
    if session is None:
        spend(request, "code", 1)
        raise Http404(f"There is no class with the code {code[:20]}.")
    see(session.group_id)
    return session


def hosted_or_404(key: str) -> ClassSession:
    """Return the session of a host link; the rest of the request sees its catalog. Raise Http404."""
    session = get_object_or_404(ClassSession.objects.defer("lesson"), host_key=key)
    see(session.group_id)
    return session


def participant_of(request: HttpRequest, session: ClassSession) -> Participant | None:
    """Return the participant that this browser is in a session; None if it has not joined."""
    key = request.session.get(PARTICIPANTS, {}).get(session.id)
    return Participant.objects.filter(session=session, key=key).first() if key else None


def remember(request: HttpRequest, session: ClassSession, participant: Participant) -> None:
    """Let this browser be a participant, and see the catalog of the class also on the pages it opens from there."""
    request.session[PARTICIPANTS] = {**request.session.get(PARTICIPANTS, {}), session.id: participant.key}
    if session.group_id is not None:
        choose_catalog(request, session.group_id)


def groups_attended(request: HttpRequest) -> set[int]:
    """Return the groups whose running classes this browser attends."""
    keys: dict[str, str] = request.session.get(PARTICIPANTS, {})
    if not keys:
        return set()
    running = ClassSession.objects.filter(pk__in=keys, ended=None, participants__key__in=keys.values())
    return set(running.exclude(group=None).values_list("group", flat=True))


def remember_hosted(request: HttpRequest, session: ClassSession) -> None:
    """Let this browser find a session that it has started again without its link."""
    request.session[_HOSTED] = [*request.session.get(_HOSTED, []), session.pk][-_MOST_HOSTED:]


def hosted_by(request: HttpRequest) -> list[ClassSession]:
    """Return the latest sessions of the account of this browser, and those that it has started without one."""
    own = Q(pk__in=request.session.get(_HOSTED, []), owner=None)
    if isinstance(request.user, User):
        own |= Q(owner=request.user)
    return list(ClassSession.objects.defer("lesson").filter(own)[:_MOST_HOSTED])
