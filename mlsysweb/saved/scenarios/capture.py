"""What a scenario keeps of a page: a wall's whole answer, or the page over many walls as data, with the catalog rows
either read. A page is kept by its address, so that no page needs to know of this."""

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

# The longest address that is read: a design space of many axes has some thousand characters.
_LONGEST = 16_000


@dataclass(frozen=True)
class SavablePage:
    """A page over many walls that can be saved: its type as stored, what people call it, the URL it is asked at, the
    function that answers a query, the one that lists what was asked, and the partial, styles and scripts it is drawn
    with. Names of the query that begin with one of `beside` are kept although they are not of the question."""

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
                title=saved.title,
                view=f"{page.name}:{saved.view}",
                answer=answers,
                inputs=module.inputs_of,
                template=f"{page.name}/{saved.partial}",
                styles=styles_of(saved.name),
                scripts=saved.scripts,
                beside=saved.beside,
            )


# By the name of a page and by version: how data of that version becomes data of the next.
UPGRADES: dict[str, Mapping[int, Upgrade]] = {}
# Every page over many walls that can be saved, by the name it is stored under.
PAGES: dict[str, SavablePage] = {page.name: page for page in _savable()}
PAGE_TYPES = {name: page.kind for name, page in PAGES.items()}
_BY_VIEW = {page.view: page for page in PAGES.values()}


@dataclass(frozen=True)
class SavedAnswer:
    """One answer, ready to be a version. `solver` is the wall's name, or the page's; `said` is the answer in a
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
    """What people call a wall, or a page over many, that something was saved of."""
    if name in PAGES:
        return PAGES[name].title
    if wall := solvers().get(name):
        return wall.title
    # Names that pages were stored under before they had one for each view.
    return BY_NAME[name].saved[0].title if name in BY_NAME and BY_NAME[name].saved else name


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


def capture(address: str) -> SavedAnswer:
    """The answer of the page at a path with a query string. Raises InputErrors when it has none, NotSavable where there
    is no page that can be saved."""
    at = Address.of(address)
    if at.match.view_name == "walls:wall":
        return _of_wall(at.path, str(at.match.kwargs["name"]), at.query)
    return _of_page(at.path, _BY_VIEW[at.match.view_name], at.query)


def _of_wall(path: str, name: str, query: QueryDict) -> SavedAnswer:
    solver = solvers().get(name)
    if solver is None:
        raise NotSavable(_NO_PAGE)
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


def _of_page(path: str, page: SavablePage, query: QueryDict) -> SavedAnswer:
    """The page as data, what it was asked, and the versions of the walls it may be made of."""
    with recording() as rows:
        answered = page.answer(query)
    asked = _question(answered.url, page, query)
    inputs = page.inputs(asked, rows)
    walls = {name: solver.version for name, solver in solvers().items()}
    return SavedAnswer(
        path=path,
        solver=page.name,
        solver_version=fingerprint(walls),
        question={name: values if len(values) > 1 else values[0] for name, values in asked.lists()},
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
    """The question in the page's own link, so that one asked by the page's first example is kept in full; and what the
    query says beside it."""
    asked = QueryDict(urlsplit(url).query, mutable=True)
    for name, values in query.lists():
        if name.startswith(page.beside):
            asked.setlist(name, values)
    return asked


def fingerprint(walls: Mapping[str, str]) -> str:
    """The versions of all walls in eight letters."""
    return sha256("".join(f"{name}={walls[name]};" for name in sorted(walls)).encode()).hexdigest()[:8]
