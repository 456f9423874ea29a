"""Owners of scenarios: a user account or, before login, a browser session."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from .ids import short_id
from .models import Scenario, Visibility

# A value in the session rather than its key, which changes at login.
_VISITOR = "visitor"


def visitor(request: HttpRequest) -> str:
    """Return the id of this browser; create it if there is none yet."""
    if _VISITOR not in request.session:
        request.session[_VISITOR] = short_id()
    return str(request.session[_VISITOR])


def owns(request: HttpRequest, scenario: Scenario) -> bool:
    """Return whether the scenario belongs to this user, or to this browser before login."""
    if scenario.owner_id is not None:
        return bool(scenario.owner_id == request.user.pk)
    return bool(scenario.session) and scenario.session == request.session.get(_VISITOR)


def may_see(request: HttpRequest, scenario: Scenario) -> bool:
    """Return whether this user may see the scenario: its owner always; others by its visibility."""
    if owns(request, scenario):
        return True
    if scenario.deleted:
        return False
    if scenario.visibility == Visibility.CLASS:
        return scenario.group is not None and request.user.groups.contains(scenario.group)
    return bool(scenario.visibility == Visibility.LINK)


def scenarios_of(request: HttpRequest) -> QuerySet[Scenario]:
    """Return all scenarios of this user, deleted ones included."""
    if request.user.is_authenticated:
        return Scenario.objects.filter(owner=request.user)
    name = request.session.get(_VISITOR, "")
    return Scenario.objects.filter(owner=None, session=name) if name else Scenario.objects.none()


def classes(request: HttpRequest) -> QuerySet[Group]:
    """Return the classes (groups) this user belongs to."""
    return request.user.groups.order_by("name") if request.user.is_authenticated else Group.objects.none()


def claim_on_login(sender: Any, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Assign what this browser saved before login to the user. Receives `user_logged_in`."""
    name = request.session.get(_VISITOR, "")
    if name:
        Scenario.objects.filter(owner=None, session=name).update(owner=user)
