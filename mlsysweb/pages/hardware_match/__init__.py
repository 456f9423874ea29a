"""A target in, the hardware it asks for out: every chip of the catalog held against it, and how many it would take."""
