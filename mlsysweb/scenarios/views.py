from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mlsysweb.answer import answer
from mlsysweb.results.present import result_page
from solvers.errors import InputErrors
from solvers.registry import solvers
from solvers.result import Result
from solvers.say import say

from .models import Scenario
from .present import saved_page


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    solver = solvers().get(request.POST.get("solver", ""))
    if solver is None:
        raise Http404("There is no such wall to save from.")
    query = request.POST.get("query", "")
    wall = reverse("workbench:wall", args=[solver.name])
    try:
        result = answer(solver, QueryDict(query).dict())
    except InputErrors:
        return redirect(f"{wall}?{query}" if query else wall)  # the wall's page says what is wrong, beside its fields
    scenario = Scenario.objects.create(
        solver=solver.name, solver_version=solver.version, title=_title(request, solver.title, result),
        question=dict(result.text), snapshot=dict(result.snapshot), result=result.kept(), session=_browser(request),
        owner=request.user if request.user.is_authenticated else None,
    )  # fmt: skip
    return redirect(scenario)


@require_safe
def scenario(request: HttpRequest, id: str) -> HttpResponse:
    kept = get_object_or_404(Scenario, pk=id)
    solver = solvers().get(kept.solver)
    if solver is None:
        raise Http404(f"The wall {kept.solver} of this scenario is gone.")
    wall = reverse("workbench:wall", args=[solver.name])
    result = result_page(solver, Result.from_kept(kept.result), wall)
    link = request.build_absolute_uri(kept.get_absolute_url())
    page = saved_page(
        solver, result, id=kept.pk, title=kept.title, when=kept.created, version=kept.solver_version, url=link
    )
    return render(request, "scenarios/scenario.html", {"page": page})


def _title(request: HttpRequest, wall: str, result: Result) -> str:
    """What the person called it; else what it is of."""
    given = request.POST.get("title", "").strip()[:200]
    picks = [str(result.values[name].value) for name in ("model", "accelerator") if name in result.values]
    return given or say(f"{wall}: {' on '.join(picks)}" if picks else wall, result.values)


def _browser(request: HttpRequest) -> str:
    """The session that owns what a visitor saves; made when there is none yet."""
    if not request.session.session_key:
        request.session.create()
    return str(request.session.session_key)
