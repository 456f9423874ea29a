"""The paths of the tables on this site, by the kind of spec they describe. Imports nothing, so that presenters can."""

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
