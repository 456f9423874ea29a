"""The home page: the live roofline, the map of walls, the parts of the tutorial."""
