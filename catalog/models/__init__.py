"""One table a file: the column of each figure is said here, its unit, words and range in `solvers.specs`.

What belongs here stores and describes; what a wall computes with is `row.spec()`. Copy from `accelerator.py`.
"""

from .accelerator import Accelerator
from .dataset import Dataset
from .fabric import Fabric
from .fleet import Fleet
from .grid import Grid
from .model import Model
from .node import Node
from .region import CloudRegion
from .row import CatalogRow
from .storage import Storage
from .version import CatalogVersion

# What others point at comes first, so that loading in this order finds it.
TABLES: tuple[type[CatalogRow], ...] = (Accelerator, Model, Fabric, Node, Fleet, Grid, CloudRegion, Dataset, Storage)

__all__ = [
    "TABLES",
    "Accelerator",
    "CatalogRow",
    "CatalogVersion",
    "CloudRegion",
    "Dataset",
    "Fabric",
    "Fleet",
    "Grid",
    "Model",
    "Node",
    "Storage",
]
