"""Operations on searches of a design space: answered at once where the space is small, else as a job."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import now

from catalog.resolve import choices
from catalog.visible import visible_group
from mlsysweb.api.operation import ApiCall, ApiExample, ApiOperation, ApiParameter, ApiReply, Scope
from mlsysweb.api.operations.paging import MEMBERS, PARAMETERS, links, page_slice
from mlsysweb.api.problems import ApiProblem, not_found
from mlsysweb.api.tokens import require_owner
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.question import DesignSpaceQuestion, declared_search
from mlsysweb.explore.find.columns import columns
from mlsysweb.explore.find.search import IN_REQUEST, search_now
from mlsysweb.explore.jobs.jobs import begin_job, cancel_job, job_of, may_cancel, moving_jobs_of, outcome_of, search_of
from mlsysweb.explore.jobs.worker import call_worker
from mlsysweb.explore.models import Job, JobState
from mlsysweb.explore.show.exports import as_json
from mlsysweb.throttle import spend
from mlsysweb.visitors import owned_by, ownership
from solvers.errors import InputError, InputErrors
from solvers.registry import solvers
from solvers.search.explore import Search
from solvers.search.run import Outcome, check

TAG = "Searches"
_ID = ApiParameter("id", {"type": "string", "maxLength": 64}, "The id of a search in the background.", place="path")
_PLACE = re.compile(r"(axis|goal)-(\d+)")
_RETRY = 2
_TEXT = {"type": "string", "minLength": 1, "maxLength": 8000}


def start_search(call: ApiCall) -> ApiReply:
    """Search a design space. Return the result with status 200, or for a space that takes longer than one request the
    job with status 202. The same question has the same job."""
    question = _question(call.body)
    try:
        declared = declared_search(question, look_up, all_of)
        check(declared.search)
        found = search_now(question, declared) if declared.search.space.size <= IN_REQUEST else None
    except InputErrors as bad:
        raise InputErrors(_renamed(bad, question)) from None
    if found is not None and found.complete:
        return ApiReply({**_about(question.query, JobState.DONE), **_result(question.query, found, declared.search)})
    job = job_of(question)
    if job is None or job.state in (JobState.CANCELLED, JobState.FAILED):
        job = _begun(call, question)
    if job.state == JobState.DONE:
        return ApiReply(_job(job) | _result(job.query, outcome_of(job, declared.search), declared.search))
    address = call.request.build_absolute_uri(reverse("api:read-search", args=[job.pk]))
    return ApiReply(_job(job), status=202, headers={"Location": address, "Retry-After": str(_RETRY)})


def _begun(call: ApiCall, question: DesignSpaceQuestion) -> Job:
    """Return the job of a question, which belongs to the caller. Raise ApiProblem for a caller without token or session
    and for one with too many jobs, LimitExceeded for one who started too many."""
    require_owner(call.request)
    waiting = len(moving_jobs_of(call.request))
    if waiting >= settings.JOBS_PER_VISITOR:
        sentence = f"is reached: {waiting} of your searches wait or run, and that is the most. Stop one, or wait."
        raise ApiProblem(429, "searches", sentence, {"Retry-After": "60"})
    spend(call.request, "job", 1)
    job = begin_job(question, ownership(call.request))
    call_worker()
    return job


def list_searches(call: ApiCall) -> ApiReply:
    """Return the caller's searches in the background, the newest first."""
    own = Job.objects.filter(owned_by(call.request)).defer("seen", "snapshot")
    total = own.count()
    members, headers = links(call, total)
    return ApiReply({**members, "searches": [_job(job) for job in own[page_slice(call, total)]]}, headers=headers)


def read_search(call: ApiCall) -> ApiReply:
    """Return a search in the background with its result so far."""
    job = _found(call)
    search = search_of(job)
    if job.moving:
        call_worker()  # after a restart of the site no worker may be running
    wait = {"Retry-After": str(_RETRY)} if job.moving else {}
    return ApiReply(_job(job) | _result(job.query, outcome_of(job, search), search), headers=wait)


