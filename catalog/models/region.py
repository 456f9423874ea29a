from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from catalog.fields import QuantityField
from solvers import specs

from .grid import Grid
from .row import CatalogRow


class CloudRegion(CatalogRow):
    """A region of a cloud provider, with its grid and its site."""

    describes = specs.Region
    grouped_by = "provider"

    provider = models.CharField(max_length=20)
    region = models.CharField(max_length=40)
    location = models.CharField(max_length=60, blank=True)
    country = models.CharField("country, ISO 3166", max_length=3, blank=True)
    latitude = models.FloatField(null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)])
    carbon_intensity = QuantityField()
    carbon_year = models.PositiveSmallIntegerField(null=True, blank=True)
    carbon_basis = models.CharField(
        max_length=60, blank=True, help_text="What is counted. Rank only regions of the same basis."
    )
    grid = models.ForeignKey(
        Grid,
        on_delete=models.PROTECT,
        related_name="regions",
        null=True,
        blank=True,
        help_text="The grid it draws from: where its electricity price, water and fuel mix stand.",
    )
    pue = QuantityField()
    wue = QuantityField()
