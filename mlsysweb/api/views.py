from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mlsysweb.answer import answer
from mlsysweb.throttle import excess
from solvers.errors import InputError, InputErrors
from solvers.registry import find, solvers

from .document import document, errors
from .pages import page_answer, page_names


@csrf_exempt  # a question changes nothing on the server, and scripts have no page to take a token from
@require_http_methods(["GET", "HEAD", "POST"])
def solve(request: HttpRequest, name: str) -> JsonResponse:
    """A wall's answer as JSON, or that of a page over many walls; status 422 with a sentence for each bad field, 404
    for a name that is neither's, 429 for too many requests."""
    if over := excess(request, "api"):
        bad = errors(InputErrors([InputError("limit", over.sentence)]))
        return JsonResponse(bad, status=429, headers={"Retry-After": str(over.seconds)})
    if name in page_names() and name not in solvers():
        return _page(request, name)
    try:
        solver = find(name)
    except InputError as unknown:
        return JsonResponse(errors(InputErrors([unknown])), status=404)
    try:
        return JsonResponse(document(answer(solver, _question(request))))
    except InputErrors as bad:
        return JsonResponse(errors(bad), status=422)


def _page(request: HttpRequest, name: str) -> JsonResponse:
    try:
        given = dict(request.GET.lists()) if request.method != "POST" else _question(request)
        return JsonResponse(page_answer(name, list(_pairs(given))))
    except InputErrors as bad:
        return JsonResponse(errors(bad), status=422)


def _pairs(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and values as an address has them: a name of several values is repeated."""
    for name, value in given.items():
        for each in value if isinstance(value, list) else [value]:
            yield name, each if isinstance(each, str) else json.dumps(each)


def _question(request: HttpRequest) -> Mapping[str, Any]:
    if request.method != "POST":
        return request.GET.dict()
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        place = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputErrors(
            [InputError("body", f'is not JSON{place}; send an object such as {{"batch_size": 8}}.')]
        ) from None
    if not isinstance(body, dict):
        raise InputErrors(
            [InputError("body", f"must be a JSON object of inputs by name; this is a {type(body).__name__}.")]
        )
    return body
