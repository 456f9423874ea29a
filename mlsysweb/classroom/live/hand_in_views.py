from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from mlsysweb.saved.scenarios.ids import is_id
from mlsysweb.saved.scenarios.models import Scenario
from mlsysweb.saved.scenarios.people import may_see
from mlsysweb.saved.scenarios.views import saved_page_or_response
from mlsysweb.show.refusal import limit_posts

from .participants import participant_of, session_or_404
from .store import SessionError, hand_in, takes_designs
from .student_views import refused_answer


@require_POST
def submit(request: HttpRequest, code: str) -> HttpResponse:
    """Hand in a saved scenario by its link. Raise Http404."""
    session = session_or_404(request, code)
    participant = participant_of(request, session)
    if participant is None:
        return refused_answer(request, session, "Join the class first; this browser has not joined it.", 403)
    id = request.POST.get("link", "").strip().rstrip("/").rpartition("/")[2]
    scenario = Scenario.objects.filter(pk=id, deleted=None).first() if is_id(id) else None
    if scenario is None or not may_see(request, scenario):
        sentence = "The link leads to no saved scenario. Save your design first, then paste its link, /s/…/."
        return refused_answer(request, session, sentence, 422)
    try:
        hand_in(participant, scenario)
    except SessionError as late:
        return refused_answer(request, session, str(late), 409)
    return redirect("live:student", code=session.code)


@require_POST
@limit_posts("save", "Not handed in")
def save_and_hand_in(request: HttpRequest, code: str) -> HttpResponse:
    """Save the page that the form was sent from, and hand it in. Raise Http404."""
    session = session_or_404(request, code)
    participant = participant_of(request, session)
    if participant is None:
        return refused_answer(request, session, "Join the class first; this browser has not joined it.", 403)
    if not takes_designs(session):
        sentence = "The class takes no designs now. Nothing was saved; save the page and hand in its link later."
        return refused_answer(request, session, sentence, 409)
    saved = saved_page_or_response(request)
    if not isinstance(saved, Scenario):
        return saved
    try:
        hand_in(participant, saved)
    except SessionError as late:
        return refused_answer(request, session, f"{late} The design itself is saved under My scenarios.", 409)
    return redirect(f"{reverse('live:student', args=[code])}#hand-in-title")
