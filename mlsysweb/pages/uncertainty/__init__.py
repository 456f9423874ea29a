"""Uncertainty: how far an answer of a wall varies when some of its inputs are known as ranges only."""
