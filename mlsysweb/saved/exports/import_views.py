"""The view that imports an exported scenario. The file is not trusted: a wall's answer is validated and rebuilt from
its figures, and any other page is computed again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from mlsysweb.saved.answers import is_wall, open_result
from mlsysweb.saved.scenarios.capture import SavedAnswer, capture, display_name
from mlsysweb.saved.scenarios.models import Scenario, Tag
from mlsysweb.saved.scenarios.store import created
from mlsysweb.show.refusal import limit_posts
from mlsysweb.show.results.present import result_page
from solvers.declare import Solver
from solvers.errors import InputError, InputErrors
from solvers.formatting import fill_slots
from solvers.registry import solvers
from solvers.result import Result

from .answer_checks import answer_problems
from .checks import SCHEMA
from .document import MOST_PROBLEMS, read
from .forms import FORMS
from .page import ImportPage
from .present import print_page
from .source import ExportSource

_log = logging.getLogger(__name__)
# A wall's answer with its curves has some ten kilobytes, a page over the whole catalog some hundred.
_MOST = 4_000_000
# Longer text is not sent back in the form.
_MOST_ECHOED = 200_000
_TAG = 40


class Refused(Exception):
    """Raised for a document that is not imported, with the error messages."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.sentences = sentences


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Return the JSON schema of an exported scenario."""
    return JsonResponse(SCHEMA)


@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("import", "Not imported")
def import_scenario(request: HttpRequest) -> HttpResponse:
    """The form for a file or text; on success a redirect to the new scenario, otherwise status 422 with error
    messages."""
    if request.method != "POST":
        return render(request, "exports/import.html", {"page": ImportPage("")})
    file, text = request.FILES.get("file"), request.POST.get("text", "")
    size = (file.size or 0) if file is not None else len(text)
    if size > _MOST:
        return _refused(request, "", [f"This has {size:,} bytes; {_MOST:,} is the most."])
    told, problems = read(file.read() if file is not None else text)
    if told is None:
        return _refused(request, text, problems)
    try:
        tags = _tags(told.get("tags", ()))
        kept = _of_wall(request, told) if is_wall(told["result"]) else _of_page(told)
    except Refused as refused:
        return _refused(request, text, refused.sentences)
    with transaction.atomic():
        scenario = created(request, kept, told["title"])
        Scenario.objects.filter(pk=scenario.pk).update(notes=told.get("notes", ""))
        scenario.tags.set([Tag.objects.get_or_create(name=tag)[0] for tag in tags])
    return redirect(scenario)


def _refused(request: HttpRequest, text: str, errors: Iterable[str]) -> HttpResponse:
    page = ImportPage(text if len(text) <= _MOST_ECHOED else "", tuple(errors))
    return render(request, "exports/import.html", {"page": page}, status=422)


def _tags(told: Iterable[str]) -> list[str]:
    """Return tags in lower case, each once. Lower-casing can make text longer, so its length is checked again."""
    tags = list(dict.fromkeys(" ".join(tag.split()).lower() for tag in told))
    if any(len(tag) > _TAG for tag in tags):
        raise Refused(f"At tags: a tag has at most {_TAG} characters in small letters.")
    return tags


def _of_page(told: Mapping[str, Any]) -> SavedAnswer:
    """Return the page's answer to the question today. Raise Refused."""
    try:
        return capture(f"{told['page']}?{urlencode(told['question'], doseq=True)}")
    except InputErrors as bad:
        raise Refused(f"The page it is of has no answer to it: {bad}") from None
    except (Resolver404, Http404):
        raise Refused(f"There is no page {told['page']} here to take it.") from None


def _of_wall(request: HttpRequest, told: Mapping[str, Any]) -> SavedAnswer:
    """Return the wall's answer as given in the document. Raise Refused."""
    wall = solvers().get(told["solver"])
    if wall is None or told["page"] != f"/walls/{wall.name}/":
        raise Refused(f"There is no page {told['page']} here to take it.")
    wrong = tuple(islice(answer_problems(wall, told), MOST_PROBLEMS))
    if wrong:
        raise Refused(*wrong)
    result = Result.from_json(told["result"])
    # Of the working only the equations that the wall itself declares: LaTeX becomes markup.
    own = {(equation.output, equation.latex) for equation in wall.equations}
    working = tuple(w for w in result.working if (w.output, w.latex) in own)
    result = replace(result, working=working, text=told["question"], snapshot=told["snapshot"])
    _try(request, wall, told, result)
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


def _try(request: HttpRequest, wall: Solver[Any, Any], told: Mapping[str, Any], result: Result) -> None:
    """Render every view and export of the answer. Raise Refused where one fails, so that every saved scenario can be
    opened."""
    try:
        kept = _source(request, wall, told, result)
        print_page(kept, result_page(wall, result, told["page"]))
        for form in FORMS.values():
            if form.offered(kept):
                form.made(kept)
    except InputError as bad:
        raise Refused(f"At question.{bad.field[:60]}: {bad.sentence}") from None
    except Exception:
        # Any exception here is the fault of the file; the log has the details.
        _log.info("An imported answer of %s cannot be shown.", wall.name, exc_info=True)
        raise Refused("At result: it has the shape of an answer, but no page can show it.") from None


def _source(request: HttpRequest, wall: Solver[Any, Any], told: Mapping[str, Any], result: Result) -> ExportSource:
    return ExportSource(
        title=told["title"],
        notes=told.get("notes", ""),
        tags=(),
        url=request.build_absolute_uri("/"),
        path=told["page"],
        what=display_name(wall.name),
        solver=wall.name,
        solver_version=told["solver_version"],
        number=1,
        created=timezone.now(),
        question=told["question"],
        snapshot=told["snapshot"],
        raw=told["result"],
        result=result,
        wall=wall,
        opened=open_result(result),
    )
