"""Operations on saved scenarios: those of the caller, and those that others show."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from mlsysweb.api.operation import ApiCall, ApiExample, ApiOperation, ApiParameter, ApiReply, Scope
from mlsysweb.api.operations.paging import MEMBERS, PARAMETERS, links, page_slice
from mlsysweb.api.operations.revising import (
    TEXTS,
    changed_problem,
    check_tag,
    own_scenario,
    save_texts,
    visible_scenario,
)
from mlsysweb.api.operations.scenario_json import SCENARIO, SUMMARY, scenario_json, scenario_tag, summary_json
from mlsysweb.api.pages import page_titles
from mlsysweb.api.problems import ApiProblem, not_found
from mlsysweb.api.validation import LINE
from mlsysweb.saved.scenarios.capture import NotSavable, SavedAnswer, capture
from mlsysweb.saved.scenarios.forms import title_problem
from mlsysweb.saved.scenarios.models import Scenario, Version, Visibility
from mlsysweb.saved.scenarios.people import scenarios_of
from mlsysweb.saved.scenarios.store import add_version, created, note_opened
from mlsysweb.throttle import spend
from mlsysweb.visitors import owns
from solvers.errors import InputError, InputErrors
from solvers.registry import solvers

TAG = "Scenarios"
_ID = ApiParameter("id", {"type": "string", "maxLength": 16}, "The id of the scenario, as in its link.", place="path")
_NUMBER = ApiParameter("number", {"type": "string"}, "The number of the version, from 1.", place="path")
_IF_MATCH = ApiParameter("If-Match", {"type": "string"}, "The ETag of the scenario when it was read.", place="header")


def list_scenarios(call: ApiCall) -> ApiReply:
    """Return the caller's scenarios, the newest first, without their answers."""
    own = scenarios_of(call.request).filter(deleted=None).prefetch_related("tags").select_related("group")
    if solver := call.query.get("solver"):
        own = own.filter(solver=solver)
    total = own.count()
    members, headers = links(call, total)
    latest = Version.objects.filter(scenario=OuterRef("pk")).order_by("-number")
    rows = own.annotate(said=Subquery(latest.values("said")[:1]), number=Subquery(latest.values("number")[:1]))
    shown: Any = rows[page_slice(call, total)]
    listed = [summary_json(call.request, each, each.number, each.said) for each in shown]
    return ApiReply({**members, "scenarios": listed}, headers=headers)


def read_scenario(call: ApiCall) -> ApiReply:
    """Return a scenario that the caller may see, with the answer of its latest version or of the one asked for."""
    kept = visible_scenario(call)
    text = call.path.get("number", "")
    versions = kept.versions.filter(number=int(text)) if text.isdecimal() and len(text) < 10 else kept.versions.none()
    version = versions.first() if text else kept.latest
    if version is None:
        raise not_found("number", f"must be one of {', '.join(str(each.number) for each in kept.versions.all())}.")
    note_opened(kept)
    tag = scenario_tag(kept, version.number) + ("" if owns(call.request, kept) else "-seen")
    return ApiReply(scenario_json(call.request, kept, version), etag=tag)


def create_scenario(call: ApiCall) -> ApiReply:
    """Solve, and save the answer as a new scenario of the caller."""
    body = call.body
    if problem := title_problem(body["title"]) if body.get("title") else "":
        raise InputErrors([InputError("title", problem)])
    saved = _captured(body["solver"], body.get("inputs", {}))
    spend(call.request, "save", 1)
    with transaction.atomic():
        kept = created(call.request, saved, body.get("title", ""))
        if texts := {name: body[name] for name in TEXTS[1:] if name in body}:
            save_texts(call, kept, texts)
    return _told(call, kept, 201)


def add_answer(call: ApiCall) -> ApiReply:
    """Solve, and save the answer as the next version of a scenario of the caller."""
    kept = own_scenario(call)
    check_tag(call, kept)
    saved = _captured(_asked_of(kept), call.body.get("inputs", {}))
    spend(call.request, "save", 1)
    add_version(call.request, kept, saved)
    return _told(call, kept, 201)


