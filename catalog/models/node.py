from django.db import models

from catalog.fields import QuantityField
from solvers import specs

from .accelerator import Accelerator
from .fabric import Fabric
from .row import CatalogRow


class Node(CatalogRow):
    """A server: its accelerators, the fabric between them, and its external network."""

    describes = specs.Node
    grouped_by = "vendor"
    needs = ("accelerator", "fabric")

    accelerator = models.ForeignKey(Accelerator, on_delete=models.PROTECT, related_name="nodes")
    accelerators_per_node = QuantityField()
    fabric = models.ForeignKey(
        Fabric,
        on_delete=models.PROTECT,
        related_name="nodes",
        null=True,
        blank=True,
        help_text="Between the accelerators of one node.",
    )
    nics_per_node = QuantityField()
    nic_bandwidth = QuantityField()
    max_power = QuantityField()
    price = QuantityField()
    host_memory = QuantityField()

    @property
    def vendor(self) -> str:
        return str(self.accelerator.vendor)
