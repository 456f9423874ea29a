from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from catalog.fields import QuantityField
from solvers import specs

from .row import CatalogRow


class Grid(CatalogRow):
    """The electricity of a country, of a part of one, or the average of several; or an illustrative value for
    teaching."""

    describes = specs.Grid
    grouped_by = "region_type"

    class RegionType(models.TextChoices):
        CLASSROOM = "classroom", "Classroom values"
        COUNTRY = "country", "Countries"
        SUBNATIONAL = "subnational", "States, provinces and zones"
        AGGREGATE = "aggregate", "Averages and references"

    region_type = models.CharField(max_length=12, choices=RegionType.choices)
    iso_code = models.CharField("ISO 3166 code", max_length=8, blank=True)
    country = models.CharField("country, ISO 3166", max_length=3, blank=True, help_text="The country it lies in.")
    latitude = models.FloatField(null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)])

    carbon_intensity = QuantityField()
    carbon_intensity_alternative = QuantityField(
        "Carbon intensity, second source", unit="kg/J", display_unit="g/kWh", help_text="The note names it where known."
    )
    carbon_basis = models.CharField(
        max_length=32, blank=True, help_text="What is counted. Rank only rows of the same basis."
    )
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    electricity_price = QuantityField()
    electricity_price_basis = models.CharField(
        max_length=80, blank=True, help_text="Sector, taxes, year and who says so. Compare only the same basis."
    )
    water_intensity = QuantityField()
    pue = QuantityField()
    wue = QuantityField()

    main_mix = models.CharField(max_length=40, blank=True)
    share_coal = QuantityField("Coal", unit="1", display_unit="percent")
    share_gas = QuantityField("Gas", unit="1", display_unit="percent")
    share_oil = QuantityField("Oil", unit="1", display_unit="percent")
    share_nuclear = QuantityField("Nuclear", unit="1", display_unit="percent")
    share_hydro = QuantityField("Hydro", unit="1", display_unit="percent")
    share_wind = QuantityField("Wind", unit="1", display_unit="percent")
    share_solar = QuantityField("Solar", unit="1", display_unit="percent")
    share_bio_other = QuantityField("Biomass and other", unit="1", display_unit="percent")
    share_renewable = QuantityField("Renewables together", unit="1", display_unit="percent")

    @property
    def rank(self) -> tuple[int, str]:
        return list(self.RegionType.values).index(self.region_type), ""

    def remarks(self) -> list[str]:
        classroom = self.region_type == self.RegionType.CLASSROOM
        return ["A value the classroom works with, not a measurement."] if classroom else []
