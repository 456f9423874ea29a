"""The context processors of saved scenarios: for the save form of any page the scenario whose inputs the visitor is
changing, because every page can be saved and none of them depends on scenarios; for walls the visitor's calibrations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

from mlsysweb.show.htmx import wants_partial
from mlsysweb.visitors import owns
from solvers.calibration import takes_calibrations
from solvers.registry import solvers

from .calibrations import OfferedCalibration, offered_calibrations
from .edit_views import CHANGING
from .models import Scenario


@dataclass(frozen=True)
class Changing:
    """The scenario that a visitor is changing, and the number of its next version."""

    id: str
    title: str
    next: int


def changing(request: HttpRequest) -> dict[str, Any]:
    """Return the scenario that this visitor is changing, if any. A context processor."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return {}
    try:
        scenario = _scenario_being_changed(request)
        return {"changing": Changing(scenario.pk, scenario.title, scenario.latest.number + 1)} if scenario else {}
    except (OperationalError, InterfaceError):  # without the database the page itself can still be shown
        return {}


def _scenario_being_changed(request: HttpRequest) -> Scenario | None:
    if CHANGING not in request.session:
        return None
    scenario = Scenario.objects.filter(pk=request.session[CHANGING], path=request.path, deleted=None).first()
    return scenario if scenario and owns(request, scenario) else None


def calibrations(request: HttpRequest) -> dict[str, tuple[OfferedCalibration, ...]]:
    """Return the calibrations that this visitor can choose on a wall. A context processor. An update, which is the same
    for every visitor, has none."""
    match = request.resolver_match
    if match is None or match.view_name != "walls:wall" or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return {}
    wall = solvers().get(str(match.kwargs.get("name", "")))
    if wall is None or wants_partial(request) or not takes_calibrations(wall.inputs):
        return {}
    try:
        return {"offered_calibrations": offered_calibrations(request, wall.inputs)}
    except (OperationalError, InterfaceError):  # without the database the page itself can still be shown
        return {}
