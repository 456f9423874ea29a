"""The walls on one sheet, for the wall of a lecture hall. What a solver declares of itself is read from it; what only
a poster says, one line for each wall, is in `lines.py`."""
