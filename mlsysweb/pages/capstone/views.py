from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from catalog.table_cache import catalog_table
from mlsysweb.answer import validated
from mlsysweb.show.forms.draw import errors_only_form, form
from mlsysweb.show.forms.query import query_text
from mlsysweb.show.htmx import render_page_or_partial
from solvers.errors import InputErrors
from solvers.specs import Accelerator

from .design import design_space, remedies, scores
from .page import CapstonePage
from .present import CapstoneLinks, capstone_page
from .question import CAPSTONE, Inputs, Submitted

# The chips the designs of the front are made of.
_CHIPS = ("h100-sxm5-80gb", "h200-sxm-141gb", "b200-sxm-180gb", "mi300x", "a100-sxm4-80gb", "l40s")


@require_safe
def capstone(request: HttpRequest) -> HttpResponse:
    url, text = reverse("capstone:capstone"), query_text(request.GET)
    page, errors = None, {}
    try:
        page = _answered(url, text)
    except InputErrors as bad:
        errors = {error.field: error.sentence for error in bad.errors}
    return render_page_or_partial(
        request,
        page,
        errors,
        whole="capstone/capstone.html",
        partial="capstone/_scores.html",
        drawn=lambda: form(CAPSTONE, text, errors, choices, url),
        bare=lambda: errors_only_form(CAPSTONE, errors, url),
    )


def _answered(url: str, text: dict[str, str]) -> CapstonePage:
    """Raises InputErrors, also for a chip or a grid of which too little is known."""
    read, known = validated(CAPSTONE, text)
    point: Inputs = known.point
    rows = catalog_table(Accelerator)
    chips = [rows.by_name[slug] for slug in _CHIPS if slug in rows.by_name]
    space = design_space(point, [rows.of(row).spec for row in chips]) if point.submitted == Submitted.YES else None
    around = CapstoneLinks(url, read.text, [(row.slug, row.name) for row in chips])
    return capstone_page(point, scores(point), remedies(point), space, around)
