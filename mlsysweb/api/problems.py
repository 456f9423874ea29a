"""Errors of the API as responses: problems of RFC 9457."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import JsonResponse

from mlsysweb.api.document import problem
from mlsysweb.throttle import Excess
from solvers.errors import InputError, InputErrors

PROBLEM_TYPE = "application/problem+json"
# The header that asks a client without rights for a token.
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="mlsysweb"'}


class ApiProblem(Exception):
    """Raised where a request is answered with an error: the status, the field at fault and the rest of a sentence that
    begins with the field."""

    def __init__(self, status: int, field: str, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{field} {sentence}")
        self.status, self.headers = status, headers or {}
        self.errors = InputErrors([InputError(field, sentence)])


def problem_response(status: int, bad: InputErrors, headers: Mapping[str, str] | None = None) -> JsonResponse:
    """Return a response with an error status and every error."""
    return JsonResponse(problem(status, bad), status=status, content_type=PROBLEM_TYPE, headers=dict(headers or {}))


def limit_response(over: Excess) -> JsonResponse:
    """Return the response to a request that exceeds a limit."""
    wait = {} if over.seconds is None else {"Retry-After": str(over.seconds)}
    return problem_response(over.status, InputErrors([InputError("limit", over.sentence)]), wait)


def not_found(field: str, sentence: str) -> ApiProblem:
    """Return the problem of a row or an address that does not exist or is not shown to the caller."""
    return ApiProblem(404, field, sentence)
