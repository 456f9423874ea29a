"""Answers the spectrum for its view and for saving."""

from __future__ import annotations

from django.http import QueryDict
from django.urls import reverse

from catalog.table_cache import catalog_table
from mlsysweb.answer import validated
from mlsysweb.show.forms.asked import Rows, asked_inputs
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.forms.query import query_text
from solvers.specs import Accelerator

from .page import SpectrumPage
from .present import SpectrumLinks, spectrum_page
from .question import SPECTRUM
from .survey import Device, survey


def answer_page(query: QueryDict) -> SpectrumPage:
    """Return the page that answers the query. Raise InputErrors, also for a question that no device can answer."""
    read, known = validated(SPECTRUM, query_text(query))
    url = reverse("spectrum:spectrum")
    wall, battery = (reverse("walls:wall", args=[name]) for name in ("roofline", "battery"))
    return spectrum_page(survey(known.point, _offered()), SpectrumLinks(url, wall, battery, read.text))


def inputs_of(query: QueryDict, rows: Rows) -> tuple[AskedInput, ...]:
    """Return the inputs of a query as shown beside a saved page: label, text, and whether it is the default."""
    return asked_inputs(SPECTRUM.inputs, query_text(query), rows)


def _offered() -> tuple[Device, ...]:
    rows = catalog_table(Accelerator)
    return tuple(Device(row.slug, row.name, row.tier, rows.of(row).spec) for row in rows.offered)
