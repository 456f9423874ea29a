"""Captures the page at an address for saving: a wall's complete result, or a page over many walls as data, with the
catalog rows it used. Pages are captured by address, so that they need no code for saving."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from typing import Any, get_type_hints
from urllib.parse import unquote_plus, urlsplit

from django.core.exceptions import TooManyFieldsSent
from django.http import Http404, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve

from catalog.recording import recording
from mlsysweb.answer import answer
from mlsysweb.registry import BY_NAME, SAVED_VIEWS, current_path, styles_of
from mlsysweb.registry import PAGES as REGISTERED
from mlsysweb.saved.page_json import PageType, Upgrade, page_to_json, to_json
from mlsysweb.show.forms.asked import Rows
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.forms.query import query_text
from solvers.formatting import fill_slots
from solvers.registry import solvers
from solvers.result import Result

from .text import control_character

# The longest address accepted: a design space of many axes has some thousand characters.
_LONGEST = 16_000


@dataclass(frozen=True)
class SavablePage:
    """A page over many walls that can be saved: its stored type, its display name, its URL, the functions that answer a
    query and list its inputs, and the fragment, styles and scripts to render it with. Query names with a prefix in
    `beside` are saved although they are not part of the question."""

    kind: PageType
    title: str
    view: str
    answer: Callable[[QueryDict], Any]
    inputs: Callable[[QueryDict, Rows], tuple[AskedInput, ...]]
    template: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.kind.name


def _savable() -> Iterator[SavablePage]:
    for page in REGISTERED:
        for saved in page.saved:
            module = import_module(f"{page.folder}.answer")
            answers = getattr(module, saved.answer)
            yield SavablePage(
                kind=PageType(
                    saved.name, get_type_hints(answers)["return"], saved.version, UPGRADES.get(saved.name, {})
                ),
                title=page.title_of(saved),
                view=f"{page.name}:{saved.view}",
                answer=answers,
                inputs=module.inputs_of,
                template=f"{page.name}/{saved.partial}",
                styles=styles_of(saved.name),
                scripts=saved.scripts,
                beside=saved.beside,
            )


def _without_limits(data: dict[str, Any]) -> dict[str, Any]:
    """Version 2 of the capstone has no `limit`, the target as it read after the design's value."""
    lines = ({name: value for name, value in line.items() if name != "limit"} for line in data["constraints"])
    return {**data, "constraints": list(lines)}


def _with_more_figures(data: dict[str, Any]) -> dict[str, Any]:
    """Version 3 of the capstone has further figures, which an earlier one leaves out: its fields stay."""
    return data


# By page and version: the function that upgrades data of that version to the next.
UPGRADES: dict[str, Mapping[int, Upgrade]] = {"capstone": {1: _without_limits, 2: _with_more_figures}}
# All pages over many walls that can be saved, by stored name.
PAGES: dict[str, SavablePage] = {page.name: page for page in _savable()}
PAGE_TYPES = {name: page.kind for name, page in PAGES.items()}
_BY_VIEW = {page.view: page for page in PAGES.values()}


@dataclass(frozen=True)
class SavedAnswer:
    """One answer, ready to be stored as a version. `solver` is the name of the wall or page; `said` is the verdict."""

    path: str
    solver: str
    solver_version: str
    question: dict[str, Any]
    snapshot: dict[str, Any]
    result: dict[str, Any]
    title: str
    said: str = ""


def display_name(name: str) -> str:
    """Return the display name of the wall or page that a scenario was saved from."""
    if name in PAGES:
        return PAGES[name].title
    if wall := solvers().get(name):
        return wall.title
    # Earlier names of stored pages.
    page = BY_NAME.get(name)
    return page.title_of(page.saved[0]) if page and page.saved else name


class NotSavable(Http404):
    """Raised for an address without a page that can be saved; the message is shown to the user."""


@dataclass(frozen=True)
class Address:
    """The address of a page of this site that can be saved."""

    path: str
    query: QueryDict
    match: ResolverMatch

    @classmethod
    def of(cls, text: str) -> Address:
        """Return the address in a form field, a path with a query string. Raise NotSavable."""
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


def capture(address: str) -> SavedAnswer:
    """Return the answer of the page at a path with a query string. Raise InputErrors where the question is invalid,
    NotSavable where there is no page that can be saved."""
    at = Address.of(address)
    if at.match.view_name == "walls:wall":
        return _of_wall(at.path, str(at.match.kwargs["name"]), at.query)
    return _of_page(at.path, _BY_VIEW[at.match.view_name], at.query)


def _of_wall(path: str, name: str, query: QueryDict) -> SavedAnswer:
    solver = solvers().get(name)
    if solver is None:
        raise NotSavable(_NO_PAGE)
    result = answer(solver, query_text(query))
    return SavedAnswer(
        path=path,
        solver=name,
        solver_version=solver.version,
        question=dict(result.text),
        snapshot=dict(result.snapshot),
        result=result.to_json(),
        title=_title(solver.title, result),
        said=fill_slots(result.verdict, result.values),
    )


def _title(wall: str, result: Result) -> str:
    """Return a default title for a wall's answer."""
    picks = [str(result.values[name].value) for name in ("model", "accelerator") if name in result.values]
    return fill_slots(f"{wall}: {' on '.join(picks)}" if any(picks) else wall, result.values)


def _of_page(path: str, page: SavablePage, query: QueryDict) -> SavedAnswer:
    """Return the page as data, its inputs, and the versions of the walls it may use."""
    with recording() as rows:
        answered = page.answer(query)
    question = _question(answered.url, page, query)
    inputs = page.inputs(question, rows)
    walls = {name: solver.version for name, solver in solvers().items()}
    return SavedAnswer(
        path=path,
        solver=page.name,
        solver_version=fingerprint(walls),
        question={name: values if len(values) > 1 else values[0] for name, values in question.lists()},
        snapshot=dict(rows),
        result={
            "page": page_to_json(page.kind, answered),
            "inputs": to_json(inputs, tuple[AskedInput, ...]),
            "walls": walls,
        },
        title=page.title,
        said=answered.summary().verdict,
    )


def _question(url: str, page: SavablePage, query: QueryDict) -> QueryDict:
    """Return the question as in the page's own link, so that one taken from the page's first preset is stored in full;
    and the rest of the query that is saved."""
    question = QueryDict(urlsplit(url).query, mutable=True)
    for name, values in query.lists():
        if name.startswith(page.beside):
            question.setlist(name, values)
    return question


def fingerprint(walls: Mapping[str, str]) -> str:
    """Return the versions of all walls as a hash of eight characters."""
    return sha256("".join(f"{name}={walls[name]};" for name in sorted(walls)).encode()).hexdigest()[:8]
