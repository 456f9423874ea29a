"""Walls that evaluate other walls: sensitivity, the hardware for a target, the factors of the iron law.

What calls other walls, or combines all of them, belongs here. Copy `synthesis.py`.
"""
