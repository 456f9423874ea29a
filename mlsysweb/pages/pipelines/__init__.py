"""Walls in a row: pick them, see what flows between them and what is missing, fill the gaps, run."""
