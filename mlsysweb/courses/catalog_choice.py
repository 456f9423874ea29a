"""Chooses the catalog that a request sees: that of a course, or the shared one. It is chosen here, before any view, and
checked at each request, so that a student who has left a course no longer sees its catalog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes, urlencode

from catalog.layers import layers
from catalog.visible import seeing, visible_group
from mlsysweb.api.course import COURSE, SHARED, asked_course, course_not_found, set_asked_course
from mlsysweb.api.problems import ApiProblem, problem_response
from mlsysweb.classroom.live.participants import groups_attended
from mlsysweb.show.htmx import wants_partial
from mlsysweb.show.refusal import RefusalPage, refused
from mlsysweb.show.results.page import Link
from mlsysweb.visitors import choose_catalog, chosen_catalog, token_of

from .models import Course

PARAMETER = COURSE.name
_SHARED_NAME = "Shared catalog"
_API, _ADMIN = "/api/v1/", "/admin/"
_REFUSED = (
    "This address asks for the catalog of a course that you are not a member of. Sign in with the account that joined "
    "the course, or ask your instructor for its join link. Without “course=” the address shows the shared catalog."
)


class CourseCatalog:
    """Middleware that lets each request see the catalog of its course. The editors of the shared catalog, in the admin,
    see that one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(_ADMIN):
            return self.get_response(request)
        if PARAMETER in request.GET and (refusal := _take_parameter(request)):
            return refusal
        with seeing(lambda: _visible_group(request)):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the answer of the API to a course that the caller may not see, where a view left that to this."""
        return problem_response(exception.status, exception.errors) if isinstance(exception, ApiProblem) else None


def _take_parameter(request: HttpRequest) -> HttpResponseBase | None:
    """Take `?course=` off the address. A page's becomes the choice of this browser, and it is redirected to the address
    without it; return a refusal where it may not be seen. One of the API counts for this request alone, once it is
    known which account it acts for."""
    asked, query = request.GET[PARAMETER], request.GET.copy()
    del query[PARAMETER]
    if request.path.startswith(_API):
        set_asked_course(request, asked)
    elif request.method in ("GET", "HEAD"):
        group = SHARED if asked in ("", SHARED) else _group_of(request, asked)
        if group is None:
            return _refusal(request)
        choose_catalog(request, group)
        if not wants_partial(request):
            path = escape_leading_slashes(escape_uri_path(request.path))  # two slashes would lead to another host
            return redirect(f"{path}?{query.urlencode()}" if query else path)
    query._mutable = False
    request.GET = query  # type: ignore[assignment]
    request.META["QUERY_STRING"] = query.urlencode()
    return None


def _refusal(request: HttpRequest) -> HttpResponse:
    back = reverse("catalog:catalog")
    sign_in = Link("Sign in", f"{reverse('login')}?{urlencode({'next': request.get_full_path()})}")
    links = () if request.user.is_authenticated else (sign_in,)
    return refused(request, RefusalPage("Not your course", _REFUSED, back, links), 403)


def _group_of(request: HttpRequest, number: str) -> int | None:
    """Return the group of a course by its typed number; None where there is none or this request may not see it."""
    if not number.isdecimal() or len(number) > 9:
        return None
    group = Course.objects.filter(pk=int(number)).values_list("group", flat=True).first()
    return group if group is not None and _may_see(request, group) else None


def _may_see(request: HttpRequest, group: int) -> bool:
    """Return whether a request may see the catalog of a group: its account is a member, or its browser attends a
    running class of it."""
    user = request.user
    if isinstance(user, User) and user.groups.filter(pk=group).exists():
        return True
    return not token_of(request) and group in groups_attended(request)


def _visible_group(request: HttpRequest) -> int | None:
    """Return the group whose catalog a request sees; None for the shared one. Raise ApiProblem."""
    known, asked = layers(), asked_course(request)
    if asked is not None:
        if asked == SHARED:
            return None
        group = _group_of(request, asked)
        if group is None:
            raise course_not_found()
        return group if group in known else None
    if not known:
        return None
    try:
        return _chosen_group(request)
    except (OperationalError, InterfaceError):  # the tables that this process holds are shown without the database
        return None


def _chosen_group(request: HttpRequest) -> int | None:
    """Return the group chosen in this browser; where none is, the only one with a catalog of its own that the account
    belongs to or the browser attends a class of."""
    if not token_of(request):
        chosen = chosen_catalog(request)
        if chosen == SHARED:
            return None
        if isinstance(chosen, int) and _may_see(request, chosen):
            return chosen if chosen in layers() else None
    offered = _offered(request)
    return next(iter(offered)) if len(offered) == 1 else None


def _offered(request: HttpRequest) -> dict[int, str]:
    """Return the courses with a catalog of their own that a request may see, by group."""
    known, user = layers(), request.user
    groups = set(user.groups.values_list("pk", flat=True)) if isinstance(user, User) else set()
    if not token_of(request):
        groups |= groups_attended(request)
    return {group: layer.course for group, layer in known.items() if group in groups}


@dataclass(frozen=True)
class CatalogChoice:
    """The name of the visible catalog, and links that choose another; `own` where the visible one is a course's."""

    visible: str
    others: tuple[Link, ...]
    own: bool


def catalog_choice(request: HttpRequest) -> dict[str, CatalogChoice]:
    """Return the choice of catalogs of this visitor, if there is one. A context processor."""
    # A page may be the answer of a middleware that comes before the one of HTMX, such as that of CSRF.
    if not hasattr(request, "htmx") or request.path.startswith(_ADMIN) or wants_partial(request):
        return {}
    try:
        return _choice(request)
    except (OperationalError, InterfaceError):  # the page itself may need no database
        return {}


def _choice(request: HttpRequest) -> dict[str, CatalogChoice]:
    known = layers()
    if not known:
        return {}
    group, offered = visible_group(), _offered(request)
    seen = known.get(group) if group is not None else None
    if not offered and seen is None:
        return {}
    courses = dict(Course.objects.filter(group__in=offered).values_list("group", "pk"))
    others = [(name, str(courses[each])) for each, name in offered.items() if each != group and each in courses]
    if seen is not None:
        others.append((_SHARED_NAME, SHARED))
    links = tuple(Link(words, _chosen_address(request, value)) for words, value in others)
    return {"catalog_choice": CatalogChoice(seen.course if seen else _SHARED_NAME, links, seen is not None)}


def _chosen_address(request: HttpRequest, value: str) -> str:
    """Return the address of the present page with another catalog; of a page that answers a form, that of the
    catalog."""
    if request.method != "GET":
        return f"{reverse('catalog:catalog')}?{PARAMETER}={value}"
    query = request.GET.copy()
    query[PARAMETER] = value
    return f"{request.path}?{query.urlencode()}"
