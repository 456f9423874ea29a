from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404
from django.views.decorators.http import require_POST, require_safe

from mlsysweb.results.page import ResultPage
from mlsysweb.results.present import result_page
from solvers.errors import InputErrors
from solvers.registry import solvers
from solvers.result import Result

from .keep import PAGES, Kept, keep
from .models import Scenario, Version
from .people import may_see, owns, visitor
from .present import Told, saved_page


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    address = request.POST.get("page", "")
    try:
        kept = keep(request, address)
    except Resolver404:
        raise Http404("There is no such page to save from.") from None
    except InputErrors:
        return redirect(address)  # the page says what is wrong, beside its fields
    return redirect(created(request, kept, request.POST.get("title", "")))


def created(request: HttpRequest, kept: Kept, title: str) -> Scenario:
    """A new scenario with this answer as its first version."""
    with transaction.atomic():
        scenario = Scenario.objects.create(
            path=kept.path, solver=kept.solver, title=title.strip()[:200] or kept.title, session=visitor(request),
            owner=request.user if request.user.is_authenticated else None,
        )  # fmt: skip
        add_version(scenario, 1, kept)
    return scenario


def add_version(scenario: Scenario, number: int, kept: Kept) -> Version:
    return Version.objects.create(
        scenario=scenario, number=number, solver_version=kept.solver_version, question=kept.question,
        snapshot=kept.snapshot, result=kept.result,
    )  # fmt: skip


@require_safe
def scenario(request: HttpRequest, id: str, number: int | None = None) -> HttpResponse:
    kept = get_object_or_404(Scenario, pk=id)
    if not may_see(request, kept):
        raise Http404("There is no such scenario, or it is not shown to you.")
    version = kept.latest if number is None else get_object_or_404(Version, scenario=kept, number=number)
    page = saved_page(_told(request, kept, version), _result(kept, version))
    return render(request, "scenarios/scenario.html", {"page": page})


def _told(request: HttpRequest, kept: Scenario, version: Version) -> Told:
    link = kept.get_absolute_url()
    return Told(
        id=kept.pk, title=kept.title, what=_what(kept), path=kept.path, link=link, url=request.build_absolute_uri(link),
        mine=owns(request, kept), created=version.created, solver=kept.solver, solver_version=version.solver_version,
        number=version.number, numbers=tuple(kept.versions.values_list("number", flat=True)),
        question=version.question, kept=version.result,
    )  # fmt: skip


def _what(kept: Scenario) -> str:
    wall = solvers().get(kept.solver)
    return wall.title if wall else PAGES.get(kept.solver, kept.solver)


def _result(kept: Scenario, version: Version) -> ResultPage | None:
    """A wall's answer as its page shows it; none for a page that was kept as shown."""
    if "shown" in version.result:
        return None
    wall = solvers().get(kept.solver)
    if wall is None:
        raise Http404(f"The wall {kept.solver} of this scenario is gone.")
    return result_page(wall, Result.from_kept(version.result), kept.path)
