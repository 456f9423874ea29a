"""Exports of a saved scenario: as tables, as code that reproduces it, as a citation, as a printed sheet, in an iframe.

Each format is one file, a pure function of the stored data; `views.py` serves it to those who may see the scenario.
"""
