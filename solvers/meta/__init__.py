"""Walls about walls: what an answer hinges on, what a target asks for, how the factors of the others multiply.

What belongs here asks other walls, or answers for all of them. Copy `synthesis.py`.
"""
