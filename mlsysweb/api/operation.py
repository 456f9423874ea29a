"""The declaration of an operation of the API. Routing, methods, checks of parameters and body, rights, the OpenAPI
document and the pages of the reference all follow from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.http import HttpRequest

Schema = Mapping[str, Any]


class Scope(StrEnum):
    """The rights that a token may have."""

    READ = "read"
    SOLVE = "solve"
    SCENARIOS = "scenarios"


SCOPE_WORDS = {
    Scope.READ: "Read solvers, the catalog, your scenarios and your searches, private ones included.",
    Scope.SOLVE: "Solve and sweep; start and stop searches.",
    Scope.SCENARIOS: "Create, change and delete your scenarios.",
}


@dataclass(frozen=True)
class ApiParameter:
    """A parameter in the query, the path or a header, with the JSON Schema of its value. A list is separated by
    commas."""

    name: str
    schema: Schema
    help: str
    place: str = "query"
    required: bool = False


@dataclass(frozen=True)
class ApiExample:
    """A request that the reference shows: path values, query and body."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True)
class ApiCall:
    """A request whose rights, parameters and body have been checked: path and query by name, and the JSON body.
    `query` has the declared types; of an operation that reads its own inputs it is the text of the query."""

    request: HttpRequest
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any = None


@dataclass(frozen=True)
class ApiReply:
    """The content of an answer as JSON values, its status and headers, and its ETag without quotes."""

    content: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""


@dataclass(frozen=True)
class ApiCase:
    """An operation for one value of its first path parameter, such as `solve/roofline`: title, description, parameters,
    and the schemas of body and answer."""

    value: str
    title: str
    help: str
    parameters: tuple[ApiParameter, ...]
    body: Schema | None
    answer: Schema


@dataclass(frozen=True)
class ApiOperation:
    """An operation: `name` is its id in the OpenAPI document, `path` is relative to `/api/v1/`. `answers` are schemas
    by status, `errors` further statuses than those that any operation may have. `cases` are its forms by the first path
    parameter, each documented separately. `sample` is the answer to the example where that cannot be asked. `owned`
    operations need a token or a session; those that `write` need the CSRF token where a session is used. `reads_inputs`
    leaves query and body to the solver's own check. `conditional` ones answer 304 to a known ETag. Those
    `of_course` take the parameter that names the course whose catalog they read."""

    name: str
    method: str
    path: str
    tag: str
    summary: str
    handle: Callable[[ApiCall], ApiReply]
    scope: Scope
    answers: Mapping[int, Schema | None]
    help: str = ""
    parameters: tuple[ApiParameter, ...] = ()
    body: Schema | None = None
    errors: tuple[int, ...] = ()
    cases: Callable[[], Iterable[ApiCase]] | None = None
    example: ApiExample | None = None
    sample: Callable[[HttpRequest], Any] | None = None
    owned: bool = False
    writes: bool = False
    reads_inputs: bool = False
    conditional: bool = False
    of_course: bool = False

    @property
    def path_names(self) -> tuple[str, ...]:
        """Return the names of the path's parameters, in order."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))
