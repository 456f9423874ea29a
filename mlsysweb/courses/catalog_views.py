from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.course_history import course_revisions
from catalog.models import CatalogRow, RowRevision
from catalog.models.history import editing
from catalog.table_cache import catalog_table
from catalog.visible import see, seeing
from mlsysweb.show.refusal import limit_posts
from mlsysweb.visitors import choose_catalog
from solvers.shipped.names import unknown_row

from .catalog_form import WHY, CourseRowForm
from .catalog_history import removed_rows
from .catalog_present import MODELS, catalog_page, row_form_page
from .catalog_store import add_row, change_row, remove_row, row_of, rows_of, slugs_of
from .models import Course
from .store import CourseError

_LONGEST_NAME = 100
_EDITED, _TAKEN_BACK = RowRevision.Action.EDITED, RowRevision.Action.RESTORED


@login_required
@require_safe
def course_catalog(request: HttpRequest, id: int) -> HttpResponse:
    """The catalog of a course: what it has beside the shared one. With a table and the name of a row, its instructor is
    redirected to the form of that row. Raise Http404 for others than members."""
    user = request.user
    assert isinstance(user, User)  # behind login_required
    mine = Course.objects.select_related("group").filter(group__in=user.groups.all())
    course = get_object_or_404(mine, pk=id)
    see(course.group_id)
    teaches, table, name = course.instructor_id == user.pk, request.GET.get("table", ""), request.GET.get("row", "")
    problem = ""
    if teaches and table in MODELS and "row" in request.GET:
        kind = MODELS[table].describes
        rows = catalog_table(kind)
        found = rows.by_name.get(name.strip().lower())
        if found is not None:
            return redirect("courses:catalog_row", course.pk, table, found.slug)
        problem = unknown_row(kind, name.strip()[:_LONGEST_NAME], rows.nearest(name[:_LONGEST_NAME]))
    page = catalog_page(
        course,
        rows_of(course),
        teaches,
        removed=removed_rows(course) if teaches else (),
        table=table,
        row=name[:_LONGEST_NAME],
        problem=problem[:1].upper() + problem[1:],
    )
    return render(request, "courses/catalog.html", {"page": page}, status=422 if problem else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("edit", "Not saved")
def add_course_row(request: HttpRequest, id: int, table: str) -> HttpResponse:
    """The form of a new row of a course; `copy` in the query names a row whose values it begins with. Raise Http404."""
    course, model = taught_or_404(request, id), model_or_404(table)
    form = CourseRowForm(model, request.POST if request.method == "POST" else None)
    copied = catalog_table(model.describes).by_name.get(request.GET.get("copy", "").strip().lower())
    if copied is not None:
        form.begin_with(copied)
    if form.is_bound and form.is_valid():
        try:
            with editing(request.user):
                add_row(course, model, form.values)
        except CourseError as refused:
            form.add_error(None, str(refused))
        else:
            return _saved(request, course)
    return _form_page(request, course, table, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("edit", "Not saved")
def edit_course_row(request: HttpRequest, id: int, table: str, slug: str) -> HttpResponse:
    """The form of a row as a course sees it: of its own, or of a shared one, of which the course keeps what differs.
    Raise Http404."""
    course, model = taught_or_404(request, id), model_or_404(table)
    row, shared = _seen(model, slug)
    if row is None:
        raise Http404("There is no such row.")
    own = row.course is not None and row.course.own
    stored = row_of(course, model, slug)
    why = stored.source if stored else ""
    data = request.POST if request.method == "POST" else None
    history = course_revisions(course.group_id, model, slugs_of(model, slug))
    form = CourseRowForm(model, data, row=row, shared=None if own else shared, why=why, history=history)
    if form.is_bound and form.is_valid():
        try:
            with editing(request.user):
                kept = stored.slug if stored else row.slug
                change_row(course, model, kept, form.values, form.cleaned_data.get(WHY, ""))
        except CourseError as refused:
            form.add_error(None, str(refused))
        else:
            return _saved(request, course)
    return _form_page(request, course, table, form, name=row.name, stored=stored)


@login_required
@require_POST
def remove_course_row(request: HttpRequest, id: int, table: str, slug: str) -> HttpResponse:
    """Remove a row of a course, or its change of a shared row. Raise Http404."""
    course, model = taught_or_404(request, id), model_or_404(table)
    mine = row_of(course, model, slug)
    if mine is None:
        raise Http404("The course has nothing of this row.")
    shared = not mine.own
    with editing(request.user, "Shared figures" if shared else "", _TAKEN_BACK if shared else _EDITED):
        remove_row(mine, model)
    return redirect("courses:catalog", id=course.pk)


def _seen(model: type[CatalogRow], slug: str) -> tuple[Any, Any]:
    """Return a row as the course sees it and the shared row; None where there is none."""
    row = catalog_table(model.describes).by_name.get(slug)
    with seeing(None):
        return row, catalog_table(model.describes).by_name.get(slug)


def _saved(request: HttpRequest, course: Course) -> HttpResponse:
    """Redirect to the catalog of the course, which this browser now sees."""
    choose_catalog(request, course.group_id)
    return redirect("courses:catalog", id=course.pk)


def _form_page(request: HttpRequest, course: Course, path: str, form: CourseRowForm, **row: Any) -> HttpResponse:
    page = row_form_page(course, path, form, name=row.get("name", ""), stored=row.get("stored"))
    return render(request, "courses/catalog_row.html", {"page": page}, status=422 if form.is_bound else 200)


def taught_or_404(request: HttpRequest, id: int) -> Course:
    """Return a course that this user teaches; the rest of the request sees its catalog. Raise Http404."""
    course = get_object_or_404(Course.objects.select_related("group"), pk=id, instructor=request.user)
    see(course.group_id)
    return course


def model_or_404(path: str) -> type[CatalogRow]:
    """Return the model of a table by its path. Raise Http404."""
    if path not in MODELS:
        raise Http404("The catalog has no such table.")
    return MODELS[path]
