"""A poster of all walls, to hang in a lecture hall. Its content comes from the declarations of the solvers; the text
that only the poster has, one line per wall, is in `lines.py`."""
