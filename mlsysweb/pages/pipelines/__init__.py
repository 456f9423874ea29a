"""Pipelines of walls: choose stages, see the values passed between them and the inputs that are missing, and run
them."""
