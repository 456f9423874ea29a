"""The view that takes an exported scenario back. What somebody else's file shows is not trusted: a wall's answer is
rebuilt from its figures, and any other page is asked anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from mlsysweb.saved.answers import is_wall, open_result
from mlsysweb.saved.scenarios.capture import SavedAnswer, capture
from mlsysweb.saved.scenarios.models import Scenario, Tag
from mlsysweb.saved.scenarios.store import created
from mlsysweb.show.results.present import result_page
from solvers.errors import InputErrors
from solvers.formatting import fill_slots
from solvers.registry import solvers
from solvers.result import Result

from .document import SCHEMA, read
from .page import ImportPage

# A wall's answer with its curves is some hundred kilobytes.
_MOST = 4_000_000


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    return JsonResponse(SCHEMA)


@require_http_methods(["GET", "HEAD", "POST"])
def import_scenario(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "exports/import.html", {"page": ImportPage("", "")})
    file, text = request.FILES.get("file"), request.POST.get("text", "")
    size = (file.size or 0) if file is not None else len(text)
    if size > _MOST:
        return _refused(request, "", f"This has {size:,} bytes; {_MOST:,} is the most.")
    told, problem = read(file.read() if file is not None else text)
    if told is None:
        return _refused(request, text, problem)
    try:
        kept = _kept(told)
    except InputErrors as bad:
        return _refused(request, text, f"The page it is of has no answer to it: {bad}")
    except (Resolver404, Http404):
        return _refused(request, text, f"There is no page {told['page']} here to take it.")
    except (KeyError, TypeError, ValueError, AttributeError):
        return _refused(request, text, "At result: it has the shape of an answer, but no page can show it.")
    with transaction.atomic():
        scenario = created(request, kept, told["title"])
        Scenario.objects.filter(pk=scenario.pk).update(notes=told.get("notes", ""))
        scenario.tags.set([Tag.objects.get_or_create(name=name.lower())[0] for name in told.get("tags", ())])
    return redirect(scenario)


def _refused(request: HttpRequest, text: str, error: str) -> HttpResponse:
    return render(request, "exports/import.html", {"page": ImportPage(text, error)}, status=422)


def _kept(told: Mapping[str, Any]) -> SavedAnswer:
    """The answer to keep. Raises what a file that is not what it says makes of it."""
    if not is_wall(told["result"]):
        return capture(f"{told['page']}?{urlencode(told['question'], doseq=True)}")
    wall = solvers().get(told["solver"])
    if wall is None or told["page"] != f"/walls/{wall.name}/":
        raise Http404
    result = Result.from_json(told["result"])
    if result.solver != wall.name or not set(result.headline) <= set(result.values):
        raise ValueError(result.solver)
    # Of the working only what is this wall's own: its LaTeX becomes markup.
    own = {(equation.output, equation.latex) for equation in wall.equations}
    result = replace(result, working=tuple(w for w in result.working if (w.output, w.latex) in own))
    result_page(wall, result, told["page"])  # all that a page would show of it
    open_result(result)  # and what is listed, compared and printed of it
    return SavedAnswer(
        path=told["page"],
        solver=wall.name,
        solver_version=told["solver_version"],
        question=dict(told["question"]),
        snapshot=dict(told["snapshot"]),
        result=result.to_json(),
        title=told["title"],
        said=fill_slots(result.verdict, result.values),
    )
