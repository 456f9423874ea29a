from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from catalog.shelf import shelf
from mlsysweb.answer import sensible
from mlsysweb.forms.draw import bare, form
from mlsysweb.forms.question import question
from mlsysweb.htmx import asked
from solvers.errors import InputErrors
from solvers.specs import Accelerator

from .asked import CAPSTONE, Inputs, Submitted
from .design import explore, remedies, scores
from .page import CapstonePage
from .present import Around, capstone_page

# The chips the designs of the front are made of.
_CHIPS = ("h100-sxm5-80gb", "h200-sxm-141gb", "b200-sxm-180gb", "mi300x", "a100-sxm4-80gb", "l40s")


@require_safe
def capstone(request: HttpRequest) -> HttpResponse:
    url, text = reverse("capstone:capstone"), question(request.GET)
    page, errors = None, {}
    try:
        page = _answered(url, text)
    except InputErrors as bad:
        errors = {error.field: error.sentence for error in bad.errors}
    return asked(
        request, page, errors, whole="capstone/capstone.html", partial="capstone/_scores.html",
        drawn=lambda: form(CAPSTONE, text, errors, choices, url), bare=lambda: bare(CAPSTONE, errors, url),
    )  # fmt: skip


def _answered(url: str, text: dict[str, str]) -> CapstonePage:
    """Raises InputErrors, also for a chip or a grid of which too little is known."""
    read, known = sensible(CAPSTONE, text)
    point: Inputs = known.point
    rows = shelf(Accelerator)
    chips = [rows.by_name[slug] for slug in _CHIPS if slug in rows.by_name]
    space = explore(point, [rows.of(row).spec for row in chips]) if point.submitted == Submitted.YES else None
    around = Around(url, read.text, [(row.slug, row.name) for row in chips])
    return capstone_page(point, scores(point), remedies(point), space, around)
