from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.models import Row
from catalog.resolve import choices
from catalog.shelf import shelf
from mlsysweb.answer import sensible
from mlsysweb.forms.draw import bare, form
from mlsysweb.forms.question import question
from mlsysweb.htmx import asked
from solvers.errors import InputErrors
from solvers.specs import Accelerator, Grid, Region

from .asked import GEOGRAPHY, Inputs, Places
from .atlas import Place, atlas, lives
from .page import GeographyPage
from .present import Around, geography_page

# From cloud to microcontroller, for what making a device weighs against running it.
_LIVES = ("b200-sxm-180gb", "mi300x", "h100-sxm5-80gb", "a100-sxm4-80gb", "l4", "esp32-s3")


@require_safe
def geography(request: HttpRequest) -> HttpResponse:
    url, text = reverse("geography:geography"), question(request.GET)
    page, errors = None, {}
    try:
        page = _answered(url, text)
    except InputErrors as bad:
        errors = {error.field: error.sentence for error in bad.errors}
    return asked(
        request, page, errors, whole="geography/geography.html", partial="geography/_places.html",
        drawn=lambda: form(GEOGRAPHY, text, errors, choices, url), bare=lambda: bare(GEOGRAPHY, errors, url),
    )  # fmt: skip


def _answered(url: str, text: dict[str, str]) -> GeographyPage:
    """Raises InputErrors, also for a place or a chip of which too little is known."""
    read, known = sensible(GEOGRAPHY, text)
    point: Inputs = known.point
    slug = str(known.snapshot["grid"]["slug"])
    places = _ranked(point)
    picked = next((k for k, place in enumerate(places) if place.slug == slug), None)
    if picked is None:
        row = shelf(Grid).by_name[slug]
        places = [*places, Place(slug, row.name, "", row.main_mix, point.grid)]
    found = atlas(point, places)
    here = next(k for k, place in enumerate(found.places) if place.slug == slug)
    world = {place.iso: k for k, place in enumerate(found.places) if place.iso}
    chips = shelf(Accelerator)
    lived = lives(point, [chips.of(chips.by_name[name]).spec for name in _LIVES if name in chips.by_name])
    around = Around(url, reverse("workbench:wall", args=["sustainability"]), read.text, slug)
    return geography_page(point, found, here, world, lived, around)


def _ranked(point: Inputs) -> list[Place]:
    """The places asked for, of today's catalog."""
    wanted = Places(int(point.places))
    if wanted in (Places.COUNTRIES, Places.ALL_GRIDS):
        rows = shelf(Grid)
        kinds = ("country",) if wanted is Places.COUNTRIES else ("country", "subnational")
        return [
            Place(
                row.slug,
                row.name,
                row.iso_code if row.region_type == "country" else "",
                row.main_mix,
                rows.of(row).spec,
            )
            for row in rows.offered
            if row.region_type in kinds
        ]
    regions = shelf(Region)
    return [
        Place("", f"{row.name}", "", "", regions.of(row).spec)
        for row in regions.offered
        if _provider(row) == wanted.name
    ]


def _provider(row: Row) -> str:
    return str(row.slug).partition("-")[0].upper()
