from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from catalog.shelf import shelf
from mlsysweb.answer import sensible
from mlsysweb.forms.draw import bare, form
from mlsysweb.forms.page import Form
from mlsysweb.forms.question import question
from mlsysweb.htmx import asked
from solvers.errors import InputErrors
from solvers.specs import Accelerator

from .asked import LIMITS, SPECTRUM
from .page import SpectrumPage
from .present import Around, spectrum_page
from .survey import Device, survey


@require_safe
def spectrum(request: HttpRequest) -> HttpResponse:
    url, text = reverse("spectrum:spectrum"), question(request.GET)
    page, errors = None, {}
    try:
        page = _answered(url, text)
    except InputErrors as bad:
        errors = {error.field: error.sentence for error in bad.errors}
    return asked(
        request, page, errors, whole="spectrum/spectrum.html", partial="spectrum/_devices.html",
        drawn=lambda: _drawn(text, errors, url), bare=lambda: bare(SPECTRUM, errors, url),
    )  # fmt: skip


def _answered(url: str, text: dict[str, str]) -> SpectrumPage:
    """Raises InputErrors, also for a question that makes no sense on any device."""
    read, known = sensible(SPECTRUM, text)
    wall, battery = (reverse("workbench:wall", args=[name]) for name in ("roofline", "battery"))
    return spectrum_page(survey(known.point, _offered()), Around(url, wall, battery, read.text))


def _offered() -> tuple[Device, ...]:
    rows = shelf(Accelerator)
    return tuple(Device(row.slug, row.name, row.tier, rows.of(row).spec) for row in rows.offered)


def _drawn(text: dict[str, str], errors: dict[str, str], url: str) -> Form:
    """The form, in which a limit that is not typed is none."""
    drawn = form(SPECTRUM, text, errors, choices, url)
    fields = (
        replace(field, text=text.get(field.name, ""), placeholder="no limit", slider=None) if field.name in LIMITS else field
        for field in drawn.fields
    )  # fmt: skip
    return replace(drawn, fields=tuple(fields))
