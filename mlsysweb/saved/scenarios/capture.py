"""What a scenario keeps of a page: a wall's whole answer, or the page over many walls as data, with the catalog rows
either read. A page is kept by its address, so that no page needs to know of this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, QueryDict
from django.urls import resolve

from catalog.recording import recording
from mlsysweb.answer import answer
from mlsysweb.explore import answer as explore
from mlsysweb.explore.show.page import DesignSpacePage
from mlsysweb.pages.capstone import answer as capstone
from mlsysweb.pages.capstone.page import CapstonePage
from mlsysweb.pages.geography import answer as geography
from mlsysweb.pages.geography.page import GeographyPage
from mlsysweb.pages.hardware_match import answer as hardware_match
from mlsysweb.pages.hardware_match.page import HardwareMatchPage
from mlsysweb.pages.pipelines import answer as pipelines
from mlsysweb.pages.pipelines.page import PipelinePage
from mlsysweb.pages.spectrum import answer as spectrum
from mlsysweb.pages.spectrum.page import SpectrumPage
from mlsysweb.pages.system import answer as system
from mlsysweb.pages.system.page import IronLawPage, SystemPage
from mlsysweb.saved.page_json import PageType, page_to_json, to_json
from mlsysweb.show.forms.asked import Rows
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.forms.query import query_text
from solvers.formatting import fill_slots
from solvers.registry import solvers
from solvers.result import Result


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


# Every page over many walls that can be saved, by the name it is stored under.
PAGES: dict[str, SavablePage] = {
    page.name: page
    for page in (
        SavablePage(
            PageType("one-system", SystemPage),
            "One system",
            "system:system",
            system.answer_page,
            system.inputs_of,
            "system/_walls.html",
            ("css/system.css",),
        ),
        SavablePage(
            PageType("iron-law", IronLawPage),
            "The iron law",
            "system:iron-law",
            system.answer_iron_law,
            system.inputs_of,
            "system/_factors.html",
            ("css/system.css",),
        ),
        SavablePage(
            PageType("geography", GeographyPage),
            "Carbon geography",
            "geography:geography",
            geography.answer_page,
            geography.inputs_of,
            "geography/_places.html",
            ("css/geography.css",),
            ("js/geography.js",),
        ),
        SavablePage(
            PageType("spectrum", SpectrumPage),
            "Spectrum",
            "spectrum:spectrum",
            spectrum.answer_page,
            spectrum.inputs_of,
            "spectrum/_devices.html",
            ("css/fallacies.css", "css/spectrum.css"),
        ),
        SavablePage(
            PageType("pipelines", PipelinePage),
            "Pipeline",
            "pipelines:pipelines",
            pipelines.answer_page,
            pipelines.inputs_of,
            "pipelines/_chain.html",
            ("css/pipelines.css",),
        ),
        SavablePage(
            PageType("capstone", CapstonePage),
            "Capstone",
            "capstone:capstone",
            capstone.answer_page,
            capstone.inputs_of,
            "capstone/_scores.html",
            ("css/capstone.css",),
        ),
        SavablePage(
            PageType("hardware_match", HardwareMatchPage),
            "Hardware for a target",
            "hardware_match:hardware_match",
            hardware_match.answer_page,
            hardware_match.inputs_of,
            "hardware_match/_chips.html",
            ("css/hardware-match.css",),
        ),
        SavablePage(
            PageType("explore", DesignSpacePage),
            "Design space",
            "explore:explore",
            explore.answer_page,
            explore.inputs_of,
            "explore/_found.html",
            ("css/explore.css",),
            beside=explore.BESIDE,
        ),
    )
}
PAGE_TYPES = {name: page.kind for name, page in PAGES.items()}
# Pages that exported documents know by another path.
_MOVED = {"/matches/": "/hardware-match/"}
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
    """A wall or a page over many as people call it."""
    if name in PAGES:
        return PAGES[name].title
    wall = solvers().get(name)
    return wall.title if wall else name


def capture(address: str) -> SavedAnswer:
    """The answer of the page at a path with a query string. Raises InputErrors when it has none, Http404 for a page
    that is none of ours."""
    parts = urlsplit(address)
    path = _MOVED.get(parts.path, parts.path)
    match = resolve(path)
    query = QueryDict(parts.query)
    if match.view_name == "walls:wall":
        return _of_wall(path, str(match.kwargs["name"]), query)
    if match.view_name not in _BY_VIEW:
        raise Http404("There is nothing to keep at this address.")
    return _of_page(path, _BY_VIEW[match.view_name], query)


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
