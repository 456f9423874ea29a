from __future__ import annotations

from typing import Any

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from mlsysweb.saved.answers import open_version
from mlsysweb.saved.scenarios.capture import display_name
from mlsysweb.saved.scenarios.models import Scenario, Version, Visibility
from mlsysweb.saved.scenarios.people import may_see
from mlsysweb.saved.scenarios.store import note_opened, numbered
from mlsysweb.show.results.present import result_page
from solvers.registry import solvers

from .forms import FORMS
from .present import print_page
from .source import ExportSource


@require_safe
def export(request: HttpRequest, id: str, form: str) -> HttpResponse:
    """A version of a scenario as a file. Raise Http404 where the format does not apply."""
    kept = _kept(request, id)
    if form not in FORMS or not FORMS[form].offered(kept):
        raise Http404("This scenario can't be had in this form.")
    file = FORMS[form]
    disposition = f'attachment; filename="{file.name}"'
    return HttpResponse(file.made(kept), content_type=file.media_type, headers={"Content-Disposition": disposition})


@require_safe
def paper(request: HttpRequest, id: str) -> HttpResponse:
    """The scenario on one sheet, to print or to save as PDF."""
    return render(request, "exports/paper.html", {"page": _page(_kept(request, id))})


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]
@cache_control(public=True, max_age=300)
def embed(request: HttpRequest, id: str) -> HttpResponse:
    """The scenario for an iframe on a course page. The visitor is treated as anonymous, so only scenarios that anyone
    may see are shown. Rendered without the request, so that the session cannot affect it."""
    scenario = get_object_or_404(Scenario, pk=id, deleted=None, visibility=Visibility.LINK)
    note_opened(scenario)
    page = _page(_of(request, scenario, scenario.latest))
    return HttpResponse(render_to_string("exports/embed.html", {"page": page}))


def _kept(request: HttpRequest, id: str) -> ExportSource:
    """Return the requested version, if this user may see it. Raise Http404."""
    scenario = get_object_or_404(Scenario, pk=id)
    if not may_see(request, scenario):
        raise Http404("There is no such scenario, or it is not shown to you.")
    note_opened(scenario)
    return _of(request, scenario, numbered(scenario, request.GET.get("version", "")))


def _of(request: HttpRequest, scenario: Scenario, version: Version) -> ExportSource:
    opened = open_version(version)
    wall = solvers().get(scenario.solver) if opened.result else None
    return ExportSource(
        title=scenario.title,
        notes=scenario.notes,
        tags=tuple(tag.name for tag in scenario.tags.all()),
        url=request.build_absolute_uri(scenario.get_absolute_url()),
        path=scenario.path,
        what=display_name(scenario.solver),
        solver=scenario.solver,
        solver_version=version.solver_version,
        number=version.number,
        created=version.created,
        question=version.question,
        snapshot=version.snapshot,
        raw=version.result,
        result=opened.result if wall else None,
        wall=wall,
        opened=opened,
    )


def _page(source: ExportSource) -> Any:
    shown = result_page(source.wall, source.result, source.path) if source.wall and source.result else None
    return print_page(source, shown)
