from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices, resolve
from catalog.shelf import shelf
from mlsysweb.answer import answer
from mlsysweb.forms.draw import controls, preset_links
from mlsysweb.forms.question import question
from mlsysweb.htmx import asked
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
    inputs = {name: io for name, io in wall.inputs.items() if name != _ONE}
    return asked(
        request, page, errors, whole="matches/matches.html", partial="matches/_chips.html",
        drawn=lambda: controls(inputs, text, errors, choices, url), presets=_presets(text, url),
    )  # fmt: skip


def _presets(text: dict[str, str], url: str) -> list[Link]:
    """The wall's own examples, but for those about one chip."""
    return [link for link in preset_links(solvers()["synthesis"], text, url) if _ONE not in link.url]


def _answered(url: str, text: dict[str, str]) -> MatchesPage:
    """Raises InputErrors, also for a question that makes no sense on any chip."""
    wall = solvers()["synthesis"]
    every = {**text, _ONE: NOTHING}
    needed = answer(wall, every)
    rows = shelf(Accelerator)
    chips = rows.offered
    specs = [rows.of(row).spec for row in chips]
    ranking = rank(resolve(read(synthesis, every)).point, stack(specs))
    around = Around(url, reverse("workbench:wall", args=[wall.name]), text, [(row.slug, row.name) for row in chips])
    return matches_page(needed, ranking, around)
