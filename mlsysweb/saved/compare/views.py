from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import resolve
from mlsysweb.saved.answers import open_version
from mlsysweb.saved.scenarios.capture import display_name
from mlsysweb.saved.scenarios.models import Version
from mlsysweb.saved.scenarios.people import may_see, scenarios_of
from mlsysweb.saved.scenarios.store import by_id, note_opened
from mlsysweb.show.results.page import Link
from solvers.analysis.attribution import attribution
from solvers.errors import InputErrors
from solvers.fields import Output
from solvers.read import read
from solvers.registry import solvers

from .page import Explanation_, OfferedScenario
from .present import ComparedScenario, CompareLinks, compare_page, why

OF, BASELINE, OUTPUT, OTHER = "of", "baseline", "output", "other"
MOST, _OFFERED = 8, 30
# The address of a scenario or of one of its versions, as it is copied from a browser.
_ADDRESS = re.compile(r"(?:https?://[^/\s]+)?/s/([-\w]{1,16})/?(?:v/\d{1,9}/?)?(?:[?#].*)?", re.ASCII)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """The comparison of saved scenarios. Raise Http404."""
    url = reverse("compare:compare")
    ids = list(dict.fromkeys(_ids(request.GET.getlist(OF))))
    versions, missing = _versions(request, ids)
    compared = [_kept(version) for version in versions]
    places = {each.id: k for k, each in enumerate(compared)}
    baseline = places.get(request.GET.get(BASELINE, ""), 0)
    around = _around(url, compared, baseline, request.GET.get(OUTPUT, ""))
    reason = None
    if len(compared) > 1 and request.GET.get(OUTPUT):
        reason, sentence = _why(request, versions, compared, baseline, places, url)
        missing += [sentence] if sentence else []
    choice = list(_choice(request, compared))
    page = compare_page(compared, around, reason, missing, choice)
    return render(request, "compare/compare.html", {"page": page}, status=422 if missing else 200)


def _ids(asked: Sequence[str]) -> Iterator[str]:
    """Yield the id of each scenario asked for, by its id or by its address."""
    for each in " ".join(asked).replace(",", " ").split():
        match = _ADDRESS.fullmatch(each)
        yield match[1] if match else each


def _versions(request: HttpRequest, ids: Sequence[str]) -> tuple[list[Version], list[str]]:
    """Return the latest version of each scenario that this user may see, and a sentence for each one left out."""
    known = by_id(ids)
    seen = [known[each] for each in ids if each in known and may_see(request, known[each])]
    for scenario in seen[:MOST]:
        note_opened(scenario)
    names = {scenario.pk for scenario in seen}
    missing = [f"There is no scenario {each[:16]}, or it is not shown to you." for each in ids if each not in names]
    if len(seen) > MOST:
        missing.append(f"{MOST} scenarios are compared at most; these are the first {MOST} of {len(seen)}.")
    if ids and len(seen) == 1 and not missing:
        return [seen[0].latest], []
    return [scenario.latest for scenario in seen[:MOST]], missing


def _kept(version: Version) -> ComparedScenario:
    scenario = version.scenario
    return ComparedScenario(
        id=scenario.pk,
        title=scenario.title,
        url=scenario.get_absolute_url(),
        what=display_name(scenario.solver),
        solver=scenario.solver,
        kept=open_version(version),
    )


def _around(url: str, compared: Sequence[ComparedScenario], baseline: int, asked: str) -> CompareLinks:
    every = ",".join(each.id for each in compared)
    same = len({each.solver for each in compared}) == 1 and all(each.kept.result for each in compared)
    wall = solvers().get(compared[0].solver) if same and len(compared) > 1 else None
    numbers = [name for name, io in wall.outputs.items() if isinstance(io, Output)] if wall else []
    told = {OF: every, BASELINE: compared[baseline].id} if compared else {}
    return CompareLinks(
        url=url,
        baseline=baseline,
        as_baseline=[_link(url, {OF: every, BASELINE: each.id}) for each in compared],
        without=[_link(url, {OF: ",".join(other.id for other in compared if other is not each)}) for each in compared],
        explained=numbers,
        asked=asked,
        query=told,
    )


def _link(url: str, told: dict[str, str]) -> str:
    return f"{url}?{urlencode(told, safe=',')}"


def _why(
    request: HttpRequest,
    versions: Sequence[Version],
    compared: Sequence[ComparedScenario],
    baseline: int,
    places: dict[str, int],
    url: str,
) -> tuple[Explanation_ | None, str]:
    """Return the attribution of an output's difference between the baseline and another scenario, or the reason why
    there is none."""
    output = request.GET[OUTPUT]
    first = next(k for k in range(len(compared)) if k != baseline)
    other = places.get(request.GET.get(OTHER, ""), first)
    wall = solvers().get(compared[baseline].solver)
    one, two = compared[baseline], compared[other]
    if (
        wall is None
        or one.kept.result is None
        or two.kept.result is None
        or one.solver != two.solver
        or other == baseline
    ):
        return None, "Why two answers differ can only be said of two answers of one wall."
    if not isinstance(wall.outputs.get(output), Output):
        return None, f"'{output[:40]}' is not a number that {wall.title} finds; choose one from the table."
    try:
        points = [_point(wall, versions[k]) for k in (baseline, other)]
    except InputErrors as bad:
        return None, f"{wall.title} no longer takes what was asked: {bad}"
    attributed = attribution(wall, points[0], points[1], output)
    told = {OF: ",".join(places), BASELINE: one.id, OUTPUT: output}
    others = [
        Link(each.title, _link(url, {**told, OTHER: each.id}) + "#why", each is two)
        for k, each in enumerate(compared)
        if k != baseline and each.solver == one.solver and len(compared) > 2
    ]
    older = {versions[k].solver_version for k in (baseline, other)} - {wall.version}
    moved = (
        f" Shared out by version {wall.version} of the wall; kept was what version {min(older)} found." if older else ""
    )
    return why(attributed, one.kept.result.values[output], (one.title, two.title), others, moved), ""


def _point(wall: Any, version: Version) -> Any:
    """Return the stored question with the stored rows. Raise InputErrors."""
    return resolve(read(wall, version.question), version.snapshot).point


def _choice(request: HttpRequest, compared: Sequence[ComparedScenario]) -> Iterator[OfferedScenario]:
    """Yield the scenarios to choose from: those compared, of whomever they are, then this visitor's latest others."""
    chosen = {each.id for each in compared}
    for each in compared:
        yield OfferedScenario(each.id, each.title, each.what, True)
    for own in scenarios_of(request).filter(deleted=None)[:_OFFERED]:
        if own.pk not in chosen:
            yield OfferedScenario(own.pk, own.title, display_name(own.solver), False)
