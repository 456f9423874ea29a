"""The views of what has moved since something was kept: both answers side by side, and the answer of today kept too."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from mlsysweb.registry import styles_of
from mlsysweb.show.results.present import result_page
from solvers.errors import InputErrors

from .capture import NotSavable, capture
from .drift import drift, wall_of
from .edit_views import get_owned_or_404
from .models import Version
from .people import owns
from .present_drift import banner, drift_page
from .store import add_version
from .views import get_visible_or_404, result_of, scenario_response


@require_safe
def side_by_side(request: HttpRequest, id: str, number: int) -> HttpResponse:
    scenario = get_visible_or_404(request, id)
    version = get_object_or_404(Version, scenario=scenario, number=number)
    found = drift(version)
    link = scenario.get_absolute_url()
    wall = wall_of(version)
    today = result_page(wall, found.today, scenario.path) if found and found.today and wall else None
    again = ""
    if wall is None and found:
        try:
            again = capture(request, version.address).result["shown"]
        except (InputErrors, NotSavable):
            again = ""
    page = drift_page(
        scenario.title,
        link,
        number,
        banner(found, "", number) if found else None,
        result_of(scenario, version),
        today,
        (version.result.get("shown", ""), again),
        found,
        owns(request, scenario),
        styles_of(scenario.solver),
    )
    return render(request, "scenarios/drift.html", {"page": page})


@require_POST
def recompute(request: HttpRequest, id: str, number: int) -> HttpResponse:
    """Today's answer to a kept question, as a further version."""
    scenario = get_owned_or_404(request, id)
    version = get_object_or_404(Version, scenario=scenario, number=number)
    try:
        add_version(scenario, capture(request, version.address))
    except (InputErrors, NotSavable):
        return scenario_response(request, scenario, version, status=422)  # its banner says why there is no answer today
    return redirect(scenario)
