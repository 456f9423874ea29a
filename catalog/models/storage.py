from django.db import models

from catalog.fields import QuantityField
from solvers import specs

from .row import CatalogRow


class Storage(CatalogRow):
    """A storage system, the path to it, or a worker that prepares data."""

    describes = specs.Storage
    grouped_by = "kind"

    class Kind(models.TextChoices):
        LOCAL = "local", "Local disk"
        NETWORK = "network", "Network file system"
        OBJECT = "object", "Object store"
        MEMORY = "memory", "Memory"
        PATH = "path", "Path to the accelerator"
        PREPROCESS = "preprocess", "Preprocessing worker"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    bandwidth = QuantityField()
    latency = QuantityField()
    iops = QuantityField()
    sample_rate = QuantityField()
    price = QuantityField()

    class Meta(CatalogRow.Meta):
        verbose_name = "storage system"
        verbose_name_plural = "storage systems"
