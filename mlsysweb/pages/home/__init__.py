"""The front page: the live roofline, the map of walls, the tutorial's parts."""