def stop_search(call: ApiCall) -> ApiReply:
    """Stop a search of the caller; its result so far remains."""
    job = _found(call)
    if not may_cancel(call.request, job):
        raise ApiProblem(403, "id", "is a search that another visitor started; that visitor can stop it.")
    cancel_job(job)
    return ApiReply(None, status=204)


def _found(call: ApiCall) -> Job:
    job: Job | None = Job.objects.filter(pk=call.path["id"]).first()
    if job is None or job.group_id not in (None, visible_group()):
        raise not_found("id", "is not that of a search; a result that was answered at once has none.")
    return job


def _question(body: Mapping[str, Any]) -> DesignSpaceQuestion:
    return DesignSpaceQuestion(
        walls=tuple(body["walls"]),
        links=tuple((target, source) for target, source in body.get("links", {}).items()),
        axes=tuple((name, _values(values)) for name, values in body["axes"].items()),
        goals=tuple(text.strip() for text in body["goals"]),
    )


def _values(values: Any) -> str:
    return ", ".join(str(each) for each in values) if isinstance(values, list) else str(values).strip()


def _renamed(bad: InputErrors, question: DesignSpaceQuestion) -> Iterator[InputError]:
    """Yield errors under the names that the body has: `axes.batch_size` instead of `axis-0`."""
    for error in bad.errors:
        match = _PLACE.fullmatch(error.field)
        if match is None:
            yield error
        elif match[1] == "goal":
            yield InputError(f"goals.{match[2]}", error.sentence)
        else:
            yield InputError(f"axes.{question.axes[int(match[2])][0]}", error.sentence)


def _about(query: str, state: str) -> dict[str, Any]:
    return {"id": None, "state": str(state), "page": f"{reverse('explore:explore')}?{query}"}


def _job(job: Job) -> dict[str, Any]:
    return {
        **_about(job.query, job.state),
        "id": job.pk,
        "size": job.size,
        "done": job.count,
        "seconds": job.seconds,
        "error": job.error or None,
        "created": job.created.isoformat(),
    }


def _result(query: str, outcome: Outcome, search: Search) -> dict[str, Any]:
    rows = list({each.number: each for each in (*outcome.top, *outcome.front)}.values())
    told = as_json(query, outcome, rows, columns(search, choices))
    del told["explore"]
    return {"size": search.space.size, **told}


def _example_job(request: HttpRequest) -> dict[str, Any]:
    """Return a finished search as an answer has it, from one that is computed at once; for the reference."""
    content: dict[str, Any] = start_search(ApiCall(request, {}, {}, _EXAMPLE)).content
    size, query = content["size"], content["page"].partition("?")[2]
    job = Job(key="0f" * 32, query=query, state=JobState.DONE, size=size, count=size, created=now())
    return _job(job) | content | {"id": job.key}


def _example_jobs(request: HttpRequest) -> dict[str, Any]:
    told = _example_job(request)
    return {"total": 1, "next": None, "searches": [{name: told[name] for name in _JOB}]}


