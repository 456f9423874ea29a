"""Charts as Plotly dicts, one kind per file: pure functions of a result's columns.

A chart neither solves nor queries, and does not depend on the web framework. Colours are names (`token:compute`) that
the page's theme resolves, so the same chart serves light, dark and projector mode. To add a chart, copy `curve.py`.
"""
