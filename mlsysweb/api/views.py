"""Answers requests to the API: method, rights, limits, parameters and body are checked by the declaration of the
operation, then its function is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from catalog.models import CatalogVersion
from mlsysweb.api.course import check_course
from mlsysweb.api.openapi import openapi_bytes, openapi_tag
from mlsysweb.api.operation import ApiCall, ApiOperation, ApiReply
from mlsysweb.api.problems import ApiProblem, limit_response, problem_response
from mlsysweb.api.tokens import authenticate, check_rights
from mlsysweb.api.validation import JSON_TYPE, check_body, read_body, read_query
from mlsysweb.throttle import LimitExceeded, excess
from solvers.errors import InputError, InputErrors

_SAFE = ("GET", "HEAD")


def endpoint(operations: Sequence[ApiOperation]) -> Callable[..., HttpResponseBase]:
    """Return the view of one path, with its operations by method. HEAD is answered as GET is."""
    by_method = {operation.method: operation for operation in operations}

    @csrf_exempt  # checked for those that rely on a session, see `check_rights`
    def view(request: HttpRequest, **path: str) -> HttpResponseBase:
        method = "GET" if request.method == "HEAD" else str(request.method)
        try:
            return _answered(request, by_method, method, path)
        except ApiProblem as wrong:
            return problem_response(wrong.status, wrong.errors, wrong.headers)
        except InputErrors as bad:
            return problem_response(422, bad)
        except LimitExceeded as exceeded:
            return limit_response(exceeded.over)
        except Http404 as missing:
            return problem_response(404, InputErrors([InputError("path", f"names nothing here: {missing}")]))

    return view


def _answered(
    request: HttpRequest, by_method: Mapping[str, ApiOperation], method: str, path: Mapping[str, str]
) -> HttpResponseBase:
    """Return the response of the operation for a method. Raise ApiProblem, InputErrors and LimitExceeded."""
    operation = by_method.get(method)
    if operation is None:
        allowed = [name for each in by_method for name in ((each, "HEAD") if each == "GET" else (each,))]
        raise ApiProblem(405, "method", f"must be {' or '.join(allowed)} here.", {"Allow": ", ".join(allowed)})
    try:
        token = authenticate(request)
    finally:
        if over := excess(request, "api"):  # a token that is not valid counts, too, so that none can be guessed
            raise LimitExceeded(over)
    if not request.accepts(JSON_TYPE):
        raise ApiProblem(406, "Accept", f"must allow {JSON_TYPE}; this operation has no other form.")
    check_rights(request, operation, token)
    check_course(request, operation)
    return _response(request, operation, operation.handle(_call(request, operation, path)))


def _call(request: HttpRequest, operation: ApiOperation, path: Mapping[str, str]) -> ApiCall:
    """Return the checked request. Raise ApiProblem and InputErrors."""
    body = None
    if operation.body is not None:
        body = read_body(request, unnamed=operation.reads_inputs)
        if not operation.reads_inputs:
            check_body(operation.body, body)
    own = not operation.reads_inputs or operation.body is not None
    query = read_query(request, operation.parameters) if own else request.GET.dict()
    return ApiCall(request, path, query, body)


def _response(request: HttpRequest, operation: ApiOperation, reply: ApiReply) -> HttpResponseBase:
    if reply.status == 204:
        return HttpResponse(status=204)
    response: HttpResponse = JsonResponse(reply.content, status=reply.status, headers=dict(reply.headers))
    if reply.etag:
        response["ETag"] = f'"{reply.etag}"'
        patch_cache_control(response, private=True, no_cache=True)
    if operation.owned or "{id}" in operation.path:
        response["X-Robots-Tag"] = "noindex"
        if not reply.etag:
            patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ("Authorization", "Cookie"))
    if operation.conditional and request.method in _SAFE:
        return get_conditional_response(request, response["ETag"], response=response) or response
    return response


@csrf_exempt
def openapi(request: HttpRequest) -> HttpResponseBase:
    """The OpenAPI document."""
    if request.method not in _SAFE:
        bad = InputErrors([InputError("method", "must be GET or HEAD here.")])
        return problem_response(405, bad, {"Allow": "GET, HEAD"})
    version = CatalogVersion.now()
    response = HttpResponse(openapi_bytes(version), content_type=JSON_TYPE)
    response["ETag"] = f'"{openapi_tag(version)}"'
    patch_cache_control(response, no_cache=True)
    return get_conditional_response(request, response["ETag"], response=response) or response
