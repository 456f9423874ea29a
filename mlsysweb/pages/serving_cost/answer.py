"""Answers the serving cost for its views and for saving."""

from __future__ import annotations

from django.http import QueryDict
from django.urls import reverse

from catalog.table_cache import catalog_table
from mlsysweb.answer import validated
from mlsysweb.show.forms.asked import Rows, asked_inputs
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.forms.query import query_text
from solvers.specs import Accelerator

from .page import ServingCostPage
from .present import ServingCostLinks, serving_cost_page
from .question import COMPARED, SERVING_COST, Inputs
from .sizing import fleets, options


def answer_page(query: QueryDict) -> ServingCostPage:
    """Return the page that answers the query. Raise InputErrors. An accelerator that misses the SLO, or has no known
    price, is a row of the answer."""
    read, known = validated(SERVING_COST, query_text(query))
    point: Inputs = known.point
    rows = catalog_table(Accelerator)
    first = read.text.get("accelerator") or SERVING_COST.inputs["accelerator"].default
    slugs = [name for name in COMPARED if name in rows.by_name and name != first][:7]
    others = (
        list(zip(read.also, known.also, strict=True))
        if read.also
        else [(slug, rows.of(rows.by_name[slug]).spec) for slug in slugs]
    )
    chips = [(first, point.accelerator), *others]
    specs = [spec for _, spec in chips]
    found = options(point, specs)
    urls = (
        reverse("serving_cost:serving_cost"),
        reverse("serving_cost:table"),
        reverse("walls:wall", args=["serving"]),
    )
    around = ServingCostLinks(*urls, read.text, [str(slug) for slug, _ in chips])
    return serving_cost_page(point, specs, found, fleets(point, specs, found), around)


def inputs_of(query: QueryDict, rows: Rows) -> tuple[AskedInput, ...]:
    """Return the inputs of a query as shown beside a saved page: label, text, and whether it is the default."""
    return asked_inputs(SERVING_COST.inputs, query_text(query), rows)
