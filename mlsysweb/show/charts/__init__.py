"""Figures as Plotly dicts, one kind per file: pure functions of a result's columns.

Nothing here solves, queries or knows the web. Colours are names (`token:compute`) that the page's own theme fills
in, so one figure serves light, dark and the projector. Copy `curve.py`.
"""
