"""Views that export a design space as a file."""

from __future__ import annotations

from importlib.util import find_spec
from tempfile import TemporaryFile

import orjson
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.recording import recording
from catalog.resolve import choices
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.question import DesignSpaceQuestion, declared_search
from mlsysweb.explore.find.columns import columns
from mlsysweb.explore.find.report import DeclaredSearch
from mlsysweb.explore.find.search import IN_REQUEST, search_now
from mlsysweb.explore.jobs.jobs import job_of, outcome_of
from mlsysweb.explore.show.exports import as_csv, as_json
from mlsysweb.explore.show.snippet import as_python
from mlsysweb.show.work_limits import SECONDS, heavy_work
from solvers.errors import InputErrors
from solvers.search.explore import empty_result
from solvers.search.run import Outcome, check, outcome

# The export formats.
_EXPORTS = {
    "csv": "Pareto front and best configurations, one per line",
    "json": "The same with the question and what each sets",
    "py": "A Python snippet that finds the same with the solvers alone",
    "parquet": "Every configuration of the space",
}
_NO_PARQUET = "This site has no Parquet export: that takes pyarrow, which requirements-parquet.txt installs."


def export_forms() -> dict[str, str]:
    """Return the available formats with a description of each. Parquet needs a package that may not be installed."""
    return {form: words for form, words in _EXPORTS.items() if form != "parquet" or find_spec("pyarrow")}


@require_safe
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Return the design space as a file. An invalid question redirects to its page, which shows the errors."""
    if form not in _EXPORTS:
        raise Http404("A design space can be had as CSV, JSON, Python and Parquet.")
    if form not in export_forms():
        return HttpResponseNotFound(_NO_PARQUET, content_type="text/plain; charset=utf-8")
    question, url = DesignSpaceQuestion.of(request.GET), reverse("explore:explore")
    try:
        with recording() as snapshot:
            declared = declared_search(question, look_up, all_of)
        check(declared.search)
        outcome = _outcome(question, declared)
    except InputErrors:
        return redirect(f"{url}?{question.query}")
    shown = columns(declared.search, choices)
    rows = list({c.number: c for c in (*outcome.top, *outcome.front)}.values())
    if form == "csv":
        return _file(as_csv(rows, shown, frozenset(c.number for c in outcome.front)), "text/csv; charset=utf-8", form)
    if form == "json":
        return _file(orjson.dumps(as_json(question.query, outcome, rows, shown)), "application/json", form)
    if form == "py":
        return _file(as_python(question, snapshot, all_of), "text/x-python; charset=utf-8", form)
    if declared.search.space.size > IN_REQUEST:
        return redirect(f"{url}?{question.query}")
    from mlsysweb.explore.show.parquet import as_parquet  # takes a third of a second to import

    out = TemporaryFile()  # noqa: SIM115 - the response closes it once it is sent
    with heavy_work() as spent:
        rows_done = as_parquet(declared.search, shown, out, spent)
    if rows_done < declared.search.space.size:
        out.close()
        return _too_long(rows_done, declared.search.space.size)
    out.seek(0)
    return FileResponse(
        out, as_attachment=True, filename=f"design-space.{form}", content_type="application/vnd.apache.parquet"
    )


def _too_long(done: int, size: int) -> HttpResponse:
    """Return a 422: all configurations take longer than one request may."""
    sentence = (
        f"There is no file: {done:,} of {size:,} configurations were evaluated in the {SECONDS:g} s of processor time "
        "that one request may take. Give the axes fewer steps."
    )
    return HttpResponse(sentence, status=422, content_type="text/plain; charset=utf-8")


def _outcome(question: DesignSpaceQuestion, declared: DeclaredSearch) -> Outcome:
    found = search_now(question, declared) if declared.search.space.size <= IN_REQUEST else None
    if found is not None and found.complete:
        return found
    job = job_of(question)
    if job is not None:
        return outcome_of(job, declared.search)
    return found or outcome(declared.search, empty_result(declared.search), 0)


def _file(content: bytes | str, kind: str, ending: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="design-space.{ending}"'}
    )
