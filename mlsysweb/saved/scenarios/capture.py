"""What a scenario keeps of a page: a wall's whole answer, or what a page over many walls showed, with the catalog rows
either read. A page is kept by its address, so that no page needs to know of this."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, QueryDict
from django.urls import resolve
from django_htmx.middleware import HtmxDetails

from catalog.recording import recording
from mlsysweb.answer import answer
from mlsysweb.registry import BY_NAME, current_path
from mlsysweb.show.forms.query import query_text
from solvers.errors import InputError, InputErrors
from solvers.formatting import fill_slots
from solvers.registry import solvers
from solvers.result import Result

# Where an update's own part ends and what it swaps elsewhere begins.
_ELSEWHERE = re.compile(r"<[^<>]*\shx-swap-oob=")
# What lets a form act for whoever it was drawn for is not shown to others.
_TOKEN = re.compile(r'<input[^>]*name="csrfmiddlewaretoken"[^>]*>')


@dataclass(frozen=True)
class SavedAnswer:
    """One answer, ready to be a version. `solver` is the wall's name, or the page's; `said` is a wall's answer in a
    sentence."""

    path: str
    solver: str
    solver_version: str
    question: dict[str, Any]
    snapshot: dict[str, Any]
    result: dict[str, Any]
    title: str
    said: str = ""


def display_name(name: str) -> str:
    """A wall or a page over many as people call it."""
    wall = solvers().get(name)
    if wall:
        return wall.title
    return BY_NAME[name].saved_as if name in BY_NAME else name


def capture(request: HttpRequest, address: str) -> SavedAnswer:
    """The answer of the page at a path with a query string. Raises InputErrors when it has none, Http404 for a page
    that is none of ours."""
    parts = urlsplit(address)
    path = current_path(parts.path)
    match = resolve(path)
    if match.namespace not in BY_NAME or not BY_NAME[match.namespace].saved_as:
        raise Http404("There is nothing to keep at this address.")
    query = QueryDict(parts.query)
    if match.namespace == "walls":
        return _of_wall(path, str(match.kwargs["name"]), query)
    return _of_page(request, path, match, query)


def _of_wall(path: str, name: str, query: QueryDict) -> SavedAnswer:
    solver = solvers().get(name)
    if solver is None:
        raise Http404("There is no such wall.")
    found = answer(solver, query_text(query))
    return SavedAnswer(
        path=path,
        solver=name,
        solver_version=solver.version,
        question=dict(found.text),
        snapshot=dict(found.snapshot),
        result=found.to_json(),
        title=_title(solver.title, found),
        said=fill_slots(found.verdict, found.values),
    )


def _title(wall: str, result: Result) -> str:
    """What a wall's answer is of."""
    picks = [str(result.values[name].value) for name in ("model", "accelerator") if name in result.values]
    return fill_slots(f"{wall}: {' on '.join(picks)}" if any(picks) else wall, result.values)


def _of_page(request: HttpRequest, path: str, match: Any, query: QueryDict) -> SavedAnswer:
    """What the page shows, asked for as its own form asks for it."""
    inner = HttpRequest()
    inner.method, inner.path, inner.path_info, inner.GET = "GET", path, path, query
    inner.META = {**request.META, "HTTP_HX_REQUEST": "true", "REQUEST_METHOD": "GET", "QUERY_STRING": query.urlencode()}
    inner.user, inner.session, inner.htmx = request.user, request.session, HtmxDetails(inner)  # type: ignore[attr-defined]
    with recording() as rows:
        answered = match.func(inner, *match.args, **match.kwargs)
    if answered.status_code != 200:
        raise InputErrors([InputError("page", "has no answer to these inputs.")])
    walls = {name: solver.version for name, solver in solvers().items()}
    return SavedAnswer(
        path=path,
        solver=match.namespace,
        solver_version=fingerprint(walls),
        question={name: values if len(values) > 1 else values[0] for name, values in query.lists()},
        snapshot=dict(rows),
        result={"shown": _TOKEN.sub("", _ELSEWHERE.split(answered.content.decode(), maxsplit=1)[0]), "walls": walls},
        title=BY_NAME[match.namespace].saved_as,
    )


def fingerprint(walls: dict[str, str]) -> str:
    """The versions of all walls in eight letters."""
    return sha256("".join(f"{name}={walls[name]};" for name in sorted(walls)).encode()).hexdigest()[:8]
