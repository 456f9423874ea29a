from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models.history import editing
from mlsysweb.show.refusal import limit_posts

from .catalog_history import history_page, shown_rows_page
from .catalog_store import hide_rows, restore_row, revision_of
from .catalog_views import model_or_404, taught_or_404
from .store import CourseError


@login_required
@require_safe
def row_history(request: HttpRequest, id: int, table: str, slug: str) -> HttpResponse:
    """The history of what a course has of a row, for its instructor. Raise Http404."""
    return _history(request, id, table, slug)


@login_required
@require_POST
@limit_posts("edit", "Not restored")
def restore_version(request: HttpRequest, id: int, table: str, slug: str, revision: int) -> HttpResponse:
    """Give what a course has of a row the state of a version, as a further version. Raise Http404."""
    course, model = taught_or_404(request, id), model_or_404(table)
    version = revision_of(course, model, slug, revision)
    if version is None:
        raise Http404("There is no such version of this row.")
    try:
        restore_row(course, model, slug, version, request.user)
    except CourseError as refused:
        return _history(request, id, table, slug, problem=f"Not restored: {refused}")
    return redirect("courses:catalog_history", course.pk, table, slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("edit", "Not saved")
def shown_rows(request: HttpRequest, id: int, table: str) -> HttpResponse:
    """The shared rows of a table that the pickers of a course show. POST hides those in `hidden` and shows all others.
    Raise Http404."""
    course, model = taught_or_404(request, id), model_or_404(table)
    problem = ""
    if request.method == "POST":
        try:
            with editing(request.user):
                hide_rows(course, model, frozenset(request.POST.getlist("hidden")))
            return redirect("courses:catalog", id=course.pk)
        except CourseError as refused:
            problem = str(refused)
    page = shown_rows_page(course, table, problem=problem)
    return render(request, "courses/catalog_shown.html", {"page": page}, status=422 if problem else 200)


def _history(request: HttpRequest, id: int, table: str, slug: str, *, problem: str = "") -> HttpResponse:
    course = taught_or_404(request, id)
    model_or_404(table)
    page = history_page(course, table, slug, problem=problem)
    if page is None:
        raise Http404("The course has nothing of this row.")
    return render(request, "courses/catalog_history.html", {"page": page}, status=422 if problem else 200)
