"""The sensitivity of any output of a wall to every number it depends on."""
