"""What a scenario keeps of a page: a wall's whole answer, or what a page over many walls showed, with the catalog rows
either read. A page is kept by its address, so that no page needs to know of this."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from django.core.exceptions import TooManyFieldsSent
from django.http import Http404, HttpRequest, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve
from django_htmx.middleware import HtmxDetails

from catalog.recording import recording
from mlsysweb.answer import answer
from mlsysweb.registry import BY_NAME, SAVED_VIEWS, current_path
from mlsysweb.show.forms.query import query_text
from solvers.errors import InputError, InputErrors
from solvers.formatting import fill_slots
from solvers.registry import solvers
from solvers.result import Result

from .text import control_character

# The longest address that is read: a design space of many axes has some thousand characters.
_LONGEST = 16_000
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


class NotSavable(Http404):
    """An address at which there is no page that can be saved; the message is a sentence for people."""


@dataclass(frozen=True)
class Address:
    """Where a page that can be saved was asked, on this site."""

    path: str
    query: QueryDict
    match: ResolverMatch

    @classmethod
    def of(cls, text: str) -> Address:
        """The address as a form sends it, a path with a query string. Raises NotSavable."""
        if len(text) > _LONGEST:
            raise NotSavable(f"The address of the page is {len(text):,} characters long; {_LONGEST:,} is the most.")
        if problem := control_character(unquote_plus(text)):
            raise NotSavable(f"The address of the page {problem}")
        try:
            parts = urlsplit(text)
            path = current_path(parts.path)
            match = resolve(path)
            query = QueryDict(parts.query)
        except (ValueError, Resolver404, TooManyFieldsSent):
            raise NotSavable(_NO_PAGE) from None
        if parts.scheme or parts.netloc or match.view_name not in SAVED_VIEWS:
            raise NotSavable(_NO_PAGE)
        return cls(path, query, match)

    def __str__(self) -> str:
        return f"{self.path}?{self.query.urlencode()}" if self.query else self.path


_NO_PAGE = "Only a page with inputs can be saved, by its address on this site, such as /walls/roofline/?batch_size=8."


def capture(request: HttpRequest, address: str) -> SavedAnswer:
    """The answer of the page at a path with a query string. Raises InputErrors when it has none, NotSavable where there
    is no page that can be saved."""
    at = Address.of(address)
    if at.match.namespace == "walls":
        return _of_wall(at.path, str(at.match.kwargs["name"]), at.query)
    return _of_page(request, at.path, at.match, at.query)


def _of_wall(path: str, name: str, query: QueryDict) -> SavedAnswer:
    solver = solvers().get(name)
    if solver is None:
        raise NotSavable(f"There is no wall called {name}.")
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
    # What the request to save says of itself must not choose which part of the page is shown.
    told = {name: value for name, value in request.META.items() if not name.startswith("HTTP_HX_")}
    inner.META = {**told, "HTTP_HX_REQUEST": "true", "REQUEST_METHOD": "GET", "QUERY_STRING": query.urlencode()}
    inner.user, inner.session, inner.htmx = request.user, request.session, HtmxDetails(inner)  # type: ignore[attr-defined]
    with recording() as rows:
        answered = match.func(inner, *match.args, **match.kwargs)
    if answered.status_code != 200:
        raise InputErrors([InputError("page", "has no answer to these inputs.")])
    if answered.streaming or not answered["Content-Type"].startswith("text/html"):
        raise NotSavable(_NO_PAGE)  # it is shown as HTML, which a file was never written to be
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
