"""The scenarios that a visitor owns or may see, and the classes of a user."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from mlsysweb.roles import classes_of
from mlsysweb.visitors import claim_rows, owned_by, owns

from .models import Scenario, Visibility


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
    return Scenario.objects.filter(owned_by(request))


def classes(request: HttpRequest) -> QuerySet[Group]:
    """Return the classes (groups) this user belongs to."""
    return classes_of(request.user)


def claim_on_login(sender: Any, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Assign what this browser saved before login to the user. Receives `user_logged_in`."""
    claim_rows(Scenario, request, user)
