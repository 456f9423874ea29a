from __future__ import annotations

from dataclasses import replace
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe

from mlsysweb.classroom.authoring.files import as_json, as_toml
from mlsysweb.classroom.authoring.rights import edit_url
from mlsysweb.classroom.authoring.store import lesson_or_404
from mlsysweb.classroom.figures import compute
from mlsysweb.classroom.questions.question import AnswerError, FigureError
from mlsysweb.show.htmx import wants_partial

from .document import Frame, Lesson
from .page import LessonsPage, MarkView, QuestionView
from .present import demo_view, frame_page, lesson_entry, mark_view, question_view
from .shipped import shipped_lessons


@require_safe
def lessons(request: HttpRequest) -> HttpResponse:
    """The list of lessons."""
    entries = tuple(lesson_entry(lesson, partial(_url, lesson.slug)) for lesson in shipped_lessons().values())
    return render(request, "classroom/lessons.html", {"page": LessonsPage(entries)})


@require_safe
def export(request: HttpRequest, lesson: str, kind: str) -> HttpResponse:
    """A lesson as a file, TOML or JSON. Raise Http404."""
    data = lesson_or_404(lesson).data
    text, content_type = (as_toml(data), "application/toml") if kind == "toml" else (as_json(data), "application/json")
    head = {"Content-Disposition": f'attachment; filename="{data["slug"]}.{kind}"', "X-Robots-Tag": "noindex"}
    return HttpResponse(text, content_type=f"{content_type}; charset=utf-8", headers=head)


@require_safe
def first_frame(request: HttpRequest, lesson: str) -> HttpResponse:
    """Redirect to the first frame of a lesson. Raise Http404."""
    return redirect(_url(lesson, lesson_or_404(lesson).frames[0].slug))


@require_http_methods(["GET", "HEAD", "POST"])
def frame(request: HttpRequest, lesson: str, frame: str) -> HttpResponse:
    """A frame of a lesson for self-study; a POST answers its question and shows the mark. Raise Http404."""
    found = lesson_or_404(lesson)
    shown = _frame(found, frame)
    question, mark = _answered(request, shown)
    page = frame_page(found, shown, partial(_url, lesson), question, mark)
    if lesson not in shipped_lessons():
        page = replace(page, name=lesson, edit_url=edit_url(request, lesson, frame))
    status = 422 if question and question.error else 200
    partly = request.method == "POST" and wants_partial(request)
    response = render(
        request, "classroom/_question.html" if partly else "classroom/frame.html", {"page": page}, status=status
    )
    if page.name:
        response["X-Robots-Tag"] = "noindex"
        patch_cache_control(response, private=True, no_store=True)
    return response


def _answered(request: HttpRequest, frame: Frame) -> tuple[QuestionView | None, MarkView | None]:
    """Return the question of a frame, and the mark of the answer that was sent."""
    question = frame.question()
    if question is None:
        return None, None
    if request.method != "POST":
        return question_view(question, request.path), None
    posted = dict(request.POST.lists())
    try:
        answer = question.read_answer(posted)
    except AnswerError as bad:
        return question_view(question, request.path, posted, str(bad)), None
    try:
        key = question.solve(compute)
    except FigureError as bad:
        return question_view(
            question, request.path, posted, f"This question has no answer to compare with. {bad}"
        ), None
    return question_view(question, request.path, posted), mark_view(question, answer, key, question.mark(answer, key))


@require_safe
def demo(request: HttpRequest, lesson: str, frame: str, number: int) -> HttpResponse:
    """The result of a demo with changed inputs, as a fragment. Raise Http404."""
    demos = _frame(lesson_or_404(lesson), frame).demos
    if number >= len(demos):
        raise Http404("The frame has no such demo.")
    shown = demo_view(demos[number], number, request.path, request.GET)
    return render(request, "classroom/_demo_result.html", {"demo": shown})


def _frame(lesson: Lesson, slug: str) -> Frame:
    found = lesson.frame(slug)
    if found is None:
        raise Http404(f"The lesson has no frame called {slug}.")
    return found


def _url(lesson: str, frame: str) -> str:
    return reverse("lessons:frame", args=[lesson, frame])
