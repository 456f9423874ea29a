"""The tables of the catalog, one per file. A model declares its columns; unit, label and range of each figure come from
`solvers.specs`.

Models store and describe. Solvers compute with `row.spec()`. To add a table, copy `accelerator.py`.
"""

from .accelerator import Accelerator
from .course_row import CourseRow
from .dataset import Dataset
from .fabric import Fabric
from .fleet import Fleet
from .grid import Grid
from .imports import CatalogImport
from .model import Model
from .node import Node
from .region import CloudRegion
from .revision import RowRevision
from .row import CatalogRow
from .storage import Storage
from .version import CatalogVersion

# Tables that others refer to come first: they are loaded in this order.
TABLES: tuple[type[CatalogRow], ...] = (Accelerator, Model, Fabric, Node, Grid, Fleet, CloudRegion, Dataset, Storage)

__all__ = [
    "TABLES",
    "Accelerator",
    "CatalogImport",
    "CatalogRow",
    "CatalogVersion",
    "CloudRegion",
    "CourseRow",
    "Dataset",
    "Fabric",
    "Fleet",
    "Grid",
    "Model",
    "Node",
    "RowRevision",
    "Storage",
]
