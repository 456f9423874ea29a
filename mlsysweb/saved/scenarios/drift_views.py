"""Views that compare a stored answer with today's, and save today's answer as a new version."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from mlsysweb.saved.answers import open_result, open_version
from mlsysweb.saved.opened import OpenedAnswer
from mlsysweb.show.refusal import limit_posts
from mlsysweb.visitors import owns
from solvers.errors import InputErrors

from .capture import NotSavable, capture
from .drift import drift, page_today
from .drift_result import Drift
from .edit_views import get_owned_or_404
from .models import Version
from .present_drift import banner, drift_page
from .store import add_version
from .views import get_visible_or_404, scenario_response


@require_safe
def side_by_side(request: HttpRequest, id: str, number: int) -> HttpResponse:
    """A version's answer beside today's. Raise Http404."""
    scenario = get_visible_or_404(request, id)
    version = get_object_or_404(Version, scenario=scenario, number=number)
    opened, found = open_version(version), drift(version)
    before, today, problem = _both(version, opened, found) if found else (None, None, "")
    page = drift_page(
        scenario.title,
        scenario.get_absolute_url(),
        number,
        banner(found, "", number) if found else None,
        opened,
        before,
        today,
        problem,
        owns(request, scenario),
    )
    return render(request, "scenarios/drift.html", {"page": page})


def _both(version: Version, opened: OpenedAnswer, found: Drift) -> tuple[OpenedAnswer | None, OpenedAnswer | None, str]:
    """Return the answer to compare with, today's answer, and the reason if there is none. For a wall, today's solver
    computes both: with the stored rows and with today's."""
    if opened.result is None:
        return opened, *page_today(version)
    before, today = (open_result(each) if each else None for each in (found.replayed, found.today))
    return before, today, found.problem


@require_POST
@limit_posts("save", "Not saved")
def recompute(request: HttpRequest, id: str, number: int) -> HttpResponse:
    """Save today's answer to a stored question as a new version."""
    scenario = get_owned_or_404(request, id)
    version = get_object_or_404(Version, scenario=scenario, number=number)
    try:
        add_version(request, scenario, capture(version.address))
    except (InputErrors, NotSavable):
        return scenario_response(request, scenario, version, status=422)  # its banner names the problem
    return redirect(scenario)
