"""The values of a scenario as CSV: one line per value, and one line per point of a curve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from mlsysweb.show.results.page import Figure, PageSummary
from mlsysweb.show.results.spreadsheet import as_csv
from solvers.formatting import format_value
from solvers.result import Result

from .source import ExportSource


def values_of(source: ExportSource) -> str:
    """Return inputs and outputs. The inputs of a page over many walls are as typed."""
    if source.result:
        return values(source.result)
    inputs = (("input", i.name, i.label, "", "", i.text) for i in source.opened.inputs)
    cards = (
        ("output", name, c.label, "" if c.number is None else c.number, c.unit, c.value)
        for name, c in source.opened.cards.items()
    )
    return as_csv(("kind", "name", "label", "value", "unit", "reads"), (*inputs, *cards))


def curves_of(source: ExportSource) -> str:
    """Return every point of every chart. Those of a page over many walls are in the units of its axes."""
    return curves(source.result) if source.result else plotted(_summary(source).figures)


def tables_of(source: ExportSource) -> str:
    """Return every cell of every table of a page over many walls, the tables of its charts included."""
    summary = _summary(source)
    named = [*((t.title, t.table) for t in summary.tables), *((f.title, f.table) for f in summary.figures)]
    rows = (
        (title, number, column, cell)
        for title, table in named
        for number, row in enumerate(table.rows, start=1)
        for column, cell in zip(table.columns, row, strict=False)
    )
    return as_csv(("table", "row", "column", "value"), rows)


def plotted(figures: Iterable[Figure]) -> str:
    """Return the points of every trace of every chart, with their text."""
    rows = (
        (figure.title, trace.get("name", ""), x_title, _known(x), y_title, _known(y), text)
        for figure in figures
        for plot in (orjson.loads(figure.plot),)
        for x_title, y_title in ((_title(plot, "xaxis"), _title(plot, "yaxis")),)
        for trace in plot["data"]
        for x, y, text in _points(trace)
    )
    return as_csv(("chart", "series", "along", "at", "name", "value", "label"), rows)


def _points(trace: Mapping[str, Any]) -> Iterable[tuple[Any, Any, Any]]:
    """Yield the points of a trace, each with its text. A single text for all points is left out."""
    x, y, text = trace.get("x") or (), trace.get("y") or (), trace.get("text")
    labels = text if isinstance(text, list) and len(text) == len(x) else [""] * len(x)
    return zip(x, y, labels, strict=False)


def _title(plot: Mapping[str, Any], axis: str) -> str:
    return str(plot["layout"].get(axis, {}).get("title", {}).get("text", ""))


def _known(value: Any) -> Any:
    return "" if value is None else value


def _summary(source: ExportSource) -> PageSummary:
    assert source.opened.page is not None  # the views offer this for pages stored as data only
    return source.opened.page.summary


def values(result: Result) -> str:
    """Return inputs and outputs: name, label, SI value, SI unit, and the displayed text."""
    named = [(kind, name) for kind in ("input", "output") for name in getattr(result, f"{kind}s")]
    rows = (
        (kind, name, value.label, value.value, value.unit, format_value(value))
        for kind, name, value in ((kind, name, result.values[name]) for kind, name in named)
    )
    return as_csv(("kind", "name", "label", "value", "unit", "reads"), rows)


def curves(result: Result) -> str:
    """Return every point of every curve, in SI, with its system, input and column. The system is empty where a wall
    draws only one."""
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
