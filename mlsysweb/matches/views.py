from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices, resolve
from catalog.shelf import shelf
from mlsysweb.answer import answer
from mlsysweb.forms.draw import controls, preset_links
from mlsysweb.forms.question import question
from mlsysweb.htmx import refused, updated, varies, wants_partial
from mlsysweb.results.page import Link
from solvers.errors import InputErrors
from solvers.meta.synthesis import rank, synthesis
from solvers.read import NOTHING, read
from solvers.registry import solvers
from solvers.specs import Accelerator, stack

from .page import MatchesPage
from .present import Around, matches_page

# The wall holds one chip against the target; this page all of them.
_ONE = "accelerator"


@require_safe
def matches(request: HttpRequest) -> HttpResponse:
    url, wall = reverse("matches:matches"), solvers()["synthesis"]
    text = {name: value for name, value in question(request.GET).items() if name != _ONE}
    page, errors = None, {}
    try:
        page = _answered(url, text)
    except InputErrors as bad:
        errors = {error.field: error.sentence for error in bad.errors}
    drawn = controls({n: io for n, io in wall.inputs.items() if n != _ONE}, text, errors, choices, url)
    if not wants_partial(request):
        seen = {"page": page, "form": drawn, "presets": _presets(text, url)}
        return varies(render(request, "matches/matches.html", seen, status=422 if errors else 200))
    said = render_to_string("shared/_errors.html", {"form": drawn}, request)
    if page is None:
        return refused(said)
    return updated(render_to_string("matches/_chips.html", {"page": page}, request) + said, page.url)


def _presets(text: dict[str, str], url: str) -> list[Link]:
    """The wall's own examples, but for those about one chip."""
    return [link for link in preset_links(solvers()["synthesis"], text, url) if _ONE not in link.url]


def _answered(url: str, text: dict[str, str]) -> MatchesPage:
    """Raises InputErrors, also for a question that makes no sense on any chip."""
    wall = solvers()["synthesis"]
    asked = {**text, _ONE: NOTHING}
    needed = answer(wall, asked)
    rows = shelf(Accelerator)
    chips = rows.offered
    specs = [rows.of(row).spec for row in chips]
    ranking = rank(resolve(read(synthesis, asked)).point, stack(specs))
    around = Around(url, reverse("workbench:wall", args=[wall.name]), text, [(row.slug, row.name) for row in chips])
    return matches_page(needed, ranking, around)
