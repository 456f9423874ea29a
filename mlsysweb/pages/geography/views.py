from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.models import CatalogRow
from catalog.resolve import choices
from catalog.table_cache import catalog_table
from mlsysweb.answer import validated
from mlsysweb.show.forms.draw import errors_only_form, form
from mlsysweb.show.forms.query import query_text
from mlsysweb.show.htmx import render_page_or_partial
from solvers.errors import InputErrors
from solvers.specs import Accelerator, Grid, Region

from .page import GeographyPage
from .places import GridPlace, atlas, lives
from .present import GeographyLinks, geography_page
from .question import GEOGRAPHY, Inputs, RankedPlaces

# From cloud to microcontroller, for what making a device weighs against running it.
_LIVES = ("b200-sxm-180gb", "mi300x", "h100-sxm5-80gb", "a100-sxm4-80gb", "l4", "esp32-s3")


@require_safe
def geography(request: HttpRequest) -> HttpResponse:
    url, text = reverse("geography:geography"), query_text(request.GET)
    page, errors = None, {}
    try:
        page = _answered(url, text)
    except InputErrors as bad:
        errors = {error.field: error.sentence for error in bad.errors}
    return render_page_or_partial(
        request,
        page,
        errors,
        whole="geography/geography.html",
        partial="geography/_places.html",
        drawn=lambda: form(GEOGRAPHY, text, errors, choices, url),
        bare=lambda: errors_only_form(GEOGRAPHY, errors, url),
    )


def _answered(url: str, text: dict[str, str]) -> GeographyPage:
    """Raises InputErrors, also for a place or a chip of which too little is known."""
    read, known = validated(GEOGRAPHY, text)
    point: Inputs = known.point
    slug = str(known.snapshot["grid"]["slug"])
    places = _ranked(point)
    picked = next((k for k, place in enumerate(places) if place.slug == slug), None)
    if picked is None:
        row = catalog_table(Grid).by_name[slug]
        places = [*places, GridPlace(slug, row.name, "", row.main_mix, point.grid)]
    found = atlas(point, places)
    here = next(k for k, place in enumerate(found.places) if place.slug == slug)
    world = {place.iso: k for k, place in enumerate(found.places) if place.iso}
    chips = catalog_table(Accelerator)
    lived = lives(point, [chips.of(chips.by_name[name]).spec for name in _LIVES if name in chips.by_name])
    around = GeographyLinks(url, reverse("walls:wall", args=["sustainability"]), read.text, slug)
    return geography_page(point, found, here, world, lived, around)


def _ranked(point: Inputs) -> list[GridPlace]:
    """The places asked for, of today's catalog."""
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
