from __future__ import annotations

import segno
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mlsysweb.show.refusal import limit_posts

from .forms import CourseForm
from .models import Course
from .present import course_page, courses_page
from .store import CourseError, create_course, delete_course, members_of, remove_member, rotate_link, set_open


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("edit", "No course was created")
def courses(request: HttpRequest) -> HttpResponse:
    """The courses of this account. An instructor creates one by POST."""
    user = _user(request)
    if request.method != "POST":
        return render(request, "courses/courses.html", {"page": courses_page(user)})
    if not user.has_perm("courses.add_course"):
        raise Http404("Only an instructor creates courses.")
    form = CourseForm(request.POST)
    errors = {name: str(sentences[0]) for name, sentences in form.errors.items()}
    if not errors:
        try:
            made = create_course(user, form.cleaned_data["name"], form.cleaned_data["term"])
        except CourseError as taken:
            errors = {"name": str(taken)}
        else:
            return redirect("courses:course", id=made.pk)
    page = courses_page(user, request.POST.get("name", ""), request.POST.get("term", ""), errors)
    return render(request, "courses/courses.html", {"page": page}, status=422)


@login_required
@require_safe
def course(request: HttpRequest, id: int) -> HttpResponse:
    """A course: for its instructor with the members and the join link, for a member with its scenarios.
    Raise Http404 for others."""
    user = _user(request)
    mine = Course.objects.select_related("group", "instructor").filter(group__in=user.groups.all())
    found = get_object_or_404(mine, pk=id)
    if found.instructor_id != user.pk:
        return render(request, "courses/course.html", {"page": course_page(found)})
    link = request.build_absolute_uri(reverse("courses:join", args=[found.join_key]))
    code = segno.make(link, error="m").svg_inline(scale=6, border=2, dark="#000", light="#fff", omitsize=True)
    return render(request, "courses/course.html", {"page": course_page(found, link, code)})


@login_required
@require_POST
def remove(request: HttpRequest, id: int) -> HttpResponse:
    """Remove a member. Raise Http404."""
    found = _taught_or_404(request, id)
    member = request.POST.get("member", "")
    if not member.isdecimal() or len(member) > 9:
        raise Http404("There is no such member.")
    remove_member(found, get_object_or_404(members_of(found), pk=int(member)))
    return redirect("courses:course", id=id)


@login_required
@require_POST
def rotate(request: HttpRequest, id: int) -> HttpResponse:
    """Replace the join link. Raise Http404."""
    rotate_link(_taught_or_404(request, id))
    return redirect("courses:course", id=id)


@login_required
@require_POST
def set_open_or_closed(request: HttpRequest, id: int) -> HttpResponse:
    """Open the course to further members, or close it. Raise Http404."""
    set_open(_taught_or_404(request, id), request.POST.get("open") == "yes")
    return redirect("courses:course", id=id)


@login_required
@require_POST
def delete(request: HttpRequest, id: int) -> HttpResponse:
    """Delete the course. Raise Http404."""
    delete_course(_taught_or_404(request, id))
    return redirect("courses:courses")


@login_required
@require_POST
def leave(request: HttpRequest, id: int) -> HttpResponse:
    """Leave a course. Raise Http404."""
    user = _user(request)
    found = get_object_or_404(Course, pk=id, group__in=user.groups.all())
    if found.instructor_id == user.pk:
        raise Http404("The instructor cannot leave the course.")
    remove_member(found, user)
    return redirect("courses:courses")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # behind login_required
    return request.user


def _taught_or_404(request: HttpRequest, id: int) -> Course:
    """Return a course that this user teaches. Raise Http404."""
    return get_object_or_404(Course.objects.select_related("group"), pk=id, instructor=request.user)
