from __future__ import annotations

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from mlsysweb.classroom.authoring.checks import unanswerable
from mlsysweb.classroom.authoring.store import lesson_or_404
from mlsysweb.classroom.lessons.shipped import shipped_lessons
from mlsysweb.classroom.models import ClassSession, StudentAnswer
from mlsysweb.show.htmx import wants_partial
from mlsysweb.show.refusal import RefusalPage, limit_posts, page_before, refused
from mlsysweb.show.results.spreadsheet import as_csv

from .page import ProjectorPage
from .participants import hosted_by, hosted_or_404, remember_hosted, session_or_404
from .phases import MoveError
from .present import screen
from .presenter import finish_page, host_token, hosted_page, presenter_page, results_page, with_gallery_error
from .store import create_session, end_session, lesson_of, make_move
from .tally import mark_of, variant_of, variants_of

_LONGEST_VOTE = 3600
_CSV_HEAD = ("Frame", "Round", "Student", "Answer", "Correct", "Group", "Computed", "Time")


@require_POST
@limit_posts("class", "No class was started")
def start(request: HttpRequest) -> HttpResponse:
    """Start a session of a lesson, shipped or authored. It keeps the document as it is now. A lesson with a question
    that has no answer is refused: the class would be at its screen before anyone sees that. Raise Http404."""
    name = request.POST.get("lesson", "")
    lesson = lesson_or_404(name)
    problems = () if name in shipped_lessons() else unanswerable(lesson)
    if problems:
        page = RefusalPage("No class was started", " ".join(problems), page_before(request))
        return refused(request, page, 422)
    session = create_session(lesson, request.user)
    remember_hosted(request, session)
    return redirect("live:host", key=session.host_key)


@require_safe
def hosted(request: HttpRequest) -> HttpResponse:
    """The classes that the account, or without one this browser, has started: the way back to each of them."""
    page = hosted_page(hosted_by(request), request.user.is_authenticated)
    response = render(request, "classroom/hosted.html", {"page": page})
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_safe
def host(request: HttpRequest, key: str) -> HttpResponse:
    """The presenter's page: notes, moves and the answers so far; status 204 for an update where nothing has changed
    since `token`. An update of a class that was deleted on another page leads to one that says so. Any browser that has
    the link leads. Raise Http404 without HTMX."""
    try:
        session = hosted_or_404(key)
    except Http404:
        if not wants_partial(request):
            raise
        return HttpResponse(status=204, headers={"HX-Redirect": f"{reverse('live:find')}?deleted"})
    if "token" in request.GET and request.GET["token"] == host_token(session, timezone.now()):
        return HttpResponse(status=204)
    return presenter(request, session)


def presenter(
    request: HttpRequest, session: ClassSession, error: str = "", *, of_gallery: bool = False
) -> HttpResponse:
    """Return the presenter's page; with an `error`, status 422, and the sentence at its head or, `of_gallery`, beside
    the settings of the gallery."""
    page = presenter_page(session, timezone.now(), _join_url(request, session), error)
    page = with_gallery_error(page) if of_gallery else page
    template = "classroom/_presenter.html" if wants_partial(request) else "classroom/presenter.html"
    return render(request, template, {"page": page}, status=422 if error else 200)


@require_POST
def move(request: HttpRequest, key: str) -> HttpResponse:
    """Make a move. Raise Http404."""
    session = hosted_or_404(key)
    number, seconds = request.POST.get("number", ""), request.POST.get("seconds", "")
    if not number.isdecimal() or (seconds and not seconds.isdecimal()) or len(number + seconds) > 12:
        return presenter(request, session, "The time of a vote is a whole number of seconds, such as 60.")
    if seconds and int(seconds) > _LONGEST_VOTE:
        return presenter(request, session, f"A vote lasts at most {_LONGEST_VOTE:,} seconds; {seconds} is more.")
    try:
        make_move(session, request.POST.get("move", ""), int(number), timezone.now(), int(seconds or 0))
    except MoveError as refused:
        return presenter(request, session, str(refused))
    if wants_partial(request):
        session.refresh_from_db()
        return presenter(request, session)
    return redirect("live:host", key=key)


@require_safe
def finish(request: HttpRequest, key: str) -> HttpResponse:
    """The page that asks before a session is ended or deleted, with what that affects at present. Raise Http404."""
    response = render(request, "classroom/finish.html", {"page": finish_page(hosted_or_404(key))})
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_POST
def end(request: HttpRequest, key: str) -> HttpResponse:
    """End the session and show its results. Raise Http404."""
    end_session(hosted_or_404(key), timezone.now())
    return redirect("live:results", key=key)


@require_POST
def delete(request: HttpRequest, key: str) -> HttpResponse:
    """Delete a session with all its participants and answers. Raise Http404."""
    hosted_or_404(key).delete()
    return redirect("lessons:lessons")


@require_safe
def results(request: HttpRequest, key: str) -> HttpResponse:
    """The results of all questions. Raise Http404."""
    return render(request, "classroom/results.html", {"page": results_page(hosted_or_404(key))})


@require_safe
def results_csv(request: HttpRequest, key: str) -> HttpResponse:
    """All answers as CSV, one row each, in the order of the lesson. Raise Http404."""
    session = hosted_or_404(key)
    answers = StudentAnswer.objects.filter(participant__session=session)
    rows = []
    for frame in (each for each in lesson_of(session).frames if each.asked):
        variants = variants_of(frame)
        for each in (
            answers.filter(frame=frame.slug).order_by("round", "participant__seat").select_related("participant")
        ):
            own, mark = variant_of(variants, each.participant.seat), mark_of(variants, each)
            right = {True: "yes", False: "no", None: ""}[mark.right]
            words = own.question.in_words(each.value)
            rows.append(
                (
                    frame.title,
                    each.round,
                    str(each.participant),
                    words,
                    right,
                    mark.group,
                    own.key.text,
                    each.changed.isoformat(timespec="seconds"),
                )
            )
    head = {"Content-Disposition": f'attachment; filename="class-{session.code}.csv"'}
    return HttpResponse(as_csv(_CSV_HEAD, rows), content_type="text/csv; charset=utf-8", headers=head)


@require_safe
def projector(request: HttpRequest, code: str) -> HttpResponse:
    """The projector's page: what the class sees, with the code to join. Raise Http404."""
    session = session_or_404(request, code)
    url = _join_url(request, session)
    qr = segno.make(url, error="m").svg_inline(scale=6, border=2, dark="#000", light="#fff", omitsize=True)
    address = f"{request.get_host()}{reverse('live:find')}".rstrip("/")
    page = ProjectorPage(screen(session, timezone.now()), address, qr)
    return render(request, "classroom/projector.html", {"page": page})


def _join_url(request: HttpRequest, session: ClassSession) -> str:
    return request.build_absolute_uri(reverse("live:student", args=[session.code]))
