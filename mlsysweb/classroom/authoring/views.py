"""Views of the list of own lessons: new, cloned, imported, shared, deleted, restored."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mlsysweb.classroom.lessons.shipped import shipped_lessons
from mlsysweb.classroom.models import AuthoredLesson, new_key
from mlsysweb.classroom.section import DocumentErrors
from mlsysweb.show.refusal import limit_posts
from mlsysweb.show.results.page import Link
from mlsysweb.visitors import owned_by, owns

from .documents import copied, new_document
from .files import MOST_BYTES, read_file
from .page import LessonImportPage, MyLessonsPage, OwnLesson
from .rights import editable_lessons, open_to_edit, owned_or_404
from .store import create_lesson, find_lesson

_LINK = re.compile(r"(?:.*/lessons/(?:mine/)?)?([-\w]+)(?:/.*)?", re.ASCII)
# Longer text is not sent back in the form.
_MOST_ECHOED = 200_000


@require_safe
def my_lessons(request: HttpRequest) -> HttpResponse:
    """The lessons that this visitor may change."""
    return _list(request)


def _list(request: HttpRequest, field: str = "", problem: str = "", typed: str = "") -> HttpResponse:
    page = MyLessonsPage(
        lessons=tuple(_entry(request, each) for each in editable_lessons(request)),
        shipped=tuple(Link(each.title, each.slug) for each in shipped_lessons().values()),
        deleted=_deleted(request),
        field=field,
        problem=problem,
        typed=typed[:400],
    )
    return render(request, "authoring/my_lessons.html", {"page": page}, status=422 if problem else 200)


def _entry(request: HttpRequest, row: AuthoredLesson) -> OwnLesson:
    frames = row.document["frames"]
    changed = date_format(timezone.localtime(row.changed), "j F Y, H:i")
    minutes = round(sum(frame.get("minutes", 0) for frame in frames))
    return OwnLesson(
        row.pk, row.title, row.document.get("summary", ""), changed, len(frames), minutes, owns(request, row)
    )


def _deleted(request: HttpRequest) -> Link | None:
    """Return the lesson that was just deleted, with the URL that restores it."""
    id = request.GET.get("deleted", "")[:16]
    row = (
        AuthoredLesson.objects.filter(owned_by(request), pk=id, deleted__isnull=False).first() if id.isalnum() else None
    )
    return Link(row.title, reverse("lessons:mine:restore", args=[row.pk])) if row else None


@require_POST
@limit_posts("save", "Not created")
def new(request: HttpRequest) -> HttpResponse:
    """Create a lesson of one empty screen."""
    title = request.POST.get("title", "").strip()
    try:
        created = create_lesson(request, new_document(title))
    except DocumentErrors as bad:
        return _list(request, "title", " ".join(bad.sentences), title)
    return redirect("lessons:mine:lesson", id=created.pk)


@require_POST
@limit_posts("fork", "Not copied")
def clone(request: HttpRequest) -> HttpResponse:
    """Create a copy of a shipped lesson, or of one by its link."""
    link = request.POST.get("lesson", "").strip()
    match = _LINK.fullmatch(link.partition("?")[0])
    found = find_lesson(match[1]) if match else None
    if found is None:
        problem = f"The link '{link[:80]}' leads to no lesson. Paste the link of a lesson, such as /lessons/economics/."
        return _list(request, "lesson", problem, link)
    return redirect("lessons:mine:lesson", id=create_lesson(request, copied(found)).pk)


@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("import", "Not imported")
def import_lesson(request: HttpRequest) -> HttpResponse:
    """The form for a file or text; a POST creates the lesson, or shows every problem with the text kept."""
    if request.method != "POST":
        return render(request, "authoring/import.html", {"page": LessonImportPage()})
    file, text = request.FILES.get("file"), request.POST.get("text", "")
    if file is not None:
        data = file.read(MOST_BYTES + 1) if (file.size or 0) <= MOST_BYTES else b" " * (file.size or 0)
    else:
        data = text.encode("utf-8", "surrogatepass")
    try:
        created = create_lesson(request, read_file(data))
    except DocumentErrors as bad:
        shown = text or (data.decode("utf-8", "replace") if file is not None else "")
        page = LessonImportPage(shown if len(shown) <= _MOST_ECHOED else "", bad.sentences[:50])
        return render(request, "authoring/import.html", {"page": page}, status=422)
    return redirect("lessons:mine:lesson", id=created.pk)


@require_POST
@limit_posts("edit", "Not deleted")
def delete(request: HttpRequest, id: str) -> HttpResponse:
    """Mark a lesson as deleted; its owner can restore it. Raise Http404."""
    lesson = owned_or_404(request, id)
    AuthoredLesson.objects.filter(pk=lesson.pk, deleted=None).update(deleted=timezone.now())
    return redirect(f"{reverse('lessons:mine:mine')}?deleted={lesson.pk}")


@require_POST
@limit_posts("edit", "Not restored")
def restore(request: HttpRequest, id: str) -> HttpResponse:
    """Restore a deleted lesson. Raise Http404."""
    lesson = owned_or_404(request, id)
    AuthoredLesson.objects.filter(pk=lesson.pk).update(deleted=None)
    return redirect("lessons:mine:lesson", id=lesson.pk)


@require_POST
@limit_posts("edit", "Not replaced")
def renew_edit_link(request: HttpRequest, id: str) -> HttpResponse:
    """Replace the edit link: those who have the present one can read on, not edit. Raise Http404."""
    lesson = owned_or_404(request, id)
    AuthoredLesson.objects.filter(pk=lesson.pk).update(edit_key=new_key())
    return redirect("lessons:mine:lesson", id=lesson.pk)


@require_safe
def open_edit_link(request: HttpRequest, id: str, key: str) -> HttpResponse:
    """Let this browser change the lesson. Raise Http404."""
    open_to_edit(request, id, key)
    return redirect("lessons:mine:lesson", id=id)
