"""Views of the editor of a lesson: its title, the order of its frames, and the form of a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mlsysweb.classroom.lessons.document import read_lesson
from mlsysweb.classroom.models import AuthoredLesson
from mlsysweb.classroom.section import DocumentErrors
from mlsysweb.show.refusal import limit_posts
from mlsysweb.show.results.page import Link
from mlsysweb.visitors import owns

from .checks import problems_of_frame
from .documents import MOVES, digest, frames_of, place_of, with_frames, with_new_frame
from .frame_form import differences, read_form, show_form
from .page import EditedFrame, EditFramePage, EditLessonPage
from .rights import editable_or_404
from .store import ChangedElsewhereError, change_lesson

# The base of a form whose frame another browser removed: saving adds it again.
_REMOVED = "removed"
_ABOUT = ("title", "summary")
_GONE = "Somebody else removed this screen meanwhile. Your text is kept; save it to add the screen again."


class FrameConflict(ValueError):
    """The frame was changed by another browser; `theirs` is its document, None where it was removed."""

    def __init__(self, theirs: Mapping[str, Any] | None) -> None:
        super().__init__()
        self.theirs = theirs


@dataclass
class ShownFrame:
    """The contents of the form of a frame: document, texts as sent, problems, conflict."""

    frame: Mapping[str, Any]
    base: str
    texts: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    more: str = ""
    conflict: tuple[tuple[str, str], ...] = ()
    notice: str = ""


@require_safe
def lesson(request: HttpRequest, id: str) -> HttpResponse:
    """The editor of a lesson. Raise Http404."""
    row = editable_or_404(request, id)
    return render(request, "authoring/lesson.html", {"page": _lesson_page(request, row)})


def _lesson_page(request: HttpRequest, row: AuthoredLesson) -> EditLessonPage:
    own = owns(request, row)
    secret = reverse("lessons:mine:open", args=[row.pk, row.edit_key])
    return EditLessonPage(
        name=row.pk,
        title=row.title,
        summary=row.document.get("summary", ""),
        frames=tuple(_entries(row)),
        revision=row.revision,
        base=digest(_about_of(row.document)),
        url=request.build_absolute_uri(reverse("lessons:lesson", args=[row.pk])),
        edit_link=request.build_absolute_uri(secret) if own else "",
        own=own,
        field="",
        problem="",
        conflict=(),
    )


def _about_of(document: Mapping[str, Any]) -> list[str]:
    return [document.get(name, "") for name in _ABOUT]


def _entries(row: AuthoredLesson) -> list[EditedFrame]:
    frames = row.document["frames"]
    return [
        EditedFrame(
            slug=frame["slug"],
            title=frame["title"],
            url=reverse("lessons:mine:frame", args=[row.pk, frame["slug"]]),
            preview_url=reverse("lessons:frame", args=[row.pk, frame["slug"]]),
            minutes=f"{frame['minutes']:g} min" if frame.get("minutes") else "",
            parts=tuple(_parts(frame)),
            first=place == 0,
            last=place + 1 == len(frames),
        )
        for place, frame in enumerate(frames)
    ]


def _parts(frame: Mapping[str, Any]) -> list[str]:
    """Return what a frame has, in words."""
    parts = [f"question ({frame['question']['kind']})"] if frame.get("question") else []
    for name, one in (("figures", "figure"), ("demos", "demo")):
        if count := len(frame.get(name, ())):
            parts.append(f"{count} {one}{'s' if count > 1 else ''}")
    return parts


@require_POST
@limit_posts("edit", "Not saved")
def about(request: HttpRequest, id: str) -> HttpResponse:
    """Save title and summary, or show the form with the problem, or with what another browser saved. Raise Http404."""
    row = editable_or_404(request, id)
    typed = {name: request.POST.get(name, "").strip() for name in _ABOUT}
    base = request.POST.get("base", "")

    def written(document: dict[str, Any]) -> dict[str, Any]:
        if digest(_about_of(document)) != base and _about_of(document) != list(typed.values()):
            raise FrameConflict(document)
        return {**document, **typed}

    page = replace(_lesson_page(request, row), title=typed["title"], summary=typed["summary"])
    try:
        change_lesson(request, row, written)
    except DocumentErrors as bad:
        problem = bad.sentences[0]
        page = replace(page, field=getattr(problem, "path", ("title",))[-1], problem=problem, base=base)
        return render(request, "authoring/lesson.html", {"page": page}, status=422)
    except ChangedElsewhereError as busy:
        page = replace(page, field="title", problem=str(busy))
        return render(request, "authoring/lesson.html", {"page": page}, status=409)
    except FrameConflict as conflict:
        theirs = conflict.theirs or {}
        rows = tuple((name.capitalize(), theirs.get(name, "") or "nothing") for name in _ABOUT)
        page = replace(page, conflict=tuple(each for each in rows if each[1] != typed[each[0].lower()]))
        return render(request, "authoring/lesson.html", {"page": page}, status=409)
    return redirect("lessons:mine:lesson", id=id)


@require_POST
@limit_posts("edit", "Not changed")
def arrange(request: HttpRequest, id: str) -> HttpResponse:
    """Add, move, duplicate or remove a frame of the order that the visitor saw. Raise Http404."""
    row = editable_or_404(request, id)
    move, _, slug = request.POST.get("move", "").partition(" ")
    make = MOVES.get(move)
    if make is None and move != "add":
        raise Http404("There is no such move.")
    seen = request.POST.get("revision", "")

    def moved(document: dict[str, Any]) -> Mapping[str, Any]:
        if make is None:
            return with_new_frame(document, {"title": "New screen"})
        place = place_of(document, slug)
        current = AuthoredLesson.objects.values_list("revision", flat=True).get(pk=id)
        if place is None or str(current) != seen:
            raise ChangedElsewhereError("Somebody else changed the lesson meanwhile. This is its order now; try again.")
        return make(document, place)

    try:
        changed = change_lesson(request, row, moved)
    except (ChangedElsewhereError, DocumentErrors) as refused:
        row.refresh_from_db()
        page = replace(_lesson_page(request, row), field="frames", problem=str(refused))
        return render(request, "authoring/lesson.html", {"page": page}, status=409)
    if make is None:
        return redirect("lessons:mine:frame", id=id, frame=changed.document["frames"][-1]["slug"])
    return redirect(f"{reverse('lessons:mine:lesson', args=[id])}#screens")


@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("edit", "Not saved")
def frame(request: HttpRequest, id: str, frame: str) -> HttpResponse:
    """The form of a frame; a POST saves it, or shows the form again with its problems, with another kind of question
    or with more rows. Raise Http404."""
    row = editable_or_404(request, id)
    place = place_of(row.document, frame)
    if request.method != "POST":
        if place is None:
            raise Http404("The lesson has no such screen.")
        found = row.document["frames"][place]
        return _frame_response(request, row, frame, ShownFrame(found, digest(found)), 200)
    texts = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    shown = ShownFrame(read_form(texts), texts.get("base", ""), texts, more=texts.get("more", ""))
    if texts.get("action") != "save":
        return _frame_response(request, row, frame, shown, 200)
    return _save(request, row, frame, shown)


def _save(request: HttpRequest, row: AuthoredLesson, slug: str, shown: ShownFrame) -> HttpResponse:
    def written(document: dict[str, Any]) -> dict[str, Any]:
        return _with_frame(document, slug, shown)

    try:
        saved = change_lesson(request, row, written)
    except DocumentErrors as bad:
        return _frame_response(request, row, slug, replace(shown, problems=_by_field(row, slug, bad)), 422)
    except FrameConflict as conflict:
        return _frame_response(request, row, slug, _in_conflict(shown, conflict.theirs), 409)
    except ChangedElsewhereError as busy:
        return _frame_response(request, row, slug, replace(shown, notice=str(busy)), 409)
    kept = slug if place_of(saved.document, slug) is not None else saved.document["frames"][-1]["slug"]
    return redirect(f"{reverse('lessons:mine:frame', args=[row.pk, kept])}?saved=1")


def _with_frame(document: Mapping[str, Any], slug: str, shown: ShownFrame) -> dict[str, Any]:
    """Return a document with the frame as sent. Raise FrameConflict where the one it replaces is no longer that which
    the form was opened with."""
    place = place_of(document, slug)
    if place is None:
        if shown.base != _REMOVED:
            raise FrameConflict(None)
        return with_new_frame(document, shown.frame)
    frames = frames_of(document)
    frame = {"slug": slug, **shown.frame}
    if digest(frames[place]) != shown.base and frames[place] != frame:
        raise FrameConflict(frames[place])
    frames[place] = frame
    return with_frames(document, frames)


def _in_conflict(shown: ShownFrame, theirs: Mapping[str, Any] | None) -> ShownFrame:
    """Return the form over the present version of the frame, so that saving again replaces it."""
    if theirs is None:
        return replace(shown, base=_REMOVED, notice=_GONE)
    return replace(shown, base=digest(theirs), conflict=tuple(differences(shown.frame, theirs)))


def _by_field(row: AuthoredLesson, slug: str, bad: DocumentErrors) -> dict[str, str]:
    """Return the problems of the frame by the name of the field; the same one of several variants once."""
    found: dict[str, list[str]] = {}
    for sentence in bad.sentences:
        path = getattr(sentence, "path", ())
        name = "-".join(path[2:]) if path[:1] == ("frames",) else ""
        if sentence not in found.setdefault(name, []):
            found[name].append(sentence)
    return {name: " ".join(sentences) for name, sentences in found.items()}


def _frame_response(
    request: HttpRequest, row: AuthoredLesson, slug: str, shown: ShownFrame, status: int
) -> HttpResponse:
    saved = request.method != "POST" and "saved" in request.GET
    page = EditFramePage(
        lesson=Link(row.title, reverse("lessons:mine:lesson", args=[row.pk])),
        title=str(shown.frame.get("title", "")),
        action=reverse("lessons:mine:frame", args=[row.pk, slug]),
        preview_url=reverse("lessons:frame", args=[row.pk, slug]),
        form=show_form(shown.frame, shown.problems, shown.texts, shown.more),
        base=shown.base,
        wrong=len(shown.problems),
        saved=saved,
        conflict=shown.conflict,
        notice=shown.notice,
        checks=problems_of_frame(_read(row, slug)) if request.method != "POST" else (),
    )
    partly = request.headers.get("HX-Request") == "true"
    return render(
        request, "authoring/_frame_form.html" if partly else "authoring/frame.html", {"page": page}, status=status
    )


def _read(row: AuthoredLesson, slug: str) -> Any:
    return read_lesson(row.document).frame(slug)
