from django.db import models

from catalog.fields import QuantityField
from solvers import specs

from .fabric import Fabric
from .node import Node
from .row import CatalogRow


class Fleet(CatalogRow):
    """Nodes joined by one fabric: an existing cluster, or a hypothetical one."""

    describes = specs.Fleet
    grouped_by = "vendor"
    needs = ("node__accelerator", "node__fabric", "fabric")

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="fleets")
    nodes = QuantityField()
    fabric = models.ForeignKey(Fabric, on_delete=models.PROTECT, related_name="fleets", help_text="Between the nodes.")
    pue = QuantityField()
    power = QuantityField()

    @property
    def vendor(self) -> str:
        return str(self.node.vendor)
