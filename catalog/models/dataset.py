from django.db import models

from catalog.fields import QuantityField
from solvers import specs

from .row import CatalogRow


class Dataset(CatalogRow):
    """A data set that models are trained on."""

    describes = specs.Dataset
    grouped_by = "domain"

    domain = models.CharField(max_length=20)
    samples = QuantityField()
    tokens = QuantityField()
    size = QuantityField()
    sample_bytes = QuantityField()
