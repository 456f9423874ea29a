from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from catalog.fields import QuantityField
from solvers import specs

from .row import Row

# Litres a kWh, medians of water consumption by fuel: Macknick et al. 2012 (10.1088/1748-9326/7/4/045802), towers
# for coal, gas (combined cycle), nuclear and biomass; hydro is evaporation from the reservoir. It has none for oil.
_WATER = {
    "share_coal": 2.6,
    "share_gas": 0.75,
    "share_nuclear": 2.5,
    "share_hydro": 17.0,
    "share_wind": 0.0,
    "share_solar": 0.1,
    "share_bio_other": 2.1,
}
_NO_MEDIAN = 0.1  # a mix with a larger share of oil has no derived figure
_KWH = 3.6e6


class Grid(Row):
    """The electricity of a country, a part of one or an average of several; or a value the classroom works with."""

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
        "Carbon intensity, second source", unit="kg/J", shown="g/kWh", help_text="The note names it where known."
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
    share_coal = QuantityField("Coal", unit="1", shown="percent")
    share_gas = QuantityField("Gas", unit="1", shown="percent")
    share_oil = QuantityField("Oil", unit="1", shown="percent")
    share_nuclear = QuantityField("Nuclear", unit="1", shown="percent")
    share_hydro = QuantityField("Hydro", unit="1", shown="percent")
    share_wind = QuantityField("Wind", unit="1", shown="percent")
    share_solar = QuantityField("Solar", unit="1", shown="percent")
    share_bio_other = QuantityField("Biomass and other", unit="1", shown="percent")
    share_renewable = QuantityField("Renewables together", unit="1", shown="percent")

    @property
    def water_intensity_derived(self) -> float | None:
        """L/J by the fuel mix; None where the mix is unknown or more than a tenth of it has no median (oil)."""
        shares = {name: getattr(self, name) for name in _WATER}
        if any(share is None for share in shares.values()) or sum(shares.values()) < 1 - _NO_MEDIAN:
            return None
        return sum(_WATER[name] * share for name, share in shares.items()) / sum(shares.values()) / _KWH

    @property
    def rank(self) -> tuple[int, str]:
        return list(self.RegionType.values).index(self.region_type), ""

    def remarks(self) -> list[str]:
        classroom = self.region_type == self.RegionType.CLASSROOM
        return ["A value the classroom works with, not a measurement."] if classroom else []
