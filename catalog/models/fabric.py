from django.db import models

from catalog.fields import QuantityField
from solvers import specs

from .row import CatalogRow


class Fabric(CatalogRow):
    """A network. Its bandwidth and latency are those of one endpoint in one direction."""

    describes = specs.Fabric
    grouped_by = "kind"

    class Kind(models.TextChoices):
        INFINIBAND = "infiniband", "InfiniBand"
        ETHERNET = "ethernet", "Ethernet"
        NVLINK = "nvlink", "NVLink"
        INFINITY_FABRIC = "infinity_fabric", "Infinity Fabric"
        ICI = "ici", "TPU interconnect"
        PCIE = "pcie", "PCIe and CXL"
        ON_PACKAGE = "on-package", "On the package"
        PROPRIETARY = "proprietary", "Proprietary"
        WIRELESS = "wireless", "Wireless"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    topology = models.CharField(max_length=40, blank=True)
    bandwidth = QuantityField()
    latency = QuantityField()
    shared_bus = models.BooleanField(default=False, help_text="All devices of a node share one bus, as on PCIe.")
