"""Writing down what was kept, a new scenario or a further version of one, and finding a version again."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from .capture import SavedAnswer
from .ids import is_id
from .models import Scenario, Version
from .people import visitor


def created(request: HttpRequest, kept: SavedAnswer, title: str) -> Scenario:
    """A new scenario with this answer as its first version. `title` has no `forms.title_problem`."""
    with transaction.atomic():
        scenario = Scenario.objects.create(
            path=kept.path,
            solver=kept.solver,
            title=title.strip() or kept.title[:200],
            session=visitor(request),
            owner=request.user if request.user.is_authenticated else None,
        )
        _add(scenario, 1, kept)
    return scenario


def add_version(scenario: Scenario, kept: SavedAnswer) -> Version:
    """This answer as the scenario's next version. Who comes second waits for the first, and gets the next number."""
    with transaction.atomic():
        Scenario.objects.select_for_update().get(pk=scenario.pk)
        return _add(scenario, scenario.latest.number + 1, kept)


def _add(scenario: Scenario, number: int, kept: SavedAnswer) -> Version:
    return Version.objects.create(
        scenario=scenario,
        number=number,
        solver_version=kept.solver_version,
        question=kept.question,
        snapshot=kept.snapshot,
        result=kept.result,
        said=kept.said,
    )


def by_id(ids: Iterable[str]) -> dict[str, Scenario]:
    """The scenarios of these ids, by id; of text that can be no id there is none."""
    found: dict[str, Scenario] = Scenario.objects.in_bulk([each for each in ids if is_id(each)])
    return found


def numbered(scenario: Scenario, number: str) -> Version:
    """The version somebody typed the number of, the latest without one. Raises Http404."""
    if not number:
        return scenario.latest
    if not number.isdecimal() or len(number) > 9:
        raise Http404("Versions have numbers.")
    version: Version = get_object_or_404(scenario.versions, number=int(number))
    return version
