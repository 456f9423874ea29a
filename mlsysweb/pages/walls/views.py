from __future__ import annotations

from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from mlsysweb.answer import answer
from mlsysweb.show.forms.draw import form
from mlsysweb.show.forms.query import query_text
from mlsysweb.show.htmx import error_response, partial_response, vary_on_htmx, wants_partial
from mlsysweb.show.miniatures import solver_picture
from mlsysweb.show.results.fallacies import fallacies
from mlsysweb.show.results.present import result_page
from mlsysweb.show.update_cache import cache_updates
from solvers.declare import Solver
from solvers.errors import InputErrors
from solvers.registry import solvers

from .present import WallLinks, wall_page


@require_safe
@cache_updates
def wall(request: HttpRequest, name: str) -> HttpResponse:
    """The page of a wall, or the fragment for an HTMX request. Raise Http404."""
    solver = solvers().get(name)
    if solver is None:
        raise Http404(f"There is no wall called {name}.")
    base, text = reverse("walls:wall", args=[name]), query_text(request.GET)
    try:
        found = answer(solver, text)
        result = result_page(solver, found, base)
    except InputErrors as bad:
        return _with_errors(request, solver, base, text, bad.sentences)
    if wants_partial(request):
        page = wall_page(solver, found, result, (), _around(name), None)
        shown = render_to_string("walls/_result.html", {"page": page, "result": result}, request)
        return partial_response(shown, result.link)
    page = wall_page(solver, found, result, fallacies(solver, base), _around(name), solver_picture(solver))
    drawn = form(solver, text, {}, choices, base)
    return vary_on_htmx(render(request, "walls/wall.html", {"page": page, "form": drawn}))


def _around(name: str) -> WallLinks:
    return WallLinks(
        solvers(), _urls(), reverse("api:solve", args=[name]), reverse("sensitivity:sensitivity", args=[name])
    )


@cache
def _urls() -> dict[str, str]:
    return {each: reverse("walls:wall", args=[each]) for each in solvers()}


def _with_errors(
    request: HttpRequest, solver: Solver[Any, Any], base: str, text: dict[str, str], errors: dict[str, str]
) -> HttpResponse:
    drawn = form(solver, text, errors, choices, base)
    if wants_partial(request):
        return error_response(request, drawn)
    page = wall_page(solver, None, None, (), _around(solver.name), solver_picture(solver))
    return vary_on_htmx(render(request, "walls/wall.html", {"page": page, "form": drawn}, status=422))