_EXAMPLE = {
    "walls": ["roofline"],
    "axes": {"accelerator": ["a100-sxm4-80gb", "h100-sxm5-80gb"], "batch_size": "1 to 64 doubling"},
    "goals": ["minimize: latency", "throughput >= 1000 1/s"],
}
_SCALARS = {"type": "array", "items": {"type": ["number", "string"]}, "minItems": 1, "maxItems": 1000}
_NAMES = {"propertyNames": {"maxLength": 200, "minLength": 1}}
_BODY = {
    "type": "object",
    "properties": {
        "walls": {
            "type": "array",
            "items": {"enum": list(solvers())},
            "minItems": 1,
            "maxItems": 8,
            "description": "The solvers, each connected to those before it.",
        },
        "axes": {
            "type": "object",
            **_NAMES,
            "maxProperties": 20,
            "additionalProperties": {"anyOf": [_TEXT, {"type": "number"}, _SCALARS]},
            "description": "Values by input: a list, or text such as `1 to 64 doubling`, `0.1 to 0.9 in 9 steps`, `all "
            "NVIDIA`. A single value is the same for all configurations.",
        },
        "goals": {
            "type": "array",
            "items": {**_TEXT, "maxLength": 200},
            "minItems": 1,
            "maxItems": 20,
            "description": "Objectives and constraints: `minimize: cost`, `latency <= 50 ms`.",
        },
        "links": {
            "type": "object",
            **_NAMES,
            "maxProperties": 20,
            "additionalProperties": {"type": "string", "maxLength": 200},
            "description": "Outputs by the input they set: `tco.duration` from `parallelism.training_time`.",
        },
    },
    "required": ["walls", "axes", "goals"],
    "additionalProperties": False,
}
_ROW = {
    "number": {"type": "integer"},
    "front": {"type": "boolean", "description": "Whether it is on the Pareto front."},
    "inputs": {"type": "object"},
    "values": {"type": "object"},
}
_STATE = {
    "id": {"type": ["string", "null"], "description": "Null where the result was computed at once."},
    "state": {"enum": [str(state) for state in JobState]},
    "page": {"type": "string", "description": "The page of the same search."},
}
_RESULT = {
    "configurations": {"type": "integer", "description": "Those evaluated so far."},
    "feasible": {"type": "integer"},
    "complete": {"type": "boolean"},
    "constraints": {"type": "array", "items": {"type": "object"}},
    "columns": {"type": "array", "items": {"type": "object"}},
    "rows": {
        "type": "array",
        "description": "The best configurations, the best first, then those of the Pareto front.",
        "items": {"type": "object", "properties": _ROW, "required": list(_ROW)},
    },
}
_JOB = {
    **_STATE,
    "size": {"type": "integer", "description": "The configurations of the space."},
    "done": {"type": "integer"},
    "seconds": {"type": "number"},
    "error": {"type": ["string", "null"]},
    "created": {"type": "string", "format": "date-time"},
}
_FOUND = {"type": "object", "properties": {**_JOB, **_RESULT}, "required": [*_STATE, "size", *_RESULT]}
_STARTED = {"type": "object", "properties": _JOB, "required": list(_JOB)}
OPERATIONS = (
    ApiOperation(
        name="start-search",
        method="POST",
        path="searches",
        tag=TAG,
        summary="Search a design space",
        help="Answered at once (200) where that takes less than a second. Otherwise it runs in the background (202), "
        "which needs a token or a session; read it at `Location` until `state` is `done`.",
        handle=start_search,
        scope=Scope.SOLVE,
        of_course=True,
        body=_BODY,
        answers={200: _FOUND, 202: _STARTED},
        errors=(401, 503),
        example=ApiExample(body=_EXAMPLE),
        writes=True,
    ),
    ApiOperation(
        name="list-searches",
        method="GET",
        path="searches",
        tag=TAG,
        summary="List your searches",
        handle=list_searches,
        sample=_example_jobs,
        scope=Scope.READ,
        parameters=PARAMETERS,
        answers={
            200: {
                "type": "object",
                "properties": {**MEMBERS, "searches": {"type": "array", "items": _STARTED}},
                "required": [*MEMBERS, "searches"],
            }
        },
        owned=True,
    ),
    ApiOperation(
        name="read-search",
        method="GET",
        path="searches/{id}",
        tag=TAG,
        summary="Read a search",
        handle=read_search,
        sample=_example_job,
        scope=Scope.READ,
        parameters=(_ID,),
        answers={200: {**_FOUND, "required": [*_JOB, *_RESULT]}},
        errors=(404,),
    ),
    ApiOperation(
        name="stop-search",
        method="DELETE",
        path="searches/{id}",
        tag=TAG,
        summary="Stop a search",
        handle=stop_search,
        scope=Scope.SOLVE,
        parameters=(_ID,),
        answers={204: None},
        errors=(404,),
        owned=True,
        writes=True,
    ),
)
