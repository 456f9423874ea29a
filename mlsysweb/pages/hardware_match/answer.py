"""Answers hardware match for its view and for saving."""

from __future__ import annotations

from django.http import QueryDict
from django.urls import reverse

from catalog.table_cache import catalog_table
from mlsysweb.answer import solved, validated
from mlsysweb.show.forms.asked import Rows, asked_inputs
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.forms.query import query_text
from solvers.fields import InputField
from solvers.meta.synthesis import rank
from solvers.read import NOTHING
from solvers.registry import solvers
from solvers.specs import Accelerator, stack

from .page import HardwareMatchPage
from .present import HardwareMatchLinks, hardware_match_page

# The wall compares one chip with the target; this page compares all of them.
ONE = "accelerator"


def page_inputs() -> dict[str, InputField]:
    """Return the wall's inputs without its chip."""
    return {name: io for name, io in solvers()["synthesis"].inputs.items() if name != ONE}


def page_text(query: QueryDict) -> dict[str, str]:
    """Return the question by name as typed, without values equal to the default."""
    return {name: value for name, value in query_text(query).items() if name != ONE}


def answer_page(query: QueryDict) -> HardwareMatchPage:
    """Return the page that answers the query. Raise InputErrors, also for a question that no chip can answer."""
    wall, text = solvers()["synthesis"], page_text(query)
    every = {**text, ONE: NOTHING}
    parsed, resolved = validated(wall, every)
    rows = catalog_table(Accelerator)
    chips = rows.offered
    specs = [rows.of(row).spec for row in chips]
    needed, ranking = solved(wall, parsed, resolved), rank(resolved.point, stack(specs))
    url, wall_url = reverse("hardware_match:hardware_match"), reverse("walls:wall", args=[wall.name])
    around = HardwareMatchLinks(url, wall_url, text, [(row.slug, row.name) for row in chips])
    return hardware_match_page(needed, ranking, around)


def inputs_of(query: QueryDict, rows: Rows) -> tuple[AskedInput, ...]:
    """Return the inputs of a query as shown beside a saved page: label, text, and whether it is the default."""
    return asked_inputs(page_inputs(), page_text(query), rows)
