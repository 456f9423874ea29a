from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices, find
from mlsysweb.show.forms.draw import form_fields, preset_links
from mlsysweb.show.htmx import render_page_or_partial
from mlsysweb.show.results.page import Link
from mlsysweb.show.results.stage_query import stage_query
from solvers.errors import InputErrors
from solvers.pipeline import run
from solvers.pipeline.system import whole_system
from solvers.pipeline.wall_stages import DESCRIPTION
from solvers.registry import solvers
from solvers.result import Result

from .page import IronLawPage, SystemPage
from .present import iron_law_page, system_page

# A page from the results of all walls, their links, and the page's own presets and URL.
Present = Callable[[Mapping[str, Result], Mapping[str, str], tuple[Link, ...], str], SystemPage | IronLawPage]


@require_safe
def system(request: HttpRequest) -> HttpResponse:
    return _page(request, reverse("system:system"), "system/system.html", "system/_walls.html", system_page)


@require_safe
def iron_law(request: HttpRequest) -> HttpResponse:
    titles = {name: solver.title for name, solver in solvers().items()}

    def present(results: Any, links: Any, presets: Any, url: str) -> IronLawPage:
        return iron_law_page(results, links, titles, presets, url)

    return _page(request, reverse("system:iron-law"), "system/iron_law.html", "system/_factors.html", present)


def _page(request: HttpRequest, url: str, whole: str, partial: str, present: Present) -> HttpResponse:
    """One description, answered by every wall; what is shown of the answers is the page's own."""
    described = solvers()[DESCRIPTION]
    text = {name: request.GET[name] for name in described.inputs if request.GET.get(name)}
    page, errors = None, {}
    try:
        results, links = _answered(text)
        presets = tuple(preset_links(described, text, url))
        page = present(results, links, presets, f"{url}?{urlencode(text)}" if text else url)
    except InputErrors as bad:
        errors = {_field(error.field): error.sentence for error in bad.errors}
    return render_page_or_partial(
        request,
        page,
        errors,
        whole=whole,
        partial=partial,
        drawn=lambda: form_fields(described.inputs, text, errors, choices, url),
    )


def _answered(text: dict[str, str]) -> tuple[Mapping[str, Result], dict[str, str]]:
    """Every wall's result, and its page with the inputs it was given. Raises InputErrors, each with its stage."""
    chain = whole_system()
    results = run(chain, {f"{DESCRIPTION}.{name}": value for name, value in text.items()}, _row).results
    questions = {stage.name: stage_query(chain, stage, results, text) for stage in chain.stages}
    links = {name: f"{reverse('walls:wall', args=[name])}?{urlencode(asked)}" for name, asked in questions.items()}
    return results, links


def _field(name: str) -> str:
    """The description's field where a wall complains of what it took from there; else the wall's own, in full."""
    own = name.partition(".")[2]
    return own if own in solvers()[DESCRIPTION].inputs else name


def _row(kind: type[Any], name: str) -> Any:
    return find(kind, name, kind.__name__.lower()).spec
