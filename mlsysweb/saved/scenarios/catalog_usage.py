"""The saved scenarios that use a row of the catalog, for the admin. Those of others are counted, not named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest

from catalog.models import CatalogRow
from catalog.usage import Uses
from mlsysweb.visitors import owns

from .models import Scenario, Version, Visibility


def scenarios_with_row(request: HttpRequest, row: CatalogRow) -> Iterator[Uses]:
    """Yield the scenarios of which a version keeps the row, also under a slug it had before."""
    slugs = {row.slug, *row.former_slugs}
    written = Q()
    for slug in slugs:
        written |= Q(text__contains=f'"slug": "{slug}"')
    # The text of the JSON narrows the search in the database; which kind of row has the slug is read from it.
    candidates = Version.objects.annotate(text=Cast("snapshot", TextField())).filter(written, scenario__deleted=None)
    kind = row.describes.__name__.lower()
    ids = {
        scenario
        for scenario, snapshot in candidates.values_list("scenario_id", "snapshot")
        if any(_is(part, kind, slugs) for part in snapshot.values())
    }
    scenarios = Scenario.objects.filter(pk__in=ids).select_related("group")
    seen = tuple((each.title, each.get_absolute_url()) for each in scenarios if _may_list(request, each))
    yield Uses("saved scenario", "saved scenarios", len(ids), seen)


def _is(kept: Any, kind: str, slugs: set[str]) -> bool:
    """Return whether a kept row is one of a kind with one of these slugs, or holds it as a part."""
    if not isinstance(kept, Mapping):
        return False
    if kept.get("kind") == kind and kept.get("slug") in slugs:
        return True
    return any(_is(part, kind, slugs) for part in (kept.get("parts") or {}).values())


def _may_list(request: HttpRequest, scenario: Scenario) -> bool:
    """Return whether a scenario may be named to a user who has not been given its link: an own one, or one that is
    shown to a class of the user."""
    if owns(request, scenario):
        return True
    shown = scenario.visibility == Visibility.CLASS and scenario.group is not None
    return shown and request.user.groups.contains(scenario.group)  # type: ignore[arg-type]
