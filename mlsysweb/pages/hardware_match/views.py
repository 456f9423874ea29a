from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from catalog.table_cache import catalog_table
from mlsysweb.answer import solved, validated
from mlsysweb.show.forms.draw import form_fields, preset_links
from mlsysweb.show.forms.query import query_text
from mlsysweb.show.htmx import render_page_or_partial
from mlsysweb.show.results.page import Link
from solvers.errors import InputErrors
from solvers.meta.synthesis import rank
from solvers.read import NOTHING
from solvers.registry import solvers
from solvers.specs import Accelerator, stack

from .page import HardwareMatchPage
from .present import HardwareMatchLinks, hardware_match_page

# The wall holds one chip against the target; this page all of them.
_ONE = "accelerator"


@require_safe
def hardware_match(request: HttpRequest) -> HttpResponse:
    url, wall = reverse("hardware_match:hardware_match"), solvers()["synthesis"]
    text = {name: value for name, value in query_text(request.GET).items() if name != _ONE}
    page, errors = None, {}
    try:
        page = _answered(url, text)
    except InputErrors as bad:
        errors = {error.field: error.sentence for error in bad.errors}
    inputs = {name: io for name, io in wall.inputs.items() if name != _ONE}
    return render_page_or_partial(
        request,
        page,
        errors,
        whole="hardware_match/hardware_match.html",
        partial="hardware_match/_chips.html",
        drawn=lambda: form_fields(inputs, text, errors, choices, url),
        presets=_presets(text, url),
    )


def _presets(text: dict[str, str], url: str) -> list[Link]:
    """The wall's own examples, but for those about one chip."""
    return [link for link in preset_links(solvers()["synthesis"], text, url) if _ONE not in link.url]


def _answered(url: str, text: dict[str, str]) -> HardwareMatchPage:
    """Raises InputErrors, also for a question that makes no sense on any chip."""
    wall = solvers()["synthesis"]
    every = {**text, _ONE: NOTHING}
    parsed, resolved = validated(wall, every)
    rows = catalog_table(Accelerator)
    chips = rows.offered
    specs = [rows.of(row).spec for row in chips]
    needed, ranking = solved(wall, parsed, resolved), rank(resolved.point, stack(specs))
    around = HardwareMatchLinks(
        url, reverse("walls:wall", args=[wall.name]), text, [(row.slug, row.name) for row in chips]
    )
    return hardware_match_page(needed, ranking, around)
