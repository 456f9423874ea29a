from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mlsysweb.show.refusal import limit_posts

from .forms import RegistrationForm
from .models import Course
from .present import join_page
from .store import CourseError, join_course

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("edit", "Not joined")
def join(request: HttpRequest, key: str) -> HttpResponse:
    """The page of a join link: an account becomes a member by POST; a visitor signs in or registers. Raise Http404."""
    course = _course_or_404(key)
    user = request.user if isinstance(request.user, User) else None
    if user is not None and user.groups.filter(pk=course.group_id).exists():
        return redirect("courses:course", id=course.pk)
    if request.method == "POST" and user is not None:
        return _joined(request, course, user)
    return render(request, "courses/join.html", {"page": join_page(course, user, None if user else RegistrationForm())})


@sensitive_post_parameters("password1", "password2")
@require_POST
@limit_posts("register", "No account was created")
def register(request: HttpRequest, key: str) -> HttpResponse:
    """Create an account, sign it in and make it a member. Raise Http404."""
    course = _course_or_404(key)
    if isinstance(request.user, User):
        return redirect("courses:join", key=key)
    form = RegistrationForm(request.POST)
    if not course.open or not form.is_valid():
        page = join_page(course, None, form)
        return render(request, "courses/join.html", {"page": page}, status=422)
    user = form.save()
    login(request, user, backend=_BACKEND)
    return _joined(request, course, user)


def _joined(request: HttpRequest, course: Course, user: User) -> HttpResponse:
    try:
        join_course(course, user)
    except CourseError as refused:
        page = join_page(course, user, None, str(refused))
        return render(request, "courses/join.html", {"page": page}, status=409)
    return redirect("courses:course", id=course.pk)


def _course_or_404(key: str) -> Course:
    """Return the course of a join link. Raise Http404 for one that was replaced."""
    return get_object_or_404(Course.objects.select_related("group", "instructor"), join_key=key)
