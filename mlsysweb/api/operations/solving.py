"""Operations that list solvers and solve."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import orjson
from django.urls import reverse

from mlsysweb.answer import answer
from mlsysweb.api.document import document
from mlsysweb.api.operation import ApiCall, ApiCase, ApiExample, ApiOperation, ApiParameter, ApiReply, Scope
from mlsysweb.api.pages import PAGE_ANSWER, page_answer, page_titles
from mlsysweb.api.problems import not_found
from mlsysweb.api.schemas import answer_schema, inputs_schema, output_schema, query_parameters, ref
from mlsysweb.show.forms.query import query_text
from solvers.declare import closest_name, unknown_name
from solvers.errors import InputError, InputErrors
from solvers.fields import Pick
from solvers.read import ALSO, SWEEP
from solvers.registry import find, solvers

TAG = "Solvers"
NAME = ApiParameter("name", {"type": "string"}, "The name of a solver.", place="path")
_TEXT = {"type": "string"}
_LISTED = {
    "name": _TEXT,
    "title": _TEXT,
    "question": {"type": "string", "description": "The question it answers."},
    "version": {"type": "string", "description": "The version of its formulas."},
    "walls": {"type": "array", "items": {"type": "integer"}, "description": "The walls of the tutorial it stands for."},
    "solve": {"type": "string", "description": "The path of its operation."},
    "page": {"type": "string", "description": "The path of its page."},
}
_SOLVER = {"type": "object", "properties": _LISTED, "required": ["name", "title", "solve", "page"]}


def _listed(name: str) -> dict[str, Any]:
    solver = solvers()[name]
    return {
        "name": name,
        "title": solver.title,
        "question": solver.question,
        "version": solver.version,
        "walls": list(solver.walls),
        "solve": reverse("api:solve", args=[name]),
        "page": reverse("walls:wall", args=[name]),
    }


def list_solvers(call: ApiCall) -> ApiReply:
    """Return every solver, and the pages over many walls that answer, too."""
    names = (name for name in page_titles() if name not in solvers())
    pages = [{"name": n, "title": page_titles()[n].title, "page": reverse(page_titles()[n].view)} for n in names]
    content = {
        "solvers": [_listed(name) for name in solvers()],
        "pages": [{**page, "solve": reverse("api:solve", args=[page["name"]])} for page in pages],
    }
    return ApiReply(content, etag=etag(content))


def read_solver(call: ApiCall) -> ApiReply:
    """Return the declaration of a solver: the schemas of its inputs and of its outputs."""
    solver = found_solver(call.path["name"])
    content = {
        **_listed(solver.name),
        "inputs": dict(inputs_schema(solver)["properties"]),
        "outputs": {name: output_schema(io) for name, io in solver.outputs.items()},
        "assumptions": list(solver.assumptions),
        "limitations": list(solver.excludes),
        "sources": [{"authors": s.authors, "title": s.title, "url": s.url} for s in solver.sources],
    }
    return ApiReply(content, etag=etag(content))


def solve(call: ApiCall) -> ApiReply:
    """Return the answer of a solver, or of a page over many walls, to the inputs in the query or the body."""
    name, given = call.path["name"], call.body
    if name in page_titles() and name not in solvers():
        pairs = call.request.GET.lists() if given is None else given.items()
        return ApiReply(page_answer(name, list(_pairs(dict(pairs)))))
    solver = found_solver(name)
    if given is None:
        return ApiReply(document(answer(solver, query_text(call.request.GET))))
    for key, value in given.items():
        _refuse_unknown(solver, key, value)
    return ApiReply(document(answer(solver, given)))


def found_solver(name: str) -> Any:
    """Return the solver of a name. Raise ApiProblem with status 404."""
    try:
        return find(name)
    except InputError as unknown:
        raise not_found(unknown.field, unknown.sentence) from None


def etag(content: Any) -> str:
    """Return the ETag of JSON values: a hash of them."""
    return sha256(orjson.dumps(content)).hexdigest()[:32]


def _refuse_unknown(solver: Any, name: str, value: Any) -> None:
    """Raise InputErrors for a name without a value that is no input: `read` passes over it, as forms send such."""
    pick = solver.inputs.get(name.partition(".")[0])
    if value in (None, "") and name not in (*solver.inputs, ALSO, SWEEP) and not ("." in name and pick):
        raise InputErrors([unknown_name(name, solver)])
    if (
        value in (None, "")
        and "." in name
        and isinstance(pick, Pick)
        and name not in inputs_schema(solver)["properties"]
    ):
        near = closest_name(name, inputs_schema(solver)["properties"])
        raise InputErrors(
            [InputError(name[:60], f"is not a figure of the row.{f' Did you mean {near}?' if near else ''}")]
        )


def _pairs(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and values as an address has them: a name of several values is repeated."""
    for name, value in given.items():
        for each in value if isinstance(value, list) else [value]:
            yield name, each if isinstance(each, str) else json.dumps(each)


