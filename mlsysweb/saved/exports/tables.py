"""The figures as CSV: one line a value, and one line a point of a curve."""

from __future__ import annotations

from mlsysweb.show.results.spreadsheet import as_csv
from solvers.formatting import format_value
from solvers.result import Result


def values(result: Result) -> str:
    """Inputs and outputs: name, label, SI value, its unit, and as a person reads it."""
    named = [(kind, name) for kind in ("input", "output") for name in getattr(result, f"{kind}s")]
    rows = (
        (kind, name, value.label, value.value, value.unit, format_value(value))
        for kind, name, value in ((kind, name, result.values[name]) for kind, name in named)
    )
    return as_csv(("kind", "name", "label", "value", "unit", "reads"), rows)


def curves(result: Result) -> str:
    """Every point of every curve, in SI: which system, along which input, which column. The system is empty for a wall
    that draws one only."""
    rows = (
        (result.systems[track.system] if result.systems else "", track.x, at, name, value, _unit(result, name))
        for track in result.series
        for name, column in track.columns.items()
        for at, value in zip(track.columns[track.x], column, strict=True)
        if name != track.x
    )
    return as_csv(("system", "along", "at", "name", "value", "unit"), rows)


def _unit(result: Result, name: str) -> str:
    return result.values[name].unit if name in result.values else ""
