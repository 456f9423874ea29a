"""The paths of the catalog's tables and rows on this site, by the kind of spec they describe."""

from __future__ import annotations

# Path of a table by its kind, as snapshots name it.
TABLE_PATHS = {
    "accelerator": "accelerators",
    "model": "models",
    "fabric": "fabrics",
    "node": "nodes",
    "fleet": "fleets",
    "grid": "grids",
    "region": "cloud-regions",
    "dataset": "datasets",
    "storage": "storage",
}
