"""Answers the capstone for its view and for saving."""

from __future__ import annotations

from django.http import QueryDict
from django.urls import reverse

from catalog.table_cache import catalog_table
from mlsysweb.answer import validated
from mlsysweb.show.forms.asked import Rows, asked_inputs
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.forms.query import query_text
from solvers.specs import Accelerator

from .design import design_space, remedies, scores
from .page import CapstonePage
from .present import CapstoneLinks, capstone_page
from .question import CAPSTONE, Inputs, Submitted

# The chips that designs of the front may use.
_CHIPS = ("h100-sxm5-80gb", "h200-sxm-141gb", "b200-sxm-180gb", "mi300x", "a100-sxm4-80gb", "l40s")


def answer_page(query: QueryDict) -> CapstonePage:
    """Return the page that answers the query. Raise InputErrors, also for a chip or a grid with unknown figures that
    are needed."""
    read, known = validated(CAPSTONE, query_text(query))
    point: Inputs = known.point
    rows = catalog_table(Accelerator)
    chips = [rows.by_name[slug] for slug in _CHIPS if slug in rows.by_name]
    space = design_space(point, [rows.of(row).spec for row in chips]) if point.submitted == Submitted.YES else None
    around = CapstoneLinks(reverse("capstone:capstone"), read.text, [(row.slug, row.name) for row in chips])
    score = scores(point)
    ways = {} if score.meets_all(point).all() else remedies(point, score)
    return capstone_page(point, score, ways, space, around)


def inputs_of(query: QueryDict, rows: Rows) -> tuple[AskedInput, ...]:
    """Return the inputs of a query as shown beside a saved page: label, text, and whether it is the default."""
    return asked_inputs(CAPSTONE.inputs, query_text(query), rows)