def revise_scenario(call: ApiCall) -> ApiReply:
    """Change title, notes, tags or visibility of a scenario of the caller, unless it has changed since it was read."""
    kept = own_scenario(call)
    if "If-Match" not in call.request.headers and "revision" not in call.body:
        raise ApiProblem(428, "If-Match", "is required, or `revision` in the body, so that no other change is lost.")
    check_tag(call, kept)
    if call.body.get("revision", kept.revision) != kept.revision:
        raise changed_problem(kept, 409, "revision", f"{call.body['revision']}")
    spend(call.request, "edit", 1)
    save_texts(call, kept, {name: call.body[name] for name in TEXTS if name in call.body})
    return _told(call, kept, 200)


def delete_scenario(call: ApiCall) -> ApiReply:
    """Delete a scenario of the caller. Its page can restore it for a time."""
    kept = own_scenario(call)
    check_tag(call, kept)
    spend(call.request, "edit", 1)
    kept.deleted = timezone.now()
    kept.save(update_fields=["deleted"])
    return ApiReply(None, status=204)


def _captured(name: str, inputs: dict[str, Any]) -> SavedAnswer:
    """Return the answer of a solver or of a page over many walls, ready to be stored. Raise InputErrors."""
    path = reverse("walls:wall", args=[name]) if name in solvers() else reverse(page_titles()[name].view)
    query = [(key, _as_text(each)) for key, value in inputs.items() for each in _several(value) if each is not None]
    try:
        return capture(f"{path}?{urlencode(query)}")
    except NotSavable as refused:
        raise InputErrors([InputError("inputs", f"can't be saved: {refused}")]) from None


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _asked_of(kept: Scenario) -> str:
    """Return the name under which the page of a scenario is solved. Raise ApiProblem for a page that is gone."""
    paths = {reverse(page.view): name for name, page in page_titles().items()}
    name = kept.solver if kept.solver in solvers() and kept.path.startswith("/walls/") else paths.get(kept.path)
    if name is None:
        raise ApiProblem(409, "id", "is that of a scenario whose page no longer exists, so it can't be solved again.")
    return name


def _told(call: ApiCall, kept: Scenario, status: int) -> ApiReply:
    version = kept.latest
    address = call.request.build_absolute_uri(reverse("api:read-scenario", args=[kept.pk]))
    headers = {"Location": address} if status == 201 else {}
    return ApiReply(scenario_json(call.request, kept, version), status, headers, scenario_tag(kept, version.number))


def example_scenario(request: HttpRequest) -> dict[str, Any]:
    """Return a scenario as an answer has it, from an answer that is not saved; for the reference."""
    saved = _captured("roofline", {"batch_size": "148"})
    kept = Scenario(
        id="bcdfgh234567", path=saved.path, solver=saved.solver, title="Batch of 148", created=timezone.now()
    )
    version = Version(
        scenario=kept,
        number=1,
        solver_version=saved.solver_version,
        question=saved.question,
        snapshot=saved.snapshot,
        result=saved.result,
        said=saved.said,
        created=kept.created,
    )
    return scenario_json(request, kept, version, tags=("serving",), numbers=(1,), mine=True)


def _example_list(request: HttpRequest) -> dict[str, Any]:
    told = example_scenario(request)
    return {"total": 1, "next": None, "scenarios": [{name: told[name] for name in SUMMARY["properties"]}]}


