"""Whose scenarios these are: an account's, or until somebody signs in a browser's."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from .ids import short_id
from .models import Scenario, Visibility

# In the session and not its key: that one changes when somebody signs in.
_VISITOR = "visitor"


def visitor(request: HttpRequest) -> str:
    """The browser's own name; made when it has none yet."""
    if _VISITOR not in request.session:
        request.session[_VISITOR] = short_id()
    return str(request.session[_VISITOR])


def owns(request: HttpRequest, scenario: Scenario) -> bool:
    """Whether it was this person, or this browser before anyone signed in, who kept it."""
    if scenario.owner_id is not None:
        return bool(scenario.owner_id == request.user.pk)
    return bool(scenario.session) and scenario.session == request.session.get(_VISITOR)


def may_see(request: HttpRequest, scenario: Scenario) -> bool:
    """Whether a scenario is shown to this person; its own kind of absence otherwise."""
    if owns(request, scenario):
        return True
    if scenario.deleted:
        return False
    if scenario.visibility == Visibility.CLASS:
        return scenario.group is not None and request.user.groups.contains(scenario.group)
    return bool(scenario.visibility == Visibility.LINK)


def scenarios_of(request: HttpRequest) -> QuerySet[Scenario]:
    """All that is this person's, deleted ones too."""
    if request.user.is_authenticated:
        return Scenario.objects.filter(owner=request.user)
    name = request.session.get(_VISITOR, "")
    return Scenario.objects.filter(owner=None, session=name) if name else Scenario.objects.none()


def classes(request: HttpRequest) -> QuerySet[Group]:
    """The classes this person is in."""
    return request.user.groups.order_by("name") if request.user.is_authenticated else Group.objects.none()


def claim_on_login(sender: Any, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """What this browser saved before somebody signed in is theirs from now on."""
    name = request.session.get(_VISITOR, "")
    if name:
        Scenario.objects.filter(owner=None, session=name).update(owner=user)
