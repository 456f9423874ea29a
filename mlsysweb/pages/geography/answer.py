"""Answers carbon geography for its view and for saving."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from django.http import QueryDict
from django.urls import reverse

from catalog.models import CatalogRow
from catalog.resolve import ResolvedQuestion
from catalog.table_cache import catalog_table
from mlsysweb.answer import validated
from mlsysweb.show.forms.asked import Rows, asked_inputs
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.forms.query import query_text
from solvers.fields import Pick
from solvers.specs import Accelerator, Fleet, Grid, Region

from .page import GeographyPage
from .places import GridPlace, atlas, lives
from .present import GeographyLinks, geography_page
from .question import GEOGRAPHY, Inputs, RankedPlaces

# Chips from cloud to microcontroller, to compare embodied with operational carbon.
_LIVES = ("b200-sxm-180gb", "mi300x", "h100-sxm5-80gb", "a100-sxm4-80gb", "l4", "esp32-s3")

# The location where neither a place nor a fleet of known place is picked.
_DEFAULT = cast(Pick, GEOGRAPHY.inputs["grid"])


def answer_page(query: QueryDict) -> GeographyPage:
    """Return the page that answers the query. Raise InputErrors, also for a place or a chip with unknown figures that
    are needed."""
    read, known = validated(GEOGRAPHY, _placed(query_text(query)))
    place = _picked(known)
    point: Inputs = replace(known.point, grid=place.spec)
    ranked = _ranked(point)
    found = atlas(point, ranked if any(_same(each, place) for each in ranked) else [*ranked, place])
    here = next(k for k, each in enumerate(found.places) if _same(each, place))
    world = {place.iso: k for k, place in enumerate(found.places) if place.iso}
    chips = catalog_table(Accelerator)
    compared = [chips.by_name[name] for name in _LIVES if name in chips.by_name]
    modeled = {row.name for row in compared if row.embodied_carbon is None}
    lived = lives(point, [chips.of(row).spec for row in compared], modeled)
    url = reverse("geography:geography")
    around = GeographyLinks(url, reverse("walls:wall", args=["sustainability"]), read.text, place)
    return geography_page(point, found, here, world, lived, around)


def inputs_of(query: QueryDict, rows: Rows) -> tuple[AskedInput, ...]:
    """Return the inputs of a query as shown beside a saved page: label, text, and whether it is the default."""
    return asked_inputs(GEOGRAPHY.inputs, query_text(query), rows)


def _placed(text: dict[str, str]) -> dict[str, str]:
    """Return the question at the default location where a fleet is picked of which no location is known."""
    fleet = catalog_table(Fleet).by_name.get(text.get("fleet", ""))
    if fleet is None or fleet.grid_id is not None or text.get("grid"):
        return text
    return {**text, "grid": _DEFAULT.default}


def _picked(known: ResolvedQuestion) -> GridPlace:
    """The cloud region that is picked, or else the grid, or else that of the fleet."""
    point: Inputs = known.point
    if point.region is not None:
        row = catalog_table(Region).by_name[str(known.snapshot["region"]["slug"])]
        return GridPlace("", point.region.name, "", "", point.region, row.country)
    fleet = known.snapshot.get("fleet", {})
    kept = known.snapshot["grid"] if "grid" in known.snapshot else fleet["parts"]["grid"]
    slug = str(kept["slug"])
    row = catalog_table(Grid).by_name[slug]
    return GridPlace(slug, point.grid.name, "", row.main_mix, point.grid, row.country)


def _same(one: GridPlace, other: GridPlace) -> bool:
    return one.slug == other.slug if other.slug else one.name == other.name


def _ranked(point: Inputs) -> list[GridPlace]:
    """Return the places to rank, from today's catalog."""
    wanted = RankedPlaces(int(point.places))
    if wanted in (RankedPlaces.COUNTRIES, RankedPlaces.ALL_GRIDS):
        rows = catalog_table(Grid)
        kinds = ("country",) if wanted is RankedPlaces.COUNTRIES else ("country", "subnational")
        return [
            GridPlace(
                row.slug,
                row.name,
                row.iso_code if row.region_type == "country" else "",
                row.main_mix,
                rows.of(row).spec,
            )
            for row in rows.offered
            if row.region_type in kinds
        ]
    regions = catalog_table(Region)
    return [
        GridPlace("", f"{row.name}", "", "", regions.of(row).spec)
        for row in regions.offered
        if _provider(row) == wanted.name
    ]


def _provider(row: CatalogRow) -> str:
    return str(row.slug).partition("-")[0].upper()
