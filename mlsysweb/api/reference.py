"""The pages of the reference, drawn from the OpenAPI document. Examples are answered while the page is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.models import CatalogVersion
from mlsysweb.api.document import problem
from mlsysweb.api.examples import example_of
from mlsysweb.api.openapi import SERVER, openapi_document
from mlsysweb.api.operation import SCOPE_WORDS, ApiCall, ApiExample, ApiOperation
from mlsysweb.api.operations.all import OPERATIONS
from mlsysweb.api.page import OperationLine
from mlsysweb.api.present import operation_page, reference_page
from mlsysweb.api.problems import ApiProblem
from mlsysweb.show.results.page import Link
from mlsysweb.throttle import WORDS, duration_text
from solvers.errors import InputErrors

_LIMITED = ("api", "save", "edit", "job")


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """The overview of the API."""
    urls = {
        "base": request.build_absolute_uri(SERVER),
        "document": reverse("api:openapi"),
        "tokens": reverse("tokens"),
        "rows": _link(_named("list-rows"), ""),
    }
    scopes = {str(scope): words for scope, words in SCOPE_WORDS.items()}
    page = reference_page(openapi_document(CatalogVersion.now()), list(_lines()), scopes, list(_limits()), urls)
    return render(request, "api/reference.html", {"page": page})


@require_safe
def operation(request: HttpRequest, name: str, case: str = "") -> HttpResponse:
    """One operation; of one with cases, that of a solver or table. Raise Http404."""
    declared = _named(name)
    cases = list(declared.cases()) if declared.cases else []
    example = declared.example or ApiExample({each: _SAMPLES[each] for each in declared.path_names})
    case = case or (example.path[declared.path_names[0]] if cases else "")
    if case and case not in {each.value for each in cases}:
        raise Http404("The API has no such operation.")
    if cases:
        example = example_of(declared, case) or example
    path = _path(declared, case)
    page = operation_page(
        openapi_document(CatalogVersion.now()),
        path,
        declared.method.lower(),
        _answered(request, declared, example),
        [Link(each.value, _link(declared, each.value), each.value == case, each.title) for each in cases],
        case,
        request.build_absolute_uri(SERVER),
    )
    return render(request, "api/operation.html", {"page": page})


# Values of path parameters of operations without an example of their own.
_SAMPLES = {"id": "bcdfgh234567", "number": "1"}


def _named(name: str) -> ApiOperation:
    found = next((each for each in OPERATIONS if each.name == name), None)
    if found is None:
        raise Http404("The API has no such operation.")
    return found


def _path(declared: ApiOperation, case: str) -> str:
    return f"/{declared.path.replace(f'{{{declared.path_names[0]}}}', case) if case else declared.path}"


def _link(declared: ApiOperation, case: str) -> str:
    return reverse("api:operation", args=[declared.name, case] if case else [declared.name])


def _lines() -> Iterator[tuple[str, OperationLine]]:
    for each in OPERATIONS:
        yield each.tag, OperationLine(each.method, f"/{each.path}", Link(each.summary, _link(each, "")))


def _limits() -> Iterator[str]:
    """Yield the limits of a visitor or token as sentences."""
    for kind in _LIMITED:
        if "visitor" in settings.FAIR_USE.get(kind, {}):
            number, period = settings.FAIR_USE[kind]["visitor"]
            yield f"{number:,} {WORDS[kind]} in {duration_text(period)}"


def _answered(request: HttpRequest, declared: ApiOperation, example: ApiExample) -> Mapping[str, Any]:
    """Return an example with the status and the content of its answer. It is asked without an account; what would be
    stored is computed and not stored."""
    path = "/" + "/".join(example.path.get(part.strip("{}"), part) for part in declared.path.split("/"))
    asked = {"path": path, "query": example.query, "body": example.body}
    status = min(declared.answers)
    if declared.sample is not None:
        return {**asked, "status": status, "content": declared.sample(request)}
    if declared.answers[status] is None:
        return {**asked, "status": status, "content": None}
    made = _anonymous(request, declared.method, path, example)
    query = {parameter.name: parameter.schema.get("default") for parameter in declared.parameters}
    try:
        reply = declared.handle(ApiCall(made, example.path, {**query, **example.query}, example.body))
    except ApiProblem as wrong:
        return {**asked, "status": wrong.status, "content": problem(wrong.status, wrong.errors)}
    except InputErrors as bad:
        return {**asked, "status": 422, "content": problem(422, bad)}
    return {**asked, "status": reply.status, "content": reply.content}


def _anonymous(request: HttpRequest, method: str, path: str, example: ApiExample) -> HttpRequest:
    """Return a request of a visitor without an account to the host of this one."""
    made = HttpRequest()
    made.method, made.path, made.META = method, f"{SERVER}{path}", request.META
    made.GET = QueryDict(urlencode(example.query))
    made.user, made.session = AnonymousUser(), {}  # type: ignore[assignment]
    return made