_WORD = r"^[^,\x00-\x1f\x7f]*[^,\s\x00-\x1f\x7f][^,\x00-\x1f\x7f]*$"
_EDITED = {
    "notes": {
        "type": "string",
        "maxLength": 20_000,
        "pattern": r"^[^\x00-\x08\x0b-\x1f\x7f]*$",
        "x-form": "text without control characters other than tab and line feed",
        "description": "Markdown.",
    },
    "tags": {
        "type": "array",
        "maxItems": 12,
        "items": {
            "type": "string",
            "minLength": 1,
            "maxLength": 40,
            "pattern": _WORD,
            "x-form": "words without commas and control characters",
        },
    },
    "visibility": {"enum": [str(value) for value in Visibility.values], "description": "The users who may see it."},
    "group": {
        "type": ["string", "null"],
        "maxLength": 150,
        "description": "The name of the class, for the visibility `class`.",
    },
}
_TITLE = {"type": "string", "maxLength": 200, "pattern": LINE}
_NAMED = {**_TITLE, "minLength": 1, "pattern": r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"}
_INPUTS = {"type": "object", "description": "Inputs by name, as for solving; the answer is computed and saved."}
_CREATED = {
    "type": "object",
    "properties": {
        "solver": {"enum": list(dict.fromkeys((*solvers(), *page_titles()))), "description": "A solver or a page."},
        "inputs": _INPUTS,
        "title": _TITLE,
        **_EDITED,
    },
    "required": ["solver"],
    "additionalProperties": False,
}
_REVISED = {
    "type": "object",
    "properties": {"title": _NAMED, **_EDITED, "revision": {"type": "integer", "minimum": 1}},
    "minProperties": 1,
    "additionalProperties": False,
}
_MADE = {"type": "object", "properties": {"inputs": _INPUTS}, "required": ["inputs"], "additionalProperties": False}
_FILTER = ApiParameter("solver", {"type": "string", "maxLength": 60, "pattern": LINE}, "Only those of this solver.")
OPERATIONS = (
    ApiOperation(
        name="list-scenarios",
        method="GET",
        path="scenarios",
        tag=TAG,
        summary="List your scenarios",
        handle=list_scenarios,
        sample=_example_list,
        scope=Scope.READ,
        parameters=(_FILTER, *PARAMETERS),
        answers={
            200: {
                "type": "object",
                "properties": {**MEMBERS, "scenarios": {"type": "array", "items": SUMMARY}},
                "required": [*MEMBERS, "scenarios"],
            }
        },
        owned=True,
    ),
    ApiOperation(
        name="create-scenario",
        method="POST",
        path="scenarios",
        tag=TAG,
        summary="Solve and save a scenario",
        handle=create_scenario,
        sample=example_scenario,
        scope=Scope.SCENARIOS,
        of_course=True,
        body=_CREATED,
        answers={201: SCENARIO},
        errors=(503,),
        example=ApiExample(
            body={"solver": "roofline", "inputs": {"batch_size": 148}, "title": "Batch of 148", "tags": ["serving"]}
        ),
        owned=True,
        writes=True,
    ),
    ApiOperation(
        name="read-scenario",
        method="GET",
        path="scenarios/{id}",
        tag=TAG,
        summary="Read a scenario",
        help="Its latest version. Others' scenarios are read where they are shown to you.",
        handle=read_scenario,
        sample=example_scenario,
        scope=Scope.READ,
        parameters=(_ID,),
        answers={200: SCENARIO},
        errors=(404,),
        conditional=True,
    ),
    ApiOperation(
        name="revise-scenario",
        method="PATCH",
        path="scenarios/{id}",
        tag=TAG,
        summary="Change the text of a scenario",
        help="`If-Match` (412) or `revision` in the body (409) prevents that another change is lost; one is required.",
        handle=revise_scenario,
        sample=example_scenario,
        scope=Scope.SCENARIOS,
        parameters=(_ID, _IF_MATCH),
        body=_REVISED,
        answers={200: SCENARIO},
        errors=(404, 409, 412, 428),
        example=ApiExample({"id": "bcdfgh234567"}, body={"title": "Batch of 148, reviewed", "revision": 1}),
        owned=True,
        writes=True,
    ),
    ApiOperation(
        name="delete-scenario",
        method="DELETE",
        path="scenarios/{id}",
        tag=TAG,
        summary="Delete a scenario",
        help="The page of the scenario can restore it for 30 days.",
        handle=delete_scenario,
        scope=Scope.SCENARIOS,
        parameters=(_ID, _IF_MATCH),
        answers={204: None},
        errors=(404, 412),
        owned=True,
        writes=True,
    ),
    ApiOperation(
        name="add-version",
        method="POST",
        path="scenarios/{id}/versions",
        tag=TAG,
        summary="Solve again and save the next version",
        handle=add_answer,
        sample=example_scenario,
        scope=Scope.SCENARIOS,
        of_course=True,
        parameters=(_ID, _IF_MATCH),
        body=_MADE,
        answers={201: SCENARIO},
        errors=(404, 409, 412, 503),
        example=ApiExample({"id": "bcdfgh234567"}, body={"inputs": {"batch_size": 256}}),
        owned=True,
        writes=True,
    ),
    ApiOperation(
        name="read-version",
        method="GET",
        path="scenarios/{id}/versions/{number}",
        tag=TAG,
        summary="Read a version of a scenario",
        handle=read_scenario,
        sample=example_scenario,
        scope=Scope.READ,
        parameters=(_ID, _NUMBER),
        answers={200: SCENARIO},
        errors=(404,),
        conditional=True,
    ),
)
