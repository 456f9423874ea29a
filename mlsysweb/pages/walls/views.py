from __future__ import annotations

from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from catalog.resolve import choices
from mlsysweb.answer import answer
from mlsysweb.show.forms.draw import form
from mlsysweb.show.forms.query import query_text
from mlsysweb.show.htmx import error_response, partial_response, update_html, vary_on_htmx, wants_partial
from mlsysweb.show.measurements.nearest import nearby
from mlsysweb.show.miniatures import solver_picture
from mlsysweb.show.results.fallacies import fallacies
from mlsysweb.show.results.page import ResultPage
from mlsysweb.show.results.present import result_page
from mlsysweb.show.update_cache import cache_updates
from solvers.calibration import CALIBRATED, CALIBRATIONS, NamedCalibration, without_calibration
from solvers.declare import Solver
from solvers.errors import InputErrors
from solvers.fields import Pick
from solvers.registry import solvers

from .page import WallPage
from .present import WallLinks, wall_page

# The cookie that remembers which efficiencies a visitor wants, for a year.
EFFICIENCIES, _YEAR = "efficiencies", 365 * 86400
_SETS = frozenset(each.name for each in CALIBRATIONS)


@require_POST
def choose_efficiencies(request: HttpRequest) -> HttpResponse:
    """Remember the efficiencies a visitor chooses, and show the page with them: the name of the set and the page's
    address are posted."""
    for name, url in request.POST.items():
        # Only a path: `redirect` takes other text for the name of a view.
        if name in _SETS and str(url)[:1] == "/" and url_has_allowed_host_and_scheme(str(url), allowed_hosts=None):
            response = redirect(str(url))
            response.set_cookie(EFFICIENCIES, name, max_age=_YEAR, samesite="Lax", httponly=True)
            return response
    return HttpResponseBadRequest("Choose one of the efficiencies of a page.")


@require_safe
@cache_updates
def wall(request: HttpRequest, name: str) -> HttpResponse:
    """The page of a wall, or the fragment for an HTMX request. Raise Http404."""
    solver = solvers().get(name)
    if solver is None:
        raise Http404(f"There is no wall called {name}.")
    base, text = reverse("walls:wall", args=[name]), _of_its_chip(solver, query_text(request.GET))
    try:
        found = answer(solver, text)
        near = nearby(name, found)
        result = result_page(solver, found, base, near)
    except InputErrors as bad:
        return _with_errors(request, solver, base, text, bad.sentences)
    if wants_partial(request):
        page = wall_page(solver, found, result, (), _around(name), None, near)
        return partial_response(_update(request, page), result.link)
    chosen = _chosen(request, result)
    if chosen:
        return redirect(chosen)
    page = wall_page(solver, found, result, fallacies(solver, base), _around(name), solver_picture(solver), near)
    drawn = form(solver, text, {}, choices, base)
    return vary_on_htmx(render(request, "walls/wall.html", {"page": page, "form": drawn}))


def _of_its_chip(solver: Solver[Any, Any], text: dict[str, str]) -> dict[str, str]:
    """Return a question as text without the calibration of another accelerator: the form sends the constants that it
    was opened with, also after another accelerator is picked."""
    named, pick = NamedCalibration.of(text), solver.inputs.get("accelerator")
    if named is None or not isinstance(pick, Pick) or named.chip == (text.get("accelerator") or pick.default):
        return text
    kept = {name: value for name, value in text.items() if name in CALIBRATED}
    return without_calibration(text) | kept


def _chosen(request: HttpRequest, result: ResultPage) -> str:
    """Return the address with the visitor's efficiencies, where a link of this site without a question is followed. Any
    other address, such as a shared one, shows any visitor the same."""
    name = request.COOKIES.get(EFFICIENCIES, "")
    if request.GET or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return ""
    return next((each.url for each in result.calibrations if each.name == name and not each.current), "")


@cache
def _around(name: str) -> WallLinks:
    return WallLinks(
        solvers(),
        _urls(),
        reverse("api:solve", args=[name]),
        reverse("sensitivity:sensitivity", args=[name]),
        reverse("uncertainty:uncertainty"),
        reverse("explore:solve_for", args=[name]),
    )


@cache
def _urls() -> dict[str, str]:
    return {each: reverse("walls:wall", args=[each]) for each in solvers()}


def _update(request: HttpRequest, page: WallPage) -> str:
    """Return the fragment of an update; the switch of efficiencies in the header follows the page's link."""
    result = page.result
    switch = result is not None and (result.calibrations or page.takes_calibrations)
    efficiencies = ("shared/_efficiencies.html",) if switch else ()
    return update_html(request, ("walls/_result.html", *efficiencies), page=page, result=result)


def _with_errors(
    request: HttpRequest, solver: Solver[Any, Any], base: str, text: dict[str, str], errors: dict[str, str]
) -> HttpResponse:
    drawn = form(solver, text, errors, choices, base)
    if wants_partial(request):
        return error_response(request, drawn)
    page = wall_page(solver, None, None, (), _around(solver.name), solver_picture(solver))
    return vary_on_htmx(render(request, "walls/wall.html", {"page": page, "form": drawn}, status=422))
