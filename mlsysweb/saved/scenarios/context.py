"""The context processor for changing a saved scenario. It gives the save form of any page the scenario whose inputs the
visitor is changing, because every page can be saved and none of them depends on scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from mlsysweb.visitors import owns

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
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or CHANGING not in request.session:
        return {}
    scenario = Scenario.objects.filter(pk=request.session[CHANGING], path=request.path, deleted=None).first()
    if scenario is None or not owns(request, scenario):
        return {}
    return {"changing": Changing(scenario.pk, scenario.title, scenario.latest.number + 1)}
