"""The OpenAPI 3.1 document, made from the declared operations and from the declarations of the solvers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any

import orjson

from mlsysweb.api.course import COURSE
from mlsysweb.api.operation import SCOPE_WORDS, ApiCase, ApiOperation, ApiParameter, Schema, Scope
from mlsysweb.api.operations.all import OPERATIONS
from mlsysweb.api.operations.solving import solver_components
from mlsysweb.api.problems import PROBLEM_TYPE
from mlsysweb.api.schemas import figure_components, ref
from mlsysweb.api.validation import JSON_TYPE
from solvers.registry import solvers

SERVER = "/api/v1"
# The security scheme of tokens.
TOKEN = "token"
_ABOUT = (
    "Computes the limits of machine learning systems, reads the catalog of hardware, models and grids, and saves "
    "scenarios. Numbers are in SI units. Names of inputs and outputs do not change; when a formula does, the "
    "`version` of its solver changes."
)
STATUS_WORDS = {
    200: "The answer",
    201: "Created",
    202: "Started; the result is at `Location`",
    204: "Done; without content",
    304: "Not changed since the ETag in `If-None-Match`",
    400: "The request cannot be read",
    401: "Without a token, or with one that is not valid",
    403: "The token lacks the scope, or the row is not yours",
    404: "There is no such row, or it is not shown to you",
    405: "The method is not allowed; `Allow` names those that are",
    406: "`Accept` does not allow JSON",
    409: "Changed since it was read",
    412: "`If-Match` is not the current ETag",
    413: "The body is too large",
    415: "The body has another type than JSON",
    422: "An input is wrong; `errors` names each field",
    428: "A condition is required",
    429: "Too many requests; `Retry-After` says for how many seconds to wait",
    500: "A defect of the site",
    503: "The server is busy, or its database cannot be reached; try again after `Retry-After`",
}
_PROBLEM = {
    "type": "object",
    "description": "A problem of RFC 9457. `error` is the first of `errors`.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "error": ref("FieldError"),
        "errors": {"type": "array", "items": ref("FieldError"), "minItems": 1},
    },
    "required": ["type", "title", "status", "detail", "error", "errors"],
}
_FIELD_ERROR = {
    "type": "object",
    "description": "A field, and the rest of a sentence that begins with it.",
    "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
    "required": ["field", "message"],
}


@lru_cache(maxsize=2)
def openapi_document(version: str) -> dict[str, Any]:
    """Return the document for a version of the catalog, whose values filters list."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        for path, told in _told(operation):
            paths.setdefault(path, {})[operation.method.lower()] = told
    return {
        "openapi": "3.1.0",
        "info": {"title": "Walls of ML systems", "version": "1", "description": _ABOUT},
        "servers": [{"url": SERVER}],
        "paths": paths,
        "components": {
            "schemas": {
                "Problem": _PROBLEM,
                "FieldError": _FIELD_ERROR,
                **solver_components(),
                **figure_components(solvers()),
            },
            "responses": {str(status): _failure(status) for status in STATUS_WORDS if status >= 400},
            "securitySchemes": {TOKEN: {"type": "http", "scheme": "bearer", "description": _scopes()}},
        },
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in OPERATIONS)],
    }


@lru_cache(maxsize=2)
def openapi_bytes(version: str) -> bytes:
    """Return the document as JSON."""
    return orjson.dumps(openapi_document(version))


@lru_cache(maxsize=2)
def openapi_tag(version: str) -> str:
    """Return the ETag of the document: a hash of it."""
    return sha256(openapi_bytes(version)).hexdigest()[:32]


def _scopes() -> str:
    words = " ".join(f"`{scope}`: {SCOPE_WORDS[scope]}" for scope in Scope)
    return f"A token made under /accounts/tokens/. Its scopes: {words}"


def _told(operation: ApiOperation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the paths of an operation with what the document says of it: one for each case, or one."""
    cases = list(operation.cases()) if operation.cases else []
    if not cases:
        yield f"/{operation.path}", _described(operation, None)
    for case in cases:
        yield f"/{operation.path.replace(f'{{{operation.path_names[0]}}}', case.value)}", _described(operation, case)


def _described(operation: ApiOperation, case: ApiCase | None) -> dict[str, Any]:
    first = operation.path_names[0] if case else ""
    parameters = [each for each in operation.parameters if each.name != first]
    if case and operation.body is None:
        parameters += case.parameters
    parameters += [COURSE] if operation.of_course else []
    body = case.body if case and operation.body is not None else operation.body
    help = " ".join(text for text in (case.help if case else "", operation.help) if text)
    answers = {status: case.answer if case else schema for status, schema in operation.answers.items()}
    told: dict[str, Any] = {
        "operationId": f"{operation.name}.{case.value}" if case else operation.name,
        "tags": [operation.tag],
        "summary": f"{operation.summary}: {case.title}" if case else operation.summary,
        **({"description": help} if help else {}),
        "x-scope": str(operation.scope),
        "security": [{TOKEN: []}] if operation.owned else [{}, {TOKEN: []}],
        "parameters": [_parameter(each) for each in parameters],
        "responses": {
            **_successes(answers, operation),
            **{str(n): {"$ref": f"#/components/responses/{n}"} for n in _failures(operation)},
        },
    }
    if body is not None:
        told["requestBody"] = {"required": True, "content": {JSON_TYPE: {"schema": body}}}
    return told


def _parameter(parameter: ApiParameter) -> dict[str, Any]:
    told: dict[str, Any] = {"name": parameter.name, "in": parameter.place, "description": parameter.help}
    if parameter.place == "path" or parameter.required:
        told["required"] = True
    if parameter.schema.get("type") == "array":
        told |= {"style": "form", "explode": False}
    return {**told, "schema": parameter.schema}


def _successes(answers: Mapping[int, Schema | None], operation: ApiOperation) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, schema in answers.items():
        content = {"content": {JSON_TYPE: {"schema": schema}}} if schema is not None else {}
        found[str(status)] = {"description": STATUS_WORDS[status], **content}
    if operation.conditional:
        found["304"] = {"description": STATUS_WORDS[304]}
    return found


def _failures(operation: ApiOperation) -> dict[str, Any]:
    """Return references to the errors that an operation may have, by status."""
    found = {400, 401, 403, 405, 406, 422, 429, 500, 503, *operation.errors, *((404,) if operation.of_course else ())}
    if operation.body is not None:
        found |= {413, 415}
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(found)}


def _failure(status: int) -> dict[str, Any]:
    return {"description": STATUS_WORDS[status], "content": {PROBLEM_TYPE: {"schema": ref("Problem")}}}
