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
from mlsysweb.forms.draw import bare, form
from mlsysweb.forms.page import Form
from mlsysweb.forms.question import question
from mlsysweb.htmx import refused, updated, varies, wants_partial
from mlsysweb.results.fallacies import fallacies
from mlsysweb.results.present import result_page
from solvers.declare import Solver
from solvers.errors import InputErrors
from solvers.registry import solvers

from .page import WallPage
from .present import Around, wall_page


@require_safe
def wall(request: HttpRequest, name: str) -> HttpResponse:
    solver = solvers().get(name)
    if solver is None:
        raise Http404(f"There is no wall called {name}.")
    base, text = reverse("workbench:wall", args=[name]), question(request.GET)
    try:
        found = answer(solver, text)
        result = result_page(solver, found, base)
    except InputErrors as bad:
        return _with_errors(request, solver, base, text, {e.field: e.sentence for e in bad.errors})
    told = () if wants_partial(request) else fallacies(solver, base)
    page = wall_page(solver, found, result, told, _around(name))
    if wants_partial(request):
        return updated(_update(request, page, bare(solver, {}, base)), result.link)
    drawn = form(solver, text, {}, choices, base)
    return varies(render(request, "workbench/wall.html", {"page": page, "form": drawn}))


def _around(name: str) -> Around:
    return Around(solvers(), _urls(), reverse("api:solve", args=[name]), reverse("movers:movers", args=[name]))


@cache
def _urls() -> dict[str, str]:
    return {each: reverse("workbench:wall", args=[each]) for each in solvers()}


def _update(request: HttpRequest, page: WallPage, drawn: Form) -> str:
    shown = render_to_string("workbench/_result.html", {"page": page, "result": page.result}, request)
    return shown + render_to_string("shared/_errors.html", {"form": drawn}, request)


def _with_errors(
    request: HttpRequest, solver: Solver[Any, Any], base: str, text: dict[str, str], errors: dict[str, str]
) -> HttpResponse:
    if wants_partial(request):
        return refused(render_to_string("shared/_errors.html", {"form": bare(solver, errors, base)}, request))
    drawn = form(solver, text, errors, choices, base)
    page = wall_page(solver, None, None, (), _around(solver.name))
    return varies(render(request, "workbench/wall.html", {"page": page, "form": drawn}, status=422))
