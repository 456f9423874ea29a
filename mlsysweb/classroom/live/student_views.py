from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from mlsysweb.classroom.lessons.present import demo_view
from mlsysweb.classroom.models import CODE_LENGTH, ClassSession, Participant, SessionPhase
from mlsysweb.classroom.questions.question import AnswerError
from mlsysweb.saved.scenarios.text import control_character
from mlsysweb.show.htmx import wants_partial
from mlsysweb.throttle import spend

from .page import JoinPage, JourneyPage, Screen, StudentPage
from .participants import PARTICIPANTS, participant_of, remember, session_or_404
from .present import earlier_page, handed_in, journey, projector_token, screen, sent_by
from .store import SessionError, frame_of, join, lesson_of, record_answer
from .tally import variant_of, variants_of

_LONGEST_NAME = 40


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The form for a code; with a code in the query, a redirect to its session."""
    code = request.GET.get("code", "").strip().upper().replace(" ", "")
    if not code:
        problem = "The class was deleted, with everything that was sent to it." if "deleted" in request.GET else ""
        return render(request, "classroom/join.html", {"page": JoinPage("", "", "", problem)})
    session = ClassSession.objects.filter(code=code).first() if len(code) == CODE_LENGTH else None
    if session is None:
        spend(request, "code", 1)
        return _no_class(request, code)
    return redirect("live:student", code=session.code)


def _no_class(request: HttpRequest, code: str) -> HttpResponse:
    problem = f"There is no class with the code {code[:20]}. A code has {CODE_LENGTH} letters and digits."
    return render(request, "classroom/join.html", {"page": JoinPage("", code[:20], "", problem)}, status=404)


@require_safe
def student(request: HttpRequest, code: str) -> HttpResponse:
    """A student's page, or the form to join; for a code of no class, the form for a code."""
    try:
        session = session_or_404(request, code)
    except Http404:
        return _no_class(request, code)
    participant = participant_of(request, session)
    if participant is None:
        problem = "This session has ended and takes no more students." if session.ended else ""
        return render(request, "classroom/join.html", {"page": JoinPage(session.title, code, "", problem)})
    return render(request, "classroom/student.html", {"page": _student_page(request, session, participant)})


def _student_page(request: HttpRequest, session: ClassSession, participant: Participant) -> StudentPage:
    return StudentPage(
        screen(session, timezone.now(), participant),
        str(participant),
        request.build_absolute_uri(reverse("live:personal", args=[session.code, participant.key])),
        reverse("live:journey", args=[session.code]),
    )


@require_POST
def join_session(request: HttpRequest, code: str) -> HttpResponse:
    """Join a session; a browser that has joined already returns as the same participant. Raise Http404."""
    session = session_or_404(request, code)
    if participant_of(request, session) is None:
        name = " ".join(request.POST.get("name", "").split())
        problem = _name_problem(name)
        try:
            participant = None if problem else join(session, name)
        except SessionError as refused:
            participant, problem = None, str(refused)
        if participant is None:
            page = JoinPage(session.title, code, name[:_LONGEST_NAME], problem)
            return render(request, "classroom/join.html", {"page": page}, status=422)
        remember(request, session, participant)
    return redirect("live:student", code=session.code)


def _name_problem(name: str) -> str:
    if len(name) > _LONGEST_NAME:
        return f"The name is {len(name)} characters long; {_LONGEST_NAME} is the most."
    problem = control_character(name)
    return f"The name {problem}" if problem else ""


@require_safe
def screen_update(request: HttpRequest, code: str) -> HttpResponse:
    """The screen where it has changed since `token`, only its gallery where that alone has changed since `gallery`;
    status 204 where neither has. Read every two seconds by each student, so an unchanged screen costs one query and no
    session. Where the class was deleted, or the student has left it on another device, it leads to a page that says so,
    which asks no more. Raise Http404 without HTMX."""
    try:
        session = session_or_404(request, code)
    except Http404:
        if not wants_partial(request):
            raise
        return _leads_to(f"{reverse('live:find')}?deleted")
    now, projected = timezone.now(), request.GET.get("view") == "projector"
    same = request.GET.get("token") == (projector_token(session, now) if projected else session.token(now))
    if same and (projected or request.GET.get("gallery", "") in ("", str(session.gallery_number))):
        return HttpResponse(status=204)
    participant = None if projected else participant_of(request, session)
    if participant is None and not projected and wants_partial(request):
        return _leads_to(reverse("live:student", args=[code]))
    shown = screen(session, now, participant)
    if same and participant:
        return _new_entries(request, shown)
    template = "classroom/_screen.html" if participant else "classroom/_projector_screen.html"
    return render(request, template, {"screen": shown})


