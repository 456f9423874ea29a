from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from mlsysweb.classroom.live.host_views import presenter
from mlsysweb.classroom.live.page import JoinPage
from mlsysweb.classroom.live.participants import hosted_or_404, participant_of, session_or_404
from mlsysweb.classroom.live.store import SessionError, frame_of, lesson_of
from mlsysweb.classroom.models import ClassSession
from mlsysweb.show.htmx import wants_partial
from solvers.errors import InputError

from .constraint import AT_LEAST, AT_MOST, card_of, read_limit
from .designs import figure_names
from .page import VoteView
from .present import vote_view
from .store import hide, is_ranking, items_of, show_gallery, vote


@require_POST
def send_vote(request: HttpRequest, code: str) -> HttpResponse:
    """Give a vote to an entry of the gallery that the class sees, or take it back. Raise Http404."""
    session = session_or_404(request, code)
    participant = participant_of(request, session)
    number, sent = request.POST.get("entry", ""), request.POST.get("vote", "")
    if participant is None:
        return _refused(request, session, "Join the class first; this browser has not joined it.", 403)
    frame = lesson_of(session).frame(request.POST.get("frame", ""))
    if frame is None or not _is_number(number) or sent not in ("give", "take-back"):
        return _refused(request, session, "The vote names no entry of the class. Reload the page and vote again.", 422)
    try:
        vote(participant, frame.slug, int(number), sent == "give")
    except SessionError as refused:
        if wants_partial(request):
            shown = vote_view(session, frame, participant, int(number), str(refused))
            return render(request, "classroom/_vote.html", {"vote": shown}, status=422)
        return _refused(request, session, str(refused), 409)
    shown = vote_view(session, frame, participant, int(number))
    if wants_partial(request):
        return render(request, "classroom/_vote.html", {"vote": shown})
    return redirect(f"{reverse('live:student', args=[session.code])}#{shown.id}")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 4


def _refused(request: HttpRequest, session: ClassSession, sentence: str, status: int) -> HttpResponse:
    if wants_partial(request):
        # htmx shows a 422 in place; the sentence matters more than the difference of the status.
        shown = VoteView("", "", "", 0, "", False, False, None, sentence)
        return render(request, "classroom/_vote.html", {"vote": shown}, status=422)
    page = JoinPage(session.title, session.code, "", sentence)
    return render(request, "classroom/refused.html", {"page": page}, status=status)


@require_POST
def hide_entry(request: HttpRequest, key: str) -> HttpResponse:
    """Hide an entry of the present frame's gallery from the class, or show it again; from the presenter's page. Raise
    Http404."""
    session = hosted_or_404(key)
    frame, number = frame_of(session, lesson_of(session)), request.POST.get("entry", "")
    sentence = ""
    if request.POST.get("frame") != frame.slug or not _is_number(number):
        sentence = "The class has gone on to another screen. Open the presenter's page again."
    else:
        try:
            hide(session, frame, int(number), request.POST.get("hidden") == "yes")
        except SessionError as refused:
            sentence = str(refused)
    if sentence:
        page = JoinPage(session.title, session.code, "", sentence)
        return render(request, "classroom/refused.html", {"page": page}, status=422)
    return redirect(f"{reverse('live:host', args=[key])}#gallery")


@require_POST
def settings(request: HttpRequest, key: str) -> HttpResponse:
    """Store how the gallery is shown, from the presenter's page. A constraint on another figure than before has no
    limit until one is given. Raise Http404."""
    session = hosted_or_404(key)
    items = items_of(session, frame_of(session, lesson_of(session)))
    known, sent = figure_names(items), request.POST
    by, drawn, limited = (sent.get(name, "") for name in ("ranked_by", "drawn", "limited"))
    if not is_ranking(by, known) or any(each and each not in known for each in (drawn, limited)):
        page = JoinPage(session.title, session.code, "", "No entry of the class has the figure that was picked.")
        return render(request, "classroom/refused.html", {"page": page}, status=422)
    settings: dict[str, Any] = {
        "names_hidden": "names_hidden" in sent,
        "ranked_by": by,
        "highest_first": sent.get("order") == "highest",
        "drawn": drawn,
        "limited": limited,
        "limit_side": AT_LEAST if sent.get("limit_side") == AT_LEAST else AT_MOST,
        "limit": None,
    }
    card = card_of(items, limited)
    try:
        if card and limited == sent.get("limit_of", ""):
            settings["limit"] = read_limit(sent.get("limit", "").strip(), card)
    except InputError as bad:
        return presenter(request, session, f"Limit of {card.label}: {bad.sentence}" if card else "", of_gallery=True)
    show_gallery(session, settings)
    return redirect(f"{reverse('live:host', args=[key])}#gallery")
