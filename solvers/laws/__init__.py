"""Formulae of ML systems as functions of arrays in SI units: nothing declared, nothing raised, no Django.

The docstring of a law states in this order: what it returns with its unit, each argument with its symbol and unit, how
arrays combine ("Arrays broadcast."), the source with the number of the equation, table or section (or "derived" and
from what), and where the formula stops being valid. `tests/architecture/test_docstrings.py` checks this.
"""
