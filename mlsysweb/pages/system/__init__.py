"""One system through all walls: described once, judged by every wall. Copy `workbench` for a page of one wall."""