def _leads_to(url: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": url})


def _new_entries(request: HttpRequest, shown: Screen) -> HttpResponse:
    """Return the gallery and the element that polls, each out of band: the rest of the screen stays as it is, with what
    the student has typed."""
    update = render(request, "classroom/_gallery.html", {"screen": shown, "update": True})
    update["HX-Reswap"] = "none"
    return update


@require_POST
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Record an answer. It names the frame and round it belongs to, so that a late one is refused. Raise Http404."""
    session = session_or_404(request, code)
    participant = participant_of(request, session)
    if participant is None:
        return refused_answer(request, session, "Join the class first; this browser has not joined it.", 403)
    frame = lesson_of(session).frame(request.POST.get("frame", ""))
    number = request.POST.get("round", "")
    if frame is None or not frame.asked or number not in ("1", "2"):
        return refused_answer(request, session, "This answer belongs to no question of the class.", 422)
    question = variant_of(variants_of(frame), participant.seat).question
    posted = {name: texts for name, texts in request.POST.lists() if name not in ("frame", "round")}
    try:
        value = question.read_answer(posted)
        record_answer(participant, frame.slug, int(number), value, timezone.now())
    except AnswerError as bad:
        return refused_answer(request, session, str(bad), 422)
    except SessionError as late:
        return refused_answer(request, session, str(late), 409)
    if wants_partial(request):
        recorded = question.in_words(value)
        return render(request, "classroom/_recorded.html", {"recorded": recorded, "error": ""})
    return redirect("live:student", code=session.code)


def refused_answer(request: HttpRequest, session: ClassSession, sentence: str, status: int) -> HttpResponse:
    """Return why something sent by a student was not taken: in place for an HTMX request, else as a page."""
    if wants_partial(request):
        # htmx shows a 422 in place; the sentence matters more than the difference of the status.
        return render(request, "classroom/_recorded.html", {"recorded": "", "error": sentence}, status=422)
    page = JoinPage(session.title, session.code, "", sentence)
    return render(request, "classroom/refused.html", {"page": page}, status=status)


@require_safe
def own_journey(request: HttpRequest, code: str) -> HttpResponse:
    """A student's own answers and what they handed in. Raise Http404."""
    session = session_or_404(request, code)
    participant = participant_of(request, session)
    if participant is None:
        return redirect("live:student", code=session.code)
    entries = journey(session, participant, timezone.now())
    screen_url = reverse("live:student", args=[session.code])
    sent = sent_by(Participant.objects.filter(pk=participant.pk))
    page = JourneyPage(session.title, str(participant), entries, handed_in(participant), screen_url, sent)
    return render(request, "classroom/journey.html", {"page": page})


@require_safe
def earlier(request: HttpRequest, code: str) -> HttpResponse:
    """The screens that the class has left, for a student who came late or looks back. Raise Http404."""
    session = session_or_404(request, code)
    participant = participant_of(request, session)
    if participant is None:
        return redirect("live:student", code=session.code)
    return render(request, "classroom/earlier.html", {"page": earlier_page(session, participant)})


@require_POST
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """Delete the participant of this browser with all answers. Raise Http404."""
    session = session_or_404(request, code)
    participant = participant_of(request, session)
    if participant is not None:
        participant.delete()
        request.session[PARTICIPANTS] = {
            id: key for id, key in request.session.get(PARTICIPANTS, {}).items() if id != session.id
        }
    return redirect("live:find")


@require_safe
def personal(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Go on as a participant on this device, by their personal link. Raise Http404."""
    session = session_or_404(request, code)
    participant = get_object_or_404(Participant, session=session, key=key)
    remember(request, session, participant)
    return redirect("live:student", code=session.code)


@require_safe
def demo(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The result of a demo of the present frame with changed inputs. Raise Http404."""
    session = session_or_404(request, code)
    frame = frame_of(session, lesson_of(session))
    if number >= len(frame.demos) or (frame.asked and session.phase != SessionPhase.REVEALED):
        raise Http404("The present screen has no such demo.")
    shown = demo_view(frame.demos[number], number, request.path, request.GET)
    return render(request, "classroom/_demo_result.html", {"demo": shown})
