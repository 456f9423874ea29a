"""Which scenario's inputs somebody is changing, for the save form of the page they are on: the one thing a template is
told beside its page and form, because every page that can be saved shows it and none of them knows of scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from .edit_views import CHANGING
from .models import Scenario
from .people import owns


@dataclass(frozen=True)
class Changing:
    """The scenario that a visitor is changing, and the number its next version gets."""

    id: str
    title: str
    next: int


def changing(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the scenario that this visitor is changing, where there is one."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or CHANGING not in request.session:
        return {}
    scenario = Scenario.objects.filter(pk=request.session[CHANGING], path=request.path, deleted=None).first()
    if scenario is None or not owns(request, scenario):
        return {}
    return {"changing": Changing(scenario.pk, scenario.title, scenario.latest.number + 1)}
