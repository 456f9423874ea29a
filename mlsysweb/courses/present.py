"""The pages of courses."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db.models import Count
from django.urls import reverse

from mlsysweb.saved.scenarios.models import Visibility
from mlsysweb.show.results.page import Link

from .catalog_store import rows_of
from .forms import RegistrationForm
from .models import Course
from .page import CourseEntry, CourseJoinPage, CoursePage, CoursesPage, FormField, Member
from .store import members_of

_HELP = {
    "username": "Letters, digits and @ . + - _ only. Your instructor sees it; it need not be your name.",
    "password1": "At least 8 characters, not only digits, not a common password.",
}
_AUTOCOMPLETE = {"username": "username", "password1": "new-password", "password2": "new-password"}
_LABELS = {"username": "Username", "password1": "Password", "password2": "Password again"}
_SHOWN = 100


def courses_page(user: User, name: str = "", term: str = "", errors: Mapping[str, str] | None = None) -> CoursesPage:
    """Return the courses of an account, with the form as typed."""
    errors = errors or {}
    mine = Course.objects.filter(group__in=user.groups.all()).select_related("group", "instructor")
    taught, joined = [], []
    for each in mine.annotate(members=Count("group__user")):
        if each.instructor_id == user.pk:
            count = each.members - 1
            about = f"{count:,} member{'' if count == 1 else 's'}, {'open' if each.open else 'closed'}"
            taught.append(_entry(each, about))
        else:
            about = f"Taught by {each.instructor}" if each.instructor else "Without an instructor"
            joined.append(_entry(each, about))
    may_create = user.has_perm("courses.add_course")
    told = {f"{field}_error": sentence for field, sentence in errors.items()}
    return CoursesPage(str(user), tuple(taught), tuple(joined), may_create, name, term, **told)


def _entry(course: Course, about: str) -> CourseEntry:
    return CourseEntry(Link(str(course), reverse("courses:course", args=[course.pk])), about)


def course_page(course: Course, join_url: str = "", qr: str = "") -> CoursePage:
    """Return a course: with a join link and its code as the instructor sees it, without as a member does."""
    shared = course.group.scenarios.filter(visibility=Visibility.CLASS, deleted=None)[:_SHOWN]
    return CoursePage(
        id=course.pk,
        title=str(course),
        instructor=str(course.instructor or ""),
        teaches=bool(join_url),
        scenarios=tuple(Link(each.title, each.get_absolute_url()) for each in shared),
        is_open=course.open,
        join_url=join_url,
        qr=qr if course.open else "",
        members=tuple(Member(each.pk, each.username) for each in members_of(course)) if join_url else (),
        catalog=_catalog(course),
    )


def _catalog(course: Course) -> str:
    """Return how many rows the catalog of a course has beside the shared one, in words."""
    own = [mine.own for mine in rows_of(course)]
    if not own:
        return "The course sees the shared catalog."
    counts = ((own.count(True), "row", "of its own"), (own.count(False), "changed row", "of the shared catalog"))
    said = [f"{count} {noun}{'' if count == 1 else 's'} {of}" for count, noun, of in counts if count]
    return f"The course sees the shared catalog with {' and '.join(said)}."


def join_page(course: Course, user: User | None, form: RegistrationForm | None, problem: str = "") -> CourseJoinPage:
    """Return the page of a join link for an account, or with the registration for a visitor without one."""
    here = reverse("courses:join", args=[course.join_key])
    closed = "" if course.open else "This course takes no more members. Ask your instructor."
    shown = form is not None and not (problem or closed)
    return CourseJoinPage(
        title=str(course),
        instructor=str(course.instructor or ""),
        username=str(user) if user else "",
        join_url=here,
        register_url=reverse("courses:register", args=[course.join_key]),
        sign_in_url=f"{reverse('login')}?next={here}",
        fields=_fields(form) if form is not None and shown else (),
        problem=problem or closed,
    )


def _fields(form: RegistrationForm) -> tuple[FormField, ...]:
    return tuple(
        FormField(
            name=name,
            label=_LABELS[name],
            kind="text" if name == "username" else "password",
            autocomplete=_AUTOCOMPLETE[name],
            value=str(form["username"].value() or "") if name == "username" else "",
            help=_HELP.get(name, ""),
            errors=tuple(map(str, form.errors.get(name, ()))),
        )
        for name in ("username", "password1", "password2")
    )
