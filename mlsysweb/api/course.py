"""The parameter `course`: the course whose catalog an operation reads. The middleware that chooses the catalog of a
request takes it off the query before any view (`mlsysweb/courses/catalog_choice.py`)."""

from __future__ import annotations

from django.http import HttpRequest

from catalog.visible import visible_group
from mlsysweb.api.operation import ApiOperation, ApiParameter
from mlsysweb.api.problems import ApiProblem, not_found
from solvers.errors import InputError, InputErrors

# The value for the shared catalog.
SHARED = "shared"
COURSE = ApiParameter(
    "course",
    {"type": "string", "pattern": f"^([0-9]{{1,9}}|{SHARED})$"},
    "The number of the course whose catalog is read, as in the address of its page, or `shared`. By default it is the "
    "catalog of the only course with one that the account of the token belongs to, else the shared one.",
)
_ASKED = "mlsysweb_course"


def set_asked_course(request: HttpRequest, text: str) -> None:
    """Note the course that a request asks for."""
    setattr(request, _ASKED, text)


def asked_course(request: HttpRequest) -> str | None:
    """Return the course that a request asks for, as typed; None where it names none."""
    asked: str | None = getattr(request, _ASKED, None)
    return asked


def course_not_found() -> ApiProblem:
    """Return the problem of a course that does not exist or whose catalog the caller may not see."""
    return not_found(COURSE.name, f"must be the number of a course of this account, or {SHARED}.")


def check_course(request: HttpRequest, operation: ApiOperation) -> None:
    """Raise ApiProblem where a request asks for a course that the caller may not see, InputErrors where the operation
    has no such parameter."""
    if asked_course(request) is None:
        return
    if not operation.of_course:
        raise InputErrors([InputError(COURSE.name, "is not known here: this operation reads no catalog.")])
    visible_group()  # looks the course up
