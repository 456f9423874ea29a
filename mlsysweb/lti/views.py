from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mlsysweb.classroom.authoring.checks import unanswerable
from mlsysweb.classroom.authoring.store import lesson_or_404
from mlsysweb.classroom.lessons.shipped import shipped_lessons
from mlsysweb.classroom.live.participants import remember_hosted, session_or_404
from mlsysweb.classroom.live.store import create_session
from mlsysweb.show.refusal import limit_posts

from .deep_link import deep_link_response, item
from .grades import GradeError, SentGrades, send_grades
from .models import Platform, PlatformLink
from .page import ChoosePage, LessonChoice, LinkPage, ReturnPage
from .store import hold_class

# In the Django session: the links that this browser opened as an instructor, and the deep link it answers.
LINKS, DEEP = "lti_links", "lti_deep_link"


@require_safe
def link(request: HttpRequest, id: int) -> HttpResponse:
    """A link of a platform, for its instructors: the class, and the grades. Raise Http404."""
    return render(request, "lti/link.html", {"page": _page(_opened_or_404(request, id))})


@require_POST
@limit_posts("class", "No class was started")
def start(request: HttpRequest, id: int) -> HttpResponse:
    """Start a class of the link's lesson; students who open the link join it. Raise Http404."""
    found = _opened_or_404(request, id)
    lesson = lesson_or_404(found.lesson)
    problems = () if found.lesson in shipped_lessons() else unanswerable(lesson)
    if problems:
        return render(request, "lti/link.html", {"page": _page(found, error=" ".join(problems))}, status=422)
    session = create_session(lesson, request.user)
    hold_class(found, session)
    remember_hosted(request, session)
    return redirect("live:host", key=session.host_key)


@require_POST
@limit_posts("edit", "No grades were sent")
def grades(request: HttpRequest, id: int) -> HttpResponse:
    """Send the participation of the class to the gradebook. Raise Http404."""
    found = _opened_or_404(request, id)
    try:
        told = _told(send_grades(found))
    except GradeError as wrong:
        return render(request, "lti/link.html", {"page": _page(found, error=str(wrong))}, status=422)
    return render(request, "lti/link.html", {"page": _page(found, told)})


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """The choice of a lesson or a class for a link; by POST, the form that takes it to the platform. Raise Http404."""
    begun: dict[str, Any] = request.session.get(DEEP, {})
    platform = Platform.objects.filter(pk=begun.get("platform", 0)).first()
    if platform is None:
        raise Http404("No learning platform asks for a link in this browser.")
    if request.method != "POST":
        return render(request, "lti/choose.html", {"page": _choices(platform)})
    code, name = request.POST.get("code", "").strip().upper(), request.POST.get("lesson", "")
    if code:
        try:
            title, custom = session_or_404(request, code).title, {"class": code}
        except Http404:
            error = f"There is no class with the code {code[:20]}. A code has six letters and digits."
            return render(request, "lti/choose.html", {"page": _choices(platform, code[:20], error)}, status=422)
    else:
        title, custom = lesson_or_404(name).title, {"lesson": name}
    chosen = item(title, request.build_absolute_uri(reverse("lti:launch")), custom)
    answer = deep_link_response(platform, begun["deployment"], begun["data"], [chosen])
    page = ReturnPage(platform.name, title, begun["return_url"], answer)
    response = render(request, "lti/return.html", {"page": page})
    # The one form that leaves this site.
    to = urlsplit(begun["return_url"])
    response._csp_update = {"form-action": [f"{to.scheme}://{to.netloc}"]}  # type: ignore[attr-defined]
    return response


def _choices(platform: Platform, code: str = "", error: str = "") -> ChoosePage:
    lessons = tuple(LessonChoice(slug, each.title, each.summary) for slug, each in shipped_lessons().items())
    return ChoosePage(platform.name, lessons, code, error)


def _opened_or_404(request: HttpRequest, id: int) -> PlatformLink:
    """Return a link that this browser opened as an instructor. Raise Http404."""
    if id not in request.session.get(LINKS, []):
        raise Http404("This browser has not opened this link as an instructor.")
    return get_object_or_404(PlatformLink.objects.select_related("platform", "session"), pk=id)


def _page(found: PlatformLink, told: str = "", error: str = "") -> LinkPage:
    session = found.session if found.session and found.session.ended is None else None
    held = found.session is not None
    return LinkPage(
        id=found.pk,
        title=str(found),
        platform=found.platform.name,
        lesson_url=reverse("lessons:lesson", args=[found.lesson]) if found.lesson else "",
        host_url=reverse("live:host", args=[session.host_key]) if session and found.leads else "",
        join_url=reverse("live:student", args=[session.code]) if session else "",
        students=found.students.filter(participant__session=found.session).count() if held else 0,
        has_column=bool(found.line_item),
        told=told,
        error=error,
    )


def _told(done: SentGrades) -> str:
    parts = [f"{done.sent:,} sent"]
    if done.unchanged:
        parts.append(f"{done.unchanged:,} already there")
    if done.failed:
        parts.append(f"{done.failed:,} refused by the platform: send again later")
    return f"Grades: {', '.join(parts)}."
