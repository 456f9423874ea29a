from django.db import models

from catalog.fields import QuantityField
from solvers import specs

from .fabric import Fabric
from .grid import Grid
from .node import Node
from .row import CatalogRow


class Fleet(CatalogRow):
    """Nodes joined by one fabric: an existing cluster, or a hypothetical one."""

    describes = specs.Fleet
    grouped_by = "vendor"
    needs = ("node__accelerator", "node__fabric", "fabric", "grid")

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="fleets")
    nodes = QuantityField()
    fabric = models.ForeignKey(Fabric, on_delete=models.PROTECT, related_name="fleets", help_text="Between the nodes.")
    grid = models.ForeignKey(
        Grid,
        on_delete=models.PROTECT,
        related_name="fleets",
        null=True,
        blank=True,
        help_text="The grid it draws from, where its place is known.",
    )
    pue = QuantityField()
    power = QuantityField()

    @property
    def vendor(self) -> str:
        return str(self.node.vendor)
