from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
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
from mlsysweb.saved.scenarios.store import numbered
from mlsysweb.show.results.present import result_page
from solvers.registry import solvers

from .citation import bibtex, methods
from .document import document
from .present import print_page
from .snippet import notebook, python
from .source import ExportSource
from .tables import curves_of, tables_of, values_of

_JSON, _TEXT = "application/json", "text/plain; charset=utf-8"


def _is_wall(kept: ExportSource) -> bool:
    return kept.wall is not None


def _is_page(kept: ExportSource) -> bool:
    return kept.opened.page is not None


def _is_data(kept: ExportSource) -> bool:
    return _is_wall(kept) or _is_page(kept)


def _always(kept: ExportSource) -> bool:
    return True


# Each form: the file's name, what it is, how it is made, and of which answers.
FORMS: dict[str, tuple[str, str, Callable[[ExportSource], str | bytes], Callable[[ExportSource], bool]]] = {
    "values": ("values.csv", "text/csv; charset=utf-8", values_of, _is_data),
    "tables": ("tables.csv", "text/csv; charset=utf-8", tables_of, _is_page),
    "curves": ("curves.csv", "text/csv; charset=utf-8", curves_of, _is_data),
    "json": ("scenario.json", _JSON, lambda kept: orjson.dumps(document(kept), option=orjson.OPT_INDENT_2), _always),
    "python": ("scenario.py", "text/x-python; charset=utf-8", python, _is_wall),
    "notebook": ("scenario.ipynb", "application/x-ipynb+json", lambda kept: orjson.dumps(notebook(kept)), _is_wall),
    "methods": ("methods.txt", _TEXT, lambda kept: methods(kept, kept.opened.verdict), _always),
    "bibtex": ("sources.bib", "application/x-bibtex; charset=utf-8", bibtex, _always),
}


@require_safe
def export(request: HttpRequest, id: str, form: str) -> HttpResponse:
    kept = _kept(request, id)
    if form not in FORMS or not FORMS[form][3](kept):
        raise Http404("This scenario can't be had in this form.")
    name, kind, made, _ = FORMS[form]
    return HttpResponse(
        made(kept), content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@require_safe
def paper(request: HttpRequest, id: str) -> HttpResponse:
    """One sheet, to print or to keep as PDF."""
    return render(request, "exports/paper.html", {"page": _page(_kept(request, id))})


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]
@cache_control(public=True, max_age=300)
def embed(request: HttpRequest, id: str) -> HttpResponse:
    """For the frame of a course page: nobody is anybody here, so only what anyone with the link may see. Rendered
    without the request, whose session nothing may read."""
    scenario = get_object_or_404(Scenario, pk=id, deleted=None, visibility=Visibility.LINK)
    page = _page(_of(request, scenario, scenario.latest))
    return HttpResponse(render_to_string("exports/embed.html", {"page": page}))


def _kept(request: HttpRequest, id: str) -> ExportSource:
    """The version asked for, if this person may see it. Raises Http404."""
    scenario = get_object_or_404(Scenario, pk=id)
    if not may_see(request, scenario):
        raise Http404("There is no such scenario, or it is not shown to you.")
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


def _page(kept: ExportSource) -> Any:
    shown = result_page(kept.wall, kept.result, kept.path) if kept.wall and kept.result else None
    return print_page(kept, shown)
