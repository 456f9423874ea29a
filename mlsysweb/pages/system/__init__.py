"""One system through all walls: described once, evaluated by every wall. To add a page of one wall, copy a solver
instead."""