def _cases() -> Iterator[ApiCase]:
    for name, solver in solvers().items():
        yield ApiCase(
            name, solver.title, solver.question, query_parameters(solver), ref(f"{name}.Inputs"), ref(f"{name}.Answer")
        )
    for name, page in page_titles().items():
        if name not in solvers():
            help = f"{page.summary} Names and values are those in the address of the page."
            yield ApiCase(name, page.title, help, (), {"type": "object"}, PAGE_ANSWER)


def solver_components() -> dict[str, Any]:
    """Return the schemas of the inputs and the answer of every solver, by the name they are referred to."""
    found: dict[str, Any] = {}
    for name, solver in solvers().items():
        found |= {f"{name}.Inputs": inputs_schema(solver), f"{name}.Answer": answer_schema(solver)}
    return found


_ANSWER = {"type": "object", "description": "The answer of the solver, or of the page."}
_ASKED = ApiExample({"name": "roofline"}, {"batch_size": "148", "accelerator": "h100-sxm5-80gb"})
OPERATIONS = (
    ApiOperation(
        name="list-solvers",
        method="GET",
        path="solvers",
        tag=TAG,
        summary="List the solvers",
        handle=list_solvers,
        scope=Scope.READ,
        answers={
            200: {
                "type": "object",
                "properties": {
                    "solvers": {"type": "array", "items": {**_SOLVER, "required": list(_LISTED)}},
                    "pages": {"type": "array", "items": _SOLVER},
                },
                "required": ["solvers", "pages"],
            }
        },
        example=ApiExample(),
        conditional=True,
    ),
    ApiOperation(
        name="read-solver",
        method="GET",
        path="solvers/{name}",
        tag=TAG,
        summary="Read the declaration of a solver",
        help="The inputs with unit, range, choices and default; outputs, assumptions, limitations and sources.",
        handle=read_solver,
        scope=Scope.READ,
        parameters=(NAME,),
        answers={
            200: {
                "type": "object",
                "properties": {**_LISTED, "inputs": {"type": "object"}, "outputs": {"type": "object"}},
                "required": [*_LISTED, "inputs", "outputs"],
            }
        },
        errors=(404,),
        example=ApiExample({"name": "privacy"}),
        conditional=True,
    ),
    ApiOperation(
        name="solve",
        method="GET",
        path="solve/{name}",
        tag=TAG,
        summary="Solve",
        help="Inputs are text as in a form: numbers with or without a unit, or the slug of a row of the catalog. A "
        "figure of a picked row is changed by its dotted name: `accelerator.memory_bandwidth=x2`.",
        handle=solve,
        scope=Scope.SOLVE,
        of_course=True,
        parameters=(NAME,),
        answers={200: _ANSWER},
        errors=(404,),
        cases=_cases,
        example=_ASKED,
        reads_inputs=True,
    ),
    ApiOperation(
        name="solve-json",
        method="POST",
        path="solve/{name}",
        tag=TAG,
        summary="Solve, with a JSON body",
        help="Numbers are in SI units; text may name a unit. A row of the catalog may be written out as a record.",
        handle=solve,
        scope=Scope.SOLVE,
        of_course=True,
        parameters=(NAME,),
        body={"type": "object"},
        answers={200: _ANSWER},
        errors=(404,),
        cases=_cases,
        example=ApiExample({"name": "roofline"}, body={"batch_size": 148, "accelerator.memory_bandwidth": "x2"}),
        reads_inputs=True,
    ),
)
